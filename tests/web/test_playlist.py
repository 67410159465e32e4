"""The video as HLS."""

from __future__ import annotations

import re

from twisted.web.resource import IResource

from onionstream.video.broadcast import Broadcast, State
from onionstream.video.mux import init_segment
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.areas import Areas
from onionstream.web.door import OutsideError
from onionstream.web.fetchers import LATELY
from onionstream.web.identity import Who
from onionstream.web.playlist import LOOK, PATIENCE, WAITING, Playlist
from onionstream.web.request import BoundedRequest
from tests.video import streams
from tests.web.visitors import FORGED, OpenDoor
from tests.web.watching import WatchCase
from tests.web.wire import Answer, get


class ShutDoor(OpenDoor):
    """Lets in whoever is known."""

    def reader(self, request: BoundedRequest, given: str | None) -> Who | None:
        """See ``Identity.reader``."""
        who = super().reader(request, given)
        if who is None:
            raise OutsideError
        return who


class PlaylistCase(WatchCase):
    """A site with the page and HLS on it."""

    door = OpenDoor

    def root(self) -> IResource:
        """Both areas."""
        super().root()
        patience = Patience(behind=10, silent=45)
        self.broadcast = Broadcast(
            window=Window(60, 1 << 25), fragment=0.1, patience=patience, clock=self.clock.seconds
        )
        self.identity = self.door(bytes(32))
        self.playlist = Playlist(self.broadcast, self.identity, self.presence, self.clock)
        self.addCleanup(self.playlist.close)
        return Areas(self.playlist)

    def known(self) -> tuple[str, str]:
        """:return: a known visitor's capability to read, and his cookie."""
        channel = self.connect().channel
        assert channel is not None
        request = BoundedRequest(channel)
        who = self.identity.meet(request)
        return who.read, "Cookie: " + request.cookies[0].decode().partition(";")[0]

    def text(self, query: str = "", *headers: str) -> str:
        """The playlist."""
        return self.ask(get(f"/stream.m3u8{query}", *headers)).body.decode()


