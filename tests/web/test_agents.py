"""What each kind of player is sent, and what a viewer may ask for."""

from __future__ import annotations

import zlib

from onionstream.video.demux import Demuxer
from onionstream.video.profile import CHROMIUM, FIREFOX, PLAIN, Mode, choose
from onionstream.video.samples import Sample
from tests.web.test_watch import WatchCase
from tests.web.wire import Answer, get

TOR_BROWSER = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"

FIREFOXES = (
    TOR_BROWSER,
    "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
    "Mozilla/5.0 (Android 10; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
)

CHROMIUMS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Edg/156.0.0.0",
)

OTHERS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/140.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605",
    "mpv 0.35.1",
    "VLC/3.0.21 LibVLC/3.0.21",
    "Lavf/59.27.100",
    "curl/7.88.1",
    "Firefox",
    "",
)


class ChooseTests(WatchCase):
    """``choose``."""

    def test_the_profile_of_each_player(self) -> None:
        """Firefox and Tor Browser, Chromium and what is made of it, all others."""
        for agents, profile in ((FIREFOXES, FIREFOX), (CHROMIUMS, CHROMIUM), (OTHERS, PLAIN)):
            for agent in agents:
                self.assertIs(choose(agent), profile, agent)

    def test_a_mode_does_not_change_what_a_player_needs(self) -> None:
        """Only how near it is brought; with the plain mode all tricks are off."""
        for agent in (*FIREFOXES, *CHROMIUMS, *OTHERS):
            normal = choose(agent)
            for mode in (Mode.FAST, Mode.SAFE):
                chosen = choose(agent, mode)
                self.assertEqual(
                    (chosen.gzip, chosen.block, chosen.all_sync), (normal.gzip, normal.block, normal.all_sync)
                )
            self.assertGreaterEqual(choose(agent, Mode.FAST).nearer, normal.nearer)
            self.assertEqual(choose(agent, Mode.SAFE).nearer, 0)
            self.assertIs(choose(agent, Mode.PLAIN), PLAIN)


class VideoTests(WatchCase):
    """``GET /stream.mp4``."""

    def setUp(self) -> None:
        """There is a picture."""
        super().setUp()
        self.on_air()

    def _video(self, *headers: str, query: str = "", method: str = "GET") -> Answer:
        client = self.connect().send(get(f"/stream.mp4{query}", *headers, method=method))
        return client.answer(head=method == "HEAD")

    def test_firefox_gets_a_gzip_stream(self) -> None:
        """Also Tor Browser; though it asks for none, as browsers do for media (measured: it takes it)."""
        for agent in FIREFOXES:
            answer = self._video(f"User-Agent: {agent}", "Accept-Encoding: identity", "Range: bytes=0-")
            self.assertEqual(answer.status, 200)
            self.assertEqual((answer["Content-Encoding"], answer["Content-Type"]), ("gzip", "video/mp4"))
            data = zlib.decompressobj(31).decompress(answer.body)
            self.assertEqual(len(data) % FIREFOX.block, 0)
            self.assertGreater(sum(isinstance(one, Sample) for one in Demuxer().feed(data)), 40)

    def test_nobody_else_does(self) -> None:
        """Chromium shows no picture of one (measured); and who knows about the others."""
        for agent in (*CHROMIUMS, *OTHERS):
            answer = self._video(f"User-Agent: {agent}")
            self.assertEqual((answer.all("Content-Encoding"), answer.body[4:8]), ([], b"ftyp"))
        self.assertEqual(self._video().all("Content-Encoding"), [])

    def test_B51_no_browser_has_a_name_so_long(self) -> None:
        """Whatever is in it; the answer is a plain stream."""
        for agent in (f"{TOR_BROWSER} {'x' * 2000}", f"{'x' * 2000} {TOR_BROWSER}"):
            self.assertEqual(self._video(f"User-Agent: {agent}").all("Content-Encoding"), [])

    def test_B51_a_name_of_any_bytes(self) -> None:
        """It need not be text: it is a plain stream, and nothing gets into the log."""
        answer = self._video("User-Agent: \xff\xfe\x80 Firefox")
        self.assertEqual((answer.status, answer.all("Content-Encoding")), (200, []))
        self.assertEqual(self.errors(), [])

    def test_D43_HEAD_has_the_same_headers(self) -> None:
        """For each player."""
        for agent in (*FIREFOXES, *CHROMIUMS, *OTHERS):
            header = f"User-Agent: {agent}"
            self.assertEqual(self._video(header, method="HEAD").headers, self._video(header).headers)

    def test_every_mode_is_a_stream(self) -> None:
        """And the plain one has no tricks, in Firefox either."""
        for mode in Mode:
            answer = self._video(f"User-Agent: {TOR_BROWSER}", query=f"?mode={mode.value}")
            plain = mode is Mode.PLAIN
            self.assertEqual(answer.all("Content-Encoding"), [] if plain else ["gzip"])
            data = answer.body if plain else zlib.decompressobj(31).decompress(answer.body)
            self.assertEqual(data[4:8], b"ftyp")

    def test_B20_no_other_mode(self) -> None:
        """400, and nobody counts as watching."""
        for query in ("?mode=", "?mode=faster", "?mode=FAST", "?mode=fast&mode=safe", "?mod=fast", "?mode=%ff"):
            self.assertEqual(self._video(query=query).status, 400)
            self.assertEqual(self.ask(get(f"/player{query}")).status, 400)
        self.assertEqual((self.broadcast.watching, self.errors()), (0, []))


class PlayerTests(WatchCase):
    """``GET /player``."""

    def test_the_player_asks_for_the_mode_that_it_was_asked_for(self) -> None:
        """The normal one has no name."""
        self.on_air()
        self.assertIn(b'src="/stream.mp4"', self.ask(get("/player")).body)
        for mode in ("fast", "safe", "plain"):
            self.assertIn(b'src="/stream.mp4?mode=%s"' % mode.encode(), self.ask(get(f"/player?mode={mode}")).body)
