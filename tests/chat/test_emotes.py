"""Where emotes are found in a text, and where not."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some
from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.emotes import MOST, Emote, is_name, split

NAMES = {"cat", "dog", "Kappa", "30", "+1"}


def marked(text: str) -> str:
    """:return: the text with each emote in brackets."""
    return "".join(f"[{one.text}={one.name}]" if isinstance(one, Emote) else one for one in split(text, NAMES))


def joined(pieces: list[str | Emote]) -> str:
    """:return: the text again."""
    return "".join(one.text if isinstance(one, Emote) else one for one in pieces)


class SplitTests(SynchronousTestCase):
    """``split``."""

    def test_A55_a_name_between_colons(self) -> None:
        """At both ends, beside signs, and beside each other."""
        for text, wanted in (
            (":cat:", "[:cat:=cat]"),
            ("a :cat: and a :dog:!", "a [:cat:=cat] and a [:dog:=dog]!"),
            (":cat::dog:", "[:cat:=cat][:dog:=dog]"),
            (":x:cat:", ":x:cat:"),
            (":none::cat:", ":none:[:cat:=cat]"),
            ("::cat::", ":[:cat:=cat]:"),
            ("one\n:cat:\ntwo", "one\n[:cat:=cat]\ntwo"),
            (":+1:", "[:+1:=+1]"),
            (":Kappa:", "[:Kappa:=Kappa]"),
        ):
            self.assertEqual(marked(text), wanted)

    def test_A55_a_word_by_itself(self) -> None:
        """If its name looks like no word that is said otherwise."""
        for text, wanted in (
            ("Kappa", "[Kappa=Kappa]"),
            ("so Kappa, (Kappa) Kappa! Kappa", "so [Kappa=Kappa], ([Kappa=Kappa]) [Kappa=Kappa]! [Kappa=Kappa]"),
            ("the cat kappa KAPPA 30 times", "the cat kappa KAPPA 30 times"),
        ):
            self.assertEqual(marked(text), wanted)

    def test_A55_whole_words_only(self) -> None:
        """Not in other words, in times of day, nor in addresses."""
        for text in (
            "Kappas",
            "xKappa",
            "Kappaé",
            "10:30:45",
            "a:cat:",
            ":cat:s",
            "http://x.onion/Kappa",
            "x/:cat/",
            "Kappa:",
        ):
            self.assertEqual(split(text, NAMES), [text])

    def test_what_is_not_there_stays(self) -> None:
        """A name is a name as it is written."""
        for text in (":Cat:", ":cow:", ":", "::", ": cat :", ""):
            self.assertEqual(joined(split(text, NAMES)), text)
            self.assertFalse([one for one in split(text, NAMES) if isinstance(one, Emote)])

    def test_D10_no_more_than_some_in_one_text(self) -> None:
        """A message is not to be many times as large for others as it was to be typed."""
        pieces = split(":cat:" * (MOST + 5), NAMES)
        self.assertEqual(pieces[MOST:], [":cat:" * 5])

    @given(some.text(some.sampled_from(": \nacdgotKp130+(!_é/"), max_size=40))
    def test_B20_the_pieces_are_the_text(self, text: str) -> None:
        """Whatever it is; none is empty, and no two texts follow each other."""
        pieces = split(text, NAMES)
        self.assertEqual(joined(pieces), text)
        texts = [isinstance(one, str) for one in pieces]
        self.assertFalse(any(one and two for one, two in pairwise(texts)))
        self.assertTrue(all(one if isinstance(one, str) else one.name in NAMES for one in pieces))

    @given(some.text(max_size=40), some.sampled_from(sorted(NAMES)), some.text(max_size=40))
    def test_A55_one_between_spaces_is_always_found(self, before: str, name: str, after: str) -> None:
        """Whatever stands beside it."""
        pieces = split(f"{before} :{name}: {after}", NAMES)
        self.assertIn(Emote(name, f":{name}:"), pieces)


class NameTests(SynchronousTestCase):
    """``is_name``."""

    def test_what_an_emote_may_be_called(self) -> None:
        """Nothing that needs to be escaped anywhere."""
        for name in ("cat", "Kappa", "+1", "a-b_c", "x" * 32):
            self.assertTrue(is_name(name), name)
        for name in ("", "x" * 33, "a b", "é", "a:b", "<b>", "a\n", "a.b"):
            self.assertFalse(is_name(name), name)
