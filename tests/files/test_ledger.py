"""Who is banned and who is a moderator, in files that people may edit."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import ParamSpec, TypeVar

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, execute
from twisted.logger import ILogObserver, LogEvent, formatEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.bans import Why
from onionstream.chat.tripcode import Tripcode
from onionstream.files.banlists import BANS, MODERATOR_LIST, Banned, ListError
from onionstream.files.ledger import Ledger, LedgerError

P = ParamSpec("P")
T = TypeVar("T")

MINUTE = 1_795_372_260


def ban(name: str, trip: str = "", why: Why = Why.MODERATION) -> Banned:
    """:return: a ban of somebody whom the test calls so."""
    digest = Tripcode(trip.encode().ljust(32, b".")) if trip else None
    return Banned(key=name.encode().ljust(16, b"."), trip=digest, when=MINUTE, why=why)


class Disk:
    """
    Does what is to be done at once, or fails, or later.

    :ivar full: writing fails.
    :ivar waiting: not ``None``: later.
    """

    def __init__(self) -> None:
        self.full = False
        self.waiting: list[Callable[[], object]] | None = None
        self.count = 0

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        """See ``threads.Runner``."""
        self.count += 1
        if self.waiting is None:
            return execute(self._do(function), *args, **kwargs)
        later: Deferred[T] = Deferred()
        self.waiting.append(lambda: execute(self._do(function), *args, **kwargs).chainDeferred(later))
        return later

    def _do(self, function: Callable[P, T]) -> Callable[P, T]:
        def do(*args: P.args, **kwargs: P.kwargs) -> T:
            if self.full:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return function(*args, **kwargs)

        return do


class LedgerCase(SynchronousTestCase):
    """A list of bans in a folder of the test's."""

    def setUp(self) -> None:
        """Nobody is banned, and there is no file."""
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.path = self.folder / "bans.toml"
        self.disk = Disk()
        self.here: dict[bytes, Banned] = {}
        self.ledger = self.start()
        self.said: list[str] = []
        hear: ILogObserver = self._hear  # type: ignore[assignment] # a function does
        globalLogPublisher.addObserver(hear)
        self.addCleanup(globalLogPublisher.removeObserver, hear)

    def start(self) -> Ledger[Banned]:
        """A daemon begins."""
        ledger = Ledger(self.folder, BANS, self.disk)
        self.here = ledger.load()
        ledger.current = lambda: self.here
        ledger.apply = self._apply
        return ledger

    def add(self, *bans: Banned) -> None:
        """Somebody is banned here."""
        self.here |= {one.key: one for one in bans}
        self.ledger.save()

    def edit(self, change: Callable[[str], str]) -> None:
        """Somebody edits the file."""
        self.path.write_text(change(self.path.read_text()))

    def kept(self) -> dict[bytes, Banned]:
        """What another daemon would find."""
        return Ledger(self.folder, BANS, self.disk).load()

    def _apply(self, new: Mapping[bytes, Banned], gone: Collection[bytes]) -> None:
        self.here = {name: one for name, one in self.here.items() if name not in gone} | dict(new)

    def _hear(self, event: LogEvent) -> None:
        if "onionstream" in str(event.get("log_namespace")):
            self.said.append(formatEvent(event))


