"""H.264: NAL units, the ``avcC`` record, and what is left out of both."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.avc import LARGEST_RECORD, AvcConfig, joined, kind_of, nal_units
from onionstream.video.errors import CodecError
from tests.video.streams import AVC, PPS, SEI, SPS

UNITS = st.lists(st.binary(min_size=1, max_size=40), max_size=6)
SETS = st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4).map(tuple)


class NalUnitTests(SynchronousTestCase):
    """``nal_units`` and ``joined``."""

    @given(UNITS, st.sampled_from((1, 2, 4)))
    def test_lengths_of_1_2_and_4_bytes_are_read(self, units: list[bytes], length_size: int) -> None:
        """The units come out as they went in."""
        sample = b"".join(len(unit).to_bytes(length_size, "big") + unit for unit in units)
        self.assertEqual(list(nal_units(sample, length_size)), units)

    @given(UNITS)
    def test_joined_units_have_lengths_of_4_bytes(self, units: list[bytes]) -> None:
        """What ``joined`` writes, ``nal_units`` reads."""
        self.assertEqual(list(nal_units(joined(units), 4)), units)

    def test_B50_a_unit_that_does_not_fit_is_refused(self) -> None:
        """Empty units, units longer than the sample, and a sample that ends within a length."""
        for sample in (bytes(4), b"\0\0\0\x05abcd", b"\xff\xff\xff\xffa", b"\0\0", b"\0\0\0\x01a\0"):
            with self.assertRaises(CodecError, msg=repr(sample)):
                list(nal_units(sample, 4))

    def test_the_type_is_in_the_last_five_bits(self) -> None:
        """The first three bits are another matter."""
        self.assertEqual([kind_of(b"\x65"), kind_of(b"\x05"), kind_of(b"\xe7")], [5, 5, 7])


class RecordTests(SynchronousTestCase):
    """``AvcConfig.parse`` and ``record``."""

    @given(SETS, SETS, st.sampled_from((b"\x42\xc0\x1e", b"\x64\0\x0d", b"\xf4\0\x28")))
    def test_a_record_is_read_as_it_was_written(
        self, sps: tuple[bytes, ...], pps: tuple[bytes, ...], profile: bytes
    ) -> None:
        """Profile, parameter sets and, for the high profiles, what they add."""
        depth = b"\xfd\xf8\xf8" if profile[0] >= 100 else b""
        config = AvcConfig(profile=profile, length_size=4, sps=sps, pps=pps, depth=depth)
        self.assertEqual(AvcConfig.parse(config.record()), config)

    def test_B50_a_record_cut_anywhere_is_refused(self) -> None:
        """Until its parameter sets are whole; what a high profile adds may be missing, as old encoders leave it out."""
        record = AVC.record()
        for length in range(len(record) - 4):
            with self.assertRaises(CodecError, msg=str(length)):
                AvcConfig.parse(record[:length])
        self.assertEqual(AvcConfig.parse(record[:-4]).depth, b"")

    @given(st.binary(max_size=80))
    def test_B50_any_bytes_are_a_record_or_a_codec_error(self, record: bytes) -> None:
        """Nothing else is raised, also when the version is right."""
        for data in (record, b"\1" + record):
            try:
                config = AvcConfig.parse(data)
            except CodecError:
                continue
            self.assertTrue(config.sps and config.pps)

    def test_a_record_without_parameter_sets_is_refused(self) -> None:
        """Neither kind may be missing; no set may be empty."""
        head = b"\1\x64\0\x0d\xff"
        one = struct.pack(">H", len(SPS)) + SPS
        for rest in (b"\xe0\0", b"\xe1" + one + b"\0", b"\xe0\1" + one, b"\xe1\0\0\1" + one):
            with self.assertRaises(CodecError, msg=repr(rest)):
                AvcConfig.parse(head + rest)

    def test_lengths_of_3_bytes_are_refused(self) -> None:
        """ISO/IEC 14496-15 has none."""
        record = AVC.record()
        self.assertRaises(CodecError, AvcConfig.parse, record[:4] + b"\xfe" + record[5:])

    def test_D50_a_large_record_is_refused(self) -> None:
        """All of it would go out with every keyframe, however small the frame."""
        self.assertRaises(CodecError, AvcConfig.parse, AVC.record() + bytes(LARGEST_RECORD))


class CleanTests(SynchronousTestCase):
    """``AvcConfig.clean``."""

    def test_L30_only_slices_go_out(self) -> None:
        """Of the 32 types of NAL units only 1 to 5 are sent: the others are not needed, or may carry anything."""
        for kind in range(32):
            unit = bytes((0x60 | kind,)) + b"x264 Lavc"
            sample = AVC.clean(joined([unit, b"\x41picture"])).data
            self.assertEqual(unit in sample, 1 <= kind <= 5, kind)

    def test_parameter_sets_stand_before_every_keyframe(self) -> None:
        """Those of the record, in place of the encoder's own."""
        sample, keyframe, _ = AVC.clean(joined([b"\x67other", b"\x68other", SEI, b"\x65picture"]))
        self.assertTrue(keyframe)
        self.assertEqual(list(nal_units(sample, 4)), [SPS, PPS, b"\x65picture"])

    def test_other_frames_have_none(self) -> None:
        """A frame that depends on others is only cleaned."""
        units = [b"\x41one", b"\x41two"]
        self.assertEqual(AVC.clean(joined([SEI, *units])), (joined(units), False, False))

    def test_a_picture_that_no_other_needs(self) -> None:
        """Is one whose slices all say so: it can be left out for a line that is too slow."""
        for units, disposable in (
            ([b"\x01one"], True),
            ([b"\x01one", b"\x02two"], True),
            ([b"\x21one"], False),
            ([b"\x41one"], False),
            ([b"\x01one", b"\x41two"], False),
            ([b"\x65key"], False),
        ):
            self.assertIs(AVC.clean(joined([SEI, *units])).disposable, disposable, units)

    def test_an_i_frame_that_is_no_idr_picture_is_no_keyframe(self) -> None:
        """Only after an IDR picture may a decoder forget all frames before it."""
        self.assertFalse(AVC.clean(joined([b"\x41\x88 an I slice"])).keyframe)

    def test_a_sample_without_a_picture_is_refused(self) -> None:
        """Nothing would be left of it."""
        for sample in (b"", joined([SEI]), joined([SPS, PPS])):
            self.assertRaises(CodecError, AVC.clean, sample)

    @given(st.binary(max_size=80))
    def test_B50_any_bytes_are_a_sample_or_a_codec_error(self, sample: bytes) -> None:
        """What comes out can be read again, and cleaning it again changes nothing."""
        try:
            clean = AVC.clean(sample)
        except CodecError:
            return
        self.assertEqual(AVC.clean(clean.data), clean)
