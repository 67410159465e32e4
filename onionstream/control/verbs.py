"""Which commands there are, and which one somebody means who does not write all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onionstream.control.protocol import UsageError


@dataclass(frozen=True, slots=True)
class Verb:
    """
    One command.

    :ivar name: one word, or a group and a word.
    :ivar takes: what may follow, for people.
    :ivar meaning: what it does, for people.
    """

    name: str
    takes: str
    meaning: str

    @property
    def words(self) -> tuple[str, ...]:
        """The name's."""
        return tuple(self.name.split())

    @property
    def usage(self) -> str:
        """How it is written."""
        return f"{self.name} {self.takes}".strip()


VERBS: tuple[Verb, ...] = (
    Verb("help", "", "say which commands there are"),
    Verb("status", "", "say how the stream, the encoder, the onion address and the chat are"),
    Verb("title show", "", "say the title"),
    Verb("title set", "TEXT", "set it, until [stream] of the configuration changes, or the daemon ends"),
    Verb("say", "TEXT", "say something in the chat, as the broadcaster"),
    Verb("chat show", "[N]", "show the latest N messages; 20 if nothing is said"),
    Verb("chat hidden", "[N]", "the same for those that are hidden"),
    Verb("hide", "NUMBER...", "hide these messages"),
    Verb("unhide", "NUMBER...", "show them again"),
    Verb("ban", "MARK|NUMBER [hide]", "ban somebody, or who wrote that message; with `hide` all he said goes too"),
    Verb("unban", "MARK", "let somebody chat again"),
    Verb("bans", "", "say who is banned"),
    Verb("users", "", "say who is here, with their marks"),
    Verb("doors show", "", "say whether a captcha is asked for at the door"),
    Verb("doors open", "", "let everybody in"),
    Verb("doors captcha", "", "let in only who solves a captcha, and who is inside already"),
    Verb("source status", "", "say how the encoder is, and what it said last"),
    Verb("source restart", "", "end the encoder and start it again"),
    Verb("invite", "NAME", "invite a guest and show his key, this once"),
    Verb("revoke", "NAME [public]", "take an invitation back; the last one only with `public`"),
    Verb("invited", "", "say who is invited"),
    Verb("selftest", "", "open the onion address through Tor, and say what that was like"),
    Verb("reload", "", "read the configuration again, and who is invited"),
    Verb("config show", "[TABLE]", "show the configuration in force"),
    Verb("events", "", "tell what happens from now on, as it happens: one JSON object a line"),
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
