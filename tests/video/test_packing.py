"""Fragments as a kind of player gets them."""

from __future__ import annotations

import zlib
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.boxes import BoxReader, child, children
from onionstream.video.demux import Demuxer
from onionstream.video.detail import Detail
from onionstream.video.fields import Fields
from onionstream.video.fragment import Fragment
from onionstream.video.mux import init_segment
from onionstream.video.packing import KEPT, Packing
from onionstream.video.playback import Playback
from onionstream.video.profile import CHROMIUM, FIREFOX, PLAIN, Profile
from onionstream.video.samples import Kind, Sample, Tracks
from onionstream.video.squeeze import Squeeze
from tests.video.onair import fragments
from tests.video.strategies import films
from tests.video.streams import Frame, film, tracks

BLOCK = 32 * 1024

SYNC = 0x02000000

UNSQUEEZED = replace(FIREFOX, buffer=0.0)


def _sizes(profile: Profile, sent: Tracks, made: list[Fragment]) -> tuple[bytes, list[int]]:
    """A viewer's bytes as his player reads them, and how many there are after the init segment and each fragment."""
    packing = Packing(profile)
    playback = Playback(profile, sent, made[0].start, made[0].end)
    decompressor = zlib.decompressobj(31)
    data, sizes = b"", []
    for piece in (packing.init(sent), *(packing.fragment(one, playback.times(one, one.end)) for one in made)):
        data += decompressor.decompress(piece) if profile.gzip else piece
        sizes.append(len(data))
    return data, sizes


def _squeeze(begins: float) -> Squeeze:
    """Of a viewer who began then: he is brought nearer by 20 frames of sound, 0.43 s."""
    return Squeeze(total=20, begins=begins + 2, pace=0.05, rate=48_000)


def _plain(profile: Profile, sent: Tracks, made: list[Fragment]) -> bytes:
    return _sizes(profile, sent, made)[0]


def _samples(made: list[Fragment]) -> list[Sample]:
    return [replace(sample, data=bytes(sample.data)) for one in made for run in one.runs for sample in run.samples]


def _demuxed(data: bytes) -> list[Sample]:
    return [one for one in Demuxer().feed(data) if isinstance(one, Sample)]


def _flags(data: bytes) -> set[int]:
    """The flags of all samples."""
    flags = set()
    for moof in BoxReader().feed(data):
        for traf in children(moof.payload) if moof.kind == b"moof" else ():
            run = child(traf.payload, b"trun") if traf.kind == b"traf" else None
            if run is not None:
                fields = Fields(run[4:])
                count, _ = fields.u32(), fields.u32()
                for _ in range(count):
                    fields.skip(8)
                    flags.add(fields.u32())
                    fields.skip(4)
    return flags


