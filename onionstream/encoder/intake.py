"""Where the picture comes from now: an ffmpeg of ours, or a folder; the other one when the settings say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.application.service import Service
from twisted.internet.defer import Deferred, succeed

from onionstream.encoder import attempt, playout
from onionstream.encoder.commands import Command
from onionstream.encoder.folder import Folder
from onionstream.encoder.supervisor import Status, Supervisor
from onionstream.settings.config import Config
from onionstream.video.samples import AudioTrack


class Run(attempt.Run, playout.Run, Protocol):
    """One run of either, as the video side sees it."""


class Air(Protocol):
    """Where the runs of both go on air."""

    def begin_run(self, generation: int) -> Run:
        """See ``attempt.Air``."""

    def off_air(self, *, returning: bool) -> None:
        """See ``attempt.Air``."""


class _Way:
    """One of the two's way on air: open for the one that is wanted. All runs are numbered in one row."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self.open = False

    def begin_run(self, generation: int) -> Run:  # noqa: ARG002 - theirs counts their own
        """See ``attempt.Air``."""
        return self._intake.begin_run()

    def off_air(self, *, returning: bool) -> None:
        """See ``attempt.Air``."""
        if self.open:
            self._intake.air.off_air(returning=returning)


class Intake(Service):
    """
    Runs the one that the settings name.

    :ivar air: where the picture goes.
    """

    def __init__(
        self,
        settings: Config,
        air: Air,
        supervisor: Callable[[attempt.Air], Supervisor],
        follower: Callable[[playout.Air], Folder],
    ) -> None:
        """
        :param settings: which of the two is wanted.
        :param air: where the picture goes.
        :param supervisor: makes the one with an ffmpeg.
        :param follower: makes the one with a folder.
        """
        self.air = air
        self._runs = 0
        self._ways = {kind: _Way(self) for kind in (Supervisor, Folder)}
        self._supervisor = supervisor(self._ways[Supervisor])
        self._folder = follower(self._ways[Folder])
        self._choose(settings)

    @property
    def sound(self) -> AudioTrack | None:
        """The sound that is on air, where the settings do not say what it is; or was last."""
        return self._folder.sound if self._present is self._folder else None

    def status(self) -> Status:
        """:return: how it is now."""
        return self._present.status()

    def startService(self) -> None:
        """Begin."""
        super().startService()
        self._present.startService()

    def stopService(self) -> Deferred[None]:
        """:return: fires when nothing runs any more, nor is just being ended."""
        super().stopService()
        self._folder.stopService()
        return self._supervisor.stopService()

    def restart(self) -> None:
        """Begin anew."""
        self._present.restart()

    def replace(self, settings: Config, command: Callable[[], Command]) -> None:
        """
        Go on with other settings, at once. What viewers get goes on.

        :param settings: all of them.
        :param command: for the supervisor.
        """
        if settings.source.kind == "folder":
            self._folder.replace(settings.source.folder)
        else:
            self._supervisor.replace(command, settings.encoder)
        before = self._present
        self._choose(settings)
        if before is not self._present and self.running:
            self.air.off_air(returning=True)
            (before.stopService() or succeed(None)).addCallback(lambda _: self._begin())

    def begin_run(self) -> Run:
        """Another run begins, whosever it is."""
        self._runs += 1
        return self.air.begin_run(self._runs)

    def _choose(self, settings: Config) -> None:
        self._present: Supervisor | Folder = self._supervisor
        if settings.source.kind == "folder":
            self._present = self._folder
        for kind, way in self._ways.items():
            way.open = isinstance(self._present, kind)

    def _begin(self) -> None:
        """The one before has ended."""
        if self.running and not self._present.running:
            self._present.startService()
