"""
What of a fragment a viewer gets whose line cannot carry all of it.

Sound is never left out: a slide show with sound is better than a picture that stands still. Of the pictures those go
first that no other needs, and then all but the keyframes.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from onionstream.video.mux import TrackRun
from onionstream.video.samples import Kind, Sample

_KEPT = 2
"""
Pictures that are kept from a keyframe on. Firefox shows a picture when the next one that is said to be a keyframe has
come, and they all are (``all_sync``): with one alone, each slide would wait for the next.
"""


class Detail(Enum):
    """
    How much of the picture is sent.

    WHOLE: all of it. REFERENCES: without the pictures that no other refers to. KEYFRAMES: a slide show. SOUND: none.
    """

    WHOLE = "whole"
    REFERENCES = "references"
    KEYFRAMES = "keyframes"
    SOUND = "sound"


def reduced(runs: tuple[TrackRun, ...], detail: Detail) -> tuple[TrackRun, ...]:
    """
    What is left of a fragment.

    :param runs: what is in it; keyframes come first in theirs.
    :param detail: how much is wanted.
    :return: the same sound, and those pictures; a run of which nothing is left is missing.
    """
    if detail is Detail.WHOLE:
        return runs
    kept = (
        run if run.kind is Kind.AUDIO else TrackRun(run.kind, tuple(_pictures(run.samples, detail))) for run in runs
    )
    return tuple(run for run in kept if run.samples)


def _pictures(samples: tuple[Sample, ...], detail: Detail) -> Iterator[Sample]:
    if detail is Detail.REFERENCES:
        yield from (sample for sample in samples if not sample.disposable)
    elif detail is Detail.KEYFRAMES and samples[0].keyframe:
        yield from samples[:_KEPT]