class PlaylistTests(PlaylistCase):
    """What is served, and to whom."""

    def test_S18_S19_S20_there_is_nothing_while_the_stream_is_offline(self) -> None:
        """Nor before the first segment, nor after the end of the stream."""
        paths = ("/stream.m3u8", "/init.mp4", "/init1.mp4", "/stream1.m4s")
        self.assertEqual([self.ask(get(path)).status for path in paths], [404] * 4)
        run = self.broadcast.begin_run(1)
        self.assertEqual([self.ask(get(path)).status for path in paths[1:]], [404] * 3)
        run.feed(streams.build(streams.film(7)))
        self.assertEqual([self.ask(get(path)).status for path in paths], [200] * 4)
        self.broadcast.off_air(returning=False)
        self.assertEqual([self.ask(get(path)).status for path in paths], [404] * 4)

    def test_S18_whoever_comes_at_the_beginning_waits(self) -> None:
        """As soon as there is enough to play he gets the playlist."""
        run = self.broadcast.begin_run(1)
        client = self.connect().send(get("/stream.m3u8"))
        self.clock.pump([LOOK] * 4)
        self.assertEqual(client.received, b"")
        run.feed(streams.build(streams.film(7)))
        self.clock.pump([LOOK] * 2)
        self.assertEqual(client.answer().status, 200)

    def test_S18_but_not_for_ever(self) -> None:
        """Where nothing comes, or the stream is over before it has begun, there is none."""
        self.broadcast.begin_run(1)
        client = self.connect().send(get("/stream.m3u8"))
        self.clock.pump([LOOK] * round(WAITING / LOOK + 1))
        self.assertEqual(client.answer().status, 404)
        client = self.connect().send(get("/stream.m3u8"))
        self.broadcast.off_air(returning=False)
        self.clock.pump([LOOK] * 2)
        self.assertEqual(client.answer().status, 404)

    def test_S25_it_goes_on_while_the_encoder_is_away_for_a_moment(self) -> None:
        """Players ask again and again, and stop when the answer is an error."""
        self.on_air(7)
        self.broadcast.off_air(returning=True)
        self.assertIs(self.broadcast.state, State.STARTING)
        self.assertEqual(self.ask(get("/stream.m3u8")).status, 200)

    def test_S18_headers(self) -> None:
        """The type by which players know it; nothing is kept anywhere, and no cookie is set (S2)."""
        self.on_air(7)
        kinds = {
            "/stream.m3u8": "application/x-mpegURL",
            "/init.mp4": "video/mp4",
            "/init1.mp4": "video/mp4",
            "/stream2.m4s": "video/mp4",
        }
        for path, kind in kinds.items():
            answer = self.ask(get(path))
            self.assertEqual((answer["Content-Type"], answer["Cache-Control"]), (kind, "no-store"))
            self.assertEqual(int(answer["Content-Length"]), len(answer.body))
            self.assertEqual(answer.all("Set-Cookie"), [])
            head = self.ask(get(path, method="HEAD"), head=True)
            self.assertEqual((head["Content-Length"], head.body), (answer["Content-Length"], b""))

    def test_S20_what_is_listed_is_there(self) -> None:
        """Init segment and segments are a film that can be taken apart."""
        self.on_air(7)
        addresses = re.findall(r"^[^#].*$|(?<=URI=\").*(?=\")", self.text(), re.MULTILINE)
        self.assertEqual(addresses, ["init1.mp4", "stream1.m4s", "stream2.m4s", "stream3.m4s"])
        bodies = [self.ask(get(f"/{address}")).body for address in addresses]
        self.assertEqual(bodies[0], init_segment(streams.tracks()))
        self.assertEqual([body.count(b"moof") > 15 for body in bodies[1:]], [True] * 3)

    def test_S20_what_is_not_there(self) -> None:
        """Is not found, however its number is written."""
        self.on_air(7)
        for path in ("/stream0.m4s", "/stream9.m4s", "/stream01.m4s", "/stream-1.m4s", "/stream.m4s", "/init9.mp4"):
            with self.subTest(path=path):
                self.assertEqual(self.ask(get(path)).status, 404)
        self.assertEqual(self.ask(get("/stream" + "9" * 5000 + ".m4s")).status, 404)

    def test_S18_who_asks_with_a_token_is_told_addresses_with_it(self) -> None:
        """Players keep no cookies."""
        self.on_air(7)
        token, _ = self.known()
        addresses = re.findall(r"^[^#].*$|(?<=URI=\").*(?=\")", self.text(f"?r={token}"), re.MULTILINE)
        self.assertEqual([address.partition("?")[2] for address in addresses], [f"r={token}"] * 4)
        self.assertEqual({self.ask(get(f"/{address}")).status for address in addresses}, {200})

    def test_L61_who_has_a_cookie_is_told_addresses_without(self) -> None:
        """And so is somebody whom nobody knows."""
        self.on_air(7)
        token, cookie = self.known()
        for text in (self.text(), self.text("", cookie), self.text(f"?r={token}", cookie)):
            self.assertNotIn("r=", text)

    def test_D07_forged_tokens_are_refused(self) -> None:
        """Everywhere."""
        self.on_air(7)
        for path in ("/stream.m3u8", "/init.mp4", "/stream1.m4s"):
            self.assertEqual(self.ask(get(f"{path}?r={FORGED}")).status, 400)

    def test_S80_whoever_fetches_segments_watches(self) -> None:
        """Under his name, for as long as he does; and strangers are counted too."""
        self.on_air(9)
        token, cookie = self.known()
        for number in (1, 2, 3):
            self.ask(get(f"/stream{number}.m4s?r={token}"))
            self.ask(get(f"/stream{number}.m4s", cookie))
            self.ask(get(f"/stream{number}.m4s"))
        self.text()
        self.assertEqual(self.presence.watching, 2)
        self.clock.pump([1] * round(LATELY + 5))
        self.assertEqual(self.presence.watching, 0)

    def test_D40_a_client_who_does_not_read_costs_little(self) -> None:
        """Fragments are written as they are taken, and after a minute the connection is cut."""
        self.on_air(7, body=4000)
        client = self.connect()
        client.transport.reading = False
        client.send(get("/stream1.m4s"))
        self.assertLess(len(client.transport.unsent), 64 * 1024)
        self.clock.pump([1] * round(PATIENCE + 1))
        self.assertTrue(client.closed)

    def test_one_who_reads_slowly_gets_all_of_it(self) -> None:
        """And may ask for the next on the same connection."""
        self.on_air(7, body=4000)
        client = self.connect()
        client.transport.reading = False
        client.send(get("/stream1.m4s"))
        client.transport.read()
        self.assertEqual(len(client.answer().body), int(client.answer()["Content-Length"]))
        self.assertFalse(client.closed)
        client.send(get("/stream2.m4s"))
        self.assertEqual([answer.status for answer in client.answers()], [200, 200])

    def test_one_who_goes_in_the_middle(self) -> None:
        """Nothing is left of him."""
        self.on_air(7, body=4000)
        client = self.connect()
        client.transport.reading = False
        client.send(get("/stream1.m4s"))
        client.leave()
        self.clock.pump([1] * round(PATIENCE + LATELY + 5))
        self.assertEqual(self.clock.getDelayedCalls(), [])


class DoorTests(PlaylistCase):
    """Where the door is shut (A10)."""

    door = ShutDoor

    def answers(self, query: str = "", *headers: str) -> list[Answer]:
        """To all addresses of HLS."""
        return [self.ask(get(path + query, *headers)) for path in ("/stream.m3u8", "/init.mp4", "/stream1.m4s")]

    def test_A10_strangers_get_nothing(self) -> None:
        """They do not learn whether there is a stream either."""
        before = [(answer.status, answer.body) for answer in self.answers()]
        self.on_air(7)
        self.assertEqual([(answer.status, answer.body) for answer in self.answers()], before)
        self.assertEqual({status for status, _ in before}, {403})

    def test_A10_those_inside_do(self) -> None:
        """By a token or by a cookie."""
        self.on_air(7)
        token, cookie = self.known()
        self.assertEqual({answer.status for answer in self.answers(f"?r={token}")}, {200})
        self.assertEqual({answer.status for answer in self.answers("", cookie)}, {200})
