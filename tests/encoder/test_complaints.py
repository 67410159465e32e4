"""What people read of ffmpeg's own words."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.complaints import advice, complaint


class ComplaintTests(SynchronousTestCase):
    """The line that explains an end."""

    def test_the_first_error_is_taken_without_ffmpeg_s_marks(self) -> None:
        """What follows it is mostly its consequence."""
        lines = (
            "[mp4 @ 0x55c1ac2999c0] [warning] pts has no value",
            "[x11grab @ 0x55d7468c4e00] [error] Cannot open display :77, error 1.",
            "[error] :77: Input/output error",
        )
        self.assertEqual(complaint(lines), "Cannot open display :77, error 1")

    def test_without_an_error_it_is_the_last_line(self) -> None:
        """Also one that is not ffmpeg's."""
        self.assertEqual(complaint(("[warning] hm", "unshare: unshare failed")), "unshare: unshare failed")

    def test_without_lines_there_is_none(self) -> None:
        """And no advice about it."""
        self.assertEqual((complaint(()), advice("")), ("", ""))

    def test_known_complaints_come_with_advice(self) -> None:
        """What to do about them; an old ffmpeg is one of them (R-06)."""
        self.assertIn("5.1 or newer", advice("Unrecognized option 'fps_mode'."))
        self.assertIn("sound server", advice("default: No such process"))
        self.assertEqual(advice("Something new"), "")
