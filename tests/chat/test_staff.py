"""Who may do what to whom, and how it is undone."""

from __future__ import annotations

from itertools import product

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.errors import ChatError
from onionstream.chat.events import Changed, Hidden, Shown
from onionstream.chat.looks import Look
from onionstream.chat.moderation import ConfiguredError, GoneError, Moderation, NothingError, NoTripcodeError
from onionstream.chat.people import Person, Role
from onionstream.chat.refusals import BannedError, TripBannedError
from onionstream.chat.rules import Rules, When
from onionstream.chat.staff import Deed, RightsError, may
from onionstream.chat.sweep import Extent
from tests.chat.rooms import MINUTE, Talk, key, trip

MESSAGES = {Deed.HIDE, Deed.SHOW, Deed.HIDE_ALL}
BANS = {Deed.BAN, Deed.BAN_AND_HIDE, Deed.UNBAN}

ALLOWED = {
    (Role.BROADCASTER, Role.VIEWER): MESSAGES | BANS | {Deed.APPOINT},
    (Role.BROADCASTER, Role.MODERATOR): MESSAGES | BANS | {Deed.DISMISS},
    (Role.BROADCASTER, Role.BROADCASTER): MESSAGES,
    (Role.MODERATOR, Role.VIEWER): MESSAGES | BANS,
    (Role.MODERATOR, Role.MODERATOR): set(),
    (Role.MODERATOR, Role.BROADCASTER): set(),
    (Role.VIEWER, Role.VIEWER): set(),
    (Role.VIEWER, Role.MODERATOR): set(),
    (Role.VIEWER, Role.BROADCASTER): set(),
}


class StaffCase(SynchronousTestCase):
    """A broadcaster, a moderator, and people who have said something."""

    def setUp(self) -> None:
        """``mod`` is one by his tripcode, ``bob`` has another one, ``ann`` has none."""
        self.talk = Talk(Rules(between=0, burst=100, captcha=When.NEVER))
        self.moderation = Moderation(self.talk.room, (key("eve"),))
        self.talk.appoint("host", Role.BROADCASTER)
        self.moderation.configure(frozenset({trip("mod").digest}), self.talk.now)
        self.wear("mod", "mod")
        self.wear("bob", "bob")
        for name in ("host", "mod", "bob", "ann", "ann"):
            self.talk.say(name, f"From {name} {self.talk.now}")
            self.talk.now += 1
        self.talk.events.clear()

    def wear(self, name: str, password: str | None) -> Person:
        """Somebody has a tripcode from now on."""
        self.talk.now += 100
        look = Look(trip=None if password is None else trip(password))
        return self.talk.room.restyle(key(name), look, self.talk.now)

    def person(self, name: str) -> Person:
        """Somebody, as the room knows him."""
        return self.talk.room.person(key(name))

    def role(self, name: str) -> Role:
        """What he is."""
        return self.person(name).role

    def do(self, actor: str, deed: Deed, target: str) -> int:
        """:return: the number of the record of what one does to another."""
        mark = self.person(target).mark
        return self.moderation.to_person(key(actor), deed, mark, self.talk.now, self.talk.when).number

    def dismiss(self, actor: str, password: str) -> int:
        """:return: the same for whoever has the tripcode of that password."""
        return self.moderation.dismiss(key(actor), trip(password).digest, self.talk.now, self.talk.when).number

    def sweep(self, actor: str, *numbers: int) -> int:
        """:return: the same for these messages."""
        messages = [one for number in numbers if (one := self.talk.room.message(number))]
        return self.moderation.sweep(key(actor), messages, self.talk.when).number

    def undo(self, actor: str, number: int) -> None:
        """One takes something back."""
        self.moderation.undo(key(actor), number, self.talk.now, self.talk.when)


