"""What a viewer of a benchmark finds in what he gets."""

from __future__ import annotations

import zlib

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.reading import Reading
from onionstream.video.deflate import HEAD, stored, zeros
from tests.video.streams import film, fragment, init

FRAMES = film(1)


def piece(number: int, frame: int | None = None) -> bytes:
    """A fragment of this number; with another frame in it than this number's, if ``frame`` says so."""
    return fragment([FRAMES[number if frame is None else frame]], number=number)


class ReadingTests(SynchronousTestCase):
    """``Reading``."""

    def read(self, *pieces: bytes, seen: dict[int, int] | None = None) -> Reading:
        """Someone who has got these fragments after the init segment."""
        reading = Reading({} if seen is None else seen, gzip=False)
        reading.feed(init() + b"".join(pieces))
        return reading

    def test_fragments_in_a_row_are_all_there(self) -> None:
        """Nothing is missed, and nothing wrong."""
        reading = self.read(piece(4), piece(5), piece(6))
        self.assertEqual((reading.fragments, reading.missed, reading.wrong), (3, 0, 0))

    def test_any_pieces_are_the_same(self) -> None:
        """It does not matter how the bytes come."""
        reading, whole = Reading({}, gzip=False), init() + piece(4) + piece(5) + piece(7)
        for start in range(len(whole)):
            reading.feed(memoryview(whole)[start : start + 1])
        self.assertEqual((reading.fragments, reading.missed, reading.wrong), (3, 1, 0))

    def test_a_gap_in_the_numbers_is_missed(self) -> None:
        """As many fragments as numbers are left out."""
        self.assertEqual(self.read(piece(4), piece(7)).missed, 2)

    def test_other_bytes_under_the_same_number_are_wrong(self) -> None:
        """One viewer's fragment is held against another's."""
        seen: dict[int, int] = {}
        self.read(piece(4), piece(5), seen=seen)
        self.assertEqual(self.read(piece(4), piece(5, frame=6), seen=seen).wrong, 1)

    def test_an_unfinished_fragment_does_not_count(self) -> None:
        """Its end has not come."""
        self.assertEqual(self.read(piece(4), piece(5)[:-1]).fragments, 1)

    def test_counts_begin_anew_and_the_place_stays(self) -> None:
        """A fragment that is missed at the beginning of the span is missed in it."""
        reading = self.read(piece(4))
        reading.start_over({})
        reading.feed(piece(6))
        self.assertEqual((reading.fragments, reading.missed), (1, 1))

    def test_a_gzip_stream_without_an_end_is_unpacked(self) -> None:
        """As Firefox gets it, with filling after each fragment."""
        reading = Reading({}, gzip=True)
        filling = (8 + 500).to_bytes(4, "big") + b"free"
        for part in (HEAD, stored(init()), stored(piece(4) + filling), zeros(500), stored(piece(5) + filling)):
            reading.feed(part)
        self.assertEqual((reading.fragments, reading.missed, reading.wrong), (2, 0, 0))

    def test_what_is_no_gzip_stream_is_refused(self) -> None:
        """The server was asked for one."""
        self.assertRaises(zlib.error, Reading({}, gzip=True).feed, init())
