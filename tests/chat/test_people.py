"""Of whom something is remembered, and who is forgotten."""

from __future__ import annotations

from dataclasses import fields

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.events import Changed
from onionstream.chat.looks import Look
from onionstream.chat.people import ABSENT, IDLE, CrowdError, Person, Role
from onionstream.chat.refusals import BannedError
from onionstream.chat.rules import BOUNDS, Bounds, Rules
from onionstream.chat.standing import Standing
from tests.chat.rooms import Talk, key


def known(talk: Talk) -> set[str]:
    """:return: whom the table of people holds."""
    return {person.key.decode().rstrip(".") for person in talk.room._people}


class RememberedTests(SynchronousTestCase):
    """Nothing is stored of somebody who does nothing."""

    def test_D50_to_read_makes_no_state(self) -> None:
        """Nor to be seen, nor to be asked about; the person is the same in all but identity."""
        talk = Talk()
        one, other = (talk.room.person(key("ann")) for _ in range(2))
        talk.room.seen(key("ann"), talk.now)
        talk.suspicion("ann")
        self.assertEqual(known(talk), set())
        self.assertIsNot(one, other)
        self.assertEqual((one.key, one.mark, one.tag), (other.key, other.mark, other.tag))

    def test_L56_what_is_remembered_of_somebody(self) -> None:
        """Nothing of how he came: no header, no address, no circuit."""
        names = {field.name for kind in (Person, Look, Standing) for field in fields(kind)}
        of_person = {"key", "mark", "look", "role", "banned", "proven", "first", "last", "standing"}
        of_words = {"messages", "since", "said", "demand", "credit", "_recent"}
        self.assertEqual(names, of_person | {"name", "colour", "trip"} | of_words)

    def test_D50_the_bounds_are_those_that_were_agreed(self) -> None:
        """People, bans, waiting messages; kept messages by number and bytes."""
        self.assertEqual((BOUNDS.people, BOUNDS.bans, BOUNDS.waiting), (4096, 4096, 256))
        self.assertEqual((Rules().kept, Rules().kept_bytes), (8192, 16 * 2**20))
        self.assertEqual((IDLE, ABSENT), (360.0, 86_400.0))

    def test_S80_the_first_time_stays(self) -> None:
        """The last one moves."""
        talk = Talk()
        person = talk.say("ann").author
        talk.now += 5
        talk.say("ann")
        self.assertEqual((person.first, person.last), (1000.0, 1005.0))

    def test_S9_who_has_no_name_has_a_tag_and_everybody_a_colour(self) -> None:
        """Both from his mark, unless he has something of his own."""
        talk = Talk()
        person = talk.say("ann").author
        self.assertEqual((person.mark, person.tag, person.hue), ("616e6e2e2e", "#616", 14))
        talk.room.restyle(key("ann"), Look(name="Ann", colour=3), talk.now)
        self.assertEqual((person.tag, person.hue), ("", 3))

    def test_find_knows_people_by_their_marks(self) -> None:
        """Those who are remembered, banned, or have left a message; others if they may be meant."""
        talk = Talk(bounds=Bounds(people=1))
        talk.say("ann")
        talk.say("bob")
        talk.room.ban(key("cat"))
        for name in ("ann", "bob", "cat"):
            self.assertIs(talk.room.find(key(name)[:5].hex()), talk.room.person(key(name)))
        mark = key("dan")[:5].hex()
        self.assertIsNone(talk.room.find(mark))
        found = talk.room.find(mark, [key("eve"), key("dan")])
        self.assertEqual(found and found.key, key("dan"))


