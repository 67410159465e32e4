"""How somebody looks, and who may look like that."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.events import Changed
from onionstream.chat.looks import Look, NameTakenError
from onionstream.chat.names import RECENT
from onionstream.chat.people import Person, Role
from onionstream.chat.refusals import BannedError, NameFilteredError, TakenError, TooOftenError
from onionstream.chat.rules import Rules
from tests.chat.rooms import STRICT, Talk, key, trip


class RestyleCase(SynchronousTestCase):
    """A room with somebody who has a name, a tripcode, and something to say."""

    def setUp(self) -> None:
        """His name is Bob."""
        self.talk = Talk(Rules(between=0, reserved=("The Host",)), STRICT)
        self.bob = self.restyle("bob", "Bob", "secret")
        self.talk.say("bob")
        self.talk.events.clear()

    def restyle(self, who: str, name: str, password: str = "") -> Person:
        """:return: whoever looks different now."""
        look = Look(name=name, trip=trip(password) if password else None)
        return self.talk.room.restyle(key(who), look, self.talk.now)

    def refused(self, problem: type[Exception], who: str, name: str, password: str = "") -> None:
        """Nothing changes, and nothing is told."""
        before, events = self.talk.room.person(key(who)).look, list(self.talk.events)
        self.assertRaises(problem, self.restyle, who, name, password)
        self.assertEqual(self.talk.room.person(key(who)).look, before)
        self.assertEqual(self.talk.events, events)


class RestyleTests(RestyleCase):
    """A look that somebody may have."""

    def test_S68_it_changes_in_old_messages_too(self) -> None:
        """And is told."""
        self.restyle("bob", "Robert")
        self.assertEqual([message.author.look.name for message in self.talk.room.history(1)], ["Robert"])
        self.assertEqual(self.talk.events, [Changed(self.bob)])

    def test_a_look_that_is_the_same_is_not_told(self) -> None:
        """There is nothing to see."""
        self.restyle("bob", " Bob ", "secret")
        self.assertEqual(self.talk.events, [])

    def test_S64_the_name_of_those_without_a_name_is_none(self) -> None:
        """Whatever the broadcaster calls them."""
        self.talk.room.rules = Rules(unnamed="Nobody")
        self.assertEqual(self.restyle("ann", "nobody").look.name, "")

    def test_A60_four_times_a_minute(self) -> None:
        """What was refused does not count."""
        for number in range(4):
            self.refused(TakenError, "ann", "Bob")
            self.restyle("ann", f"Ann {number}")
        self.refused(TooOftenError, "ann", "Ann 4")
        self.talk.now += 60
        self.restyle("ann", "Ann 4")

    def test_A60_the_broadcaster_as_often_as_he_likes(self) -> None:
        """He has better things to do."""
        self.talk.appoint("host", Role.BROADCASTER)
        for number in range(10):
            self.restyle("host", f"Host {number}")

    def test_S48_nobody_who_is_banned(self) -> None:
        """A name is something that can be read."""
        self.talk.room.ban(key("ann"))
        self.refused(BannedError, "ann", "Ann")

    def test_S61_names_go_through_the_word_filter(self) -> None:
        """Whatever it would do about a message."""
        for name in ("darn", "My spam", "evil"):
            self.refused(NameFilteredError, "ann", name)
        self.assertFalse(self.talk.room.person(key("ann")).banned)

    def test_D50_a_refused_look_makes_no_state(self) -> None:
        """Nobody is stored for it."""
        self.refused(NameFilteredError, "ann", "evil")
        self.assertEqual([person.key for person in self.talk.room._people], [key("bob")])


class NameTests(RestyleCase):
    """D-12: nobody is mistaken for somebody else."""

    def test_D12_reserved_names(self) -> None:
        """And what looks like one; only those whom they are reserved for may have them."""
        self.refused(NameTakenError, "ann", "the h0st")
        self.talk.appoint("mod", Role.MODERATOR)
        self.restyle("mod", "The Host")

    def test_D12_the_staff_may_be_called_what_it_is_called(self) -> None:
        """Nobody else may; and nobody at all looks like somebody without a name."""
        for who, role in (("mod", Role.MODERATOR), ("host", Role.BROADCASTER)):
            self.talk.appoint(who, role)
            self.assertEqual(self.restyle(who, role.name.title()).look.name, role.name.title())
            self.refused(NameTakenError, "ann", role.name.title())
            self.refused(NameTakenError, who, "Anonymous #123")

    def test_D12_the_name_of_somebody_with_a_tripcode(self) -> None:
        """Not for others with another one or none, however they write it."""
        self.refused(TakenError, "ann", "Bob")
        self.refused(TakenError, "ann", "b 0 b", "other")
        self.restyle("ann", "Bob", "secret")

    def test_D12_letters_that_look_like_one(self) -> None:
        """Two of them beside each other, too: rn and m, vv and w, cl and d."""
        self.restyle("ann", "Wanda Tom", "hers")
        self.talk.say("ann")
        self.refused(TakenError, "cat", "VVancla Torn")

    def test_D12_for_an_hour_after_he_said_something(self) -> None:
        """Names are not kept for those who left."""
        self.talk.now += RECENT - 1
        self.refused(TakenError, "ann", "Bob")
        self.talk.now += 1
        self.restyle("ann", "Bob")

    def test_D12_a_tripcode_is_not_taken_off_to_look_like_another(self) -> None:
        """Who had the same name because of the same tripcode keeps both or neither."""
        self.restyle("ann", "Bob", "secret")
        self.refused(TakenError, "ann", "Bob")

    def test_names_without_a_tripcode_are_for_all(self) -> None:
        """Their tags and colours tell them from each other."""
        self.restyle("ann", "Somebody")
        self.talk.say("ann")
        self.restyle("cat", "Somebody")

    def test_D12_the_names_of_the_broadcaster_and_moderators(self) -> None:
        """For nobody else, whatever they have said."""
        self.talk.appoint("mod", Role.MODERATOR)
        self.restyle("mod", "Mo")
        self.refused(TakenError, "ann", "m0")

    def test_no_name_and_a_name_of_signs(self) -> None:
        """Everybody may have none; signs are compared as they are."""
        self.restyle("bob", "", "secret")
        self.restyle("ann", "")
        self.restyle("bob", "\u2605\u2605", "secret")
        self.refused(TakenError, "ann", "\u2605\u2605")
        self.restyle("ann", "\u2606")

    def test_who_has_the_name_already_may_change_his_colour(self) -> None:
        """He had it before the other came, whose tripcode shows who is who."""
        self.restyle("ann", "Dan")
        self.restyle("bob", "Dan", "secret")
        self.talk.room.restyle(key("ann"), Look(name="Dan", colour=3), self.talk.now)
