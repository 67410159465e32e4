"""What the broadcaster sets while the stream is on, beside the configuration."""

from __future__ import annotations

from dataclasses import replace

from onionstream.chat.looks import Look
from onionstream.chat.rules import Mode, Rules, When
from onionstream.web.course import LONG, Course, CourseError
from onionstream.web.lock import Kind, Lock
from tests.chat.rooms import key, trip
from tests.web.chat import NOON, ChatCase


class CourseTests(ChatCase):
    """``Course``."""

    def setUp(self) -> None:
        """As the configuration has it."""
        super().setUp()
        self.course = Course(self.room, self.door.admission, self.clock, lambda: NOON)
        self.changes = 0
        self.course.changed = self.changed

    def changed(self) -> None:
        """Something was set."""
        self.changes += 1

    def test_what_is_set_holds_at_once(self) -> None:
        """In the room and at the door."""
        self.course.set_mode(Mode.SLOW, 60)
        self.course.set_captcha(When.FIRST)
        self.course.set_door(Kind.PASSWORD, "correct horse")
        rules, lock = self.room.rules, self.door.admission.lock
        self.assertEqual((rules.mode, rules.slow, rules.captcha), (Mode.SLOW, 60, When.FIRST))
        self.assertEqual((lock.kind, lock.password, self.changes), (Kind.PASSWORD, "correct horse", 3))

    def test_the_configuration_read_again_leaves_it_alone(self) -> None:
        """Unless its own words on the same thing are others: then those hold (R-41)."""
        self.course.set_mode(Mode.CLOSED)
        self.course.set_door(Kind.CAPTCHA)
        self.course.configure(Rules(characters=100), Lock())
        self.assertEqual((self.room.rules.characters, self.room.rules.mode), (100, Mode.CLOSED))
        self.course.configure(Rules(slow=60), Lock())
        self.assertEqual((self.room.rules.mode, self.course.talk.chosen), (Mode.OPEN, None))
        self.assertEqual(self.door.admission.lock.kind, Kind.CAPTCHA)

    def test_what_the_configuration_says_anyway_is_not_chosen(self) -> None:
        """So a page can say whose setting is in force."""
        self.course.set_mode(Mode.CLOSED)
        self.assertEqual(self.course.talk.chosen, (Mode.CLOSED, 30.0))
        self.course.set_mode(Mode.OPEN)
        self.assertIsNone(self.course.talk.chosen)

    def test_a_raid_begins_and_ends(self) -> None:
        """It outlives a configuration that is read again."""
        self.clock.advance(1000)
        self.course.begin_raid(5)
        self.course.configure(Rules(), Lock())
        self.assertEqual((self.course.raid, self.room.rules.raid), (True, 700.0))
        self.course.end_raid()
        self.assertEqual((self.course.raid, self.room.rules.raid), (False, None))

    def test_what_newcomers_have_said_is_found(self) -> None:
        """For hiding it."""
        self.clock.advance(1000)
        self.room.say(key("ann"), "I am new", self.clock.seconds(), NOON)
        self.assertEqual([one.text for one in self.course.find(5, 5)], ["I am new"])
        self.clock.advance(600)
        self.assertEqual(self.course.find(60, 5), ())

    def test_members_are_added_and_taken_away(self) -> None:
        """They may write where only members may, and come in where only members do."""
        fish = trip("fish")
        self.room.restyle(key("ann"), Look(trip=fish), 0.0)
        people = (key("ann"), key("bob"))
        self.assertEqual([one.key for one in self.course.applicants(people)], [key("ann")])
        self.course.set_member(fish.digest, member=True)
        self.assertEqual(self.course.applicants(people), [])
        for members in (self.room.rules.members, self.door.admission.lock.members):
            self.assertEqual(members, {fish.digest})
        self.course.set_member(fish.digest, member=False)
        self.assertEqual(self.room.rules.members, frozenset())

    def test_viewers_are_told_who_may_write(self) -> None:
        """In a sentence, unless everybody may."""
        notes = []
        for mode in Mode:
            self.course.set_mode(mode, 45)
            notes.append(self.course.note)
        self.assertEqual(notes[0], "")
        self.assertIn("45 s", notes[1])
        self.assertEqual(len(set(notes)), 4)

    def test_what_makes_no_sense_changes_nothing(self) -> None:
        """And is said."""
        for wrong in (
            lambda: self.course.set_mode(Mode.SLOW, 0),
            lambda: self.course.set_mode(Mode.SLOW, 10_000),
            lambda: self.course.set_mode(Mode.SLOW, float("nan")),
            lambda: self.course.set_door(Kind.PASSWORD),
            lambda: self.course.set_door(Kind.PASSWORD, "short"),
            lambda: self.course.set_door(Kind.PASSWORD, "x" * 257),
            lambda: self.course.begin_raid(-1),
            lambda: self.course.begin_raid(LONG + 1),
            lambda: self.course.find(0, 5),
            lambda: self.course.find(5, 0),
        ):
            self.assertRaises(CourseError, wrong)
        self.assertEqual((self.room.rules, self.door.admission.lock), (Rules(), Lock()))

    def test_D50_members_are_bounded(self) -> None:
        """There is a sentence for one too many."""
        many = frozenset(number.to_bytes(32, "big") for number in range(1024))
        self.course.configure(Rules(), replace(Lock(), members=many))
        self.assertRaises(CourseError, self.course.set_member, b"x" * 32, member=True)
