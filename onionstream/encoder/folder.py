"""
HLS segments that OBS or a script writes into a folder, as a source of the broadcast.

The files go straight to our own demuxer, and nothing is encoded again. An ffmpeg of ours between them would give all of
a segment 40 ms later, at once as before (measured), and be one program more to confine and to watch. Its sound would be
of one kind always: as it is, a writer that comes back with another rate or other channels is a new stream to players.

Measured with the recipe for OBS, from the clock in the picture to a viewer's connection on the same machine: 2.12 s
with segments of 2 s, 1.13 s with those of 1 s: a segment's own length, and 0.12 s.

=============  ===================================================  ========================
state          means                                                leaves it for
=============  ===================================================  ========================
STOPPED        nobody wants a picture                               WAITING
WAITING        nothing is written                                   STARTING, UNUSABLE
STARTING       something is written, no frame yet                   RUNNING, and as RUNNING
RUNNING        frames come                                          WAITING, UNUSABLE
UNUSABLE       what is there cannot be used                         STARTING, WAITING
=============  ===================================================  ========================
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from twisted.application.service import Service
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from onionstream.encoder.follower import Beginning, Follower
from onionstream.encoder.notices import Notices
from onionstream.encoder.playlist import PlaylistError, UnreadableError
from onionstream.encoder.playout import Air, Playout, Run
from onionstream.encoder.segmentfiles import FolderError, SegmentFiles
from onionstream.encoder.supervisor import State, Status
from onionstream.settings.config import FolderSource
from onionstream.video.errors import VideoError
from onionstream.video.samples import AudioTrack, Sample, Tracks

LOOK = 0.25
"""Seconds between two looks into the folder; where the system tells of changes, these are not waited for."""

GATHER = 0.01
"""Seconds in which changes are gathered, and frames that are due at nearly the same time."""

MOMENT = 0.01
"""Seconds that reading may take at a time, and sending: then everybody else has his turn, however much there is."""

HOPE = 4
"""Runs in a row that could not be used, after which viewers are no longer asked to wait for the next."""

_NANO = 1_000_000_000


def text(settings: FolderSource) -> str:
    """:return: a source of this kind, for people."""
    return f"folder {settings.path}{settings.playlist and '/'}{settings.playlist}"


class Folder(Service):
    """
    Follows what is written into a folder.

    :ivar sound: the sound that was on air last, if there was any.
    """

    _log = Logger()

    def __init__(
        self,
        settings: FolderSource,
        air: Air,
        reactor: IReactorTime,
        new_sound: Callable[[], object] = lambda: None,
        when: Callable[[], int] = time.time_ns,
    ) -> None:
        """
        :param settings: which folder.
        :param air: where the picture goes.
        :param reactor: the clock; also tells of changes in the folder, where it can.
        :param new_sound: called when ``sound`` has become another one.
        :param when: the wall clock, by which files are dated, in nanoseconds.
        """
        self.sound: AudioTrack | None = None
        self._settings = settings
        self._air = air
        self._reactor = reactor
        self._new_sound = new_sound
        self._when = when
        self._follower = Follower()
        self._files: SegmentFiles | None = None
        self._notices: Notices | None = None
        self._playout: Playout | None = None
        self._run: Run | None = None
        self._reading: Iterator[None] | None = None
        self._generation = self._failures = 0
        self._quiet = 0.0
        self._looking: IDelayedCall | None = None
        self._gathering: IDelayedCall | None = None
        self._releasing: IDelayedCall | None = None
        self._hoping = self._unread = False
        self._trouble, self._trouble_at = "", 0.0
        self._said = ""
        self._enter(State.STOPPED, "The source is switched off.")

    def status(self) -> Status:
        """:return: how it is now."""
        now = self._reactor.seconds()
        return Status(
            state=self.state,
            generation=self._generation,
            sentence=self._sentence,
            seconds=now - self._since,
            lines=(),
            trouble=self._trouble,
            trouble_age=now - self._trouble_at,
        )

    def startService(self) -> None:
        """Follow the folder."""
        super().startService()
        self._quiet, self._failures, self._hoping, self._said = 0.0, 0, True, ""
        self._wait_for_a_writer()
        self._log.info("Following {place}", place=self._place)
        self._look()

    def stopService(self) -> None:
        """Follow it no more."""
        super().stopService()
        for timer in (self._looking, self._gathering, self._releasing):
            if timer is not None and timer.active():
                timer.cancel()
        self._leave_air()
        self._close()
        self._follower = Follower()
        self._enter(State.STOPPED, "The source is switched off.")
        self._air.off_air(returning=False)

    def replace(self, settings: FolderSource) -> None:
        """:param settings: as for the constructor; where they are others, begin with them at once."""
        if settings == self._settings:
            return
        self._settings = settings
        self._close()
        self._follower = Follower()
        self.restart()

    def restart(self) -> None:
        """Begin anew with the next segment that is written."""
        if self.running:
            self._leave_air()
            self._forget()
            self._quiet, self._failures, self._hoping = 0.0, 0, True
            self._enter(State.WAITING, f"Waiting for the next segment in {self._place}.")
            self._air.off_air(returning=True)

    @property
    def _place(self) -> str:
        return f'the folder "{self._settings.path}"'

    @property
    def _patience(self) -> float:
        """Seconds without anything new after which a writer is gone; one with long segments is given two of them."""
        return max(self._settings.stale, 2 * self._follower.target)

    def _look(self) -> None:
        """
        Look into the folder; again and again.

        Time without anything new is counted in looks, and not read from a clock: a daemon that was suspended must read
        what was written meanwhile before it judges (R-32).
        """
        self._quiet += LOOK
        self._turn()
        if self._quiet >= self._patience:
            self._give_up()
        self._looking = self._reactor.callLater(LOOK, self._look)

    def _come_back(self, wait: float = GATHER) -> None:
        """There is something to read: it has changed in the folder, or is the rest of what was there."""
        if self._gathering is None or not self._gathering.active():
            self._gathering = self._reactor.callLater(wait, self._turn)

    def _turn(self) -> None:
        """Read what is new, for a moment; then go on with it, or let go what is due."""
        until = self._reactor.seconds() + MOMENT
        try:
            self._reading = self._reading or self._read(self._opened())
            for _ in self._reading:
                if self._reactor.seconds() >= until:
                    self._come_back(0)
                    return
        except FolderError as problem:
            self._unread = True
            self._complain(f"{problem} Make it, or set path in [source.folder].")
        except PlaylistError as problem:
            self._unread = True
            self._complain(f"The playlist in {self._place} {problem}.", problem.reason)
        except VideoError as problem:
            self._fail(problem)
        else:
            if self._unread and self.state is State.UNUSABLE:  # what was wrong is mended, and nobody writes yet
                self._wait_for_a_writer()
            self._unread = False
        self._reading = None
        self._release()

    def _opened(self) -> SegmentFiles:
        """:raises FolderError: it cannot be opened."""
        if self._files is not None and self._files.moved:
            self._close()
        if self._files is None:
            self._files = SegmentFiles(self._settings.path, self._settings.playlist)
            self._notices = Notices(self._reactor, self._settings.path, self._come_back)
        return self._files

    def _close(self) -> None:
        self._reading = None
        if self._files is not None:
            self._files.close()
        if self._notices is not None:
            self._notices.end()
        self._files = self._notices = None

    def _read(self, files: SegmentFiles) -> Iterator[None]:
        """
        :return: steps of reading what is new. Nothing is let go before the last: what belongs before it may follow.
        :raises PlaylistError: it cannot be followed.
        :raises VideoError: it cannot be used.
        """
        for piece in self._follower.turn(files, self._when() - int(self._patience * _NANO)):
            if isinstance(piece, UnreadableError):
                self._leave_out(piece)
                continue
            self._quiet = 0.0
            if isinstance(piece, Beginning):
                self._begin(piece)
            if self._playout is not None:
                yield from self._playout.feed(piece.init if isinstance(piece, Beginning) else piece)
            yield
        if self._playout is not None:
            self._playout.arrived(self._reactor.seconds())

    def _begin(self, beginning: Beginning) -> None:
        self._leave_air()
        age = min(max(0.0, (self._when() - beginning.changed) / _NANO), self._follower.target)
        self._generation += 1
        self._playout = Playout(self._reactor.seconds(), age)
        self._run = self._air.begin_run(self._generation)
        self._enter(State.STARTING, f"Something is written into {self._place}: no picture of it yet.")

    def _release(self) -> None:
        """Let go what is due, and come back when the next is."""
        if self._releasing is not None and self._releasing.active():
            self._releasing.cancel()
        if self._playout is None or self._run is None or self._reading is not None:
            return
        now = self._reactor.seconds()
        try:
            for event in self._playout.due(now + GATHER):
                self._hear(event)
                if self._run.take(event):
                    self._on_air()
                if self._reactor.seconds() >= now + MOMENT:
                    break
        except VideoError as problem:
            self._fail(problem)
            return
        if (following := self._playout.next()) is not None:
            self._releasing = self._reactor.callLater(max(GATHER, following - now), self._release)
        elif self._follower.ended:
            self._wait("The writer has ended its stream.")

    def _hear(self, event: Tracks | Sample) -> None:
        if isinstance(event, Tracks) and event.audio != self.sound:
            self.sound = event.audio
            self._new_sound()

    def _on_air(self) -> None:
        self._failures, self._hoping, self._said = 0, True, ""
        if self.state is not State.RUNNING:
            self._enter(State.RUNNING, f"{self._place[0].upper()}{self._place[1:]} is followed.")
            self._log.info("Run {generation} from a folder", generation=self._generation)

    def _wait_for_a_writer(self) -> None:
        self._enter(State.WAITING, f"Nothing is written into {self._place} yet.")

    def _wait(self, sentence: str) -> None:
        """Nothing comes any more; perhaps it is back in a moment."""
        self._leave_air()
        self._forget()
        self._enter(State.WAITING, sentence)
        self._trouble, self._trouble_at = sentence, self._since
        self._log.warn("{sentence}", sentence=sentence)
        self._air.off_air(returning=True)

    def _give_up(self) -> None:
        """It was not back in a moment."""
        if self._run is not None:
            self._wait(f"Nothing was written into {self._place} for {self._quiet:.0f} s.")
        if self._hoping:
            self._hoping = False
            self._air.off_air(returning=False)

    def _complain(self, sentence: str, reason: str = "") -> None:
        """It cannot be read. When it can, what is new by then is another run: nothing of this one would go on air."""
        self._leave_air()
        self._forget()
        if (self.state, self._sentence) != (State.UNUSABLE, sentence):
            self._enter(State.UNUSABLE, sentence)
            self._trouble, self._trouble_at = sentence, self._since
        self._warn(sentence, reason or sentence)

    def _leave_out(self, problem: UnreadableError) -> None:
        """A segment of the present run cannot be read: the picture goes on with the next that can."""
        self._trouble = f"The playlist in {self._place} {problem}: it is left out."
        self._trouble_at = self._reactor.seconds()
        self._warn(self._trouble, problem.reason)

    def _warn(self, sentence: str, reason: str) -> None:
        """Each reason is logged once, however often it is tried before there is a picture."""
        if reason != self._said:
            self._said = reason
            self._log.warn("{sentence}", sentence=sentence)

    def _fail(self, problem: VideoError) -> None:
        """What was read is no video that we can use: perhaps the next segment is."""
        self._failures += 1
        self._unread = False
        self._complain(f"What is written into {self._place} is no video we can use ({problem}).")
        self._hoping = self._failures < HOPE
        self._air.off_air(returning=self._hoping)

    def _forget(self) -> None:
        """Begin with another segment than the one that was read last."""
        self._reading = None
        self._follower.forget()

    def _leave_air(self) -> None:
        """The present run is over."""
        self._playout = None
        if self._run is not None:
            run, self._run = self._run, None
            run.end()

    def _enter(self, state: State, sentence: str) -> None:
        self.state = state
        self._sentence = sentence
        self._since = self._reactor.seconds()
