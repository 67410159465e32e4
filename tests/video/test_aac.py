"""AAC frames without what encoders write about themselves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.aac import clean

FFMPEG = bytes.fromhex("de02004c61766335392e33372e3130300042541fffffffc0")
"""The first frame of ffmpeg 5.1's encoder, up to the spectrum: its name and version, and then the sound."""

SOUND = bytes.fromhex("214c6cfe07fc7fc7fc4c5b27bacc44c26cd44a2a")
"""A frame that begins with its sound."""


def element(kind: int, payload: bytes, *, aligned: bool = False) -> str:
    """The bits of a fill element (6) or of a data element (4), at the beginning of a frame."""
    most, width = (15, 4) if kind == 6 else (255, 8)
    head = f"{kind:03b}" + ("" if kind == 6 else f"0000{aligned:b}")
    if len(payload) < most:
        head += f"{len(payload):0{width}b}"
    else:
        rest = len(payload) - most + (kind == 6)
        head += f"{most:0{width}b}{rest:08b}"
    if aligned:
        head += "0" * (-len(head) % 8)
    return head + "".join(f"{byte:08b}" for byte in payload)


def frame(*elements: str, sound: str = "001" + "10" * 40) -> bytes:
    """A frame of these elements and some sound."""
    bits = "".join(elements) + sound
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


class CleanTests(SynchronousTestCase):
    """What is taken out of a frame, and what stays."""

    def test_L32_the_name_of_ffmpegs_encoder_goes(self) -> None:
        """The frame is as long as before, and nothing behind the name has changed."""
        made = clean(FFMPEG)
        self.assertEqual(len(made), len(FFMPEG))
        self.assertEqual(made[:2], FFMPEG[:2])
        self.assertFalse(any(made[2:17]))
        self.assertEqual(made[17:], FFMPEG[17:])

    def test_a_frame_that_begins_with_sound_is_the_same_object(self) -> None:
        """As nearly all do: it costs nothing."""
        self.assertIs(clean(SOUND), SOUND)

    @given(
        st.lists(st.tuples(st.sampled_from((4, 6)), st.binary(max_size=300).filter(lambda one: len(one) < 260))),
    )
    def test_L32_any_elements_before_the_sound(self, elements: list[tuple[int, bytes]]) -> None:
        """The same frame as if zeros had been written; the sound stays."""
        told = [element(kind, payload) for kind, payload in elements]
        blank = [element(kind, bytes(len(payload))) for kind, payload in elements]
        self.assertEqual(clean(frame(*told)), frame(*blank))

    def test_a_data_element_aligned_to_bytes(self) -> None:
        """Its payload begins at the next byte."""
        told, blank = (element(4, payload, aligned=True) for payload in (b"libfaac 1.28", bytes(12)))
        self.assertEqual(clean(frame(told)), frame(blank))

    @given(st.binary(max_size=40))
    def test_any_bytes(self, data: bytes) -> None:
        """Garbage stays as long as it is, and what is clean stays clean."""
        made = clean(data)
        self.assertEqual((len(made), clean(made)), (len(data), made))
