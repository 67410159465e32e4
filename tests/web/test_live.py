"""The live document, over a connection in memory."""

from __future__ import annotations

from onionstream.web.hub import MOST, SILENT, UNSENT
from onionstream.web.identity import Identity
from onionstream.web.live import HEARTBEAT, LATEST, SOONEST
from tests.web.chatting import ChatCase
from tests.web.markup import found, parsed, text
from tests.web.visitors import CAPABILITY
from tests.web.wire import get


class DocumentTests(ChatCase):
    """What kind of answer it is."""

    def test_its_end_is_the_end_of_the_connection(self) -> None:
        """Without chunks a connection that breaks is a finished document, and the browser loads it anew."""
        answer = self.read().answer()
        self.assertEqual((answer.version, answer["Connection"]), ("HTTP/1.0", "close"))
        self.assertEqual(answer.all("Transfer-Encoding") + answer.all("Content-Length"), [])

    def test_browsers_come_back_not_all_together(self) -> None:
        """After three to six seconds, as chance decides."""
        waits = set()
        for self.random in (0.0, 0.3, 0.6, 0.999999, 1.0):
            waits.add(int(self.read().answer()["Refresh"].partition(";")[0]))
        self.assertEqual((min(waits), max(waits), len(waits)), (SOONEST, LATEST, 4))

    def test_D01_its_style_applies_by_a_nonce_of_its_own(self) -> None:
        """Another one in each document, in the policy and in each style."""
        nonces = set()
        for _ in range(3):
            client = self.read()
            (style, *_) = found(parsed(self.body(client)), "style")
            nonces.add(style.get("nonce"))
            self.assertIn(f"style-src 'self' 'nonce-{style.get('nonce')}'", client.answer()["Content-Security-Policy"])
        self.assertEqual(len(nonces), 3)

    def test_it_may_stand_in_our_frames_only(self) -> None:
        """And loads and sends nothing."""
        answer = self.read().answer()
        self.assertIn("frame-ancestors 'self'", answer["Content-Security-Policy"])
        self.assertIn("form-action 'none'", answer["Content-Security-Policy"])
        self.assertEqual(answer["Cache-Control"], "no-store")

    def test_HEAD_ends_at_once(self) -> None:
        """And nobody is here because of it."""
        _, cookie = self.newcomer()
        client = self.connect().send(get("/live", cookie, method="HEAD"))
        self.assertTrue(client.closed)
        self.assertEqual((len(self.presence), len(self.live.feed.hub)), (0, 0))

    def test_the_layout_is_a_shadow_with_slots(self) -> None:
        """Each state has its place, the sheet applies inside too, and messages go into the log."""
        root = parsed(self.body(self.read()))
        (template,) = found(root, "template", shadowrootmode="open")
        self.assertEqual(len(found(template, "link", rel="stylesheet")), 1)
        slots = {one.get("name") for one in found(template, "slot")}
        self.assertEqual(slots, {"title", "state", "count", "up", "note", "about", "ucount", "users", "hb", None})
        (log,) = found(template, "div", role="log")
        self.assertEqual(log.get("tabindex"), "0")
        shown = {one.get("slot") for one in root.iter() if one.get("slot")}
        self.assertEqual(shown, slots - {None})

    def test_it_is_accessible(self) -> None:
        """Language, title, headings in order, and names of the parts."""
        root = parsed(self.body(self.read()))
        (html,) = found(root, "html")
        self.assertEqual((html.get("lang"), bool(text(found(root, "title")[0]))), ("en", True))
        self.assertEqual((len(found(root, "h1")), text(found(root, "h2")[0])), (1, "Stream chat"))
        (log,) = found(root, "div", role="log")
        self.assertEqual(log.get("aria-label"), "Chat messages")

    def test_whatever_leads_somewhere_leads_another_frame_there(self) -> None:
        """A navigation of this frame would end it; only to connect anew is meant so."""
        self.turn(11)
        client = self.read(self.newcomer()[1])
        for _ in range(4):
            self.live.feed.check()
            self.turn(5)
        for link in found(parsed(self.body(client)), "a"):
            path = link.get("href", "").partition("?")[0]
            self.assertEqual(link.get("target"), {"/player": "player", "/live": "live"}.get(path, "_top"))

    def test_light_by_choice_survives(self) -> None:
        """In the document, and in the addresses under which it is loaded anew."""
        client = self.read(address="/live?theme=light")
        self.assertIn("; url=/live?theme=light&again=", client.answer()["Refresh"])
        root = parsed(self.body(client))
        self.assertEqual(found(root, "html")[0].get("data-theme"), "light")
        self.assertEqual({one.get("href") for one in found(root, "a", target="live")}, {"/live?theme=light"})

    def test_D08_nothing_else_may_be_asked_for(self) -> None:
        """Unknown fields and looks are refused."""
        for query in ("theme=blue", "x=1", "theme=light&theme=light"):
            self.assertEqual(self.ask(get(f"/live?{query}")).status, 400)

    def test_L61_without_cookies_frames_carry_the_right_to_read(self) -> None:
        """It is in the addresses for the frames, and in none that is opened by itself."""
        who, _ = self.newcomer()
        client = self.read(address=f"/live?r={who.read}")
        self.assertRegex(client.answer()["Refresh"], f"url=/live\\?again=[0-9a-f]+&r={who.read}$")
        for link in found(parsed(self.body(client)), "a"):
            carried = f"r={who.read}" in link.get("href", "")
            self.assertEqual(carried, link.get("target") in ("player", "live"))
        self.assertNotIn(who.write, client.received.decode())

    def test_S18_L61_the_video_is_there_as_HLS_too(self) -> None:
        """Where the door is shut, both addresses need the right to read when they are taken elsewhere."""
        who, _ = self.newcomer()

        def videos() -> list[str]:
            links = found(parsed(self.body(self.read(address=f"/live?r={who.read}"))), "a")
            return [address for one in links if (address := one.get("href", "")).startswith("/stream.")]

        self.assertEqual(videos(), ["/stream.mp4", "/stream.m3u8"])
        self.patch(Identity, "takes_strangers", False)
        self.assertEqual(videos(), [f"/stream.mp4?r={who.read}", f"/stream.m3u8?r={who.read}"])

    def test_L61_with_a_cookie_no_address_carries_anything(self) -> None:
        """One that does is left for the clean one."""
        who, cookie = self.newcomer()
        answer = self.ask(get(f"/live?theme=light&r={who.read}", cookie))
        self.assertEqual((answer.status, answer["Location"]), (303, "/live?theme=light"))
        self.assertNotRegex(self.read(cookie).received.decode(), f"[=/]{CAPABILITY}")

    def test_S2_nobody_is_given_a_token_here(self) -> None:
        """Who has none reads all the same, and is nobody."""
        client = self.read()
        self.assertEqual((client.answer().all("Set-Cookie"), len(self.presence)), ([], 0))
        self.say("hello")
        self.assertIn("hello", self.news(client))


