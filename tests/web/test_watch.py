"""What viewers see, without a network: page, player, video."""

from __future__ import annotations

from onionstream.settings.config import Stream
from onionstream.web.watch import AGAIN, PULSE, SOON, VIDEO_BUFFER
from tests.video import streams
from tests.web.watching import WatchCase
from tests.web.wire import get


class ShellTests(WatchCase):
    """``GET /``."""

    def test_the_title_is_shown_and_escaped(self) -> None:
        """B-20: what the configuration says is text, not markup."""
        self.assertIn("Day &lt;12&gt;", self.ask(get("/")).body.decode())

    def test_it_is_finite(self) -> None:
        """The page has a length and no refresh: a broken player does not take it along."""
        answer = self.ask(get("/"))
        self.assertEqual(int(answer["Content-Length"]), len(answer.body))
        self.assertEqual(answer.all("Refresh"), [])

    def test_L19_nothing_from_elsewhere(self) -> None:
        """No address in it leads away from the site."""
        self.assertNotIn(b"//", self.ask(get("/")).body.replace(b"<!doctype", b""))

    def test_S28_no_script(self) -> None:
        """There is none, and the policy allows none."""
        answer = self.ask(get("/"))
        self.assertNotIn(b"<script", answer.body)
        self.assertNotIn("script-src", answer["Content-Security-Policy"])
        self.assertIn("default-src 'none'", answer["Content-Security-Policy"])
        self.assertEqual(self.ask(get("/?videojs=1")).status, 400)

    def test_a_player_does_not_keep_the_page_loading(self) -> None:
        """The frame begins with a document that is there at once, and goes to the player by itself: it stays open."""
        for begin in (lambda: None, self.on_air):
            begin()
            body = self.ask(get("/")).body
            self.assertNotIn(b'src="/player"', body)
            self.assertIn(b"url=/player", body)

    def test_R41_a_new_title_is_there_with_the_next_request(self) -> None:
        """What is said about the stream may be replaced while the site runs."""
        self.titles.words = Stream(title="Something else")
        self.assertIn(b"Something else", self.ask(get("/")).body)


