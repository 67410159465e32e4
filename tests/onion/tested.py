"""A self-test in invented surroundings, for tests."""

from __future__ import annotations

from pathlib import Path

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.errors import LostError
from onionstream.onion.progress import State, Status
from onionstream.onion.report import Report
from onionstream.onion.selftest import SelfTest, Times
from onionstream.onion.torrc import Paths
from onionstream.settings import config
from tests.onion.test_socks import HOST, LOGIN, METHOD, OPEN
from tests.onion.visiting import SocksReactor

TIMES = Times()
WAY = METHOD + LOGIN + OPEN
OFFLINE = WAY + b"HTTP/1.1 404 Not Found\r\n\r\n"


class FakeTor:
    """
    A tor, as the self-test sees it, with its control connection.

    :ivar open: whether it listens for SOCKS.
    :ivar opened: how often it was told to.
    :ivar ours: whether it is no tor of the system.
    :ivar trouble: raised when it is to listen.
    :ivar gone: whether it has ended, and nobody has noticed yet.
    """

    def __init__(self) -> None:
        """Just started."""
        self.state = State.STARTING
        self.open = False
        self.opened = 0
        self.ours = True
        self.trouble: Exception | None = None
        self.gone = False
        self._changed: list[Deferred[None]] = []

    @property
    def own_control(self) -> FakeTor | None:
        """It is all one here."""
        return self if self.ours else None

    @property
    def waiting(self) -> int:
        """How many wait for a change."""
        return len(self._changed)

    def status(self) -> Status:
        """How it is."""
        return Status(
            state=self.state, sentence=f"It is {self.state.value}.", address=HOST, percent=0, seconds=0, lines=()
        )

    def changed(self) -> Deferred[None]:
        """Fires when that changes."""
        waiting: Deferred[None] = Deferred(self._changed.remove)
        self._changed.append(waiting)
        return waiting

    def enter(self, *states: State) -> None:
        """Change, once for each."""
        for state in states:
            self.state = state
            waiting, self._changed = self._changed, []
            for one in waiting:
                one.callback(None)

    async def open_socks(self, port: str) -> None:
        """Listen."""
        assert "try.sock" in port
        self.opened += 1
        self.open = True
        if self.trouble is not None:
            raise self.trouble

    def close_socks(self) -> None:
        """Listen no longer."""
        self.open = False

    async def ping(self) -> None:
        """Tell whether it is there."""
        if self.gone:
            raise LostError("tor has closed its control connection.")


class FakeGauge:
    """
    A place that fills the line.

    :ivar open_now: whether it is there.
    """

    open_now = False

    def open(self) -> str:
        """:return: its path."""
        self.open_now = True
        return "/fill?secret"

    def close(self) -> None:
        """It is gone."""
        self.open_now = False


class SelfTestCase(SynchronousTestCase):
    """A self-test with its invented surroundings; started."""

    gauge: FakeGauge | None = None

    def setUp(self) -> None:
        """Build it."""
        self.reactor = SocksReactor()
        self.tor = FakeTor()
        self.test = SelfTest(
            config.Tor(), self.tor, self.reactor, Paths(state=Path("/s"), site=Path("/s/web.sock")), self.gauge
        )
        self.test.startService()

    def publish(self) -> None:
        """The address is published now."""
        self.tor.enter(State.CONNECTING, State.PUBLISHING, State.REACHABLE)

    def running(self) -> Deferred[Report]:
        """:return: a test that has just begun, of an address that is published."""
        self.tor.state = State.REACHABLE
        running = self.test.run()
        self.reactor.advance(0)
        return running

    def answer(self, *answers: bytes) -> None:
        """Answer to the next visits."""
        for said in answers:
            self.reactor.link.says(said)
            self.reactor.advance(0)

    def fail_until(self, tries: int) -> None:
        """Refuse the way so many times, and wait for the next try after each."""
        for wait in TIMES.again[:tries]:
            self.answer(METHOD + LOGIN + b"\x05\xf0")
            self.reactor.advance(wait)
            self.reactor.advance(0)

    def rests(self) -> None:
        """Nothing goes on."""
        self.assertEqual((self.test.testing, self.tor.open), (False, False))
        self.assertEqual(self.reactor.getDelayedCalls(), [])
