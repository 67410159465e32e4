"""What those who watch over the chat can do."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.bans import BansFullError, Why
from onionstream.chat.events import Banned, Hidden, Shown, Unbanned
from onionstream.chat.looks import Look
from onionstream.chat.people import Role
from onionstream.chat.refusals import BannedError, BlockedError, BroadcasterError, FilterBanError
from onionstream.chat.rules import Bounds, Rules
from tests.chat.rooms import MINUTE, STRICT, Talk, key


class HideTests(SynchronousTestCase):
    """Messages vanish, and may come back."""

    def setUp(self) -> None:
        """Three messages."""
        self.talk = Talk()
        for name in ("ann", "bob", "cat"):
            self.talk.say(name, f"From {name}")
        self.talk.events.clear()

    def test_S71_the_ticked_ones_vanish(self) -> None:
        """For everybody, and at once."""
        self.assertEqual(self.talk.room.hide(1, 3), (1, 3))
        self.assertEqual(self.talk.shown(), ["From bob"])
        self.assertEqual([message.number for message in self.talk.room.hidden(10)], [1, 3])
        self.assertEqual(self.talk.events, [Hidden((1, 3))])

    def test_S73_they_may_come_back(self) -> None:
        """Where they were."""
        self.talk.room.hide(1, 2)
        self.assertEqual(self.talk.room.unhide(2, 1), (2, 1))
        self.assertEqual(self.talk.shown(), ["From ann", "From bob", "From cat"])
        self.assertEqual(self.talk.events[1:], [Shown((2, 1))])

    def test_numbers_that_mean_nothing_are_passed_over(self) -> None:
        """Those that are gone, or hidden already, or named twice; if there is no other, nothing is told."""
        self.talk.room.hide(2)
        self.assertEqual(self.talk.room.hide(2, 1, 1, 77), (1,))
        self.assertEqual(self.talk.room.hide(1, 2), ())
        self.assertEqual(self.talk.room.unhide(3), ())
        self.assertEqual(len(self.talk.events), 2)

    def test_a_message_is_known_by_its_number(self) -> None:
        """Hidden or not: whoever bans its author needs it."""
        self.talk.room.hide(2)
        message = self.talk.room.message(2)
        self.assertEqual(message and message.author.key, key("bob"))
        self.assertIsNone(self.talk.room.message(4))


class BanTests(SynchronousTestCase):
    """Somebody may not chat any more."""

    def setUp(self) -> None:
        """Somebody has said two things."""
        self.talk = Talk(Rules(between=0), STRICT, Bounds(bans=3))
        self.talk.slowly("ann", 2, seconds=0)
        self.ann = self.talk.room.person(key("ann"))
        self.talk.events.clear()

    def test_S71_what_he_has_said_stays(self) -> None:
        """He is told when he tries."""
        self.talk.room.ban(key("ann"), when=MINUTE + 59)
        self.assertEqual(self.talk.events, [Banned(self.ann)])
        self.assertEqual(self.talk.shown(), ["Number 0", "Number 1"])
        self.assertEqual(
            [(ban.person, ban.when, ban.why) for ban in self.talk.room.bans], [(self.ann, MINUTE, Why.MODERATION)]
        )
        self.assertRaises(BannedError, self.talk.try_to_say, "ann", "Why?")

    def test_S71_or_is_hidden_as_well(self) -> None:
        """Later, too."""
        self.talk.room.ban(key("ann"))
        self.talk.room.ban(key("ann"), hide=True)
        self.assertEqual(self.talk.events, [Banned(self.ann), Hidden((1, 2))])
        self.assertEqual(self.talk.shown(), [])

    def test_S72_a_ban_can_be_taken_back(self) -> None:
        """He is who he was."""
        self.talk.room.restyle(key("ann"), Look(name="Ann"), self.talk.now)
        self.talk.room.ban(key("ann"))
        self.talk.room.unban(key("ann"))
        self.talk.room.unban(key("ann"))
        self.assertEqual(self.talk.told(Unbanned), [Unbanned(self.ann)])
        self.assertIs(self.talk.say("ann", "Thanks").author, self.ann)
        self.assertEqual(self.ann.look.name, "Ann")

    def test_S72_a_stranger_can_be_banned(self) -> None:
        """Who watches and has said nothing; he is known from then on."""
        self.talk.room.ban(key("eve"))
        self.assertTrue(self.talk.room.person(key("eve")).banned)
        self.assertRaises(BannedError, self.talk.room.prove, key("eve"), self.talk.now)

    def test_S15_the_broadcaster_cannot_be_banned(self) -> None:
        """A moderator can, and is none any more."""
        self.talk.appoint("host", Role.BROADCASTER)
        self.talk.appoint("mod", Role.MODERATOR)
        self.assertRaises(BroadcasterError, self.talk.room.ban, key("host"), hide=True)
        self.talk.room.ban(key("mod"))
        self.assertFalse(self.talk.room.person(key("mod")).staff)

    def test_D50_there_is_room_for_so_many(self) -> None:
        """The next one is refused and nothing is hidden, until an old one is taken back."""
        for name in ("one", "two", "three"):
            self.talk.room.ban(key(name))
        self.assertRaises(BansFullError, self.talk.room.ban, key("ann"), hide=True)
        self.assertFalse(self.ann.banned)
        self.assertEqual(len(self.talk.shown()), 2)
        self.assertRaises(BlockedError, self.talk.try_to_say, "ann", "evil")
        self.talk.room.unban(key("one"))
        self.talk.room.ban(key("ann"))

    def test_D50_bans_by_the_word_filter_give_way(self) -> None:
        """Anybody can make those, and moderators need the room."""
        self.talk.room.rules = Rules(between=0, kept=2)
        self.talk.room.restyle(key("one"), Look(name="One"), self.talk.now)
        for name in ("one", "two", "three"):
            self.assertRaises(FilterBanError, self.talk.try_to_say, name, "evil")
        self.talk.room.ban(key("ann"))
        self.assertEqual([ban.person.key for ban in self.talk.room.bans], [key("two"), key("three"), key("ann")])
        self.assertFalse(self.talk.room.person(key("one")).banned)
        self.assertEqual(self.talk.room.person(key("one")).look.name, "One")
        self.assertEqual(self.talk.told(Unbanned), [Unbanned(self.talk.room.person(key("one")))])

    def test_S10_who_is_banned_is_not_forgotten(self) -> None:
        """However many others come and however long it is ago."""
        talk = Talk(Rules(kept=1), bounds=Bounds(people=1))
        talk.say("ann")
        talk.room.ban(key("ann"))
        talk.say("bob")
        talk.say("cat")
        talk.room.forget(talk.now + 10**6)
        self.assertTrue(talk.room.person(key("ann")).banned)
