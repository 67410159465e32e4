"""What the broadcaster's seat is joined with, invented."""

from __future__ import annotations

from dataclasses import dataclass, field

from onionstream.encoder.supervisor import State as EncoderState
from onionstream.encoder.supervisor import Status as EncoderStatus
from onionstream.onion.progress import State as OnionState
from onionstream.onion.progress import Status as OnionStatus
from onionstream.onion.report import Report
from tests.web.helms import Source


class Encoder(Source):
    """One that runs."""

    def status(self) -> EncoderStatus:
        """All is well."""
        return EncoderStatus(
            state=EncoderState.RUNNING,
            generation=2,
            sentence="ffmpeg runs.",
            seconds=1.0,
            lines=("a word",),
            trouble="It was ended.",
            trouble_age=130.0,
        )


@dataclass
class Onion:
    """One that can be reached, and was never tested."""

    last: Report | None = field(default=None)

    def status(self) -> OnionStatus:
        """All is well."""
        state = OnionState.REACHABLE
        return OnionStatus(state=state, sentence="Reached.", address="a.onion", percent=100, seconds=1.0, lines=())
