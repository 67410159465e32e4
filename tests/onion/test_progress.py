"""How far tor has come: events to states and sentences."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.progress import Progress, State, Status

AT_45 = 'NOTICE BOOTSTRAP PROGRESS=45 TAG=requesting_descriptors SUMMARY="Asking for relay descriptors"'
DONE = 'NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"'
STUCK = (
    'WARN BOOTSTRAP PROGRESS=5 TAG=conn SUMMARY="Connecting to a relay" WARNING="No route to host" REASON={} COUNT=1 '
    'RECOMMENDATION=warn HOSTID="0123" HOSTADDR="192.0.2.1:443"'
)


class ProgressTests(SynchronousTestCase):
    """``Progress``."""

    def test_at_first_it_connects(self) -> None:
        """Nothing has been heard."""
        self.assertEqual((Progress().state, Progress().sentence), (State.CONNECTING, "tor: 0 %, starting."))

    def test_on_its_way_it_says_how_far(self) -> None:
        """And what it does."""
        progress = Progress().bootstrap(AT_45)
        self.assertEqual(progress.state, State.CONNECTING)
        self.assertEqual(progress.sentence, "tor: 45 %, asking for relay descriptors.")

    def test_then_it_publishes_and_is_reachable(self) -> None:
        """With the first directory that takes the address."""
        progress = Progress().bootstrap(DONE)
        self.assertEqual(progress.state, State.PUBLISHING)
        progress = progress.descriptor("UPLOAD abc UNKNOWN $F~n d HSDIR_INDEX=1")
        self.assertEqual(progress.state, State.PUBLISHING)
        progress = progress.descriptor("UPLOADED abc UNKNOWN $F~n")
        self.assertEqual(progress.state, State.REACHABLE)

    def test_one_directory_that_fails_later_changes_nothing(self) -> None:
        """Others have the address."""
        progress = Progress(percent=100, published=True)
        self.assertEqual(progress.descriptor("FAILED abc UNKNOWN $F REASON=UPLOAD_REJECTED"), progress)

    def test_refusals_before_that_are_told(self) -> None:
        """Until one takes it."""
        progress = Progress(percent=100).descriptor("FAILED abc UNKNOWN $F REASON=UPLOAD_REJECTED")
        self.assertIn("A directory has refused the address", progress.sentence)
        self.assertNotIn("refused", progress.descriptor("UPLOADED abc UNKNOWN $F").sentence)

    def test_what_keeps_it_is_told_and_forgotten(self) -> None:
        """No network, a clock, and for most of the rest that nobody answers; never whom it asked."""
        rows = (("NOROUTE", "no network"), ("CLOCK_SKEW", "clock"), ("TIMEOUT", "bridges"), ("PT_MISSING", "bridges"))
        for reason, words in rows:
            progress = Progress().bootstrap(STUCK.format(reason))
            self.assertIn(words, progress.sentence)
            self.assertNotIn("192.0.2.1", progress.sentence)
            self.assertEqual(progress.bootstrap(AT_45).trouble, "")

    def test_a_wrong_clock_is_told_with_how_wrong(self) -> None:
        """In the unit that fits."""
        rows = (
            ("-86400", "1 day behind"),
            ("+172800", "2 days ahead"),
            ("7200", "2 hours ahead"),
            ("-90", "2 minutes behind"),
            ("-5", "5 seconds behind"),
            ("", "seems to be wrong"),
            ("x", "seems to be wrong"),
        )
        for skew, words in rows:
            event = f"WARN CLOCK_SKEW SKEW={skew} MIN_SKEW=1 SOURCE=CONSENSUS"
            self.assertIn(words, Progress().general(event).sentence)
        self.assertEqual(Progress().general("NOTICE CLOCK_JUMPED TIME=5"), Progress())

    def test_a_network_that_is_gone_is_told(self) -> None:
        """And its return."""
        reachable = Progress(percent=100, published=True)
        gone = reachable.liveness("DOWN")
        self.assertEqual(
            (gone.state, gone.sentence), (State.CONNECTING, "tor hears nothing from its network any more.")
        )
        self.assertEqual(gone.liveness("UP"), reachable)

    def test_L22_tors_words_are_scrubbed_and_short(self) -> None:
        """Whatever it would call its steps."""
        event = f'NOTICE BOOTSTRAP PROGRESS=5 SUMMARY="To 192.0.2.1 {"x" * 500}"'
        progress = Progress().bootstrap(event)
        self.assertNotIn("192", progress.sentence)
        self.assertLess(len(progress.sentence), 120)

    @given(st.text())
    def test_B90_any_text_at_all(self, event: str) -> None:
        """It is no event we know, and nothing happens."""
        start = Progress()
        for hear in (start.bootstrap, start.descriptor, start.general, start.liveness):
            self.assertIn(hear(event).state, State)

    def test_B90_a_bootstrap_without_sense_is_none(self) -> None:
        """Too many percents, none, or another event."""
        for event in ("NOTICE BOOTSTRAP PROGRESS=101", "NOTICE BOOTSTRAP", "NOTICE ENOUGH_DIR_INFO PROGRESS=3", ""):
            self.assertEqual(Progress().bootstrap(event), Progress())


class StatusTests(SynchronousTestCase):
    """``Status``."""

    def test_L24_the_address_is_not_in_its_repr(self) -> None:
        """A log may hold that."""
        status = Status(state=State.REACHABLE, sentence="s", address="abc.onion", percent=100, seconds=1.0, lines=())
        self.assertNotIn("abc", repr(status))