class FirefoxTests(SynchronousTestCase):
    """Blocks of 32 KiB in a gzip stream, and every frame a keyframe."""

    def setUp(self) -> None:
        """Three seconds of a stream."""
        self.tracks, self.made = fragments(film(3))

    def test_every_fragment_ends_at_a_block(self) -> None:
        """The init segment too: what does not fill one waits for the next (measured: half a second)."""
        sizes = _sizes(FIREFOX, self.tracks, self.made)[1]
        self.assertEqual([size % BLOCK for size in sizes], [0] * 31)
        self.assertEqual(sizes, [BLOCK * count for count in range(1, 32)])

    @settings(max_examples=40)
    @given(st.integers(0, 3 * BLOCK))
    def test_whatever_its_size(self, size: int) -> None:
        """A fragment over 32 or 64 KiB fills several blocks; none is a whole block more than it needs."""
        self._check_size(size)

    def test_at_the_border_of_a_block(self) -> None:
        """The empty box needs eight bytes: where they are not left it fills another block."""
        spare = BLOCK - len(self._one(0).data) - 8
        for size in (spare - 1, spare, spare + 1, spare + 7, spare + 8, spare + 9):
            self._check_size(size)

    def _one(self, size: int) -> Fragment:
        frame = Frame(kind=Kind.VIDEO, time=0, duration=512, body=bytes(1 + size))
        return fragments([frame])[1][0]

    def _check_size(self, size: int) -> None:
        one = self._one(size)
        data, sizes = _sizes(UNSQUEEZED, tracks(audio=False), [one])
        grown = sizes[1] - sizes[0]
        self.assertEqual((grown % BLOCK, len(data)), (0, sizes[1]))
        self.assertLess(grown - len(one.data) - 8, BLOCK)
        self.assertEqual(_demuxed(data), _samples([one]))

    def test_filling_is_an_empty_box(self) -> None:
        """After the init segment, and after each fragment; nothing but zeros is in it (L-31)."""
        boxes = list(BoxReader().feed(_plain(FIREFOX, self.tracks, self.made[:3])))
        kinds = [one.kind for one in boxes]
        self.assertEqual(kinds, [b"ftyp", b"moov", b"free", *[b"moof", b"mdat", b"free"] * 3])
        self.assertFalse(any(any(one.payload) for one in boxes if one.kind == b"free"))

    def test_it_costs_66_bytes_a_fragment(self) -> None:
        """5 kbit/s at ten fragments a second."""
        packing = Packing(UNSQUEEZED)
        for one in self.made:
            self.assertLessEqual(len(packing.fragment(one)) - len(one.data), 66)

    def test_every_frame_is_said_to_be_a_keyframe(self) -> None:
        """Firefox stops at the next one it is told of, and finds the real ones by itself (measured)."""
        self.assertEqual(_flags(_plain(FIREFOX, self.tracks, self.made)), {SYNC})
        honest = replace(FIREFOX, all_sync=False)
        self.assertEqual(len(_flags(_plain(honest, self.tracks, self.made))), 2)

    @given(films(most=40), st.floats(0.02, 0.5))
    def test_the_samples_are_the_same(self, frames: list[Frame], length: float) -> None:
        """Video only, sound only, any durations: a demuxer reads from it what was packed."""
        sent, made = fragments(frames, length)
        self.assertEqual(_demuxed(_plain(UNSQUEEZED, sent, made)), _samples(made))

    @given(films(most=40))
    def test_without_gzip_it_is_the_same(self, frames: list[Frame]) -> None:
        """Each trick is one of its own."""
        sent, made = fragments(frames)
        self.assertEqual(_plain(replace(UNSQUEEZED, gzip=False), sent, made), _plain(UNSQUEEZED, sent, made))

    def test_gzip_without_blocks(self) -> None:
        """Is what every trick off but this one gives: the stream as it is, in stored blocks."""
        self.assertEqual(_plain(Profile(gzip=True), self.tracks, self.made), _plain(PLAIN, self.tracks, self.made))

    def test_one_track_alone(self) -> None:
        """Squeezed, where there is sound."""
        for video, audio in ((True, False), (False, True)):
            sent, made = fragments(film(15, video=video, audio=audio))
            data, sizes = _sizes(FIREFOX, sent, made)
            self.assertEqual({size % BLOCK for size in sizes}, {0})
            self.assertEqual(len(_samples(made)) - len(_demuxed(data)), 18 if audio else 0)

    def test_what_is_all_left_out_is_not_sent(self) -> None:
        """No empty fragment: with one frame of sound in each, twenty are left out."""
        made = fragments(film(15, video=False), 0.01)[1]
        packing = Packing(FIREFOX)
        self.assertEqual([packing.fragment(one, _squeeze(0.0)) for one in made].count(b""), 20)


class PlainTests(SynchronousTestCase):
    """Fragments as they are."""

    def setUp(self) -> None:
        """One second of a stream."""
        self.tracks, self.made = fragments(film(1))
        self.packing = Packing(PLAIN)

    def test_D40_the_fragments_own_bytes(self) -> None:
        """The very object, not a copy of it."""
        for one in self.made:
            self.assertIs(self.packing.fragment(one), one.data)

    def test_the_init_segment_as_it_is(self) -> None:
        """Nothing is before it and nothing after it."""
        self.assertEqual(self.packing.init(self.tracks), init_segment(self.tracks))

    def test_D40_before_a_squeeze_begins_too(self) -> None:
        """Chromium: only when its times are others is another one made, once."""
        made = fragments(film(40))[1]
        packing = Packing(CHROMIUM)
        self.assertIs(packing.fragment(made[0], _squeeze(0.0)), made[0].data)
        moved = packing.fragment(made[-1], _squeeze(0.0))
        self.assertTrue(moved.endswith(made[-1].media.tobytes()))
        self.assertNotEqual(moved, made[-1].data)
        self.assertIs(packing.fragment(made[-1], _squeeze(1.0)), moved)


