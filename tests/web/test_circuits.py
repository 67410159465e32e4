"""The UNIX socket that tor uses: its line, and how much each circuit may ask for."""

from __future__ import annotations

import re

from twisted.internet.defer import Deferred

from onionstream.onion.budgets import FLOOD, REMEMBERED
from onionstream.web.circuits import CircuitSite
from onionstream.web.limits import Limits
from tests.web.onion import CIRCUIT, CircuitCase, line
from tests.web.wire import Client, get, post

ITS_NAMES = [str(CIRCUIT), f"{CIRCUIT:x}", f"{CIRCUIT >> 16:x}", f"{CIRCUIT & 0xFFFF:x}", str(CIRCUIT & 0xFFFF), "fc00"]
"""All that could be seen of it: in decimal, as tor writes it, as a port."""


class LineTests(CircuitCase):
    """The line before everything else."""

    def test_D84_a_request_may_come_in_the_same_packet(self) -> None:
        """Nothing of it is lost."""
        self.assertEqual(Client(self.circuits).send(line() + get()).answer().body, b"hello")

    def test_B40_split_at_each_byte(self) -> None:
        """In two packets, wherever the first one ends; and in as many as there are bytes."""
        whole = line() + get()
        for end in range(1, len(whole)):
            client = Client(self.circuits).send(whole[:end], whole[end:])
            self.assertEqual(client.answer().body, b"hello")
            client.leave()
            self.clock.advance(1)
        self.assertEqual(Client(self.circuits).send(*(bytes([byte]) for byte in whole)).answer().body, b"hello")

    def test_B40_a_connection_without_it_is_cut(self) -> None:
        """No answer, no word in the log, and it is counted."""
        self.assertTrue(self.cut(Client(self.circuits).send(get())))
        self.assertEqual((self.circuits.cut, self.site.connections), (1, 0))

    def test_B40_whatever_is_wrong_the_connection_is_cut(self) -> None:
        """Each of the ways in which a line can be wrong; all of them are in tests/onion/test_proxyline.py."""
        wrong = (
            line()[:-2] + b"\n",
            b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x7f\x00\x00\x01\x7f\x00\x00\x01\x00\x1b\x00\x50",
            b"PROXY TCP4 127.0.0.1 127.0.0.1 27 80\r\n",
            b"PROXY UNKNOWN\r\n",
            line().replace(b"beef ", b"zzz "),
            line().replace(b"4711:", b"14711:"),
            line().replace(b"80", b"\xff\xfe"),
            line()[:-2].ljust(107, b"0"),
            line()[:-2].ljust(108, b"0") + b"\r\n",
            b"\x16\x03\x01",
        )
        for raw in wrong:
            self.assertTrue(self.cut(Client(self.circuits).send(raw + get())), raw)
            self.assertTrue(self.cut(Client(self.circuits).send(*(bytes([byte]) for byte in raw))), raw)
        self.assertEqual(self.circuits.cut, 2 * len(wrong))

    def test_B40_two_lines(self) -> None:
        """The second one is no HTTP."""
        client = self.arrive(1, line(2) + get())
        self.assertEqual(client.received, b"HTTP/1.1 400 Bad Request\r\n\r\n")
        self.assertTrue(client.closed)

    def test_B40_on_the_loopback_port_it_is_a_bad_request(self) -> None:
        """Nobody can claim a circuit there."""
        client = self.connect().send(line() + get())
        self.assertEqual(client.received, b"HTTP/1.1 400 Bad Request\r\n\r\n")
        self.assertTrue(client.closed)

    def test_D84_it_must_be_there_in_5_s(self) -> None:
        """Though a byte comes each second."""
        silent, slow = Client(self.circuits), Client(self.circuits)
        for place in range(5):
            self.assertFalse(silent.closed or slow.closed)
            slow.send(line()[place : place + 1])
            self.clock.advance(1)
        self.assertTrue(self.cut(silent) and self.cut(slow))

    def test_D84_when_it_was_there_in_time_there_is_time_for_a_request(self) -> None:
        """The deadline does not come after it."""
        client = Client(self.circuits)
        self.clock.advance(4.9)
        client.send(line())
        self.clock.advance(10)
        self.assertEqual(client.send(get()).answer().status, 200)

    def test_B40_the_line_and_then_silence(self) -> None:
        """It is closed like any idle connection, and costs as much as a request."""
        client = self.arrive(1)
        self.clock.advance(64)
        self.assertFalse(client.closed)
        self.clock.advance(1)
        self.assertTrue(client.closed)
        self.assertEqual(client.received, b"")

    def test_D84_a_request_knows_its_circuit(self) -> None:
        """0 is one that tor does not know; on the loopback port there is none."""
        for circuit in (CIRCUIT, 0):
            self.arrive(circuit, get("/later"))
        self.connect().send(get("/later"))
        self.assertEqual([request.circuit for request in self.trial.requests], [CIRCUIT, 0, None])

    def test_D84_L50_the_circuit_is_never_shown_or_logged(self) -> None:
        """Not by answers of any kind, nor by what could get into a log, nor when something fails."""
        asked = (get(), get("/nothing"), get("/fails"), get("/say", method="PUT"), b"RUDE\r\n\r\n", get("/later"))
        seen = b"".join(self.arrive(CIRCUIT, raw).received for raw in asked)
        for _ in range(50):
            seen += self.arrive(CIRCUIT, get("/video")).received
        self.circuits.flood(CIRCUIT)
        request = self.trial.requests[0]
        seen += "".join([*self.logged(), repr(request), repr(request.channel), repr(request._visitor)]).encode()
        self.assertIn(b" 429 ", seen)
        self.assertIn(b"ZeroDivisionError", seen)
        text = re.sub("0x[0-9a-f]+", "an object's address", seen.decode())
        self.assertEqual([name for name in ITS_NAMES if name in text], [])

    def test_R40_at_the_end_connections_without_a_request_are_cut(self) -> None:
        """Nobody waits for their line; answers that are under way are finished."""
        silent, asking = Client(self.circuits), self.arrive(1, get("/later"))
        done = Deferred.fromCoroutine(self.site.drain(5))
        self.assertTrue(self.cut(silent))
        self.assertTrue(Client(self.circuits).refused)
        self.assertNoResult(done)
        self.trial.waiting[0].callback("late")
        self.assertTrue(asking.closed)
        self.assertTrue(asking.received.endswith(b"late"))
        self.successResultOf(done)

    def test_R22_nothing_is_left_running(self) -> None:
        """In whichever state the client leaves."""
        for raw in (b"", b"PRO", b"GET", line(), line() + b"GET", line() + get(), line() + get("/video")):
            Client(self.circuits).send(raw).leave()
        self.assertEqual((self.clock.getDelayedCalls(), self.site.connections), ([], 0))
        self.circuits.forget()
        self.assertEqual(len(self.budgets), 1)
        self.clock.advance(REMEMBERED)
        self.circuits.forget()
        self.assertEqual(len(self.budgets), 0)


