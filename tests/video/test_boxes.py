"""MP4 boxes: reading them in any pieces, and writing them."""

from __future__ import annotations

import contextlib
import struct

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.boxes import LARGEST, Box, BoxReader, box, child, children, full_box
from onionstream.video.errors import BoxError
from tests.video.strategies import CUTS, chunks

BOXES = st.lists(st.tuples(st.binary(min_size=4, max_size=4), st.binary(max_size=60), st.booleans()), max_size=12)


def _written(kind: bytes, payload: bytes, *, long: bool) -> bytes:
    """A box, if ``long`` with a size of 64 bits."""
    if long:
        return struct.pack(">I4sQ", 1, kind, 16 + len(payload)) + payload
    return box(kind, payload)


class WritingTests(SynchronousTestCase):
    """``box`` and ``full_box``."""

    def test_a_box_is_size_kind_and_payload(self) -> None:
        """The size counts its own eight bytes of header."""
        self.assertEqual(box(b"free", b"ab", b"c"), b"\0\0\0\x0bfreeabc")

    def test_a_full_box_begins_with_version_and_flags(self) -> None:
        """Eight bits of version, 24 bits of flags, then the rest."""
        self.assertEqual(full_box(b"tfhd", 1, 0x020000, b"x"), b"\0\0\0\x0dtfhd\x01\x02\0\0x")


class ReaderTests(SynchronousTestCase):
    """``BoxReader``."""

    @given(BOXES, CUTS)
    def test_any_chunking_gives_the_same_boxes(self, boxes: list[tuple[bytes, bytes, bool]], cuts: list[int]) -> None:
        """Wherever the bytes are cut, the boxes that come out are those that went in."""
        data = b"".join(_written(kind, payload, long=long) for kind, payload, long in boxes)
        reader = BoxReader()
        seen = [one for piece in chunks(data, cuts) for one in reader.feed(piece)]
        self.assertEqual(seen, [Box(kind, payload, 16 if long else 8) for kind, payload, long in boxes])
        self.assertEqual(reader.pending, 0)
        self.assertEqual(sum(one.size for one in seen), len(data))

    @given(st.binary(max_size=200), CUTS)
    def test_B50_any_bytes_are_boxes_or_a_box_error(self, data: bytes, cuts: list[int]) -> None:
        """Whatever comes in, and however it is cut: the same boxes come out, and then the same ``BoxError`` or none."""

        def read(pieces: list[bytes]) -> tuple[list[Box], str]:
            reader = BoxReader(largest=100)
            seen: list[Box] = []
            try:
                for piece in pieces:
                    seen.extend(reader.feed(piece))
            except BoxError as problem:
                return seen, str(problem)
            return seen, ""

        self.assertEqual(read(chunks(data, cuts)), read([data]))

    @given(BOXES, CUTS)
    def test_D50_never_more_than_one_unfinished_box_is_held(
        self, boxes: list[tuple[bytes, bytes, bool]], cuts: list[int]
    ) -> None:
        """What the reader holds between two pieces is less than the largest box it accepts."""
        data = b"".join(_written(kind, payload, long=long) for kind, payload, long in boxes)
        reader = BoxReader(largest=76)
        for piece in chunks(data, cuts):
            list(reader.feed(piece))
            self.assertLess(reader.pending, 76)

    def test_D50_a_box_over_the_limit_is_refused_by_its_header(self) -> None:
        """Nothing of its payload has to come, and the largest that is allowed comes through."""
        self.assertRaises(BoxError, list, BoxReader().feed(struct.pack(">I4s", LARGEST + 1, b"mdat")))
        whole = box(b"mdat", bytes(LARGEST - 8))
        self.assertEqual([one.size for one in BoxReader().feed(whole)], [LARGEST])

    def test_B50_sizes_that_cannot_be(self) -> None:
        """Sizes smaller than the header, or far beyond what is accepted, are refused, each with its number."""
        table = {
            "0: up to the end of the file": struct.pack(">I4s", 0, b"mdat"),
            "7": struct.pack(">I4s", 7, b"mdat"),
            "2**32-1": struct.pack(">I4s", 2**32 - 1, b"mdat"),
            "4 GiB in 64 bits": struct.pack(">I4sQ", 1, b"mdat", 2**32),
            "0 in 64 bits": struct.pack(">I4sQ", 1, b"mdat", 0),
            "15 in 64 bits": struct.pack(">I4sQ", 1, b"mdat", 15),
            "2**63 in 64 bits": struct.pack(">I4sQ", 1, b"mdat", 2**63),
            "2**64-1 in 64 bits": struct.pack(">I4sQ", 1, b"mdat", 2**64 - 1),
            "a kind that is no text": struct.pack(">I4s", 3, b"\xff\xfe\0\x80"),
        }
        for name, data in table.items():
            with self.assertRaises(BoxError, msg=name):
                list(BoxReader().feed(data))

    def test_boxes_before_a_bad_one_still_come_out(self) -> None:
        """The error comes where it stands in the stream, not before."""
        feed = BoxReader().feed(box(b"free") + bytes(8))
        self.assertEqual(next(feed).kind, b"free")
        self.assertRaises(BoxError, next, feed)


class ChildrenTests(SynchronousTestCase):
    """``children`` and ``child``."""

    @given(BOXES)
    def test_children_are_the_boxes_of_a_payload(self, boxes: list[tuple[bytes, bytes, bool]]) -> None:
        """In their order, with headers of either length."""
        data = b"".join(_written(kind, payload, long=long) for kind, payload, long in boxes)
        self.assertEqual([(one.kind, one.payload) for one in children(data)], [(kind, load) for kind, load, _ in boxes])

    @given(st.binary(max_size=100))
    def test_B50_any_payload_has_children_or_is_a_box_error(self, payload: bytes) -> None:
        """Nothing but ``BoxError`` is raised, and children never have more bytes than their parent."""
        with contextlib.suppress(BoxError):
            self.assertEqual(sum(one.size for one in children(payload)), len(payload))

    def test_leftovers_are_refused(self) -> None:
        """A payload that does not end with its last box is damaged."""
        self.assertRaises(BoxError, list, children(box(b"free") + b"123"))

    def test_a_child_may_not_be_larger_than_its_parent(self) -> None:
        """A size that reaches beyond the payload is refused."""
        self.assertRaises(BoxError, list, children(struct.pack(">I4s", 9, b"free")))

    def test_child_goes_down_a_path(self) -> None:
        """The first box of each kind is entered; what is not there is None."""
        payload = box(b"a___", box(b"x___", b"1")) + box(b"b___", box(b"x___", b"2"), box(b"x___", b"3"))
        self.assertEqual(child(payload, b"b___", b"x___"), b"2")
        self.assertIsNone(child(payload, b"b___", b"y___"))
        self.assertIsNone(child(payload, b"c___", b"x___"))
