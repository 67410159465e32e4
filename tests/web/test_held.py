"""What answers that go on hold of their circuit's budget, and that it is given back however they end."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.web.resource import IResource

from onionstream.chat.presence import Presence
from onionstream.onion.budgets import BUSY, Share, Visit
from onionstream.settings.config import Stream
from onionstream.video.broadcast import Broadcast
from onionstream.video.profile import Profiles
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.areas import Areas
from onionstream.web.watch import Watch
from tests.video import streams
from tests.web.onion import CIRCUIT, CircuitCase
from tests.web.visitors import OpenDoor
from tests.web.wire import get


class HeldTests(CircuitCase):
    """What is held while an answer goes on is given back, whenever and however that ends."""

    def again(self, end: Callable[[], object]) -> None:
        """See that something that holds a video can be done many times, and leaves room for three videos."""
        for _ in range(12):
            end()
            self.clock.advance(60)
        self.assertEqual(
            [b" 429 " in self.arrive(CIRCUIT, get("/video")).received for _ in range(4)], [False, False, False, True]
        )

    def test_D34_the_fourth_video_is_refused(self) -> None:
        """With a page that says why, and the connection is closed; those that are there go on."""
        clients = [self.arrive(CIRCUIT, get("/video")) for _ in range(4)]
        answer = clients[3].answer()
        self.assertEqual((answer.status, answer["Retry-After"], answer["Connection"]), (429, str(BUSY), "close"))
        self.assertIn(b"close another tab", answer.body)
        self.assertEqual([client.closed for client in clients], [False, False, False, True])
        self.assertEqual(len(self.lasting.requests), 3)

    def test_D34_the_fifth_long_answer_is_refused(self) -> None:
        """Videos count by themselves."""
        told = [self.arrive(CIRCUIT, get(path)).received for path in ["/video"] * 3 + ["/long"] * 5]
        self.assertEqual([b" 429 " in received for received in told], [False] * 7 + [True])

    def test_D34_on_the_loopback_port_there_is_no_bound(self) -> None:
        """Nor for other circuits."""
        told = [self.connect().send(get("/video")).received for _ in range(10)]
        told += [self.arrive(circuit, get("/video")).received for circuit in range(10, 20)]
        self.assertEqual([b" 429 " in received for received in told], [False] * 20)

    def test_D34_finished(self) -> None:
        """The answer has come to its end."""

        def end() -> None:
            client = self.arrive(CIRCUIT, get("/video"))
            self.lasting.waiting[-1].callback("done")
            self.assertTrue(client.closed)

        self.again(end)

    def test_D34_finished_on_a_connection_that_stays(self) -> None:
        """It is the answer that counts, not the connection."""
        client = self.arrive(CIRCUIT)
        self.again(lambda: client.send(get("/short")))
        self.assertEqual({answer.status for answer in client.answers()}, {200})

    def test_D34_finished_but_not_taken(self) -> None:
        """The client does not read the rest: nothing more is produced for him."""

        def end() -> None:
            client = self.arrive(CIRCUIT, get("/video"))
            client.transport.reading = False
            self.lasting.waiting[-1].callback("x" * 1000)
            self.assertFalse(client.closed)

        self.again(end)

    def test_D34_lost(self) -> None:
        """The client has gone."""
        self.again(lambda: self.arrive(CIRCUIT, get("/video")).leave())
        self.assertEqual(self.logged(), [])

    def test_D34_lost_while_it_did_not_read(self) -> None:
        """The same."""

        def end() -> None:
            client = self.arrive(CIRCUIT, get("/video"))
            client.transport.reading = False
            self.lasting.requests[-1].write(bytes(1 << 20))
            client.leave()

        self.again(end)

    def test_D34_aborted(self) -> None:
        """We have cut the connection."""

        def end() -> None:
            client = self.arrive(CIRCUIT, get("/video"))
            self.lasting.requests[-1].abort()
            self.assertTrue(client.closed)

        self.again(end)

    def test_D34_failed_before_it_began(self) -> None:
        """The client gets a page."""
        self.again(lambda: self.assertEqual(self.status(CIRCUIT, get("/fails")), 500))

    def test_D34_failed_when_it_had_begun(self) -> None:
        """The client is cut off."""

        def end() -> None:
            client = self.arrive(CIRCUIT, get("/video"))
            self.lasting.waiting[-1].errback(ZeroDivisionError())
            self.assertTrue(client.closed)

        self.again(end)

    def test_D34_HEAD(self) -> None:
        """An answer without a body is over at once."""
        self.again(lambda: self.assertEqual(self.status(CIRCUIT, get("/video", method="HEAD")), 200))

    def test_D34_cancelled(self) -> None:
        """The route was told to stop."""

        def end() -> None:
            client = self.arrive(CIRCUIT, get("/video"))
            self.lasting.waiting[-1].cancel()
            self.assertTrue(client.closed)

        self.again(end)

    def test_D34_one_that_has_gone_takes_nothing(self) -> None:
        """The route wants to begin when nobody is there any more."""

        def end() -> None:
            self.arrive(CIRCUIT, get("/late")).leave()
            self.lasting.waiting[-1].callback("")
            self.assertEqual(self.lasting.requests[-1].circuit, CIRCUIT)

        self.again(end)

    def test_D34_refused(self) -> None:
        """One that did not get what it wanted gives nothing back."""
        clients = [self.arrive(CIRCUIT, get("/video")) for _ in range(3)]
        for _ in range(5):
            self.assertEqual(self.status(CIRCUIT, get("/video")), 429)
        self.assertEqual([client.closed for client in clients], [False] * 3)

    def test_R40_cut_at_the_end(self) -> None:
        """When the daemon ends, nothing is held any more."""
        clients = [self.arrive(CIRCUIT, get("/video")) for _ in range(3)]
        done = Deferred.fromCoroutine(self.site.drain(5))
        self.clock.advance(5)
        self.assertEqual([client.closed for client in clients], [True] * 3)
        self.successResultOf(done)
        visit = self.budgets.enter(CIRCUIT, self.clock.seconds())
        assert isinstance(visit, Visit)
        self.assertEqual([visit.take(Share.VIDEO, self.clock.seconds()) for _ in range(3)], [None] * 3)


class WatchTests(CircuitCase):
    """Which of the real answers hold what."""

    def root(self) -> IResource:
        """What viewers see, on air."""
        self.broadcast = Broadcast(
            window=Window(60, 1 << 25),
            fragment=0.1,
            patience=Patience(behind=10, silent=45),
            clock=self.clock.seconds,
        )
        self.broadcast.begin_run(1).feed(streams.build(streams.film(1.0)))
        presence = Presence(lambda: None)
        return Areas(Watch(self.broadcast, Stream(), Profiles(), OpenDoor(bytes(32)), presence, self.clock))

    def refused(self, *requests: bytes) -> list[bool]:
        """Which of some requests at once, each on a connection of its own, meet the bound."""
        return [b" 429 " in self.arrive(CIRCUIT, raw).received for raw in requests]

    def test_D34_A21_three_videos(self) -> None:
        """The fourth one is told why, in the way every error is told."""
        self.assertEqual(self.refused(*[get("/stream.mp4")] * 4), [False, False, False, True])
        answer = self.arrive(CIRCUIT, get("/stream.mp4")).answer()
        self.assertEqual((answer.version, answer["Content-Type"]), ("HTTP/1.1", "text/html; charset=utf-8"))
        self.assertEqual(self.broadcast.watching, 3)

    def test_D34_four_pages_with_a_player(self) -> None:
        """They stay open, and so they count as long."""
        self.assertEqual(self.refused(*[get("/player")] * 5), [False, False, False, False, True])

    def test_D34_a_page_has_both(self) -> None:
        """Three tabs are no problem, nor is a fourth page without a picture."""
        self.assertEqual(
            self.refused(*[get("/"), get("/player"), get("/stream.mp4")] * 3, get("/player")), [False] * 10
        )

    def test_D34_D43_HEAD_holds_nothing(self) -> None:
        """It is over at once."""
        asked = [get(path, method="HEAD") for path in ("/player", "/stream.mp4") * 6]
        self.assertEqual(self.refused(*asked), [False] * 12)
        self.test_D34_A21_three_videos()

    def test_D34_the_end_of_the_stream_gives_everything_back(self) -> None:
        """And what is asked for then, and is not there, holds nothing either."""
        self.refused(*[get("/stream.mp4")] * 3, *[get("/player")] * 4)
        self.broadcast.close()
        self.clock.advance(60)
        self.assertEqual([self.status(CIRCUIT, get("/stream.mp4")) for _ in range(5)], [404] * 5)
        self.assertEqual(self.refused(*[get("/player")] * 5), [False, False, False, False, True])

    def test_D34_what_cannot_be_understood_holds_nothing(self) -> None:
        """Such as a mode that is none."""
        asked = [get(path) for path in ("/player?mode=x", "/stream.mp4?mode=x") * 5]
        self.assertEqual([self.arrive(CIRCUIT, raw).answer().status for raw in asked], [400] * 10)
        self.test_D34_A21_three_videos()