class RightsTests(StaffCase):
    """The table of rights."""

    def test_S75_who_may_do_what_to_whom(self) -> None:
        """Every deed, by everybody, to everybody: what is not allowed here is not allowed."""
        for actor, target, deed in product(Role, Role, Deed):
            people = [Person(key=bytes(16), mark="", role=role) for role in (actor, target)]
            self.assertIs(may(people[0], deed, people[1]), deed in ALLOWED[actor, target], (actor, deed, target))

    def test_S48_who_is_banned_may_do_nothing(self) -> None:
        """Whatever he is."""
        banned = Person(key=bytes(16), mark="", role=Role.MODERATOR, banned=True)
        self.assertFalse(any(may(banned, deed, Person(key=bytes(16), mark="")) for deed in Deed))

    def test_the_deeds_themselves_heed_it(self) -> None:
        """And nothing has happened then. Whoever may nothing does not even learn what there is."""
        for actor, deed, target in product(("ann", "mod"), Deed, ("host", "mod")):
            if deed in (Deed.HIDE, Deed.SHOW):
                continue
            self.assertRaises(RightsError, self.do, actor, deed, target)
        for actor, number in (("ann", 1), ("ann", 99), ("mod", 1), ("mod", 2)):
            self.assertRaises(RightsError, self.moderation.to_message, key(actor), Deed.HIDE, number, self.talk.when)
        self.assertRaises(RightsError, self.moderation.to_person, key("ann"), Deed.BAN, "nobody", 0, 0)
        self.assertRaises(RightsError, self.dismiss, "mod", "mod")
        self.assertRaises(RightsError, self.sweep, "mod", 4)
        self.assertRaises(RightsError, self.moderation.undo, key("ann"), 1, 0, 0)
        self.assertEqual((self.talk.events, list(self.moderation)), ([], []))


class DeedTests(StaffCase):
    """What is done."""

    def test_S71_hide_one_and_show_it_again(self) -> None:
        """By number, and it is written down."""
        self.moderation.to_message(key("mod"), Deed.HIDE, 4, self.talk.when)
        self.moderation.to_message(key("mod"), Deed.SHOW, 4, self.talk.when)
        self.assertEqual(self.talk.events, [Hidden((4,)), Shown((4,))])
        records = [(one.deed, one.actor, one.target, one.messages) for one in self.moderation]
        mod, ann = self.person("mod"), self.person("ann")
        self.assertEqual(records, [(Deed.SHOW, mod, ann, (4,)), (Deed.HIDE, mod, ann, (4,))])

    def test_S71_hide_all_of_one(self) -> None:
        """He may go on."""
        self.do("mod", Deed.HIDE_ALL, "ann")
        self.assertEqual(len(self.talk.shown()), 3)
        self.talk.say("ann", "I am still here")

    def test_S71_ban_and_hide_all(self) -> None:
        """In one go."""
        self.do("mod", Deed.BAN_AND_HIDE, "ann")
        self.assertEqual((len(self.talk.shown()), self.person("ann").banned), (3, True))
        self.assertEqual([(ban.person, ban.when) for ban in self.talk.room.bans], [(self.person("ann"), MINUTE + 180)])

    def test_S72_somebody_who_has_said_nothing(self) -> None:
        """He is here, and that is enough."""
        self.do("mod", Deed.BAN, "eve")
        self.assertTrue(self.person("eve").banned)
        self.do("host", Deed.UNBAN, "eve")
        self.assertFalse(self.person("eve").banned)

    def test_a_sweep_is_one_deed(self) -> None:
        """However many messages of however many people; it is written down how many it has hidden itself."""
        self.moderation.to_message(key("mod"), Deed.HIDE, 3, self.talk.when)
        self.sweep("host", 3, 4, 5)
        self.assertEqual(self.talk.told(Hidden), [Hidden((3,)), Hidden((4, 5))])
        record = next(iter(self.moderation))
        self.assertEqual((record.deed, record.target, record.messages), (Deed.SWEEP, Extent(2, 1), (4, 5)))
        self.assertEqual(record.whom(lambda person: person.mark), "2 messages of 1 person")
        self.assertRaises(NothingError, self.sweep, "host", 3, 4, 5)
        self.assertRaises(NothingError, self.sweep, "host")

    def test_what_is_so_already_is_said(self) -> None:
        """Two moderators press the same button."""
        self.do("mod", Deed.BAN, "ann")
        self.assertRaises(NothingError, self.do, "host", Deed.BAN, "ann")
        self.assertRaises(NothingError, self.do, "host", Deed.UNBAN, "bob")
        self.do("host", Deed.BAN_AND_HIDE, "ann")
        self.assertRaises(NothingError, self.do, "host", Deed.BAN_AND_HIDE, "ann")
        self.assertRaises(NothingError, self.do, "host", Deed.HIDE_ALL, "ann")
        self.assertRaises(NothingError, self.moderation.to_message, key("mod"), Deed.HIDE, 4, 0)
        self.assertRaises(GoneError, self.moderation.to_message, key("mod"), Deed.HIDE, 99, 0)
        self.assertRaises(GoneError, self.moderation.to_person, key("mod"), Deed.BAN, "0" * 10, 0, 0)


