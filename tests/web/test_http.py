"""The bounds of a connection: sizes, deadlines, counts."""

from __future__ import annotations

from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st

from onionstream.web.limits import Limits
from tests.web.wire import Client, WireCase, get, post

LIMITS = Limits()


def padded(length: int) -> bytes:
    """
    :param length: of the request line and the headers together, without the line ends.
    :return: a good request.
    """
    bare = sum(map(len, get("/", "X: ").split(b"\r\n")))
    return get("/", "X: " + "x" * (length - bare))


class SizesTest(WireCase):
    """What a request may weigh."""

    def test_D30_the_limits_are_those_that_were_agreed(self) -> None:
        """8 KiB and 64 headers, a body of 16 KiB, 16 fields of 4 KiB, 20, 65, 30 and 5 s, 2000 connections."""
        self.assertEqual((LIMITS.header_bytes, LIMITS.headers, LIMITS.body_bytes), (8192, 64, 16384))
        self.assertEqual((LIMITS.fields, LIMITS.field_bytes, LIMITS.connections), (16, 4096, 2000))
        self.assertEqual((LIMITS.request_seconds, LIMITS.idle_seconds), (20, 65))
        self.assertEqual((LIMITS.drain_seconds, LIMITS.abort_seconds), (30, 5))

    def test_D30_a_head_of_8_KiB_is_answered(self) -> None:
        """Request line and headers count together."""
        self.assertEqual(self.ask(padded(8192)).status, 200)

    def test_D30_a_head_over_8_KiB_is_refused(self) -> None:
        """One byte more is a bare 400, and the connection is closed."""
        client = self.connect().send(padded(8193))
        self.assertEqual(client.received, b"HTTP/1.1 400 Bad Request\r\n\r\n")
        self.assertTrue(client.closed)

    def test_D30_a_line_that_does_not_end_is_refused(self) -> None:
        """Nobody can make the server collect one endless line."""
        client = self.connect().send(*[b"G" * 1000] * 20)
        self.assertEqual(client.received, b"HTTP/1.1 400 Bad Request\r\n\r\n")
        self.assertTrue(client.closed)

    def test_D30_64_headers_are_answered(self) -> None:
        """Host is one of them."""
        self.assertEqual(self.ask(get("/", *["A: b"] * 63)).status, 200)

    def test_D30_65_headers_are_refused(self) -> None:
        """However short."""
        self.assertEqual(self.connect().send(get("/", *["A: b"] * 64)).received[:12], b"HTTP/1.1 400")

    def test_D30_a_body_of_16_KiB_is_taken(self) -> None:
        """To its last byte."""
        body = b"text=" + b"x" * 4085 + b"&name=" + b"%61" * 4096
        self.assertEqual(len(body), LIMITS.body_bytes)
        self.assertEqual(self.ask(post("/say", body)).status, 200)

    def test_D30_a_larger_body_is_refused_before_it_is_sent(self) -> None:
        """The length alone gives 413, our page, and a closed connection."""
        head = post("/say", bytes(LIMITS.body_bytes + 1)).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        client = self.connect().send(head)
        self.assertEqual((client.answer().status, client.answer()["Connection"]), (413, "close"))
        self.assertIn(b"too large", client.answer().body)
        self.assertTrue(client.closed)

    def test_D30_chunks_are_counted(self) -> None:
        """A body in chunks is refused at the first byte too many, though no length was ever said."""
        head = get(
            "/say", "Content-Type: application/x-www-form-urlencoded", "transfer-encoding: chunked", method="POST"
        )
        client = self.connect().send(head, *[b"1000\r\n" + b"a" * 4096 + b"\r\n"] * 4)
        self.assertEqual(client.received, b"")
        client.send(b"1\r\na\r\n")
        self.assertEqual(client.answer().status, 413)
        self.assertTrue(client.closed)

    def test_D30_chunks_are_put_together(self) -> None:
        """A short body in chunks is a body like any other."""
        head = get(
            "/say", "Content-Type: application/x-www-form-urlencoded", "transfer-encoding: chunked", method="POST"
        )
        self.assertEqual(self.ask(head + b"6\r\ntext=h\r\n1\r\ni\r\n0\r\n\r\n").status, 200)
        self.assertEqual(self.trial.forms, [{"text": "hi"}])

    def test_L54_a_body_stays_in_memory(self) -> None:
        """Twisted would put one of unknown length into a file in /tmp."""
        client = self.connect().send(get("/later"))
        self.assertIsInstance(self.trial.requests[0].content, BytesIO)
        client.leave()

    @given(st.data())
    def test_D30_a_request_is_the_same_in_any_pieces(self, data: st.DataObject) -> None:
        """However it is cut, a form arrives as it was sent."""
        raw = post("/say", b"text=hello+%E2%9C%93&name=", "Expect: nothing")
        cuts = sorted(data.draw(st.sets(st.integers(1, len(raw) - 1), max_size=20)))
        pieces = [raw[start:end] for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
        self.trial.forms.clear()
        self.assertEqual(self.ask(*pieces).body, b"said")
        self.assertEqual(self.trial.forms, [{"text": "hello \u2713", "name": ""}])


class DeadlinesTest(WireCase):
    """How long anything may take."""

    def drip(self, client: Client, piece: bytes, seconds: int) -> None:
        """Send a piece every second."""
        for _ in range(seconds):
            client.send(piece)
            self.clock.advance(1)

    def test_D31_a_head_must_be_complete_in_20_s(self) -> None:
        """A byte every second does not extend it."""
        client = self.connect().send(b"GET / HTTP/1.1\r\nX: ")
        self.drip(client, b"x", 19)
        self.assertFalse(client.closed)
        self.clock.advance(1)
        self.assertTrue(client.closed)
        self.assertEqual(client.received, b"")

    def test_D31_a_body_must_be_complete_in_20_s(self) -> None:
        """The deadline began with the head's first byte. Someone waits, so there is a page."""
        client = self.connect().send(post("/say", bytes(1000))[:-1000])
        self.drip(client, b"x", 20)
        self.assertEqual((client.answer().status, client.answer()["Connection"]), (408, "close"))
        self.assertTrue(client.closed)

    def test_D31_a_client_that_waits_to_continue_has_the_same_deadline(self) -> None:
        """``Expect: 100-continue`` and then nothing is a request that does not arrive."""
        client = self.connect().send(post("/say", b"text=a", "Expect: 100-continue")[:-6])
        self.assertEqual(client.received, b"HTTP/1.1 100 Continue\r\n\r\n")
        self.clock.advance(20)
        self.assertTrue(client.closed)

    def test_D31_each_request_has_its_own_deadline(self) -> None:
        """A second one on the same connection has 20 s again."""
        client = self.connect()
        for piece in (get()[:5], get()[5:], get()[:5], get()[5:]):
            client.send(piece)
            self.clock.advance(15)
        self.assertEqual([answer.status for answer in client.answers()], [200, 200])
        self.assertFalse(client.closed)

    def test_D31_a_silent_connection_is_closed_after_65_s(self) -> None:
        """Whether it never said anything ..."""
        client = self.connect()
        self.clock.advance(64)
        self.assertFalse(client.closed)
        self.clock.advance(1)
        self.assertTrue(client.closed)

    def test_D31_an_idle_connection_is_closed_after_65_s(self) -> None:
        """... or has had its answer."""
        client = self.connect().send(get())
        self.clock.advance(64)
        self.assertFalse(client.closed)
        self.clock.advance(1)
        self.assertTrue(client.closed)

    def test_D31_an_answer_may_take_for_ever(self) -> None:
        """Neither the request's deadline nor the idle timer touches a response in progress."""
        client = self.connect().send(get("/endless"))
        self.clock.pump([60] * 100)
        self.trial.waiting[0].callback("done")
        self.assertTrue(client.received.endswith(b"begun done"))

    def test_D35_a_finished_answer_must_be_taken_in_30_s(self) -> None:
        """A client that stops reading at the end of an endless answer is cut off then."""
        client = self.connect().send(get("/endless"))
        client.transport.reading = False
        self.clock.advance(1000)
        self.trial.waiting[0].callback("done")
        self.clock.advance(29)
        self.assertFalse(client.closed)
        self.clock.advance(1)
        self.assertTrue(client.transport.aborted)

    def test_D35_a_finished_answer_must_be_taken_in_30_s_on_a_connection_that_stays(self) -> None:
        """The same when another request could follow."""
        client = self.connect()
        client.transport.reading = False
        client.send(get("/large"))
        self.clock.advance(29)
        self.assertFalse(client.transport.aborted)
        self.clock.advance(1)
        self.assertTrue(client.transport.aborted)

    def test_D35_a_client_that_takes_it_may_go_on(self) -> None:
        """It was only slow."""
        client = self.connect()
        client.transport.reading = False
        client.send(get("/large"))
        self.clock.advance(29)
        client.transport.read()
        self.clock.advance(60)
        client.send(get())
        self.assertEqual([answer.status for answer in client.answers()], [200, 200])

    def test_D35_an_idle_connection_that_does_not_close_is_cut_after_5_s(self) -> None:
        """Something small was never taken, so the system cannot close it."""
        client = self.connect()
        client.transport.reading = False
        client.send(get())
        self.clock.advance(65)
        self.assertFalse(client.transport.aborted)
        self.clock.advance(5)
        self.assertTrue(client.transport.aborted)

    def test_R22_nothing_is_left_running_when_a_client_has_gone(self) -> None:
        """No timer outlives its connection."""
        for raw in (b"", b"GET", get(), get("/endless"), get("", "A b"), post("/say", bytes(9))[:-1]):
            self.connect().send(raw).leave()
        self.assertEqual(self.clock.getDelayedCalls(), [])


class CountsTest(WireCase):
    """How many of anything there may be."""

    limits = Limits(connections=3)

    def test_D32_connections_over_the_cap_are_refused(self) -> None:
        """Those that are open stay."""
        clients = [self.connect() for _ in range(5)]
        self.assertEqual([client.refused for client in clients], [False, False, False, True, True])
        self.assertEqual(self.site.connections, 3)
        self.assertEqual(clients[0].send(get()).answer().status, 200)

    def test_D32_a_place_becomes_free_when_a_client_leaves(self) -> None:
        """In whatever way it ends."""
        clients = [self.connect() for _ in range(3)]
        clients[0].leave()
        self.assertFalse(self.connect().refused)
        clients[1].send(b"\x00\r\n")
        self.assertTrue(clients[1].closed)
        self.assertFalse(self.connect().refused)
        self.assertTrue(self.connect().refused)

    def test_B01_of_pipelined_requests_one_is_answered(self) -> None:
        """One packet of a thousand requests costs one answer; the client may ask again on a new connection."""
        client = self.connect().send(get() * 1000)
        self.assertEqual([answer.status for answer in client.answers()], [200])
        self.assertTrue(client.closed)

    def test_B01_an_empty_line_after_a_request_is_no_request(self) -> None:
        """Some old clients send one after a form."""
        client = self.connect().send(post("/say", b"text=a") + b"\r\n", get())
        self.assertEqual([answer.status for answer in client.answers()], [200, 200])

    def test_D34_what_comes_during_an_endless_answer_is_bounded(self) -> None:
        """After 16 KiB the client is not read any more; the answer goes on."""
        client = self.connect().send(get("/endless"))
        client.send(*[get()] * 1000)
        self.assertEqual(client.transport.producerState, "paused")
        self.trial.requests[0].write(b"more")
        self.assertTrue(client.received.endswith(b"begun more"))

    def test_D35_a_client_that_takes_nothing_is_not_read(self) -> None:
        """Or it could order one answer after the other and let the server keep them all."""
        client = self.connect()
        client.transport.reading = False
        client.send(get("/large"))
        self.assertEqual(client.transport.producerState, "paused")
        client.transport.read()
        self.assertEqual(client.transport.producerState, "producing")
