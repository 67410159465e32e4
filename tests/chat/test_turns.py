"""Messages that come a little too soon."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.events import Said
from onionstream.chat.people import Role
from onionstream.chat.refusals import BlockedError, WaitError
from onionstream.chat.rules import Bounds, Rules
from onionstream.chat.turns import Later
from tests.chat.rooms import STRICT, Talk, key


class TurnTests(SynchronousTestCase):
    """S51: they are said a little later instead of being refused."""

    def test_S51_a_message_too_soon_is_said_later(self) -> None:
        """Three seconds after its author's last one, and once."""
        talk = Talk()
        talk.say("ann", "One")
        talk.now += 1
        self.assertEqual(talk.try_to_say("ann", "Two"), Later(2.0))
        self.assertEqual(talk.shown(), ["One"])
        self.assertEqual(talk.room.due(), talk.now + 2)
        talk.now += 1.9
        self.assertEqual(talk.release(), [])
        talk.now += 0.1
        self.assertEqual(talk.release(), ["Two"])
        self.assertEqual(talk.release(), [])
        self.assertIsNone(talk.room.due())
        self.assertEqual([said.message.text for said in talk.told(Said)], ["One", "Two"])

    def test_S51_one_message_of_a_person_waits(self) -> None:
        """For the next one he is asked to be patient, and for how long."""
        talk = Talk()
        talk.say("ann", "One")
        talk.now += 0.5
        talk.try_to_say("ann", "Two")
        problem = self.assertRaises(WaitError, talk.try_to_say, "ann", "Three")
        self.assertEqual(problem.seconds, 3)
        self.assertIn("3 s", problem.sentence)
        talk.now += 2.5
        talk.release()
        self.assertEqual(talk.try_to_say("ann", "Three"), Later(3.0))

    def test_S51_after_a_message_that_waited_the_time_counts_from_when_it_was_said(self) -> None:
        """Also where nobody released it in time: then it is said before the next one."""
        talk = Talk()
        talk.say("ann", "One")
        talk.try_to_say("ann", "Two")
        talk.now += 4
        self.assertEqual(talk.try_to_say("ann", "Three"), Later(3.0))
        self.assertEqual(talk.shown(), ["One", "Two"])

    def test_they_are_said_in_the_order_in_which_they_are_due(self) -> None:
        """Whoever came first."""
        talk = Talk()
        talk.say("ann", "A")
        talk.now += 1
        talk.say("bob", "B")
        talk.try_to_say("bob", "second")
        talk.try_to_say("ann", "first")
        talk.now += 10
        self.assertEqual(talk.release(), ["first", "second"])

    def test_D50_not_many_wait(self) -> None:
        """256 in all; the next one is asked to be patient."""
        talk = Talk(bounds=Bounds(waiting=1))
        for name in ("ann", "bob"):
            talk.say(name)
        talk.try_to_say("ann", "More")
        self.assertRaises(WaitError, talk.try_to_say, "bob", "More")
        self.assertEqual(Bounds().waiting, 256)

    def test_S48_what_waits_of_one_who_is_banned_is_never_said(self) -> None:
        """Not even after he may chat again."""
        talk = Talk()
        talk.say("ann", "One")
        talk.try_to_say("ann", "Two")
        talk.room.ban(key("ann"))
        talk.room.unban(key("ann"))
        talk.now += 10
        self.assertEqual(talk.release(), [])

    def test_S52_a_solved_captcha_spares_the_wait(self) -> None:
        """And what waited of him already is said first."""
        talk = Talk()
        talk.say("ann", "One")
        talk.try_to_say("ann", "Two")
        talk.say("ann", "Three", proven=True)
        self.assertEqual(talk.shown(), ["One", "Two", "Three"])
        talk.now += 10
        self.assertEqual(talk.release(), [])

    def test_what_waited_of_one_who_becomes_a_moderator_is_said_first(self) -> None:
        """Before what he says then."""
        talk = Talk()
        talk.say("ann", "One")
        talk.try_to_say("ann", "Two")
        talk.appoint("ann", Role.MODERATOR)
        talk.say("ann", "Three")
        self.assertEqual(talk.shown(), ["One", "Two", "Three"])

    def test_S61_what_waits_was_filtered(self) -> None:
        """So its author is told at once."""
        talk = Talk(filters=STRICT)
        talk.say("ann", "One")
        self.assertRaises(BlockedError, talk.try_to_say, "ann", "spam")
        self.assertEqual(talk.try_to_say("ann", "darn"), Later(3.0))
        talk.now += 3
        self.assertEqual(talk.release(), ["[CENSORED]"])

    def test_S51_after_a_message_that_was_blocked_the_next_one_waits_too(self) -> None:
        """Nobody tries out the filter quickly."""
        talk = Talk(filters=STRICT)
        self.assertRaises(BlockedError, talk.try_to_say, "ann", "spam")
        self.assertEqual(talk.try_to_say("ann", "ham"), Later(3.0))

    def test_rules_without_a_wait_do_not_let_a_message_overtake_its_authors_other_one(self) -> None:
        """What waits keeps its time."""
        talk = Talk()
        talk.say("ann", "One")
        talk.try_to_say("ann", "Two")
        talk.room.rules = Rules(between=0)
        self.assertRaises(WaitError, talk.try_to_say, "ann", "Three")
