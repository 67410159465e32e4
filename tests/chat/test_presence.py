"""Who is here, and who watches."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.people import Person, Role
from onionstream.chat.presence import Presence, Way

ROLES = {b"host": Role.BROADCASTER, b"mod": Role.MODERATOR}


def person(key: bytes) -> Person:
    """:return: whoever has that key."""
    return Person(key=key, mark="0" * 10, role=ROLES.get(key, Role.VIEWER))


class PresenceTests(SynchronousTestCase):
    """From what is open, and nothing else."""

    def setUp(self) -> None:
        """Nobody is here."""
        self.changes = 0
        self.presence = Presence(self.change)

    def change(self) -> None:
        """It is told; what it tells is true already."""
        self.changes += 1
        self.seen = self.groups()

    def groups(self) -> tuple[list[bytes], list[bytes]]:
        """:return: the keys of those who watch, and of the others."""
        groups = self.presence.groups(person)
        return [one.key for one in groups.watching], [one.key for one in groups.others]

    def test_A64_who_watches_and_who_does_not(self) -> None:
        """And how many watch."""
        self.presence.enter(b"ann", Way.PAGE)
        self.presence.enter(b"bob", Way.PAGE)
        self.presence.enter(b"bob", Way.VIDEO)
        self.assertEqual(self.groups(), ([b"bob"], [b"ann"]))
        self.assertEqual((self.presence.watching, len(self.presence)), (1, 2))
        self.assertEqual((self.presence.watches(b"bob"), self.presence.watches(b"ann")), (True, False))

    def test_A63_it_ends_when_the_connection_does(self) -> None:
        """At once; nothing is left."""
        self.presence.enter(b"ann", Way.PAGE)
        self.presence.enter(b"ann", Way.VIDEO)
        self.presence.leave(b"ann", Way.PAGE)
        self.assertEqual(self.groups(), ([b"ann"], []))
        self.presence.leave(b"ann", Way.VIDEO)
        self.assertEqual(self.groups(), ([], []))
        self.assertEqual((self.presence.watching, len(self.presence), list(self.presence)), (0, 0, []))
        self.assertNotIn(b"ann", self.presence)

    def test_several_tabs_are_one_person(self) -> None:
        """Who is gone when the last is closed."""
        for way in (Way.PAGE, Way.VIDEO) * 2:
            self.presence.enter(b"ann", way)
        self.assertEqual(self.presence.watching, 1)
        self.presence.leave(b"ann", Way.VIDEO)
        self.assertEqual(self.groups(), ([b"ann"], []))
        self.presence.leave(b"ann", Way.VIDEO)
        self.assertEqual(self.groups(), ([], [b"ann"]))

    def test_S80_the_broadcaster_first_then_moderators_then_by_their_coming(self) -> None:
        """In both groups."""
        for key in (b"zoe", b"mod", b"ann", b"host"):
            self.presence.enter(key, Way.PAGE)
        self.assertEqual(self.groups()[1], [b"host", b"mod", b"zoe", b"ann"])
        for key in (b"ann", b"zoe", b"host"):
            self.presence.enter(key, Way.VIDEO)
        self.assertEqual(self.groups(), ([b"host", b"zoe", b"ann"], [b"mod"]))

    def test_it_is_told_when_the_groups_have_changed(self) -> None:
        """And at no other time."""
        for way, changes in ((Way.PAGE, 1), (Way.PAGE, 1), (Way.VIDEO, 2), (Way.VIDEO, 2)):
            self.presence.enter(b"ann", way)
            self.assertEqual((self.changes, self.seen), (changes, self.groups()))
        for way, changes in ((Way.VIDEO, 2), (Way.VIDEO, 3), (Way.PAGE, 3), (Way.PAGE, 4)):
            self.presence.leave(b"ann", way)
            self.assertEqual((self.changes, self.seen), (changes, self.groups()))
