"""Which commands there are, and which one somebody means who does not write all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onionstream.control.protocol import UsageError

WITHHELD = "(not shown)"
"""Stands for what is secret."""


@dataclass(frozen=True, slots=True)
class Verb:
    """
    One command.

    :ivar name: one word, or a group and a word.
    :ivar takes: what may follow, for people.
    :ivar meaning: what it does, for people.
    :ivar secret: what follows it is not to be seen.
    """

    name: str
    takes: str
    meaning: str
    secret: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The name's."""
        return tuple(self.name.split())

    @property
    def usage(self) -> str:
        """How it is written."""
        return f"{self.name} {self.takes}".strip()

    def shown(self, words: Sequence[str]) -> str:
        """:return: the command in full, with what followed its name, as it may be seen."""
        return " ".join((self.name, *([WITHHELD] if self.secret and words else words)))


VERBS: tuple[Verb, ...] = (
    Verb("help", "", "say which commands there are"),
    Verb("status", "", "say how stream, encoder, onion address and chat are"),
    Verb("title show", "", "say the title"),
    Verb("title set", "TEXT", "set it, in title.txt: until it is set again or reset"),
    Verb("title reset", "", "have the configuration's; title.txt goes"),
    Verb("about show", "", "say what stands under the title"),
    Verb("about set", "TEXT", "set it, in about.txt"),
    Verb("about reset", "", "have the configuration's; about.txt goes"),
    Verb("say", "TEXT", "say something in the chat, as the broadcaster"),
    Verb("chat show", "[N]", "show the latest N messages; 20 if nothing is said"),
    Verb("chat hidden", "[N]", "the same for those that are hidden"),
    Verb("hide", "NUMBER...", "hide these messages"),
    Verb("unhide", "NUMBER...", "show them again"),
    Verb("sweep", "MINUTES YOUNGER", "hide what newcomers (of YOUNGER minutes) said lately"),
    Verb("ban", "MARK|NUMBER [hide]", "ban somebody, or who wrote that; `hide`: all his too"),
    Verb("unban", "MARK", "let somebody chat again"),
    Verb("bans", "", "say who is banned"),
    Verb("users", "", "say who is here, with their marks"),
    Verb("mods show", "", "say who is a moderator, by tripcode"),
    Verb("mods add", "MARK", "make one of somebody who has a tripcode"),
    Verb("mods drop", "TRIPCODE", "whoever has it is none any more"),
    Verb("log", "[N]", "show what the staff has done, the latest last"),
    Verb("undo", "NUMBER...", "take it back, by the numbers in the log"),
    Verb("doors show", "", "say who may come in"),
    Verb("doors open", "", "everybody"),
    Verb("doors captcha", "", "who solves a captcha, and who is inside already"),
    Verb("doors members", "", "members, by tripcode"),
    Verb("doors password", "[WORD|-]", "who knows it; - reads it from the standard input", secret=True),
    Verb("members show", "", "say who is one, and who is here and is none"),
    Verb("members add", "TRIPCODE", "whoever has it is a member"),
    Verb("members drop", "TRIPCODE", "whoever has it is none"),
    Verb("mode show", "", "say who may write"),
    Verb("mode open", "", "everybody"),
    Verb("mode slow", "[SECONDS]", "everybody, once in so many seconds"),
    Verb("mode members", "", "members"),
    Verb("mode closed", "", "nobody but you and the moderators"),
    Verb("captcha show", "", "say who has to solve one before writing"),
    Verb("captcha never", "", "nobody"),
    Verb("captcha suspicion", "", "who may be a program"),
    Verb("captcha first", "", "these, and everybody before the first message"),
    Verb("raid show", "", "say whether there is one"),
    Verb("raid begin", "[MINUTES]", "new people need a captcha, and who came so lately"),
    Verb("raid end", "", "they do not any more"),
    Verb("source status", "", "say how the encoder is, and what it said last"),
    Verb("source on", "", "start it"),
    Verb("source off", "", "end it"),
    Verb("source restart", "", "end it and start it again"),
    Verb("invite", "NAME", "invite a guest and show his key, this once"),
    Verb("revoke", "NAME [public]", "take it back; the last one only with `public`"),
    Verb("invited", "", "say who is invited"),
    Verb("selftest", "", "open the onion address through Tor"),
    Verb("reload", "", "read the configuration and the guests again"),
    Verb("config show", "[TABLE]", "show the configuration in force"),
    Verb("events", "", "tell what happens from now on: JSON, one object a line"),
)
"""All of them. Of a group the first one only shows something: it is what the group's name alone means."""

SHORT = "Words may be shortened, as long as it is clear which one is meant."


def find(given: Sequence[str]) -> tuple[Verb, tuple[str, ...]]:
    """
    :param given: what was written; the words of the name may be shortened.
    :return: the command, and what follows its name.
    :raises UsageError: there is none, or more than one; what was expected is said.
    """
    matching, known, left = VERBS, "", tuple(given)
    for depth in range(2):
        if depth and (not left or len(matching[0].words) == depth):
            break
        word = _meant(left[0] if left else "", [verb.words[depth] for verb in matching], known)
        matching = tuple(verb for verb in matching if verb.words[depth] == word)
        known, left = word, left[1:]
    return matching[0], left


def _meant(word: str, words: Sequence[str], before: str) -> str:
    """:return: the one of the words that is meant."""
    words = list(dict.fromkeys(words))
    if word.lower() in words:
        return word.lower()
    meant = [one for one in words if word and one.startswith(word.lower())]
    if len(meant) == 1:
        return meant[0]
    place = f" after `{before}`" if before else ""
    if meant:
        raise UsageError(f"`{word}` may be {_either(meant)}{place}.")
    found = f", not `{word}`" if word else ""
    raise UsageError(f"Expected{place}: {_either(words)}{found}.")


def _either(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def summary() -> tuple[str, ...]:
    """:return: all commands and what they do, a line each."""
    width = max(len(verb.usage) for verb in VERBS) + 2
    return (*(f"{verb.usage:<{width}}{verb.meaning}" for verb in VERBS), "", SHORT)