class CountTests(CircuitCase):
    """Connections that have not said anything count."""

    limits = Limits(connections=3)

    def test_D32_they_count_as_connections(self) -> None:
        """Each once, before its line and after it; whoever is cut makes room."""
        clients = [self.arrive(1), self.connect(), Client(self.circuits)]
        self.assertEqual(self.site.connections, 3)
        self.assertTrue(Client(self.circuits).refused)
        self.assertEqual((self.circuits.cut, self.circuits.circuits), (1, 1))
        clients[2].send(b"nonsense")
        self.assertEqual(self.site.connections, 2)
        self.assertFalse(Client(self.circuits).refused)


class RequestTests(CircuitCase):
    """Requests of a circuit."""

    def exhaust(self, circuit: int = CIRCUIT) -> None:
        """Ask as often as it may."""
        client = self.arrive(circuit)
        for _ in range(30):
            client.send(get())
        client.leave()

    def test_D34_pictures_of_emotes_cost_little(self) -> None:
        """A page full of them leaves enough to write with; and there is an end of it."""
        client = self.arrive(CIRCUIT)
        for _ in range(200):
            client.send(get("/emote/0123456789abcdef.png"))
        self.assertEqual(self.arrive(CIRCUIT, get()).answer().status, 200)
        for _ in range(40):
            client.send(get("/emote/0123456789abcdef.png"))
        self.assertEqual(self.arrive(CIRCUIT, get()).answer().status, 429)

    def test_D34_over_budget_there_is_a_page_that_says_when(self) -> None:
        """429, Retry-After, our words; then the connection is closed."""
        self.exhaust()
        client = self.arrive(CIRCUIT, get())
        answer = client.answer()
        self.assertEqual((answer.status, answer["Retry-After"], answer["Connection"]), (429, "1", "close"))
        self.assertIn(b"You are too fast", answer.body)
        self.assertTrue(client.closed)

    def test_D34_who_waits_that_long_is_served(self) -> None:
        """As ever."""
        self.exhaust()
        self.assertEqual(self.status(CIRCUIT, get()), 429)
        self.clock.advance(1)
        self.assertEqual(self.status(CIRCUIT, get()), 200)

    def test_D34_another_circuit_is_not_concerned(self) -> None:
        """Nor is the loopback port, which has no budget."""
        self.exhaust()
        self.assertEqual(self.status(CIRCUIT + 1, get()), 200)
        local = self.connect().send(*[get()] * 100)
        self.assertEqual({answer.status for answer in local.answers()}, {200})

    def test_D34_requests_of_every_kind_count(self) -> None:
        """Also those that are refused for something else, and what is no request at all."""
        for raw in (get("/nothing"), get(method="PUT"), get("/say"), b"RUDE\r\n\r\n", b"", get("/%ff")) * 5:
            self.arrive(CIRCUIT, raw).leave()
        self.assertEqual(self.status(CIRCUIT, get()), 429)

    def test_D34_a_body_is_not_waited_for(self) -> None:
        """The answer is there before the form is."""
        self.exhaust()
        client = self.arrive(CIRCUIT, post("/say", b"text=a")[:-6])
        self.assertEqual(client.answer().status, 429)
        self.assertTrue(client.closed)

    def test_D34_HEAD_over_budget_has_no_body(self) -> None:
        """Only the headers."""
        self.exhaust()
        client = self.arrive(CIRCUIT, get(method="HEAD"))
        self.assertEqual((client.answer(head=True).status, client.received.partition(b"\r\n\r\n")[2]), (429, b""))

    def test_D34_the_25th_connection_is_cut(self) -> None:
        """Without an answer; another one may come when one has gone."""
        clients = [self.arrive(CIRCUIT) for _ in range(24)]
        self.assertTrue(self.cut(self.arrive(CIRCUIT)))
        self.assertTrue(self.cut(Client(self.circuits).send(line() + get())))
        self.assertEqual((self.site.connections, self.circuits.cut), (24, 2))
        clients[0].leave()
        self.assertEqual(self.arrive(CIRCUIT, get()).answer().status, 200)

    def test_D34_a_flood_is_told_once(self) -> None:
        """With the number of the circuit to close."""
        self.exhaust()
        for _ in range(FLOOD):
            self.arrive(CIRCUIT, get())
        self.assertEqual(self.flooded, [])
        for _ in range(FLOOD):
            self.arrive(CIRCUIT, get())
        self.assertEqual(self.flooded, [CIRCUIT])

    def test_D34_a_flood_of_connections_is_told_too(self) -> None:
        """Those that are too many, and those that are opened and closed."""
        for _ in range(24):
            self.arrive(CIRCUIT)
        for _ in range(FLOOD + 1):
            self.arrive(CIRCUIT)
        for _ in range(30 + FLOOD + 1):
            self.arrive(CIRCUIT + 1).leave()
        self.assertEqual(self.flooded, [CIRCUIT, CIRCUIT + 1])

    def test_D34_whoever_is_told_of_a_flood_hurts_nobody(self) -> None:
        """His fault is noted, without the number, and the answers are as ever."""
        self.circuits = CircuitSite(self.site, self.budgets, lambda circuit: [][circuit])
        self.exhaust()
        self.assertEqual({self.status(CIRCUIT, get()) for _ in range(FLOOD + 1)}, {429})
        self.assertEqual([text.partition(" in ")[0] for text in self.errors()], ["IndexError"])

    def test_D34_by_default_nothing_happens(self) -> None:
        """Requests are only refused."""
        self.circuits = CircuitSite(self.site, self.budgets)
        self.exhaust()
        self.assertEqual({self.status(CIRCUIT, get()) for _ in range(2 * FLOOD)}, {429})
