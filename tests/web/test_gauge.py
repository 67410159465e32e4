"""The filling for the self-test, which is for nobody else."""

from __future__ import annotations

from twisted.web.resource import IResource

from onionstream.web.areas import Areas
from onionstream.web.gauge import MOST, Gauge
from tests.web.wire import BUFFER, WireCase, get


class GaugeTests(WireCase):
    """The area of ``/fill``."""

    def root(self) -> IResource:
        """The area alone."""
        self.gauge = Gauge()
        return Areas(self.gauge)

    def test_it_is_filled_as_fast_as_it_is_taken(self) -> None:
        """To a bound, and then the connection ends; little of it waits here."""
        client = self.connect()
        client.transport.reading = False
        client.send(get(self.gauge.open()))
        self.assertLess(len(client.transport.unsent), 2 * BUFFER)
        while client.transport.unsent:
            client.transport.read()
        answer = client.answer()
        self.assertEqual((answer.status, len(answer.body), answer.body.strip(b"\0")), (200, MOST, b""))
        self.assertTrue(client.closed)

    def test_a_key_is_good_once(self) -> None:
        """The next who comes with it finds nothing."""
        path = self.gauge.open()
        self.ask(get(path))
        self.assertEqual(self.ask(get(path)).status, 404)

    def test_without_the_key_there_is_nothing(self) -> None:
        """Neither before nor after, nor with another key, nor with half of it."""
        path = self.gauge.open()
        for other in ("/fill", "/fill?key=", path[:-1], f"{path}x", "/fill?key=%C3%A4"):
            self.assertEqual(self.ask(get(other)).status, 404, other)
        self.gauge.close()
        for other in (path, "/fill?key="):
            self.assertEqual(self.ask(get(other)).status, 404, other)

    def test_each_key_is_another(self) -> None:
        """An old one is no hint."""
        self.assertNotEqual(self.gauge.open(), self.gauge.open())

    def test_when_it_is_closed_nothing_more_is_sent(self) -> None:
        """However much is left."""
        client = self.connect()
        client.transport.reading = False
        client.send(get(self.gauge.open()))
        self.gauge.close()
        self.assertTrue(client.transport.aborted)
        self.assertTrue(client.closed)
        self.gauge.close()
        self.assertEqual(self.errors(), [])

    def test_a_client_who_leaves_leaves_nothing_behind(self) -> None:
        """The next test begins afresh."""
        client = self.connect()
        client.transport.reading = False
        client.send(get(self.gauge.open()))
        client.leave()
        self.assertEqual(self.errors(), [])
        self.assertEqual(self.ask(get(self.gauge.open())).status, 200)
