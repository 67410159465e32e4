"""Who may write at the moment, and what is done about a raid."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat import modes
from onionstream.chat.errors import ChatError
from onionstream.chat.looks import Look
from onionstream.chat.people import Role
from onionstream.chat.refusals import CaptchaError, ClosedError, MembersError, SlowError, WaitError
from onionstream.chat.rules import Mode, Rules, When
from onionstream.chat.sweep import Sweep
from onionstream.chat.turns import Later
from tests.chat.rooms import Talk, key, trip


class ModeCase(SynchronousTestCase):
    """A room."""

    rules = Rules()

    def setUp(self) -> None:
        """With the rules of the class."""
        self.talk = Talk(self.rules)

    def refused(self, name: str, error: type[ChatError], text: str = "More") -> str:
        """:return: the sentence; it is not said."""
        before = self.talk.shown()
        problem = self.assertRaises(error, self.talk.try_to_say, name, text)
        assert isinstance(problem, ChatError)
        self.assertEqual(self.talk.shown(), before)
        return problem.sentence

    def staff(self) -> tuple[str, ...]:
        """:return: those whom no mode is about."""
        self.talk.appoint("captain", Role.BROADCASTER)
        self.talk.appoint("mate", Role.MODERATOR)
        return "captain", "mate"


class ClosedTests(ModeCase):
    """Nobody may write."""

    rules = Rules(mode=Mode.CLOSED)

    def test_nobody_but_the_staff_may_write(self) -> None:
        """The others are told so."""
        self.assertEqual(self.refused("ann", ClosedError), "The chat is closed at the moment.")
        for name in self.staff():
            self.talk.say(name)

    def test_a_captcha_does_not_open_it(self) -> None:
        """It pays for a message later."""
        self.assertRaises(ClosedError, self.talk.try_to_say, "ann", "Hello", proven=True)
        self.talk.room.rules = Rules(captcha=When.FIRST)
        self.talk.say("ann")


class MembersTests(ModeCase):
    """Only some may write."""

    rules = Rules(mode=Mode.MEMBERS, members=frozenset({trip("fish").digest}))

    def test_only_members_and_the_staff_may_write(self) -> None:
        """Whoever has a tripcode of the list."""
        self.talk.room.restyle(key("ann"), Look(trip=trip("fish")), self.talk.now)
        self.talk.room.restyle(key("bob"), Look(trip=trip("fowl")), self.talk.now)
        self.talk.say("ann")
        self.refused("bob", MembersError)
        self.refused("cat", MembersError)
        for name in self.staff():
            self.talk.say(name)

    def test_D12_all_of_a_tripcode_is_compared(self) -> None:
        """One that only looks the same is another one."""
        like = replace(trip("fish"), digest=trip("fish").digest[:31] + b"!")
        self.assertEqual(like.shown, trip("fish").shown)
        self.talk.room.restyle(key("bob"), Look(trip=like), self.talk.now)
        self.refused("bob", MembersError)


class SlowTests(ModeCase):
    """One message in a while."""

    rules = Rules(mode=Mode.SLOW, slow=60)

    def test_the_next_message_has_to_wait(self) -> None:
        """Its writer keeps it, and reads for how long."""
        self.talk.say("ann")
        self.talk.now += 20
        self.assertEqual(self.refused("ann", SlowError), "Slow mode: one message in 60 s. Send it again in 40 s.")
        self.talk.say("bob")
        self.talk.now += 40
        self.talk.say("ann", "More")

    def test_S51_a_little_too_early_is_no_matter(self) -> None:
        """It waits for its turn."""
        self.talk.say("ann")
        self.talk.now += 60 - modes.WAITS
        self.assertIsInstance(self.talk.try_to_say("ann", "More"), Later)
        self.talk.now += modes.WAITS
        self.assertEqual(self.talk.release(), ["More"])

    def test_a_captcha_does_not_make_it_faster(self) -> None:
        """S52 is about floods; this holds for all."""
        self.talk.say("ann")
        self.assertRaises(SlowError, self.talk.try_to_say, "ann", "More", proven=True)

    def test_it_is_never_faster_than_usual(self) -> None:
        """The longer one of the two times holds."""
        self.talk.room.rules = Rules(mode=Mode.SLOW, slow=1, between=5)
        self.talk.say("ann")
        self.assertIsInstance(self.talk.try_to_say("ann", "More"), Later)
        self.assertEqual(self.talk.room.due(), self.talk.now + 5)

    def test_the_staff_need_not_wait(self) -> None:
        """Nor for a captcha (S15)."""
        for name in self.staff():
            self.talk.say(name, f"One of {name}")
            self.talk.say(name, f"Two of {name}")


class RaidTests(ModeCase):
    """New faces need a captcha."""

    def raid(self, minutes: float = 0) -> None:
        """From now on; who has come within the last minutes is new too."""
        self.talk.room.rules = replace(self.talk.room.rules, raid=self.talk.now - 60 * minutes)

    def test_who_has_spoken_before_goes_on(self) -> None:
        """And whoever is new needs a captcha, once."""
        self.talk.say("ann")
        self.talk.now += 60
        self.raid()
        self.talk.say("ann", "More")
        self.assertEqual(self.refused("bob", CaptchaError), modes.RAID)
        self.talk.say("bob", proven=True)
        self.talk.now += 10
        self.talk.say("bob", "Something else")

    def test_who_has_come_just_before_it_is_new_too(self) -> None:
        """As many minutes as are said; a captcha solved for another reason is enough."""
        self.talk.say("ann", "I am early")
        self.talk.now += 240
        self.talk.say("bob", "I am with the raid")
        self.talk.say("cat", "I am a person", proven=True)
        self.talk.now += 60
        self.raid(minutes=3)
        self.talk.say("ann", "I go on")
        self.talk.say("cat", "So do I")
        self.assertEqual(self.refused("bob", CaptchaError), modes.RAID)

    def test_it_holds_where_there_are_no_captchas_else(self) -> None:
        """Whatever the level is, and not for the staff."""
        self.talk.room.rules = Rules(captcha=When.NEVER, burst=2, between=0)
        self.talk.say("ann")
        self.raid()
        self.refused("bob", CaptchaError)
        self.talk.say("ann", "More")
        self.refused("ann", WaitError, "And more")
        for name in self.staff():
            self.talk.say(name)


class SweepTests(ModeCase):
    """Which messages are meant."""

    def found(self, minutes: int, younger: int) -> list[str]:
        """:return: their texts."""
        messages = self.talk.room.history(100)
        return [one.text for one in Sweep(minutes, younger).find(messages, self.talk.now, self.talk.when)]

    def test_those_of_the_last_minutes_by_people_who_are_new(self) -> None:
        """Neither older ones, nor those of people who were here before, nor hidden ones, nor the staff's."""
        self.talk.say("ann", "ann, long ago")
        self.talk.now += 600
        self.talk.say("bob", "bob, a while ago")
        self.talk.now += 240
        self.talk.say("bob", "bob, now")
        self.talk.say("ann", "ann, now")
        hidden = self.talk.say("cat", "cat, hidden")
        self.talk.room.hide(hidden.number)
        for name in self.staff():
            self.talk.say(name, name)
        self.assertEqual(self.found(2, 5), ["bob, now"])
        self.assertEqual(self.found(5, 5), ["bob, a while ago", "bob, now"])
        self.assertEqual(self.found(2, 3), [])
        self.assertEqual(self.found(2, 60), ["bob, now", "ann, now"])