class ReaderTests(ChatCase):
    """Each reader and his bounds."""

    def test_D42_one_who_does_not_read_is_cut_off(self) -> None:
        """And nothing of it gets into the log; the others have missed nothing."""
        _, cookie = self.newcomer()
        other, client = self.read(), self.connect()
        client.transport.reading = False
        client.send(get("/live", cookie))
        for number in range(UNSENT // 512):
            self.say(f"{number} {'x' * 500}", number.to_bytes(16, "big"))
            self.turn()
        self.assertTrue(client.transport.aborted)
        client.settle()
        self.assertEqual((len(self.live.feed.hub), len(self.presence), self.errors()), (1, 0, []))
        self.assertIn(f">{UNSENT // 512 - 1} xx", self.news(other))

    def test_R22_one_who_takes_nothing_is_cut_off(self) -> None:
        """After 45 s: signs of life wait for him, and he takes none of them."""
        client = self.connect()
        client.transport.reading = False
        client.send(get("/live"))
        for _ in range(round(SILENT / 5) + 1):
            self.live.feed.check()
            self.turn(5)
        self.assertTrue(client.transport.aborted)

    def test_one_who_reads_again_has_everything(self) -> None:
        """He stood still for a moment."""
        client = self.connect().send(get("/live"))
        client.transport.reading = False
        self.say("one")
        self.say("two")
        self.turn()
        client.transport.read()
        self.assertEqual([text(one) for one in found(parsed(self.body(client)), "span", class_="t")], ["one", "two"])

    def test_it_ends_and_renews_itself_after_so_many_pieces(self) -> None:
        """Cleanly; what the browser loads then goes on where this has ended."""
        client = self.read(self.newcomer()[1])
        for _ in range(MOST):
            self.live.feed.beat()
            self.turn()
        self.assertTrue(client.closed)
        self.assertFalse(client.transport.aborted)
        address = client.answer()["Refresh"].partition("url=")[2]
        self.assertFalse(self.read(address=address).closed)

    def test_those_who_came_together_do_not_end_together(self) -> None:
        """Chance takes some of the pieces away."""
        self.random = 0.9
        client = self.read()
        for _ in range(MOST - 400):
            self.live.feed.beat()
            self.turn()
        self.assertTrue(client.closed)

    def test_a_third_tab_ends_the_oldest(self) -> None:
        """With a sentence; what it loads then is finite, and leads back if one wants that."""
        _, cookie = self.newcomer()
        tabs = [self.read(cookie, address="/live?theme=light") for _ in range(3)]
        self.assertEqual([tab.closed for tab in tabs], [True, False, False])
        self.assertIn("This page goes on in your newer tab.", self.body(tabs[0]))
        answer = self.ask(get(tabs[0].answer()["Refresh"].partition("url=")[2], cookie))
        self.assertEqual((int(answer["Content-Length"]), answer.all("Refresh")), (len(answer.body), []))
        (link,) = found(parsed(answer.body), "a")
        self.assertEqual(
            (link.get("href"), link.get("target"), text(link)), ("/live?theme=light", "live", "Go on here")
        )

    def test_going_on_here_ends_another(self) -> None:
        """The one that is the oldest now."""
        _, cookie = self.newcomer()
        tabs = [self.read(cookie) for _ in range(4)]
        self.assertEqual([tab.closed for tab in tabs], [True, True, False, False])
        self.assertEqual(len(self.presence), 1)

    def test_who_has_left_leaves_nothing_behind(self) -> None:
        """He is not here, and nothing is written for him."""
        _, cookie = self.newcomer()
        client = self.read(cookie)
        self.assertEqual(len(self.presence), 1)
        client.leave()
        self.say("hello")
        self.turn()
        self.assertEqual((len(self.presence), len(self.live.feed.hub), self.errors()), (0, 0, []))

    def test_R40_all_end_with_the_daemon(self) -> None:
        """Cleanly, with a sentence, and no timer runs on."""
        clients = [self.read() for _ in range(3)]
        self.live.close()
        self.assertEqual([(one.closed, one.transport.aborted) for one in clients], [(True, False)] * 3)
        self.assertIn("The site is restarting.", self.body(clients[0]))
        self.turn(30)
        self.assertEqual((self.clock.getDelayedCalls(), self.errors()), ([], []))

    def test_the_timers_run_by_the_clock(self) -> None:
        """A heartbeat each 20 s."""
        for timer in self.live.timers():
            timer.startService()
            self.addCleanup(timer.stopService)
        client = self.read()
        before = self.body(client).count("Connection lost?")
        self.turn(3 * HEARTBEAT)
        self.assertEqual(self.body(client).count("Connection lost?"), before + 3)
