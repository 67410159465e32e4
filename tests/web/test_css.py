"""Rules of style: only what is ours may stand in them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as some
from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.looks import Look, Own
from onionstream.chat.people import Person, Role
from onionstream.chat.tripcode import Tripcode
from onionstream.web import css

MARK = "0123456789"


def person(**more: object) -> Person:
    """Somebody."""
    return Person(key=b"k" * 16, mark=MARK, **more)  # type: ignore[arg-type]


def read_back(css: str) -> str:
    """:return: what a string of escapes says."""
    return "".join(chr(int(digits, 16)) for digits in re.findall(r"\\([0-9a-f]{6})", css))


class RuleTests(SynchronousTestCase):
    """What they say."""

    @given(some.text())
    def test_B20_what_was_typed_stands_in_no_rule(self, typed: str) -> None:
        """Every character is a number, and read back they are what was typed."""
        written = css.text(typed)
        self.assertRegex(written, r'\A"(\\[0-9a-f]{6})*"\Z')
        self.assertEqual(read_back(written), typed)

    @given(some.text(max_size=24))
    def test_B20_no_name_ends_the_style(self, typed: str) -> None:
        """Whatever somebody is called, the rules that say so hold none of the characters that mean something."""
        written = css.checked(css.looks(person(look=Look(name=typed, trip=Tripcode(b"t" * 32))), typed))
        self.assertEqual(set("<>&'/@!_\n") & set(written), set())

    def test_D01_what_is_not_ours_is_refused(self) -> None:
        """The end of the element, a comment, an address, another character."""
        for wrong in ("</style>", "/**/", "a{b:url(//c)}", "@import", "&lt;", "'", "é", "\n"):
            self.assertRaises(ValueError, css.checked, f"a{{}}{wrong}")

    def test_messages_are_numbers(self) -> None:
        """Hidden ones vanish, shown ones come back."""
        self.assertEqual(css.hidden([1, 22]), "#m1,#m22{display:none}")
        self.assertEqual(css.shown([3]), "#m3{display:block}")
        self.assertEqual(css.hidden([]), "")
        self.assertRaises(ValueError, css.hidden, ["1{}"])

    def test_L65_a_mark_is_ten_digits(self) -> None:
        """Nothing else gets into a class."""
        for wrong in ("", "012345678", "01234567890", "012345678g", "0123456789\n"):
            somebody = person()
            somebody.mark = wrong
            self.assertRaises(ValueError, css.mine, somebody)

    def test_a_colour_is_six_digits(self) -> None:
        """For the light page and the dark one."""
        self.assertEqual(css.colour(Own("#aabbcc", "#001122")), "light-dark(#001122,#aabbcc)")
        for wrong in ("red", "#abc", "#aabbccdd", "#AABBCC", "url(x)"):
            self.assertRaises(ValueError, css.colour, Own(wrong, "#001122"))
            self.assertRaises(ValueError, css.colour, Own("#001122", wrong))

    def test_S68_a_new_look(self) -> None:
        """Name, colour, tripcode and badge are others, wherever somebody stands."""
        look = Look(name="Anna", colour=3, trip=Tripcode(b"t" * 32))
        written = css.looks(person(look=look, role=Role.MODERATOR), "Anna")
        names = re.findall('content:"([^"]*)"', written)
        self.assertEqual([read_back(one) for one in names], ["Anna", Tripcode(b"t" * 32).shown])
        self.assertIn(f".u{MARK} .aide{{display:inline}}", written)
        self.assertIn(f".u{MARK} .host{{display:none}}", written)
        self.assertIn(f".u{MARK} .n{{color:{css.colour(3)}}}", written)

    def test_S68_no_tripcode_any_more(self) -> None:
        """It is gone from old messages too."""
        self.assertIn(".trip.trip{display:none}", css.looks(person(), "Anonymous"))

    def test_a_ban_strikes_the_name_out(self) -> None:
        """Until it ends."""
        self.assertTrue(css.banned(person(banned=True)).startswith(f".u{MARK} .n{{text-decoration:line-through}}"))
        self.assertTrue(css.banned(person()).startswith(f".u{MARK} .n{{text-decoration:none}}"))

    def test_ones_own_rule_is_ours(self) -> None:
        """The one that each document begins with."""
        self.assertEqual(css.checked(css.mine(person())), css.mine(person()))
