"""
An encoder that costs nothing: invented frames of the right sizes, at the right times, in the form that ffmpeg gives.

    python -m benchmarks.synthetic KBITS

So what is measured on a machine with few cores is the daemon, and not ffmpeg beside it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from itertools import count

from onionstream.video.samples import Kind
from tests.video.streams import AUDIO_TICKS, VIDEO_TICKS, Frame, fragment, init

RATE = 30
"""Frames a second; one of them is a keyframe."""

SOUND = 48
"""kbit/s of the sound."""

_AAC_FRAME = 1024


def frames(kilobits: int) -> Iterator[tuple[float, Frame]]:
    """
    :param kilobits: a second, of picture and sound.
    :return: without end: a frame, and the second at which it is encoded.
    """
    picture = (kilobits - SOUND) * 1000 // 8 // RATE
    sound = SOUND * 1000 // 8 * _AAC_FRAME // AUDIO_TICKS
    step = VIDEO_TICKS // RATE
    heard = 0
    for seen in count():
        end = (seen + 1) / RATE
        yield end, _frame(Kind.VIDEO, seen * step, step, picture, keyframe=seen % RATE == 0)
        while (over := (heard + 1) * _AAC_FRAME / AUDIO_TICKS) <= end:
            yield over, _frame(Kind.AUDIO, heard * _AAC_FRAME, _AAC_FRAME, sound)
            heard += 1


def _frame(kind: Kind, time: int, duration: int, size: int, *, keyframe: bool = True) -> Frame:
    """A frame that as a sample has ``size`` bytes, as far as what must be in it allows."""
    empty = Frame(kind=kind, time=time, duration=duration, keyframe=keyframe, body=b"")
    body = b"%d " % time
    body += bytes(max(0, size - len(empty.sent()) - len(body)))
    return Frame(kind=kind, time=time, duration=duration, keyframe=keyframe, body=body)


def main() -> None:
    """Write until nobody reads."""
    begun = time.monotonic()
    os.write(1, init())
    for number, (due, frame) in enumerate(frames(int(sys.argv[1])), 1):
        time.sleep(max(0.0, begun + due - time.monotonic()))
        os.write(1, fragment([frame], number=number))


if __name__ == "__main__":
    main()