class PlayerTests(WatchCase):
    """``GET /player``."""

    def test_online_it_frames_the_video_and_stays_open(self) -> None:
        """Its end is what tells the browser that the video cannot go on."""
        self.on_air()
        client = self.connect().send(get("/player"))
        self.assertIn(b'<iframe src="/video"', client.received)
        self.assertEqual((client.closed, client.answer()["Refresh"]), (False, f"{AGAIN}"))

    def test_R01_a_restart_does_not_end_it(self) -> None:
        """Nor does another run of the encoder: the video goes on, and nothing is loaded anew."""
        run = self.on_air()
        client = self.connect().send(get("/player"))
        run.end()
        self.broadcast.off_air(returning=True)
        self.clock.advance(2)
        self.on_air(generation=2)
        self.assertFalse(client.closed)

    def test_it_ends_when_the_stream_does(self) -> None:
        """The browser loads it anew, and then it says that the stream is offline."""
        run = self.on_air()
        client = self.connect().send(get("/player"))
        run.end()
        self.broadcast.off_air(returning=False)
        self.assertTrue(client.closed)
        self.assertIn(b"The stream is offline", self.connect().send(get("/player")).received)

    def test_it_ends_when_players_cannot_follow(self) -> None:
        """Another kind of sound: loaded anew, it begins with the new stream."""
        run = self.on_air()
        client = self.connect().send(get("/player"))
        run.end()
        self.broadcast.off_air(returning=True)
        self.broadcast.begin_run(2).feed(streams.build(streams.film(1, audio=False)))
        self.assertTrue(client.closed)
        self.assertIn(b'<iframe src="/video"', self.connect().send(get("/player")).received)

    def test_it_ends_with_the_daemon(self) -> None:
        """So that stopping does not wait for it. It is not loaded anew so soon that nobody would be there yet."""
        self.on_air()
        client = self.connect().send(get("/player"))
        self.broadcast.close()
        self.assertTrue(client.closed)
        self.assertNotIn(SOON, client.received)

    def test_offline_it_says_so_and_stays_open(self) -> None:
        """The words are there at once; the response does not end."""
        client = self.connect().send(get("/player"))
        self.assertIn(b"The stream is offline", client.received)
        self.assertFalse(client.closed)

    def test_starting_it_says_so(self) -> None:
        """While an encoder is starting the words are others."""
        self.broadcast.begin_run(1)
        client = self.connect().send(get("/player"))
        self.assertIn(b"The stream is starting", client.received)

    def test_it_ends_when_the_picture_is_there(self) -> None:
        """The browser then loads it anew, and soon: a viewer who waits gets the picture by himself."""
        client = self.connect().send(get("/player"))
        self.on_air()
        self.assertTrue(client.closed)
        self.assertEqual(client.answer()["Refresh"], f"{AGAIN}")
        self.assertTrue(client.received.endswith(SOON))

    def test_its_end_is_the_end_of_the_connection(self) -> None:
        """Without chunks a connection that breaks is a finished document, and the browser asks again."""
        client = self.connect().send(get("/player"))
        self.assertEqual(client.answer().all("Transfer-Encoding"), [])
        self.assertEqual(client.answer()["Connection"], "close")

    def test_it_gives_signs_of_life(self) -> None:
        """A blank now and then shows whether the other side still takes anything; with a picture and without."""
        for begin in (lambda: None, self.on_air):
            begin()
            client = self.connect().send(get("/player"))
            before = client.received
            self.clock.advance(PULSE)
            self.assertEqual(client.received, before + b"\n")

    def test_a_visitor_who_leaves_leaves_nothing_behind(self) -> None:
        """No timer runs on for him, and neither the next change of the stream nor its end is told to him."""
        client = self.connect().send(get("/player"))
        client.leave()
        self.on_air()
        client = self.connect().send(get("/player"))
        client.leave()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.broadcast.off_air(returning=False)
        self.assertEqual(self.errors(), [])

    def test_tries_that_lead_nowhere_do_not_wake_those_who_wait(self) -> None:
        """An encoder that fails again and again does not make a thousand pages load themselves each time."""
        self.broadcast.begin_run(1).end()
        self.broadcast.off_air(returning=False)
        client = self.connect().send(get("/player"))
        self.broadcast.begin_run(2).end()
        self.broadcast.off_air(returning=False)
        self.assertFalse(client.closed)
        self.on_air(generation=3)
        self.assertTrue(client.closed)

    def test_D01_it_may_stand_in_our_frames_only(self) -> None:
        """Its policy lets the shell show it, and nobody else."""
        self.on_air()
        for address in ("/player", "/video"):
            answer = self.connect().send(get(address)).answer()
            self.assertEqual(answer["X-Frame-Options"], "SAMEORIGIN")

    def test_HEAD_ends_at_once(self) -> None:
        """Whoever asks for the headers does not wait for the picture, nor for its end."""
        self.assertTrue(self.connect().send(get("/player", method="HEAD")).closed)
        self.on_air()
        self.assertTrue(self.connect().send(get("/player", method="HEAD")).closed)

    def test_several_wait_and_all_are_told(self) -> None:
        """Each waiting page ends."""
        clients = [self.connect().send(get("/player")) for _ in range(20)]
        self.on_air()
        self.assertTrue(all(client.closed for client in clients))


