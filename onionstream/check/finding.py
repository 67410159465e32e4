"""What was found, as a line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How a finding counts; the value stands at the beginning of its line."""

    GOOD = "ok"
    WARNING = "warning"
    MISSING = "PROBLEM"


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that was looked at.

    :ivar verdict: whether the stream can run with it.
    :ivar text: what it is, and what to do.
    """

    verdict: Verdict
    text: str

    def __str__(self) -> str:
        """The line that is shown."""
        return f"{self.verdict.value:<8} {self.text}"
