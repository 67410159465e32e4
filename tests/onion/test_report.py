"""What the self-test found, in sentences."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.report import SHARE, Outcome, Planned, Report, sane_bitrate

GOOD = Report(outcome=Outcome.REACHED, at=1.0, way=4.21, answer=0.618, video=1.49, stream=447.6, carries=2000.4)
PLANNED = Planned(video=400, audio=48)


class SentencesTests(SynchronousTestCase):
    """``Report.sentences``."""

    def test_all_figures_are_said(self) -> None:
        """The most important first."""
        self.assertEqual(
            GOOD.sentences(PLANNED),
            (
                "The onion address works: its page came through Tor's network. "
                "4.2 s to get there, 0.62 s for an answer.",
                "The video began after 1.5 s and came at 448 kbit/s.",
                "Another way, filled on purpose, carried 2000 kbit/s.",
                "A stream of 448 kbit/s fits well.",
            ),
        )

    def test_nothing_is_claimed_that_was_not_measured(self) -> None:
        """No gauge: no advice. No video: why not."""
        self.assertEqual(
            replace(GOOD, carries=None, stream=None).sentences(PLANNED)[1:],
            ("The video began after 1.5 s.", "What more a way carries is not known."),
        )
        offline = replace(GOOD, carries=None, video=None, stream=None, no_video="the stream is offline")
        self.assertEqual(offline.sentences(PLANNED)[1:], ("No video was tested: the stream is offline.",))

    def test_why_it_was_not_reached(self) -> None:
        """With the number of tries."""
        report = Report(outcome=Outcome.NOT_REACHED, at=1.0, why="no answer came", tries=4)
        self.assertEqual(
            report.sentences(PLANNED), ("The onion address could not be reached in 4 tries: no answer came.",)
        )
        self.assertIn("in 1 try:", replace(report, tries=1).summary)

    def test_why_it_was_not_tested(self) -> None:
        """That is no verdict on the address."""
        report = Report(outcome=Outcome.NOT_TESTED, at=1.0, why="tor: 5 %, connecting")
        self.assertEqual(report.sentences(PLANNED), ("The onion address was not tested: tor: 5 %, connecting.",))

    def test_an_address_for_guests(self) -> None:
        """What is not known is said."""
        report = Report(outcome=Outcome.INVITED_ONLY, at=1.0)
        self.assertIn("so the way to the site was not tested", report.sentences(PLANNED)[0])


class AdviceTests(SynchronousTestCase):
    """What bitrate is sane."""

    def test_what_is_too_much_is_told_with_what_is_not(self) -> None:
        """The sound has its part."""
        self.assertEqual(
            replace(GOOD, carries=600.0).advice(PLANNED),
            "A stream of 448 kbit/s is too much for that: set bitrate in [video] to at most 310.",
        )

    def test_what_is_too_little_for_any_video(self) -> None:
        """Another way may be better."""
        self.assertIn("test again", replace(GOOD, carries=100.0).advice(PLANNED))
        self.assertIn("test again", replace(GOOD, carries=0.0).advice(PLANNED))

    @given(st.floats(0, 1e6))
    def test_a_sane_bitrate_is_round_and_not_too_much(self, carries: float) -> None:
        """Two digits are as much as is known."""
        sane = sane_bitrate(carries)
        self.assertLessEqual(sane, carries * SHARE)
        self.assertGreaterEqual(sane, carries * SHARE * 0.9 - 1)
        self.assertEqual(f"{sane}"[2:].strip("0"), "")