class VideoTests(WatchCase):
    """``GET /stream.mp4``."""

    def test_S21_A18_offline_it_is_not_found(self) -> None:
        """404, with a page that says why."""
        answer = self.ask(get("/stream.mp4"))
        self.assertEqual(answer.status, 404)
        self.assertIn(b"The stream is offline", answer.body)

    def test_S22_nobody_chooses_a_segment(self) -> None:
        """The video has none: it is pushed as it is made. Where it begins depends on the player that asks."""
        self.on_air()
        self.assertEqual(self.ask(get("/stream.mp4?segment=1")).status, 400)

    def test_S21_online_it_is_an_endless_mp4(self) -> None:
        """200, ``video/mp4``, no length: with one Firefox shows the first frame and stops (measured)."""
        self.on_air()
        answer = self.connect().send(get("/stream.mp4")).answer()
        self.assertEqual((answer.status, answer["Content-Type"]), (200, "video/mp4"))
        self.assertEqual(answer.all("Content-Length"), [])
        self.assertEqual(answer.body[4:8], b"ftyp")

    def test_S23_A19_it_is_pushed(self) -> None:
        """What the encoder makes goes out at once, without a timer."""
        film = streams.film(2)
        data = streams.build(film)
        run = self.broadcast.begin_run(1)
        run.feed(data[: len(data) // 2])
        client = self.connect().send(get("/stream.mp4"))
        before = len(client.received)
        run.feed(data[len(data) // 2 :])
        self.assertGreater(len(client.received), before)

    def test_while_starting_it_waits_for_the_first_picture(self) -> None:
        """A player that asks a moment too early is not sent away."""
        self.broadcast.begin_run(1)
        client = self.connect().send(get("/stream.mp4"))
        self.assertEqual((client.received, client.closed), (b"", False))
        self.on_air()
        self.assertEqual(self.body(client)[4:8], b"ftyp")

    def test_D43_HEAD_has_the_headers_and_ends(self) -> None:
        """No body, and nobody counts as watching."""
        self.on_air()
        client = self.connect().send(get("/stream.mp4", method="HEAD"))
        self.assertEqual(client.answer(head=True)["Content-Type"], "video/mp4")
        self.assertEqual((self.body(client), client.closed, self.broadcast.watching), (b"", True, 0))

    def test_D43_a_range_gets_all_of_it(self) -> None:
        """Firefox asks for ``bytes=0-``; a 200 is what it plays best. No range is ever offered."""
        self.on_air()
        for wanted in ("bytes=0-", "bytes=5-10", "bytes=0-1,3-4,5-6", "bytes=-1", "nonsense"):
            answer = self.connect().send(get("/stream.mp4", f"Range: {wanted}")).answer()
            self.assertEqual((answer.status, answer.all("Accept-Ranges")), (200, []))

    def test_who_watches_is_counted(self) -> None:
        """From the first byte to the end of the connection."""
        self.on_air()
        client = self.connect().send(get("/stream.mp4"))
        self.assertEqual(self.broadcast.watching, 1)
        client.leave()
        self.assertEqual(self.broadcast.watching, 0)
        self.assertEqual(self.errors(), [])

    def test_R01_a_restart_does_not_end_it(self) -> None:
        """The encoder dies and another begins: the same response goes on."""
        run = self.on_air()
        client = self.connect().send(get("/stream.mp4"))
        run.end()
        self.broadcast.off_air(returning=True)
        before = len(client.received)
        self.clock.advance(1)
        self.on_air(generation=2)
        self.assertGreater(len(client.received), before)
        self.assertFalse(client.closed)

    def test_the_end_of_the_stream_is_the_end_of_the_response(self) -> None:
        """Switched off: the response ends cleanly, with all that was made."""
        run = self.on_air()
        client = self.connect().send(get("/stream.mp4"))
        run.end()
        self.broadcast.off_air(returning=False)
        self.assertTrue(client.closed)
        self.assertFalse(client.transport.aborted)
        self.assertEqual(self.errors(), [])

    def test_D40_one_who_does_not_read_holds_little(self) -> None:
        """What is kept for him is one small buffer and one fragment, however long the stream goes on."""
        self.on_air()
        client = self.connect()
        client.transport.reading = False
        client.send(get("/stream.mp4"))
        self.clock.advance(2)
        self.on_air(seconds=10, body=2000, generation=2)
        self.assertGreater(len(client.transport.unsent), VIDEO_BUFFER)
        self.assertLess(len(client.transport.unsent), 2 * VIDEO_BUFFER)

    def test_D41_one_who_takes_nothing_is_let_go(self) -> None:
        """After 45 s his connection is cut; nothing of it gets into the log."""
        self.on_air()
        client = self.connect()
        client.transport.reading = False
        client.send(get("/stream.mp4"))
        for _ in range(11):
            self.broadcast.check()
            self.clock.advance(5)
        self.assertTrue(client.transport.aborted)
        client.settle()
        self.assertEqual((self.broadcast.watching, self.errors()), (0, []))

    def test_D41_one_who_reads_again_goes_on(self) -> None:
        """He gets the rest from the newest keyframe on, when he was more than 10 s behind."""
        self.on_air()
        client = self.connect()
        client.transport.reading = False
        client.send(get("/stream.mp4"))
        self.clock.advance(2)
        self.on_air(seconds=20, body=2000, generation=2)
        client.transport.read()
        self.assertEqual(self.broadcast.skipped, 1)
        self.assertTrue(self.body(client).endswith(self.newest()))

    def newest(self) -> bytes:
        """The media at the live edge."""
        fragment = self.broadcast.window.newest
        assert fragment is not None
        return bytes(fragment.media)