class EvictedTests(SynchronousTestCase):
    """Where there are too many."""

    def restyle(self, talk: Talk, name: str) -> None:
        """Somebody chooses a name, and says nothing."""
        talk.room.restyle(key(name), Look(name=f"I am {name}"), talk.now)

    def test_D50_those_who_said_nothing_and_are_idle_go_first(self) -> None:
        """Before those who have done nothing for longer."""
        talk = Talk(Rules(kept=1), bounds=Bounds(people=3))
        talk.say("old")
        self.restyle(talk, "idle")
        talk.now += IDLE + 1
        talk.say("new")
        talk.say("next")
        self.assertEqual(known(talk), {"old", "new", "next"})

    def test_D50_then_whoever_has_done_nothing_for_the_longest_time(self) -> None:
        """To be seen is to do something."""
        talk = Talk(bounds=Bounds(people=3))
        for name in ("one", "two", "three"):
            self.restyle(talk, name)
            talk.now += 1
        talk.room.seen(key("one"), talk.now)
        self.restyle(talk, "four")
        self.assertEqual(known(talk), {"one", "three", "four"})

    def test_S10_authors_of_kept_messages_stay_while_anybody_else_can_go(self) -> None:
        """Even if those did something later."""
        talk = Talk(bounds=Bounds(people=2))
        talk.say("author")
        talk.now += 1
        self.restyle(talk, "two")
        self.restyle(talk, "three")
        self.assertEqual(known(talk), {"author", "three"})
        talk.say("three")
        talk.say("four")
        self.assertEqual(known(talk), {"three", "four"})

    def test_D50_the_broadcaster_and_moderators_stay(self) -> None:
        """If there is nobody else, nobody new can be remembered; who only reads does not notice."""
        talk = Talk(bounds=Bounds(people=2))
        talk.appoint("host", Role.BROADCASTER)
        talk.appoint("mod", Role.MODERATOR)
        self.assertRaises(CrowdError, talk.try_to_say, "ann", "Hello")
        self.assertEqual((talk.shown(), len(talk.room._suspicion._flood)), ([], 0))

    def test_S68_who_was_forgotten_is_the_same_person_in_his_messages(self) -> None:
        """He is known by them when he comes back, and what he changes changes there."""
        talk = Talk(bounds=Bounds(people=1))
        message = talk.say("ann")
        talk.say("bob")
        self.assertEqual(known(talk), {"bob"})
        self.restyle(talk, "ann")
        self.assertEqual(message.author.look.name, "I am ann")

    def test_S10_after_a_day_of_absence_somebody_is_forgotten(self) -> None:
        """Unless a message of his is kept, or he is a moderator."""
        talk = Talk(Rules(kept=1))
        talk.say("one")
        talk.say("two")
        talk.appoint("mod", Role.MODERATOR)
        self.restyle(talk, "three")
        talk.now += ABSENT - 1
        self.restyle(talk, "four")
        talk.room.forget(talk.now)
        self.assertEqual(known(talk), {"one", "two", "three", "four", "mod"})
        talk.now += 1
        talk.room.forget(talk.now)
        self.assertEqual(known(talk), {"two", "four", "mod"})

    def test_S10_nobody_is_remembered_longer_because_somebody_else_was_banned(self) -> None:
        """Who may chat again takes the place among the others that he would have had."""
        talk = Talk()
        self.restyle(talk, "one")
        talk.now += ABSENT - 1
        self.restyle(talk, "two")
        talk.room.ban(key("two"))
        talk.room.unban(key("two"))
        talk.now += 1
        talk.room.forget(talk.now)
        self.assertEqual(known(talk), {"two"})


class RoleTests(SynchronousTestCase):
    """What people are."""

    def test_a_role_is_told(self) -> None:
        """Once."""
        talk = Talk()
        talk.appoint("mod", Role.MODERATOR)
        talk.appoint("mod", Role.MODERATOR)
        self.assertEqual(talk.events, [Changed(talk.room.person(key("mod")), role=True)])
        talk.appoint("mod", Role.VIEWER)
        self.assertFalse(talk.room.person(key("mod")).staff)

    def test_S15_the_broadcaster_is_never_banned(self) -> None:
        """Whoever becomes it is not any more."""
        talk = Talk()
        talk.room.ban(key("ann"))
        talk.appoint("ann", Role.BROADCASTER)
        self.assertFalse(talk.room.person(key("ann")).banned)
        self.assertEqual(list(talk.room.bans), [])

    def test_somebody_who_is_banned_does_not_become_a_moderator(self) -> None:
        """That would be easy to overlook."""
        talk = Talk()
        talk.room.ban(key("ann"))
        self.assertRaises(BannedError, talk.appoint, "ann", Role.MODERATOR)
