"""
The figures of the dashboard, taken from all parts of the daemon.

A part of the composition root (``tap``), as ``seat`` is.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from onionstream.assembly.livechat import LiveChat
from onionstream.chat.events import Event, Said
from onionstream.encoder.supervisor import Status
from onionstream.onion.progress import Status as OnionStatus
from onionstream.onion.report import Report
from onionstream.settings.config import Config
from onionstream.video.broadcast import Broadcast
from onionstream.web import figures
from onionstream.web.circuits import CircuitSite
from onionstream.web.figures import Figures
from onionstream.web.measures import Flow, Pace, Tally, Trace


class Encoder(Protocol):
    """What is used of the encoder's ``Intake``."""

    def status(self) -> Status:
        """How it is."""


class Onion(Protocol):
    """What is used of ``Tor``."""

    def status(self) -> OnionStatus:
        """How it is."""


class Test(Protocol):
    """What is used of ``SelfTest``."""

    @property
    def last(self) -> Report | None:
        """What it has found last."""


class Measuring:
    """Looks at everything, and remembers what figures need that are measured over some time."""

    def __init__(
        self,
        settings: Callable[[], Config],
        chat: LiveChat,
        broadcast: Broadcast,
        encoder: Encoder,
        onion: Onion,
        test: Test,
        circuits: Callable[[], CircuitSite],
        clock: IReactorTime,
    ) -> None:
        """
        :param settings: what the encoder should make, now.
        :param chat: what is said.
        :param broadcast: what is shown, and...
        :param encoder: ... where that comes from.
        :param onion: the onion service, and...
        :param test: ... what was found of it from outside.
        :param circuits: the site as tor comes to it; it is there when all is built.
        :param clock: never goes back.
        """
        self._settings = settings
        self._chat = chat
        self._broadcast = broadcast
        self._encoder = encoder
        self._onion = onion
        self._test = test
        self._circuits = circuits
        self._clock = clock
        self._began = clock.seconds()
        self._pace, self._flow, self._talk = Pace(broadcast.window, broadcast.offers), Flow(), Tally()
        self._rates, self._crowd = Trace(), Trace()
        chat.hear(self._hear)

    def look(self) -> Figures:
        """:return: how all is doing, now; to be asked every two seconds, and whenever somebody wants to know."""
        now, broadcast = self._clock.seconds(), self._broadcast
        self._pace.look(now)
        encoder, delay, viewers = self._made(now), self._delay(now), self._viewers()
        self._rates.note(now, encoder.rate)
        self._crowd.note(now, viewers.watching)
        return Figures(
            air=broadcast.state.value,
            minutes=None if broadcast.since is None else int((now - broadcast.since) // 60),
            encoder=encoder,
            viewers=viewers,
            delay=delay,
            chat=self._said(now),
            onion=self._way(now),
            machine=self._machine(now),
            rates=figures.Chart(self._rates.bars, (encoder.rate_wanted or 0) * 1.25),
            crowd=figures.Chart(self._crowd.bars),
        )

    def _made(self, now: float) -> figures.Encoder:
        status, settings, pace = self._encoder.status(), self._settings(), self._pace
        ours = settings.source.kind != "folder"  # else whoever writes into it decides
        return figures.Encoder(
            sentence=status.sentence,
            run=status.generation,
            trouble=status.trouble,
            trouble_ago=_minutes(status.trouble_age),
            said=status.lines,
            frames=pace.frames,
            frames_wanted=settings.video.rate if ours else None,
            rate=pace.rate,
            rate_wanted=self._wanted if ours else None,
            speed=pace.speed,
            missing=pace.missing.total,
            missing_lately=pace.missing.lately(now),
            late=pace.late.total,
            late_lately=pace.late.lately(now),
        )

    @property
    def _wanted(self) -> int:
        """Kbit/s, picture and sound."""
        settings = self._settings()
        return settings.video.bitrate + settings.audio.bitrate * settings.audio.enabled

    def _viewers(self) -> figures.Viewers:
        """Whose line is slow is a matter of what comes, not of what should."""
        broadcast, circuits, rate = self._broadcast, self._circuits(), self._pace.rate
        wanted = None if self._settings().source.kind == "folder" else self._wanted
        return figures.Viewers(
            watching=broadcast.watching,
            people=self._chat.presence.watching,
            slow=broadcast.audience().slow,
            skipped=broadcast.skipped,
            refused=circuits.refused + circuits.cut,
            stream=round(rate) if rate else wanted,
            delivered=self._flow.rate,
            each=self._flow.each,
        )

    def _delay(self, now: float) -> figures.Delay:
        delivery = self._broadcast.delivery()
        self._flow.look(now, delivery.size, self._broadcast.watching)
        return figures.Delay(
            waited=self._pace.waited,
            longest=self._pace.longest,
            fragment=self._settings().delivery.fragment,
            behind=delivery.behind,
        )

    def _said(self, now: float) -> figures.Chat:
        chat = self._chat
        return figures.Chat(
            here=len(chat.presence),
            lately=self._talk.lately(now),
            messages=self._talk.total,
            banned=sum(1 for _ in chat.room.bans),
            captchas=chat.entrance.unanswered(now),
        )

    def _way(self, now: float) -> figures.Onion:
        onion, tested = self._onion.status(), self._test.last
        return figures.Onion(
            sentence=onion.sentence,
            address=onion.address,
            circuits=self._circuits().circuits,
            tested="" if tested is None else tested.summary,
            tested_ago=0 if tested is None else _minutes(now - tested.at),
        )

    def _machine(self, now: float) -> figures.Machine:
        site, (present, most) = self._circuits().site, memory()
        return figures.Machine(
            connections=site.connections,
            connections_most=site.limits.connections,
            memory=present,
            memory_most=most,
            minutes=_minutes(now - self._began),
        )

    def _hear(self, event: Event) -> None:
        if isinstance(event, Said):
            self._talk.count(self._clock.seconds())


def _minutes(seconds: float) -> int:
    return int(max(0.0, seconds) // 60)


def memory(status: Path = Path("/proc/self/status")) -> tuple[float, float]:
    """
    :param status: of a process, as proc(5) has it.
    :return: MiB that it holds now, and the most it ever held; 0 where the system does not tell.
    """
    try:
        lines = status.read_text("ascii", errors="replace").splitlines()
        found = {
            name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines) if name in _SIZES
        }
    except (OSError, ValueError, IndexError):
        return 0.0, 0.0
    present, most = (found.get(name, 0) / 1024 for name in _SIZES)
    return present, most


_SIZES = ("VmRSS", "VmHWM")  # in KiB
