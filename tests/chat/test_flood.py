"""When a captcha is asked for, and what it buys."""

from __future__ import annotations

import contextlib

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat import flood, modes, standing
from onionstream.chat.people import Role
from onionstream.chat.refusals import BlockedError, CaptchaError, WaitError
from onionstream.chat.rules import Rules, When
from onionstream.chat.text import EmptyError
from tests.chat.rooms import STRICT, Talk, key


class FloodCase(SynchronousTestCase):
    """A room in which nobody has to wait, only to solve captchas."""

    def setUp(self) -> None:
        """The usual figures, but for the wait."""
        self.talk = Talk(Rules(between=0))

    def wants(self, name: str, bucket: bytes | None = None) -> str:
        """:return: why the next message needs a captcha."""
        return self.talk.suspicion(name, bucket)

    def refused(self, name: str, text: str = "More", bucket: bytes | None = None) -> str:
        """:return: why it needs a captcha; it is not said without one."""
        before = self.talk.shown()
        problem = self.assertRaises(CaptchaError, self.talk.try_to_say, name, text, bucket=bucket)
        assert isinstance(problem, CaptchaError)
        self.assertEqual(self.talk.shown(), before)
        return problem.because


class BurstTests(FloodCase):
    """Much in a short time."""

    def test_A51_four_messages_in_20_seconds_are_said_and_the_next_needs_a_captcha(self) -> None:
        """The fourth was said, unlike S52's."""
        self.talk.slowly("ann", 4, seconds=6)
        self.assertEqual(len(self.talk.shown()), 4)
        self.assertEqual(self.wants("ann"), standing.BURST)
        self.assertEqual(self.refused("ann"), standing.BURST)

    def test_A51_time_alone_does_not_help(self) -> None:
        """The captcha is wanted some minutes later, too."""
        self.talk.slowly("ann", 4)
        self.talk.now += 300
        self.assertEqual(self.refused("ann"), standing.BURST)

    def test_A51_who_writes_calmly_is_never_asked(self) -> None:
        """Three in 20 seconds, for a long time."""
        self.talk.slowly("ann", 50, seconds=6.7)
        self.assertEqual(self.wants("ann"), "")

    def test_A50_more_than_20_lines_in_20_seconds(self) -> None:
        """As they are on the screen, whose lines have 48 characters."""
        self.talk.say("ann", "\n".join("abcdefghij"))
        self.talk.say("ann", "x" * 480)
        self.assertEqual(self.wants("ann"), "")
        self.talk.say("ann", "one more")
        self.assertEqual(self.refused("ann"), standing.BURST)

    def test_A51_whoever_has_to_solve_one_is_not_proven_any_more(self) -> None:
        """Until he has."""
        self.talk.room.prove(key("ann"), self.talk.now)
        person = self.talk.say("ann").author
        self.assertTrue(person.proven)
        self.talk.slowly("ann", 3)
        self.assertFalse(person.proven)

    def test_S52_a_solved_captcha_buys_the_message(self) -> None:
        """At once, though the 20 seconds have not passed; and all counts from the beginning."""
        self.talk.slowly("ann", 4, seconds=0)
        self.talk.say("ann", "Fifth", proven=True)
        self.talk.slowly("ann", 3, seconds=0)
        self.assertEqual(self.refused("ann"), standing.BURST)

    def test_S52_it_buys_any_message_once(self) -> None:
        """Whatever is suspicious about it: here the circuit and the text."""
        for name in ("ann", "bob", "cat"):
            self.talk.slowly(name, 4, seconds=0)
        self.talk.say("dan", "Number 3", proven=True, bucket=b"one")

    def test_S52_a_captcha_solved_for_a_message_that_was_blocked_is_used_up(self) -> None:
        """That was a message too."""
        talk = Talk(Rules(between=0, every=1), STRICT)
        self.assertRaises(BlockedError, talk.try_to_say, "ann", "spam", proven=True)
        self.assertRaises(CaptchaError, talk.try_to_say, "ann", "ham")

    def test_S46_a_captcha_solved_without_a_text_pays_for_the_next_message(self) -> None:
        """Nothing is said, and the captcha is not lost."""
        self.talk.slowly("ann", 4)
        self.assertRaises(EmptyError, self.talk.try_to_say, "ann", "", proven=True)
        self.assertEqual(self.wants("ann"), "")
        self.talk.say("ann")

    def test_S15_the_broadcaster_and_moderators_are_never_asked(self) -> None:
        """Nor do they wait."""
        talk = Talk(Rules(captcha=When.FIRST, every=1))
        for name, role in (("host", Role.BROADCASTER), ("mod", Role.MODERATOR)):
            talk.appoint(name, role)
            talk.slowly(name, 30, seconds=0)
            self.assertEqual(talk.suspicion(name), "")