class DetailTests(SynchronousTestCase):
    """Less than all of it, for a line that is too slow."""

    def setUp(self) -> None:
        """Two seconds of a stream, a keyframe in each."""
        self.tracks, self.made = fragments(film(2))

    def _kept(self, profile: Profile, detail: Detail) -> list[Sample]:
        """What a player's demuxer gets."""
        packing = Packing(profile)
        pieces = [packing.init(self.tracks)]
        pieces += [packing.fragment(one, None, detail) for one in self.made]
        data = b"".join(pieces)
        return _demuxed(zlib.decompressobj(31).decompress(data) if profile.gzip else data)

    def test_it_can_be_read(self) -> None:
        """What is left is the same frames with the same times, and all of the sound; for each kind of player."""
        for profile in (UNSQUEEZED, CHROMIUM, PLAIN):
            for detail, pictures in ((Detail.WHOLE, 60), (Detail.KEYFRAMES, 4), (Detail.SOUND, 0)):
                kept, all_of_it = self._kept(profile, detail), _samples(self.made)
                self.assertEqual([one for one in all_of_it if one in kept], kept)
                self.assertEqual(sum(one.kind is Kind.VIDEO for one in kept), pictures)
                self.assertEqual(
                    [one for one in kept if one.kind is Kind.AUDIO],
                    [one for one in all_of_it if one.kind is Kind.AUDIO],
                )

    def test_D40_it_is_made_once(self) -> None:
        """For all viewers who get as much."""
        packing = Packing(PLAIN)
        one = self.made[0]
        for detail in (Detail.KEYFRAMES, Detail.SOUND):
            self.assertIs(packing.fragment(one, None, detail), packing.fragment(one, None, detail))
        self.assertNotEqual(packing.fragment(one, None, Detail.SOUND), packing.fragment(one, None, Detail.KEYFRAMES))

    def test_a_fragment_of_which_nothing_is_left(self) -> None:
        """Is not sent: a silent film for a line that carries nothing."""
        made = fragments(film(1, audio=False))[1]
        for profile in (FIREFOX, PLAIN):
            self.assertEqual(Packing(profile).fragment(made[0], None, Detail.SOUND), b"")
            self.assertEqual(Packing(profile).fragment(made[1], None, Detail.KEYFRAMES), b"")


class SharingTests(SynchronousTestCase):
    """What viewers have in common is made once."""

    def setUp(self) -> None:
        """Twenty seconds; a viewer's squeeze takes eight and a half of them, from two on."""
        self.made = fragments(film(20))[1]
        self.packing = Packing(FIREFOX)

    def _packed(self, begins: float, one: Fragment) -> bytes:
        """What a viewer gets who began at this time."""
        return self.packing.fragment(one, _squeeze(begins))

    def test_those_whose_squeeze_is_done(self) -> None:
        """The same objects, whenever they began."""
        for begins in (1.0, 2.0, 7.0):
            self.assertIs(self._packed(begins, self.made[-1]), self._packed(0.0, self.made[-1]))

    def test_those_whose_squeeze_has_not_begun(self) -> None:
        """Likewise."""
        self.assertIs(self._packed(9.5, self.made[100]), self._packed(9.0, self.made[100]))

    def test_those_who_began_at_the_same_keyframe(self) -> None:
        """A thousand viewers who waited for the stream cost what one costs, also while they are squeezed."""
        self.assertIs(self._packed(5.0, self.made[100]), self._packed(5.0, self.made[100]))
        self.assertNotEqual(self._packed(4.0, self.made[100]), self._packed(5.0, self.made[100]))

    def test_D40_what_is_kept_is_bounded(self) -> None:
        """In bytes; the newest stay, and what has been forgotten is made again."""
        made = fragments(film(60, body=20_000))[1]
        first = self.packing.fragment(made[0])
        kept = [self.packing.fragment(one) for one in made]
        self.assertGreater(sum(len(packed) for packed in kept), 2 * KEPT)
        size = sum(len(packed) for packed in self.packing._packed.values())
        self.assertLessEqual(size, KEPT)
        self.assertEqual(self.packing._size, size)
        self.assertIs(self.packing.fragment(made[-1]), kept[-1])
        self.assertIsNot(self.packing.fragment(made[0]), first)
        self.assertEqual(self.packing.fragment(made[0]), first)

    def test_one_fragment_is_kept_however_large(self) -> None:
        """It is at the live edge, where all viewers want it."""
        frame = Frame(kind=Kind.VIDEO, time=0, duration=512, body=bytes(KEPT + 1))
        one = fragments([frame])[1][0]
        self.assertIs(self.packing.fragment(one), self.packing.fragment(one))
