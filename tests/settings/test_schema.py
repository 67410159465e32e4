"""What a parsed table becomes, and the sentence for each thing that can be wrong with one."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.settings.schema import (
    LONGEST_TEXT,
    SchemaError,
    at_most,
    between,
    line_of,
    matching,
    one_line,
    one_of,
    read,
    shown,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheels:
    """A table inside a table."""

    count: int = field(default=4, metadata=between(1, 8))
    makers: tuple[str, ...] = field(default=(), metadata=at_most(2, "makers"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Car:
    """One key of each type."""

    name: str = field(default="none", metadata=at_most(5, "characters", least=1))
    paint: str = field(default="red", metadata=one_of("red", "green"))
    plate: str = field(default="", metadata=matching(r"([A-Z]-\d+)?", "LETTER-NUMBER, such as A-1"))
    notes: str = field(default="", metadata=at_most(9, "characters", several_lines=True))
    speed: float = field(default=1.0, metadata=between(0.5, 9))
    seats: int = 5
    weight: float = 1.0
    driven: bool = True
    washed: bool = False
    wheels: Wheels = field(default_factory=Wheels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Garage:
    """The top of a file."""

    car: Car = field(default_factory=Car)


def complaint(table: dict[str, object]) -> str:
    """:return: what is said about a table ``[car]``; empty when it is good."""
    try:
        read(Garage, {"car": table})
    except SchemaError as problem:
        return str(problem)
    return ""


class ReadTests(SynchronousTestCase):
    """``read``: tables to dataclasses."""

    def test_an_empty_table_gives_the_defaults(self) -> None:
        """What is not said is as the dataclass says."""
        self.assertEqual(Garage(), read(Garage, {}))

    def test_every_type_is_taken_as_it_is(self) -> None:
        """Texts, numbers, truth, lists and tables arrive in the fields of their names."""
        table = {"name": "Ada", "speed": 2.5, "driven": False, "wheels": {"count": 3, "makers": ["a", "b"]}}
        expected = Car(name="Ada", speed=2.5, driven=False, wheels=Wheels(count=3, makers=("a", "b")))
        self.assertEqual(expected, read(Car, table))

    def test_a_whole_number_is_fine_where_a_number_is_asked(self) -> None:
        """TOML tells 2 from 2.0; a person does not. The field holds a float all the same."""
        speed = read(Car, {"speed": 2}).speed
        self.assertEqual((2.0, float), (speed, type(speed)))

    def test_the_ends_of_a_range_belong_to_it(self) -> None:
        """``between`` takes both its numbers."""
        self.assertEqual(["", ""], [complaint({"speed": speed}) for speed in (0.5, 9)])

    def test_a_text_may_have_several_lines_only_where_a_rule_says_so(self) -> None:
        """A line break is good in ``notes``, and no other control character is."""
        self.assertEqual("", complaint({"notes": "a\nb"}))
        self.assertIn("[car] notes holds the control character U+0007", complaint({"notes": "a\a"}))
        self.assertIn("[car] name holds the control character U+000A", complaint({"name": "a\nb"}))

    def test_the_error_knows_its_place(self) -> None:
        """The table and the key stand beside the sentence, for whoever looks for the line."""
        problem = self.assertRaises(SchemaError, read, Garage, {"car": {"wheels": {"count": 0}}})
        self.assertEqual(("car.wheels", "count"), (problem.table, problem.key))


class ComplaintTests(SynchronousTestCase):
    """Each sentence says where, what was found, and what would be right."""

    def test_a_wrong_type_is_named_with_the_right_one(self) -> None:
        """Also what Python itself would take for a number: ``true``, and numbers that are none."""
        rows: list[tuple[dict[str, object], str]] = [
            ({"seats": True}, "[car] seats is true, but must be a whole number"),
            ({"seats": 4.0}, "[car] seats is 4.0, but must be a whole number"),
            ({"speed": True}, "[car] speed is true, but must be a number from 0.5 to 9"),
            ({"weight": float("nan")}, "[car] weight is nan, but must be a number"),
            ({"weight": float("-inf")}, "[car] weight is -inf, but must be a number"),
            ({"weight": 10**400}, "[car] weight is a huge number, but must be a number"),
            ({"seats": 10**9999}, "[car] seats is a huge number, but must be a whole number"),
            ({"driven": 1}, "[car] driven is 1, but must be true or false"),
            ({"name": ["a"]}, "[car] name is a list, but must be text in quotes, 1 to 5 characters"),
            ({"name": {}}, "[car] name is a table, but must be text in quotes"),
            ({"name": datetime.date(1979, 5, 27)}, "[car] name is a date or time, but must be text in quotes"),
            ({"wheels": 4}, "[car.wheels] is 4, but must be a table: a line [car.wheels] and its keys under it"),
            ({"wheels": {"makers": "a"}}, '[car.wheels] makers is "a", but must be a list of texts'),
            ({"wheels": {"makers": ["a", 1]}}, "[car.wheels] makers is a list, but must be a list of texts"),
        ]
        self.assertEqual([], [(said, want) for table, want in rows if want not in (said := complaint(table))])

    def test_a_value_outside_its_rule_is_named_with_the_rule(self) -> None:
        """Ranges, lengths, forms and choices, the last with the nearest good one."""
        rows: list[tuple[dict[str, object], str]] = [
            ({"speed": 0.4}, "[car] speed is 0.4, but must be a number from 0.5 to 9"),
            ({"wheels": {"count": 9}}, "[car.wheels] count is 9, but must be a whole number from 1 to 8"),
            ({"name": ""}, '[car] name is "", but must be text in quotes, 1 to 5 characters'),
            ({"notes": "x" * 10}, "but must be text in quotes, at most 9 characters"),
            ({"wheels": {"makers": ["a"] * 3}}, "makers is a list of 3, but must be a list of texts"),
            ({"plate": "A1"}, '[car] plate is "A1", but must be text in quotes: LETTER-NUMBER, such as A-1'),
            ({"plate": "A-\u0661"}, "[car] plate is"),
            ({"paint": "gren"}, 'must be text in quotes: one of "red", "green"; did you mean "green"?'),
            ({"seats": 1, "name": "\ud800"}, "[car] name holds the control character U+D800"),
            ({"wheels": {"makers": ["a", "b\0"]}}, "[car.wheels] makers holds the control character U+0000"),
            ({"name": "x" * (LONGEST_TEXT + 1)}, f"none may be longer than {LONGEST_TEXT}"),
        ]
        self.assertEqual([], [(said, want) for table, want in rows if want not in (said := complaint(table))])

    def test_an_unknown_key_or_table_is_answered_with_the_nearest(self) -> None:
        """By its spelling, or else by the table in which there is such a key, or else by all that there are."""
        rows: list[tuple[dict[str, object], str]] = [
            ({"sped": 1}, "[car] has no key `sped`; did you mean `speed`?"),
            ({"weels": {}}, "[car] has no table `weels`; did you mean [car.wheels]?"),
            ({"makers": []}, "[car] has no key `makers`; it belongs under [car.wheels]"),
            ({"wheels": {"q": 1}}, "[car.wheels] has no key `q`; known are `count`, `makers`"),
            ({"qqqqqqq": 1}, "[car] has no key `qqqqqqq`; none of those that are known is near"),
            ({"a\nb": 1}, "[car] has no key `a\\nb`;"),
        ]
        self.assertEqual([], [(said, want) for table, want in rows if want not in (said := complaint(table))])

    def test_the_top_of_a_file_is_called_by_no_name(self) -> None:
        """A key that stands before every table is sent to the tables that have it."""
        problem = self.assertRaises(SchemaError, read, Garage, {"count": 1})
        self.assertEqual("there is no key `count`; it belongs under [car.wheels]", str(problem))

    def test_a_key_may_stand_outside_of_tables(self) -> None:
        """A dataclass with keys of its own can be the top of a file; then no table is named."""
        problem = self.assertRaises(SchemaError, read, Wheels, {"count": 0})
        self.assertEqual("count is 0, but must be a whole number from 1 to 8", str(problem))


class ShownTests(SynchronousTestCase):
    """How an error repeats what it found."""

    @given(st.text(st.characters()))
    def test_a_text_is_repeated_in_one_line(self, text: str) -> None:
        """Whatever is in it: line breaks, escape sequences for a terminal, letters that turn the line around."""
        self.assertTrue(one_line(text).isprintable())

    def test_a_long_text_is_cut(self) -> None:
        """The beginning is enough to find it."""
        self.assertEqual('"' + "x" * 60 + '…"', shown("x" * 100_000))


class LineTests(SynchronousTestCase):
    """Where in the file a key stands."""

    text = (
        'top = 1\n[a]\nkey = 1\n[ a . "b" ]\n"key" = 2\nlong = """\n[c]\nkey = 3\n"""\n'
        "[c]\n# key = 4\nkey = 5\n[[d]]\nx.y = 6\n[e.f]\n"
    )

    def test_a_key_is_found_in_its_own_table(self) -> None:
        """Quotes and spaces do not matter, dotted keys are found; comments and texts of several lines are not."""
        places = [("", "top"), ("a", "key"), ("a.b", "key"), ("c", "key"), ("d.x", "y")]
        self.assertEqual([1, 3, 5, 12, 14], [line_of(self.text, *place) for place in places])

    def test_a_table_is_found_by_its_heading(self) -> None:
        """Or by that of a table inside it."""
        places = [("", "a"), ("a", "b"), ("", "c"), ("", "d"), ("", "e")]
        self.assertEqual([2, 4, 10, 13, 15], [line_of(self.text, *place) for place in places])

    def test_what_is_not_there_has_no_line(self) -> None:
        """A default can be wrong too, together with something else."""
        self.assertIsNone(line_of(self.text, "a", "other"))