class KeepTests(LedgerCase):
    """Bans outlive the daemon."""

    def test_A5_they_are_there_after_a_restart(self) -> None:
        """As they were, in a file for nobody else."""
        self.add(ban("ann"), ban("bob", "secret", Why.FILTER))
        self.assertEqual(self.kept(), self.here)
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)

    def test_A5_and_so_is_the_end_of_one(self) -> None:
        """It stands there no more."""
        self.add(ban("ann"), ban("bob"))
        del self.here[ban("ann").key]
        self.ledger.save()
        self.assertEqual([*self.kept()], [ban("bob").key])

    def test_without_a_ban_there_is_no_file(self) -> None:
        """Not even at the end."""
        self.ledger.save()
        self.successResultOf(self.ledger.stopService())
        self.assertFalse(self.path.exists())

    def test_while_it_is_written_more_may_change(self) -> None:
        """It is written once more then, and never twice at the same time."""
        waiting: list[Callable[[], object]] = []
        self.disk.waiting = waiting
        for name in ("ann", "bob", "cat"):
            self.add(ban(name))
        self.assertEqual(len(waiting), 1)
        waiting.pop(0)()
        waiting.pop(0)()
        self.assertEqual((waiting, len(self.kept())), ([], 3))

    def test_the_end_waits_for_it(self) -> None:
        """And what is new then is written without a thread."""
        waiting: list[Callable[[], object]] = []
        self.disk.waiting = waiting
        self.add(ban("ann"))
        ending = self.ledger.stopService()
        self.here[ban("bob").key] = ban("bob")
        self.assertNoResult(ending)
        self.disk.waiting = None
        waiting.pop(0)()
        self.successResultOf(ending)
        self.assertEqual(self.kept(), self.here)

    def test_it_may_be_off(self) -> None:
        """Then nothing is read or written; a file from before is left alone."""
        self.add(ban("ann"))
        before = self.path.read_text()
        self.ledger.kept = False
        self.add(ban("bob"))
        self.edit(lambda text: text + "# mine\n")
        self.ledger.look()
        self.successResultOf(self.ledger.stopService())
        self.assertEqual(self.path.read_text(), before + "# mine\n")


class FullTests(LedgerCase):
    """A disk that takes nothing."""

    def test_R30_one_warning_and_all_is_written_when_there_is_room(self) -> None:
        """Bans hold meanwhile."""
        self.add(ban("ann"))
        self.disk.full = True
        self.add(ban("bob"))
        self.add(ban("cat"))
        self.assertEqual(self.said, ["What changes is not kept: bans.toml cannot be written: No space left on device"])
        self.assertEqual(len(self.kept()), 1)
        self.disk.full = False
        self.add()
        self.assertEqual(self.kept(), self.here)

    def test_R30_at_the_end_it_is_tried_once_more(self) -> None:
        """Nothing has changed since, but it was not written."""
        self.disk.full = True
        self.add(ban("ann"))
        self.successResultOf(self.ledger.stopService())
        self.assertEqual(self.kept(), self.here)