class TripcodeTests(StaffCase):
    """Whoever has a tripcode is who has it."""

    def test_A16_a_ban_is_of_everybody_with_that_tripcode(self) -> None:
        """Two browsers, one password; and the ban ends for both."""
        self.wear("bob2", "bob")
        self.do("mod", Deed.BAN, "bob")
        self.assertTrue(self.person("bob2").banned)
        self.assertRaises(BannedError, self.talk.try_to_say, "bob2", "me too")
        self.do("mod", Deed.UNBAN, "bob2")
        self.assertFalse(self.person("bob").banned or self.person("bob2").banned)
        self.wear("cat", "bob")

    def test_D12_nobody_gets_a_banned_tripcode(self) -> None:
        """By its whole digest; another one that looks the same is not meant."""
        self.do("mod", Deed.BAN, "bob")
        self.assertRaises(TripBannedError, self.wear, "cat", "bob")
        self.assertIsNone(self.person("cat").look.trip)
        self.wear("cat", "bob.......but another")
        self.assertEqual(trip("bob.......but another").shown, trip("bob").shown)

    def test_the_tripcode_makes_a_moderator(self) -> None:
        """As soon as he types his password, and only as long as he has it."""
        self.assertEqual(self.role("mod"), Role.MODERATOR)
        self.wear("new", "mod")
        self.assertEqual(self.role("new"), Role.MODERATOR)
        self.talk.events.clear()
        self.wear("new", None)
        self.assertEqual(self.role("new"), Role.VIEWER)
        self.assertEqual(self.talk.events, [Changed(self.person("new"), role=True)])

    def test_the_broadcaster_makes_one_and_takes_it_back(self) -> None:
        """At once, for everybody with that tripcode; it is what has to be kept."""
        changes: list[int] = []
        self.moderation.changed = lambda: changes.append(len(self.moderation.appointed))
        self.wear("bob2", "bob")
        self.talk.events.clear()
        number = self.do("host", Deed.APPOINT, "bob")
        self.assertEqual((self.role("bob"), self.role("bob2")), (Role.MODERATOR, Role.MODERATOR))
        self.assertEqual({one.role for one in self.talk.told(Changed)}, {True})
        self.assertEqual(self.moderation.appointed, {trip("bob").digest: self.talk.when - self.talk.when % 60})
        self.undo("host", number)
        self.assertEqual((self.role("bob"), changes), (Role.VIEWER, [1, 0]))
        self.do("host", Deed.APPOINT, "bob")
        self.dismiss("host", "bob")
        self.assertEqual(self.role("bob"), Role.VIEWER)
        self.assertRaises(NothingError, self.dismiss, "host", "bob")

    def test_without_a_tripcode_nobody_can_be_one(self) -> None:
        """He could not be known again."""
        self.assertRaises(NoTripcodeError, self.do, "host", Deed.APPOINT, "ann")

    def test_the_configuration_is_not_overruled(self) -> None:
        """Who stands there is taken out there."""
        self.assertRaises(ConfiguredError, self.do, "host", Deed.DISMISS, "mod")
        self.assertRaises(ConfiguredError, self.dismiss, "host", "mod")
        self.moderation.configure(frozenset(), self.talk.now)
        self.assertEqual(self.role("mod"), Role.VIEWER)

    def test_who_is_banned_is_no_moderator_afterwards(self) -> None:
        """However the ban came, and after its end neither; unless the configuration says so."""
        self.do("host", Deed.APPOINT, "bob")
        for name in ("bob", "mod"):
            self.talk.room.ban(key(name))
        for event in self.talk.events:
            self.moderation.tell(event)
        self.assertEqual(self.moderation.appointed, {})
        self.assertRaises(RightsError, self.do, "mod", Deed.BAN, "ann")
        for name in ("bob", "mod"):
            self.talk.room.unban(key(name))
        self.wear("bob2", "bob")
        self.wear("mod2", "mod")
        self.assertEqual((self.role("bob2"), self.role("mod2")), (Role.VIEWER, Role.MODERATOR))

    def test_the_broadcaster_stays_who_he_is(self) -> None:
        """Whatever tripcode he has."""
        self.wear("host", "mod")
        self.moderation.configure(frozenset(), self.talk.now)
        self.wear("host", None)
        self.assertEqual(self.role("host"), Role.BROADCASTER)


