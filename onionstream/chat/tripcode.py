"""Tripcodes: a password in, a few letters out that nobody else gets, for all to see."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass

SHOWN = 10
"""Characters that are shown: 60 bits (D-22)."""


@dataclass(frozen=True, slots=True)
class Tripcode:
    """
    One tripcode.

    :ivar digest: 32 bytes. All of it is compared, and never only what is shown (D-12).
    """

    digest: bytes

    @property
    def shown(self) -> str:
        """What others see, ten characters."""
        return urlsafe_b64encode(self.digest).decode()[:SHOWN]

    @property
    def hue(self) -> int:
        """Which of the palette's colours it has, from 0 to 15; not one that the shown characters tell."""
        return self.digest[-1] % 16
