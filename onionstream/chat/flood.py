"""What makes a message suspicious, beside how much its author has said: what everybody else is doing."""

from __future__ import annotations

from hashlib import blake2b

from onionstream.chat.rules import Bounds
from onionstream.chat.skeleton import skeleton
from onionstream.chat.tally import Tally

REPEATED = "Just that was said twice a moment ago."
CROWD = "Many new people are writing at the moment."
CIRCUIT = "Much is written over your circuit at the moment."

SHORT = 12
"""Letters and digits; shorter texts may be said by all, as often as they like."""


class Flood:
    """
    What was said lately, without regard to the person: the same text, by new faces, over the same circuit.

    Of texts and circuits only digests are remembered, for a minute at most.
    """

    def __init__(self, bounds: Bounds) -> None:
        """:param bounds: how many texts and circuits are remembered."""
        self._texts = Tally(2, 60.0, bounds.texts)
        self._faces = Tally(8, 20.0)
        self._buckets = Tally(12, 20.0, bounds.buckets)

    def __len__(self) -> int:
        """How many things are remembered."""
        return len(self._texts) + len(self._faces) + len(self._buckets)

    def place(self, now: float, *, new: bool, bucket: bytes | None) -> str:
        """
        :param new: the author has said nothing yet.
        :param bucket: a digest of his circuit, if there is one.
        :return: why any message needs a captcha; empty: it needs none.
        """
        if new and self._faces.full("", now):
            return CROWD
        return CIRCUIT if bucket is not None and self._buckets.full(bucket, now) else ""

    def text(self, text: str, now: float) -> str:
        """:return: why this text needs a captcha; empty: it needs none."""
        digest = _digest(text)
        return REPEATED if digest and self._texts.full(digest, now) else ""

    def count(self, text: str, now: float, *, new: bool, bucket: bytes | None) -> None:
        """A message was taken."""
        if new:
            self._faces.count("", now)
        if bucket is not None:
            self._buckets.count(bucket, now)
        if digest := _digest(text):
            self._texts.count(digest, now)

    def forget(self, now: float) -> None:
        """Forget what is old."""
        for tally in (self._texts, self._faces, self._buckets):
            tally.forget(now)


def _digest(text: str) -> bytes:
    """:return: 16 bytes, the same for texts that look the same; empty for a short text."""
    subject = skeleton(text) or text  # a text of signs only has no skeleton
    return blake2b(subject.encode(), digest_size=16).digest() if len(subject) >= SHORT else b""