class UndoTests(StaffCase):
    """What was done is taken back."""

    def test_S73_each_deed(self) -> None:
        """And only what it did: what was hidden before stays hidden."""
        self.moderation.to_message(key("mod"), Deed.HIDE, 4, 0)
        before = self.talk.shown()
        for deed in (Deed.HIDE_ALL, Deed.BAN, Deed.BAN_AND_HIDE):
            self.undo("mod", self.do("mod", deed, "ann"))
            self.assertEqual((self.talk.shown(), self.person("ann").banned), (before, False), deed)
        self.do("mod", Deed.BAN, "ann")
        self.undo("mod", self.do("mod", Deed.UNBAN, "ann"))
        self.assertTrue(self.person("ann").banned)

    def test_a_sweep(self) -> None:
        """As one, by the broadcaster only; then it is the latest no more that could be taken back."""
        first, second = self.sweep("host", 3), self.sweep("host", 4, 5)
        self.assertRaises(RightsError, self.undo, "mod", second)
        swept = self.moderation.swept
        self.assertEqual(swept and swept.number, second)
        self.undo("host", second)
        self.assertEqual(len(self.talk.shown()), 4)
        swept = self.moderation.swept
        self.assertEqual(swept and swept.number, first)
        self.undo("host", first)
        self.assertIsNone(self.moderation.swept)

    def test_a_moderator_who_was_not_here(self) -> None:
        """By his tripcode he was dismissed, and by that he is one again; but not if he is banned by now."""
        self.do("host", Deed.APPOINT, "bob")
        number = self.dismiss("host", "bob")
        self.assertEqual(next(iter(self.moderation)).whom(str), f"!{trip('bob').shown}")
        self.undo("host", number)
        self.assertEqual((self.role("bob"), [*self.moderation.appointed]), (Role.MODERATOR, [trip("bob").digest]))
        number = self.dismiss("host", "bob")
        self.do("host", Deed.BAN, "bob")
        self.assertRaises(NoTripcodeError, self.undo, "host", number)
        self.assertEqual(self.moderation.appointed, {})

    def test_once(self) -> None:
        """And only what is still written down."""
        number = self.do("mod", Deed.BAN, "ann")
        self.undo("host", number)
        self.assertRaises(NothingError, self.undo, "host", number)
        self.assertRaises(GoneError, self.undo, "host", 77)
        self.assertEqual([one.undone for one in self.moderation], [True])

    def test_a_moderator_undoes_what_is_his(self) -> None:
        """And what the broadcaster does stays, unless the broadcaster takes it back."""
        number = self.do("host", Deed.HIDE_ALL, "ann")
        self.assertRaises(RightsError, self.undo, "mod", number)
        self.undo("host", number)

    def test_what_was_done_while_somebody_was_less(self) -> None:
        """He is a moderator now, and others have no say over him."""
        number = self.do("mod", Deed.HIDE_ALL, "bob")
        self.do("host", Deed.APPOINT, "bob")
        self.assertRaises(RightsError, self.undo, "mod", number)

    def test_D50_so_many_are_remembered(self) -> None:
        """The oldest go first."""
        moderation = Moderation(self.talk.room, kept=2)
        for deed in (Deed.HIDE, Deed.SHOW, Deed.HIDE):
            moderation.to_message(key("mod"), deed, 4, 0)
        self.assertEqual([one.number for one in moderation], [3, 2])
        self.assertRaises(ChatError, moderation.undo, key("host"), 1, 0, 0)
