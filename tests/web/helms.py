"""What the broadcaster's page steers beside the chat, invented."""

from __future__ import annotations

from dataclasses import replace

from twisted.internet.defer import Deferred

from onionstream.encoder.supervisor import State, Status
from onionstream.invitations import Invitation
from onionstream.onion.errors import InvitationError
from onionstream.onion.report import Report
from onionstream.settings.config import ConfigError

RUNS = Status(state=State.RUNNING, generation=2, sentence="ffmpeg runs.", seconds=1.0, lines=("a word",))
RESTS = replace(RUNS, state=State.STOPPED, sentence="The encoder is switched off.")


class Source:
    """
    An encoder.

    :ivar told: what it was told to do.
    :ivar running: it is switched on.
    """

    def __init__(self) -> None:
        """It runs."""
        self.told: list[str] = []
        self.running = True

    def status(self) -> Status:
        """How it is."""
        return RUNS if self.running else RESTS

    def startService(self) -> None:
        """Have a picture."""
        self.told.append("on")
        self.running = True

    def stopService(self) -> None:
        """Have none."""
        self.told.append("off")
        self.running = False

    def restart(self) -> None:
        """Begin anew."""
        self.told.append("restart")


class GuestBook:
    """
    Guests.

    :ivar all: those who are invited.
    :ivar trouble: the disk does not do it.
    """

    KEY = "K" * 52

    def __init__(self) -> None:
        """Nobody is."""
        self.all: list[str] = []
        self.trouble = ""

    def invite(self, name: str) -> Invitation:
        """See ``invitations.GuestBook``."""
        self._try()
        if not name.isalnum():
            raise InvitationError("A name has 1 to 32 characters.")
        first = not self.all
        self.all.append(name)
        return Invitation(name, "http://a.onion/", self.KEY, first)

    def revoke(self, name: str, *, public: bool) -> None:
        """See ``invitations.GuestBook``."""
        self._try()
        if name not in self.all:
            raise InvitationError(f"{name} is not invited.")
        if self.all == [name] and not public:
            raise InvitationError("He is the only guest.")
        self.all.remove(name)

    def names(self) -> list[str]:
        """See ``invitations.GuestBook``."""
        self._try()
        return sorted(self.all)

    def _try(self) -> None:
        if self.trouble:
            raise InvitationError(self.trouble)


class Settings:
    """
    A configuration.

    :ivar sentence: what is said when it is read again.
    :ivar wrong: ... and this instead, if it cannot be used.
    :ivar read: how often it was.
    """

    def __init__(self) -> None:
        """It is good."""
        self.sentence, self.wrong = "The configuration was read again; changed: [chat].", ""
        self.late: tuple[str, ...] = ()
        self.read = 0

    def again(self) -> str:
        """See ``life.Reload``."""
        self.read += 1
        if self.wrong:
            raise ConfigError("my.toml", self.wrong, 7)
        return self.sentence


class Test:
    """
    A self-test that ends when it is told to.

    :ivar waiting: those who wait for it.
    :ivar last: what it has found.
    """

    def __init__(self) -> None:
        """There was none yet."""
        self.waiting: list[Deferred[Report]] = []
        self.last: Report | None = None
        self.at_once: Report | None = None

    @property
    def testing(self) -> bool:
        """Whether one goes on."""
        return bool(self.waiting)

    def run(self) -> Deferred[Report]:
        """See ``SelfTest``."""
        self.waiting.append(Deferred())
        started = self.waiting[-1]
        if self.at_once is not None:
            self.end(self.at_once)
        return started

    def end(self, report: Report) -> None:
        """It is over."""
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            one.callback(report)
