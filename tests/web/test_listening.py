"""The end of the site's life, without a network; the beginning is in tests/real/test_daemon.py."""

from __future__ import annotations

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IAddress, IListeningPort
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from onionstream.web.areas import Areas
from onionstream.web.http import BoundedSite
from onionstream.web.limits import Limits
from onionstream.web.listening import DRAIN, Listening
from tests.web.wire import Client


@implementer(IListeningPort)
class FakePort:
    """A port that stops, or cannot."""

    def __init__(self, problem: Exception | None = None) -> None:
        """:param problem: what stopping fails with."""
        self.problem = problem

    def startListening(self) -> None:
        """It listens."""

    def stopListening(self) -> Deferred[None]:
        """Fail, as Twisted's does when the socket's file is gone."""
        return succeed(None) if self.problem is None else fail(self.problem)

    def getHost(self) -> IAddress:
        """It has no address."""
        raise NotImplementedError


class ListeningTests(SynchronousTestCase):
    """``Listening``."""

    def setUp(self) -> None:
        """A site with one client that has sent half a request."""
        self.clock = Clock()
        self.site = BoundedSite(Areas(), Limits(), self.clock)
        self.client = Client(self.site).send(b"GET / HT")
        self.said: list[str] = []

    def stop(self, *ports: IListeningPort) -> Deferred[None]:
        """End the site's life."""
        return Listening(ports, self.site, lambda: self.said.append("ending")).stopService()

    def test_R40_endless_answers_are_told_and_others_have_some_seconds(self) -> None:
        """Then whoever is still there is cut."""
        done = self.stop(FakePort())
        self.assertEqual(self.said, ["ending"])
        self.assertNoResult(done)
        self.clock.advance(DRAIN)
        self.assertTrue(self.client.closed)
        self.successResultOf(done)

    def test_R40_a_port_that_cannot_end_keeps_nobody_from_ending(self) -> None:
        """Somebody has removed the socket's file: all else goes on in good order."""
        done = self.stop(FakePort(FileNotFoundError()), FakePort())
        self.assertEqual(self.said, ["ending"])
        self.clock.advance(DRAIN)
        self.assertTrue(self.client.closed)
        self.successResultOf(done)