class WhenTests(SynchronousTestCase):
    """As the broadcaster has it."""

    def test_A52_every_fourth_message(self) -> None:
        """Of each person, and of no other."""
        talk = Talk(Rules(every=4, between=0))
        asked = []
        for number in range(1, 13):
            talk.now += 100
            try:
                talk.say("ann", f"Number {number}")
            except CaptchaError as problem:
                self.assertEqual(problem.because, standing.EVERY)
                talk.say("ann", f"Number {number}", proven=True)
                asked.append(number)
        self.assertEqual(asked, [4, 8, 12])
        self.assertEqual(talk.suspicion("bob"), "")

    def test_A10_the_first_message_may_need_one(self) -> None:
        """And then no other, as long as nothing is suspicious."""
        talk = Talk(Rules(captcha=When.FIRST))
        self.assertEqual(talk.suspicion("ann"), modes.FIRST)
        self.assertRaises(CaptchaError, talk.try_to_say, "ann", "Hello")
        talk.say("ann", proven=True)
        talk.now += 30
        talk.say("ann")

    def test_A11_a_captcha_solved_at_the_door_is_enough(self) -> None:
        """It pays for the first message."""
        talk = Talk(Rules(captcha=When.FIRST))
        talk.room.prove(key("ann"), talk.now)
        talk.say("ann")
        self.assertTrue(talk.room.person(key("ann")).proven)

    def test_without_captchas_a_burst_has_to_wait(self) -> None:
        """Until the oldest of its messages is 20 seconds old; nothing else asks for anything."""
        talk = Talk(Rules(captcha=When.NEVER, between=0, every=1))
        talk.slowly("ann", 4, seconds=1)
        problem = self.assertRaises(WaitError, talk.try_to_say, "ann", "Fifth")
        self.assertEqual(problem.seconds, 16)
        talk.now += 16
        talk.say("ann", "Fifth")

    def test_S82_rules_are_replaced_at_any_time(self) -> None:
        """They hold from then on."""
        talk = Talk()
        talk.room.rules = Rules(captcha=When.FIRST)
        self.assertRaises(CaptchaError, talk.try_to_say, "ann", "Hello")


class SuspicionTests(FloodCase):
    """What others do."""

    def test_A50_the_same_text_for_the_third_time_in_a_minute(self) -> None:
        """By whomever, and however it is disguised."""
        self.talk.say("ann", "Visit my wonderful site")
        self.talk.say("bob", "visit MY wonderful  site!")
        self.assertEqual(self.refused("cat", "V\u0456s\u0456t my wonderful site"), flood.REPEATED)
        self.talk.say("cat", "Something else entirely")
        self.talk.now += 60
        self.talk.say("cat", "Visit my wonderful site")

    def test_short_texts_may_be_repeated(self) -> None:
        """Twelve letters make a text."""
        for name in ("ann", "bob", "cat", "dan"):
            self.talk.say(name, "lol")
            self.talk.say(name, "ha ha ha ha ha!!!!!!")

    def test_the_broadcaster_may_be_repeated(self) -> None:
        """He and moderators are no part of a flood, neither by their texts nor as new faces."""
        for number in range(9):
            self.talk.appoint(f"mod{number}", Role.MODERATOR)
            self.talk.say(f"mod{number}", "Welcome to the stream")
        self.talk.say("ann", "Welcome to the stream")
        self.talk.say("bob", "Welcome to the stream")
        self.refused("cat", "Welcome to the stream")

    def test_signs_are_texts_too(self) -> None:
        """They have no letters to compare, so they are compared themselves."""
        self.talk.say("ann", "\u2665" * 12)
        self.talk.say("bob", "\u2665" * 12)
        self.assertEqual(self.refused("cat", "\u2665" * 12), flood.REPEATED)

    def test_many_new_faces_at_once(self) -> None:
        """More than eight within 20 seconds; those who have spoken before go on."""
        for number in range(8):
            self.talk.say(f"new{number}", "Hi")
        self.assertEqual(self.wants("ann"), flood.CROWD)
        self.assertEqual(self.refused("ann"), flood.CROWD)
        self.talk.say("new3", "How are you")
        self.talk.say("bob", "I am no robot", proven=True)
        self.talk.now += 20
        self.talk.say("ann", "Hi")

    def test_more_than_twelve_messages_over_a_circuit(self) -> None:
        """In 20 seconds, by whomever; others are not touched."""
        for name in ("ann", "bob", "cat", "dan"):
            for number in range(3):
                self.talk.say(name, f"{number}", bucket=b"one")
        self.assertEqual(self.refused("ann", bucket=b"one"), flood.CIRCUIT)
        self.assertEqual(self.refused("eve", bucket=b"one"), flood.CIRCUIT)
        self.assertEqual(self.wants("eve", b"one"), flood.CIRCUIT)
        self.talk.say("eve", bucket=b"two")
        self.talk.say("fay")
        self.talk.now += 20
        self.talk.say("ann", bucket=b"one")

    def test_D50_what_is_old_is_forgotten(self) -> None:
        """A minute later nothing is left."""
        self.talk.say("bob", "Hi")
        self.assertEqual(len(self.talk.room._suspicion._flood), 1)
        self.talk.say("ann", "Some text that is long enough", bucket=b"one")
        self.assertEqual(len(self.talk.room._suspicion._flood), 3)
        self.talk.room.forget(self.talk.now + 60)
        self.assertEqual(len(self.talk.room._suspicion._flood), 0)

    def test_D50_a_refused_attempt_leaves_nothing_behind(self) -> None:
        """Nor does it to have asked."""
        talk = Talk(Rules(captcha=When.FIRST))
        for number in range(20):
            self.assertRaises(CaptchaError, talk.try_to_say, f"n{number}", "A text that is long", bucket=b"one")
        self.assertEqual((len(talk.room._people), len(talk.room._suspicion._flood), len(talk.room._turns)), (0, 0, 0))

    def test_R26_a_thousand_messages_of_a_second_over_fifty_circuits(self) -> None:
        """By as many people: eight are said."""
        for number in range(1000):
            with contextlib.suppress(CaptchaError):
                self.talk.try_to_say(f"n{number}", f"{number}", bucket=b"%d" % (number % 50))
        self.assertEqual(len(self.talk.shown()), 8)