class EditTests(LedgerCase):
    """Somebody edits the file."""

    def setUp(self) -> None:
        """Two are banned."""
        super().setUp()
        self.add(ban("ann"), ban("bob", "secret"))

    def test_R41_what_is_in_it_holds_when_the_daemon_looks(self) -> None:
        """One is taken out, one is put in, one is changed."""
        table = f'\n[[ban]]\nperson = "{ban("eve").key.hex()}"\n'
        self.edit(
            lambda text: text.replace(ban("ann").key.hex(), ban("new").key.hex()).replace("18:31", "18:32") + table
        )
        self.ledger.look()
        self.assertEqual([*self.here], [ban(name).key for name in ("bob", "new", "eve")])
        self.assertEqual([one.when for one in self.here.values()], [MINUTE + 60, MINUTE + 60, 0])

    def test_nothing_of_it_is_overwritten(self) -> None:
        """Although nobody has told the daemon: both changes hold."""
        self.edit(lambda text: text.replace(ban("ann").key.hex(), ban("new").key.hex()))
        self.add(ban("cat"))
        self.assertEqual({*self.kept()}, {ban(name).key for name in ("bob", "new", "cat")})
        self.assertEqual(self.kept(), self.here)

    def test_R34_an_error_in_it_is_one_sentence_and_loses_nothing(self) -> None:
        """The file stays as it is, bans go on to hold, and as soon as it is right both are joined."""
        self.edit(lambda text: text.replace('"moderation"', '"moderaton"', 1))
        broken = self.path.read_text()
        self.ledger.look()
        self.add(ban("cat"))
        (said,) = self.said
        self.assertEqual(
            said,
            "What changes is not kept: bans.toml is not right: "
            '[ban] why is "moderaton", but must be text in quotes: one of "moderation", '
            '"filter"; did you mean "moderation"?',
        )
        self.assertEqual((self.path.read_text(), len(self.here)), (broken, 3))
        self.edit(lambda text: text.replace("moderaton", "filter"))
        self.ledger.look()
        self.assertEqual((self.kept(), len(self.here)), (self.here, 3))
        self.assertEqual(self.here[ban("ann").key].why, Why.FILTER)

    def test_R34_each_look_tells_what_came_of_it(self) -> None:
        """Who sends SIGHUP again hears again what is wrong, and that it is right at last; never whom it is about."""
        self.edit(lambda text: f"{text}\n[[ban")
        for _ in range(2):
            self.ledger.look()
        self.assertEqual(len(self.said), 2)
        self.assertEqual(len({*self.said}), 1)
        self.edit(lambda text: text.partition("[[ban")[0])
        self.ledger.look()
        self.assertEqual(self.said[2:], ["bans.toml was changed: 0 put in, 2 taken out."])
        self.ledger.look()
        self.assertEqual(len(self.said), 3)

    def test_R34_with_an_error_there_is_no_start(self) -> None:
        """As with the configuration: without its bans a stream would be another one."""
        for text, sentence in (
            ("[[ban]", "is not right: "),
            ("[[ban]]\n", "is not right: each [[ban]] must have `person`"),
            ('[ban]\nperson = "1"\n', "is not right: [[ban]] has two brackets on each side"),
            ('[[ban]]\nperson = "1"\n', "[ban] person must be text in quotes: 32 digits"),
            (f'[[ban]]\nperson = "{"0" * 32}"\nwhen = "yesterday"\n', 'such as "2026-11-22 18:31"'),
            (f'[[ban]]\nperson = "{"0" * 32}"\nwho = "me"\n', "[ban] has no key `who`"),
            (f'[[ban]]\nperson = "{"0" * 32}"\ntripcode = "short"\n', "a whole tripcode of 43 characters"),
            ("[[bans]]\n", "holds `bans`, but only [[ban]] is known there"),
            ("[[ban]]\nperson = 1\n" * 4097, "holds more than 4096 times [[ban]]"),
        ):
            self.path.write_text(text)
            with self.assertRaises(LedgerError) as refused:
                self.start()
            said = str(refused.exception)
            self.assertTrue(sentence in said and str(self.path) in said and "\n" not in said, said)
            self.assertEqual(self.path.read_text(), text)

    def test_what_is_no_file_is_left_alone(self) -> None:
        """A folder in its place, a link in a circle, letters of another encoding."""
        self.path.unlink()
        self.path.symlink_to(self.path.name)
        self.ledger.look()
        self.add(ban("cat"))
        self.assertEqual(len(self.said), 1)
        self.path.unlink()
        self.path.write_bytes(b"# \xff")
        self.assertRaises(LedgerError, self.start)

    def test_a_file_that_was_taken_away_is_made_again(self) -> None:
        """At the next change."""
        self.path.unlink()
        self.add(ban("cat"))
        self.assertEqual(self.kept(), self.here)


class ModeratorTests(SynchronousTestCase):
    """The other file."""

    def test_D12_whole_digests(self) -> None:
        """What was written is read; what is shown of a tripcode is not enough."""
        trip = Tripcode(bytes(range(32)))
        text = MODERATOR_LIST.written({trip.digest: MINUTE})
        self.assertIn(f'tripcode = "{trip.full}"\nwhen = "2026-11-22 18:31"\n', text)
        self.assertEqual(MODERATOR_LIST.read(text), {trip.digest: MINUTE})
        self.assertRaisesRegex(Exception, "a whole tripcode", MODERATOR_LIST.read, text.replace(trip.full, trip.shown))


times = st.integers(0, 2**33).map(lambda when: when - when % 60)
trips = st.none() | st.binary(min_size=32, max_size=32).map(Tripcode)
bans = st.builds(Banned, key=st.binary(min_size=16, max_size=16), trip=trips, when=times, why=st.sampled_from(Why))


class AnyTests(SynchronousTestCase):
    """Whatever stands in them."""

    @given(st.lists(bans))
    def test_what_was_written_is_read(self, some: list[Banned]) -> None:
        """All of it, and in order."""
        held = {one.key: one for one in some}
        self.assertEqual([*BANS.read(BANS.written(held)).items()], [*held.items()])

    @given(st.text())
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        """Nothing else comes of it."""
        for form in (BANS, MODERATOR_LIST):
            with contextlib.suppress(ListError):
                form.read(text)
