"""What a route can do with its answer, how a connection and the site end, and what is logged of all this: nothing."""

from __future__ import annotations

import socket
from typing import Any, cast

from twisted.internet.abstract import FileDescriptor
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import ISystemHandle
from twisted.internet.testing import MemoryReactor
from zope.interface import implementer

from tests.fakes import Producer
from tests.web.wire import BUFFER, Client, Transport, WireCase, get, post


@implementer(ISystemHandle)
class SocketTransport(Transport):
    """A transport with a socket."""

    def __init__(self) -> None:
        super().__init__()
        self.socket = socket.socket()

    def getHandle(self) -> socket.socket:
        """The socket."""
        return self.socket


class AnswersTest(WireCase):
    """What a route can do to its answer's transport."""

    def endless(self) -> tuple[Client, Any]:
        """A client with an answer in progress, and its request."""
        client = self.connect().send(get("/endless"))
        return client, self.trial.requests[-1]

    def test_an_endless_answer_ends_with_its_connection(self) -> None:
        """No chunks, ``Connection: close``; so a browser takes a broken line for the end."""
        client, _ = self.endless()
        self.trial.waiting[0].callback("end")
        answer = client.answer()
        self.assertEqual((answer.version, answer["Connection"], answer.body), ("HTTP/1.0", "close", b"begun end"))
        self.assertEqual(answer.all("Transfer-Encoding"), [])
        self.assertTrue(client.closed)

    def test_finish_ends_a_producer_too(self) -> None:
        """L-50: Twisted would complain of it in the log, with the address that was asked for."""
        client, request = self.endless()
        request.registerProducer(Producer(), True)
        self.trial.waiting[0].callback("end")
        self.assertTrue(client.closed)
        self.assertEqual(self.logged(), [])

    def test_R21_a_producer_is_told_when_the_client_takes_nothing(self) -> None:
        """It is asked to pause at 64 KiB, and to go on when they are taken."""
        client, request = self.endless()
        producer = Producer()
        request.registerProducer(producer, True)
        client.transport.reading = False
        request.write(bytes(BUFFER + 1))
        self.assertEqual(producer.told, ["pause"])
        client.transport.read()
        self.assertEqual(producer.told, ["pause", "resume"])

    def test_abort_cuts_the_connection(self) -> None:
        """What is unsent is lost; a second time nothing happens."""
        client, request = self.endless()
        request.abort()
        self.assertTrue(client.transport.aborted)
        self.assertTrue(client.closed)
        request.abort()

    def test_D40_the_send_buffer_can_be_made_small(self) -> None:
        """The kernel is told; Linux doubles the number for its own use."""
        request = self.endless()[1]
        transport = SocketTransport()
        self.addCleanup(transport.socket.close)
        request.transport = transport
        request.small_send_buffer(32 * 1024)
        self.assertIn(transport.socket.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF), (32 * 1024, 64 * 1024))

    def test_D40_without_a_socket_nothing_is_done(self) -> None:
        """Such as in tests."""
        self.endless()[1].small_send_buffer(32 * 1024)

    def test_unsent_counts_what_the_kernel_has_not_taken(self) -> None:
        """Both of Twisted's buffers."""
        request = self.endless()[1]
        self.assertEqual(request.unsent(), 0)
        descriptor = FileDescriptor(cast("Any", MemoryReactor()))
        descriptor.connected = 1
        request.transport = descriptor
        descriptor.write(b"12345")
        self.assertEqual(request.unsent(), 5)
        descriptor.dataBuffer, descriptor.offset = b"abcdef", 2
        self.assertEqual(request.unsent(), 9)

    def test_nothing_is_unsent_where_there_is_no_socket(self) -> None:
        """Such as when the connection has gone, or through TLS."""
        request = self.endless()[1]
        for transport in (None, object()):
            request.transport = transport
            self.assertEqual(request.unsent(), 0)

    def test_L51_a_request_does_not_tell_what_it_is_about(self) -> None:
        """Its repr can stand in a log."""
        self.connect().send(get("/later?text=SECRET"))
        self.assertEqual(repr(self.trial.requests[0]), "<BoundedRequest>")

    def test_L50_nothing_about_clients_is_logged(self) -> None:
        """Not a good request, not a bad one, no deadline, no address, no user agent."""
        self.connect().send(get("/ask?text=SECRET", "User-Agent: SECRET", "Referer: http://SECRET/"))
        self.connect().send(get("/\xff\xfe"))
        self.connect().send(b"SECRET\r\n\r\n")
        stuck = self.connect()
        stuck.transport.reading = False
        stuck.send(get("/large"))
        self.connect().send(post("/say", bytes(99))[:-1])
        self.clock.advance(100)
        self.clock.advance(100)
        self.assertEqual(self.logged(), [])

    def test_L50_starting_and_stopping_says_nothing(self) -> None:
        """No log file, no clock for one."""
        self.site.doStart()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.site.doStop()
        self.assertEqual(self.logged(), [])


