"""What somebody could not say, for his next look at the form; and what the form's smaller buttons ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from onionstream.captcha.captchas import Posed
from onionstream.web.errors import BadRequest

DRAFTS = 1024
"""People of whom each form keeps what they typed last, or what became of it..."""

KEPT = 300.0
"""... and for how many seconds, at the most."""

NONE_NOW = "There is no captcha for you just now. Press Chat again in half a minute."
NO_OTHER = "There is no other one yet. Please wait some seconds."


class Button(Enum):
    """The smaller buttons of forms: each gives back what was typed, and something else with it."""

    NEW = "new"
    WORDS = "words"
    PICTURE = "picture"
    LINES = "lines"
    LINE = "line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """
    What somebody is to find in the form when he sees it next.

    :ivar text: what he typed.
    :ivar sentence: what became of it.
    :ivar refused: the sentence says why it was not said.
    :ivar asked: he has to solve a captcha...
    :ivar words: ... in words...
    :ivar unwanted: ... but not the one of this name.
    """

    text: str = ""
    sentence: str = ""
    refused: bool = True
    asked: bool = False
    words: bool = False
    unwanted: str = ""


def pressed(fields: dict[str, str]) -> Button | None:
    """:return: which button was pressed; ``None``: the one that sends."""
    try:
        return Button(fields["ask"]) if "ask" in fields else None
    except ValueError:
        raise BadRequest from None


def granted(fields: dict[str, str], button: Button) -> Draft:
    """:return: the same text again, and with it what was wished for."""
    words = button is Button.WORDS or (button is not Button.PICTURE and "words" in fields)
    unwanted = fields.get("captcha", "") if button is Button.NEW else ""
    return Draft(text=fields["text"], refused=False, asked="captcha" in fields, words=words, unwanted=unwanted)


def settled(draft: Draft, posed: Posed | None) -> Draft:
    """:return: the draft with a word about a captcha that is not the one that was wished for."""
    if posed is None:
        return replace(draft, sentence=NONE_NOW, refused=True, asked=False)
    if posed.id == draft.unwanted or draft.words != (posed.question is not None):
        return replace(draft, sentence=NO_OTHER, refused=True)
    return draft
