"""What each kind of player is sent, and what a viewer may ask for."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from onionstream.video.demux import Demuxer
from onionstream.video.profile import CHROMIUM, FIREFOX, PLAIN, Mode, Profiles, Trick
from onionstream.video.samples import Sample
from tests.web.watching import WatchCase
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


class ChooseTests(SynchronousTestCase):
    """``Profiles.choose``."""

    def setUp(self) -> None:
        """As the program begins."""
        self.profiles = Profiles()

    def test_the_profile_of_each_player(self) -> None:
        """Firefox and Tor Browser, Chromium and what is made of it, all others."""
        for agents, profile in ((FIREFOXES, FIREFOX), (CHROMIUMS, CHROMIUM), (OTHERS, PLAIN)):
            for agent in agents:
                self.assertEqual(self.profiles.choose(agent), profile, agent)

    def test_a_mode_does_not_change_what_a_player_needs(self) -> None:
        """Only how near it is brought; with the plain mode all tricks are off."""
        for agent in (*FIREFOXES, *CHROMIUMS, *OTHERS):
            normal, fast, safe = (self.profiles.choose(agent, mode) for mode in (Mode.NORMAL, Mode.FAST, Mode.SAFE))
            self.assertEqual(replace(fast, buffer=normal.buffer), normal)
            self.assertEqual(replace(safe, buffer=normal.buffer, backlog=normal.backlog), normal)
            self.assertTrue(fast.buffer < normal.buffer or fast.buffer == normal.buffer == 0)
            self.assertEqual(safe.buffer, 0)
            self.assertGreaterEqual(safe.backlog, 3)
            self.assertIs(self.profiles.choose(agent, Mode.PLAIN), PLAIN)

    def test_what_the_broadcaster_makes_of_it(self) -> None:
        """His buffers hold for their players, and for the fast mode those that he has set for that."""
        profiles = Profiles(
            firefox=replace(FIREFOX, buffer=0.7), chromium=replace(CHROMIUM, buffer=2.0), fast=(0.3, 1.0)
        )
        for agent, normal, fast in ((FIREFOXES[0], 0.7, 0.3), (CHROMIUMS[0], 2.0, 1.0), (OTHERS[0], 0.0, 0.0)):
            self.assertEqual(profiles.choose(agent).buffer, normal)
            self.assertEqual(profiles.choose(agent, Mode.FAST).buffer, fast)

    def test_tricks_are_left_out(self) -> None:
        """Those that nobody gets, and those that this viewer does not want; in every mode."""
        profiles = Profiles(left_out=frozenset({Trick.PADDING}))
        for agent in (*FIREFOXES, *CHROMIUMS):
            for mode in Mode:
                chosen = profiles.choose(agent, mode, frozenset({Trick.SQUEEZE}))
                self.assertEqual((chosen.block, chosen.gzip, chosen.buffer), (0, False, 0))


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

    def test_a_viewer_leaves_tricks_out(self) -> None:
        """For diagnosis: without filled blocks there is no gzip stream; several are named with commas between."""
        for query in ("?without=padding", "?without=sync,padding", "?mode=fast&without=padding,,squeeze"):
            answer = self._video(f"User-Agent: {TOR_BROWSER}", query=query)
            self.assertEqual((answer.all("Content-Encoding"), answer.body[4:8]), ([], b"ftyp"))
        answer = self._video(f"User-Agent: {TOR_BROWSER}", query="?without=squeeze")
        self.assertEqual(answer["Content-Encoding"], "gzip")

    def test_R41_other_profiles_hold_for_who_comes_then(self) -> None:
        """The configuration may be read again while the site runs."""
        self.watch.profiles = Profiles(left_out=frozenset({Trick.PADDING}))
        self.assertEqual(self._video(f"User-Agent: {TOR_BROWSER}").all("Content-Encoding"), [])

    def test_B20_no_other_wish(self) -> None:
        """400, and nobody counts as watching."""
        modes = ("?mode=", "?mode=faster", "?mode=FAST", "?mode=fast&mode=safe", "?mod=fast", "?mode=%ff")
        for query in (*modes, "?without=all", "?without=padding;sync", "?without=%ff", "?without=sync&without=sync"):
            self.assertEqual(self._video(query=query).status, 400)
            self.assertEqual(self.ask(get(f"/player{query}")).status, 400)
            self.assertEqual(self.ask(get(f"/video{query}")).status, 400)
        self.assertEqual((self.broadcast.watching, self.errors()), (0, []))


class PlayerTests(WatchCase):
    """``GET /player`` and ``GET /video``."""

    def test_what_it_was_asked_for_is_asked_for_in_it(self) -> None:
        """From the player to the document with the video, and from there to the video; the usual has no name."""
        self.on_air()
        wishes = {
            "": "",
            "?mode=normal": "",
            "?mode=fast": "?mode=fast",
            "?mode=safe": "?mode=safe",
            "?mode=plain": "?mode=plain",
            "?without=": "",
            "?without=sync,padding": "?without=padding,sync",
            "?without=squeeze&mode=fast": "?mode=fast&amp;without=squeeze",
        }
        for asked, wished in wishes.items():
            player = self.connect().send(get(f"/player{asked}")).received.decode()
            self.assertIn(f'<iframe src="/video{wished}"', player)
            video = re.sub(r"play=[0-9a-f]{8}(&amp;|(?=\"))", "", self.ask(get(f"/video{asked}")).body.decode())
            self.assertIn(f'<video src="/stream.mp4{wished or "?"}"', video)


class ElementTests(WatchCase):
    """``GET /video``."""

    def test_it_is_a_finished_document_with_the_video(self) -> None:
        """Tor Browser's "press to play" works in finished documents only."""
        self.on_air()
        answer = self.ask(get("/video"))
        self.assertIn(b'<video src="/stream.mp4?play=', answer.body)
        self.assertEqual(int(answer["Content-Length"]), len(answer.body))

    def test_each_play_has_an_address_of_its_own(self) -> None:
        """Firefox does not ask for the same one again while it has what came before; what it is means nothing."""
        self.on_air()
        found = re.findall(rb'<video src="([^"]+)"', self.ask(get("/video")).body + self.ask(get("/video")).body)
        self.assertEqual(len(set(found)), 2)
        self.assertEqual(self.connect().send(get(found[0].decode())).answer().status, 200)

    def test_it_never_loads_itself_anew(self) -> None:
        """That is for the document around it, or the video would be asked for twice."""
        self.assertEqual(self.ask(get("/video")).all("Refresh"), [])

    def test_no_script(self) -> None:
        """There is none, and the policy allows none."""
        answer = self.ask(get("/video"))
        self.assertNotIn(b"<script", answer.body)
        self.assertNotIn("script-src", answer["Content-Security-Policy"])