class ClosingTest(WireCase):
    """A connection that is being closed."""

    def test_B01_it_is_not_listened_to(self) -> None:
        """Whatever a transport still hands over: the client has had its answer."""
        client = self.connect()
        client.transport.reading = False
        client.send(b"?\r\n")
        assert client.channel is not None
        client.channel.dataReceived(get())
        self.assertEqual(client.channel.clearLineBuffer(), b"")
        client.transport.read()
        self.assertEqual(client.received, b"HTTP/1.1 400 Bad Request\r\n\r\n")

    def test_D35_to_close_it_again_changes_nothing(self) -> None:
        """Its deadline is the first one."""
        client = self.connect()
        client.transport.reading = False
        client.send(b"?\r\n")
        self.clock.advance(29)
        assert client.channel is not None
        client.channel.loseConnection()
        self.clock.advance(1)
        self.assertTrue(client.transport.aborted)


class DrainTest(WireCase):
    """The end of the site (R-40)."""

    def drain(self) -> Deferred[None]:
        """Begin the end, with 5 s for it."""
        return Deferred.fromCoroutine(self.site.drain(5))

    def test_R40_without_connections_it_is_over_at_once(self) -> None:
        """And leaves no timer."""
        self.successResultOf(self.drain())
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_R40_idle_connections_are_closed_at_once(self) -> None:
        """They wait for nothing."""
        client = self.connect().send(get())
        done = self.drain()
        self.assertTrue(client.closed)
        self.successResultOf(done)

    def test_R40_an_answer_in_progress_is_finished(self) -> None:
        """Then its connection is closed."""
        client = self.connect().send(get("/later"))
        done = self.drain()
        self.clock.advance(4)
        self.assertNoResult(done)
        self.trial.waiting[0].callback("in time")
        self.assertEqual(client.answer().body, b"in time")
        self.assertTrue(client.closed)
        self.successResultOf(done)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_R40_a_request_on_its_way_is_answered(self) -> None:
        """And told that the connection ends."""
        client = self.connect().send(get()[:9])
        done = self.drain()
        client.send(get()[9:])
        self.assertEqual((client.answer().status, client.answer()["Connection"]), (200, "close"))
        self.assertTrue(client.closed)
        self.successResultOf(done)

    def test_R40_what_is_left_after_5_s_is_cut(self) -> None:
        """Answers without an end, and clients that take nothing."""
        endless = self.connect().send(get("/endless"))
        stuck = self.connect()
        stuck.transport.reading = False
        stuck.send(get())
        done = self.drain()
        self.clock.advance(5)
        self.assertEqual((endless.closed, stuck.closed), (True, True))
        self.successResultOf(done)

    def test_R40_nobody_new_is_let_in(self) -> None:
        """From the beginning of the end."""
        self.drain()
        self.assertTrue(self.connect().refused)
