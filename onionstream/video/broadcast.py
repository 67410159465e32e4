"""One encoder in, many viewers out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from onionstream.video.detail import Detail
from onionstream.video.fragment import Fragment, Fragmenter
from onionstream.video.offers import Offers
from onionstream.video.packing import Packing
from onionstream.video.profile import PLAIN, Profile
from onionstream.video.run import Run
from onionstream.video.samples import Sample, Tracks
from onionstream.video.slate import Interlude, Slate
from onionstream.video.splicer import Splicer
from onionstream.video.viewer import Delivery, Patience, Response, Viewer
from onionstream.video.window import Window
from onionstream.waiting import Waiting


class State(Enum):
    """
    What a visitor finds.

    OFFLINE: no stream, and none is expected soon. STARTING: it will be there in a moment. ONLINE: there is a picture.
    """

    OFFLINE = "offline"
    STARTING = "starting"
    ONLINE = "online"


HUSH = 0.3
"""Seconds without anything from the encoder after which viewers get silence; a line of its own makes them wait less."""

SLATE = 0
"""The generation of fragments of the slate: no run of the encoder has this number."""


@dataclass(frozen=True, slots=True)
class Audience:
    """
    Who watches, in numbers.

    :ivar whole: viewers who get all of the picture.
    :ivar slow: viewers who get less, because their lines carry no more at the moment.
    """

    whole: int
    slow: int


class OffAirError(Exception):
    """There is no stream at the moment."""


class Broadcast:
    """
    The stream as it is now, and who watches it.

    A run of the encoder that ends and another that begins are one stream to viewers, as long as their players can
    follow (``Tracks.continues``). The write path never waits for anybody.

    While the encoder gives nothing, viewers get the slate: as a run of its own, that begins when nothing has come for
    some time and ends with the encoder's next keyframe.

    :ivar state: what a visitor finds.
    :ivar since: when the stream began, in seconds of the clock; an encoder that comes back does not begin it anew.
        ``None`` while there is none.
    :ivar generation: the run of the encoder that is on air, or was last; 0 before the first.
    :ivar slate: what viewers get instead of a picture, if there is such a thing; may be replaced at any time.
    :ivar quiet: seconds without anything from the encoder after which they get it; 0: never.
    :ivar offers: when frames came, and when they went out.
    """

    _log = Logger()

    def __init__(
        self, *, window: Window, fragment: float, patience: Patience, quiet: float = 0.0, clock: Callable[[], float]
    ) -> None:
        """
        :param window: where the last seconds are kept.
        :param fragment: seconds of one fragment.
        :param patience: how much viewers may lag.
        :param quiet: seconds without anything from the encoder after which they get the slate; 0: never.
        :param clock: seconds, monotonic.
        """
        self.state = State.OFFLINE
        self.since: float | None = None
        self.generation = 0
        self.window = window
        self.patience = patience
        self.slate: Slate | None = None
        self.quiet = quiet
        self.offers = Offers()
        self._clock = clock
        self._fragmenter = Fragmenter(fragment)
        self._splicer = Splicer(self._fragmenter, self.offers)
        self._over = False
        self._tracks: Tracks | None = None
        self._heard = self._looked = 0.0
        self._interlude: Interlude | None = None
        self._packings: dict[Profile, Packing] = {}
        # In the order of their coming. So they lie in memory too, which makes it half as long to visit them.
        self._viewers: dict[Viewer, None] = {}
        self._changing, self._ending = Waiting(), Waiting()
        self._skipped = self._delivered = 0  # of those who have gone
        # Runs that never get anywhere do not make every page that waits load itself anew each time.
        self._failed = False

    @property
    def watching(self) -> int:
        """How many viewers are being sent the stream."""
        return sum(viewer.watching for viewer in self._viewers)

    @property
    def skipped(self) -> int:
        """How often a viewer who lagged was moved on, all viewers together."""
        return self._skipped + sum(viewer.skipped for viewer in self._viewers)

    def audience(self) -> Audience:
        """Those who are being sent the stream, counted by how much of it they get."""
        details = [viewer.detail for viewer in self._viewers if viewer.watching]
        return Audience(whole=details.count(Detail.WHOLE), slow=len(details) - details.count(Detail.WHOLE))

    def delivery(self) -> Delivery:
        """How much has gone out, and how much waits; looks at each viewer."""
        looks: list[Delivery] = []
        rate = self.window.rate
        self._for_each(self._viewers, lambda viewer: looks.append(viewer.delivery(rate)))
        behind = [one.behind for one in looks if one.behind is not None]
        return Delivery(
            size=self._delivered + sum(one.size for one in looks), behind=sum(behind) / len(behind) if behind else None
        )

    def begin_run(self, generation: int) -> Run:
        """
        An encoder has been started.

        :param generation: its number, from 1.
        :return: what takes its bytes.
        """
        if not self._failed:
            self._change(State.STARTING)
        return Run(self, generation)

    def off_air(self, *, returning: bool) -> None:
        """
        No encoder runs.

        :param returning: one will soon. If not, the responses of all viewers end, also of those who still wait.
        """
        if not returning:
            self._interlude = None
        self._failed = not returning and (self._failed or self.state is State.STARTING)
        self._change(State.STARTING if returning else State.OFFLINE)
        if not returning:
            self._over = True
            self._dismiss(self._viewers)
            self.window.clear()  # what was shown in a stream that is over is shown to nobody any more (S20)

    def begin(self, tracks: Tracks, generation: int) -> None:
        """A run's tracks are known; its samples follow."""
        if self._over or (self._tracks is not None and not tracks.continues(self._tracks)):
            self._dismiss(viewer for viewer in self._viewers if viewer.watching)
            self.window.clear()
            self._splicer.forget()
            self._interlude, self._over = None, False
        self._tracks, self.generation = tracks, generation
        if self._interlude is None:
            self._go_on_air(tracks, generation)

    def take(self, sample: Sample) -> None:
        """A sample of the present run; :raises TimelineError: when its time cannot be."""
        self._heard = self._clock()
        if self._interlude is not None:
            assert self._tracks is not None
            if sample.kind is not self._tracks.leading or not sample.keyframe:
                return  # the slate goes on until a player can begin
            self.cut()
            self._interlude = None
            self._go_on_air(self._tracks, self.generation)
        self._place(sample)

    def fill(self) -> None:
        """
        Send the slate as far as it is due. To be called several times a second.

        When it was not, this program stood still, and what the encoder has sent meanwhile waits to be read.
        """
        now = self._clock()
        awake, self._looked = now - self._looked < HUSH, now
        if self._interlude is None and self.quiet and awake and now - self._heard >= HUSH and self.watching:
            self._begin_interlude(now)
        if self._interlude is not None:
            for sample in self._interlude.due(now):
                self._place(sample)

    def _begin_interlude(self, now: float) -> None:
        if (slate := self._fitting_slate) is not None:
            self.cut()
            self._interlude = Interlude(slate, now, max(0.0, self.quiet - HUSH))
            self._go_on_air(slate.tracks, SLATE)

    @property
    def _fitting_slate(self) -> Slate | None:
        return None if self.slate is None or self._tracks is None else self.slate.like(self._tracks)

    def _go_on_air(self, tracks: Tracks, generation: int) -> None:
        slate = self._fitting_slate
        self._splicer.begin(tracks, generation, None if slate is None else slate.silence)

    def _place(self, sample: Sample) -> None:
        for fragment in self._splicer.add(sample, self._heard, self._clock()):
            self._send(fragment)

    def cut(self) -> None:
        """Send what has gathered, though the fragment is not full."""
        for fragment in self._splicer.cut():
            self._send(fragment)

    def watch(self, response: Response, profile: Profile = PLAIN) -> Viewer:
        """
        Somebody asks for the stream: he gets it from the newest keyframe on, at once or as soon as there is one.

        The caller tells the response's transport about the viewer (as its producer), and calls ``leave`` at its end.

        :param response: where to send it.
        :param profile: what his player needs.
        :raises OffAirError: when none is expected soon.
        """
        if self.state is State.OFFLINE:
            raise OffAirError
        packing = self._packings.setdefault(profile, Packing(profile))
        viewer = Viewer(response, self.window, packing, self.patience, self.leave)
        self._viewers[viewer] = None
        return viewer

    def welcome(self, viewer: Viewer) -> None:
        """Begin to send, if there is a picture now; the viewer's response is ready."""
        if self.state is State.ONLINE and self._tracks is not None and not viewer.watching:
            viewer.begin(self._tracks)

    def leave(self, viewer: Viewer) -> None:
        """A viewer's connection is gone, or is to go."""
        if viewer in self._viewers:
            del self._viewers[viewer]
            self._skipped += viewer.skipped
            with suppress(Exception):  # a response that is broken says nothing more
                self._delivered += viewer.delivery(0.0).size

    def changed(self) -> Deferred[None]:
        """Fires when the state next changes. May be cancelled."""
        return self._changing.wait()

    def ended(self) -> Deferred[None]:
        """Fires when the responses of those who watch now have ended, and they have to ask anew. May be cancelled."""
        return self._ending.wait()

    def deliver(self, fragment: float, patience: Patience, quiet: float) -> None:
        """
        Other settings, for the fragments and viewers to come.

        :param fragment: seconds of one fragment.
        :param patience: how much viewers may lag.
        :param quiet: seconds without anything from the encoder after which they get the slate.
        """
        self._fragmenter.length = fragment
        self.patience = patience
        self.quiet = quiet

    def close(self) -> None:
        """The daemon ends: so do all responses, and all waiting."""
        self._change(State.OFFLINE)
        self._dismiss(self._viewers)
        self._changing.wake()

    def check(self) -> None:
        """Let those go who take nothing. To be called every few seconds."""
        now = self._clock()
        self._for_each(self._viewers, lambda viewer: viewer.check(now))

    def _send(self, fragment: Fragment) -> None:
        self.window.append(fragment)
        self.offers.left(fragment, self._clock())
        if fragment.keyframe and fragment.generation != SLATE:
            self._change(State.ONLINE)
        self._for_each(self._viewers, self._send_to)

    def _send_to(self, viewer: Viewer) -> None:
        """Bring one viewer up to date."""
        if viewer.watching:
            viewer.advance()
        else:
            self.welcome(viewer)

    def _dismiss(self, viewers: Iterable[Viewer]) -> None:
        """End these viewers' responses."""

        def dismiss(viewer: Viewer) -> None:
            self.leave(viewer)
            viewer.finish()

        self._for_each(viewers, dismiss)
        self._ending.wake()

    def _for_each(self, viewers: Iterable[Viewer], act: Callable[[Viewer], None]) -> None:
        """Do something with each of these who has not left by then; what goes wrong with one is not felt by others."""
        for viewer in tuple(viewers):
            if viewer not in self._viewers:
                continue
            try:
                act(viewer)
            except Exception:  # noqa: BLE001 - whatever it is, the others go on
                self._log.failure("A viewer's response broke; the others go on.")
                self.leave(viewer)
                with suppress(Exception):
                    viewer.abort()

    def _change(self, state: State) -> None:
        if state is self.state:
            return
        self.state = state
        if state is State.OFFLINE:
            self.since = None
        elif state is State.ONLINE and self.since is None:
            self.since = self._clock()
        self._changing.wake()
