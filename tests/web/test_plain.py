"""The chat for text browsers and terminals."""

from __future__ import annotations

import re
from dataclasses import replace

from onionstream.chat.people import Role
from onionstream.chat.tripcode import Tripcode
from onionstream.web.hub import MOST, UNSENT
from onionstream.web.stage import Air
from tests.web.chatting import DAY, HOUR, ChatCase
from tests.web.markup import found, parsed, text
from tests.web.wire import get

INDENT = "\u00a0" * 4


class PageTests(ChatCase):
    """``GET /plain``."""

    def test_it_is_finite(self) -> None:
        """It has a length, and is not loaded anew by itself."""
        answer = self.ask(get("/plain"))
        self.assertEqual((int(answer["Content-Length"]), answer.all("Refresh")), (len(answer.body), []))

    def test_S40_what_it_says(self) -> None:
        """Title, state, viewers, time on air, description, and the way to everything else."""
        self.clock.advance(HOUR + 65)
        root = parsed(self.ask(get("/plain")).body)
        self.assertEqual(text(found(root, "h1")[0]), "Day 12")
        self.assertIn("The stream is live. 7 watching. On air for 1:01.", text(root))
        self.assertIn("Robots", text(root))
        links = {one.get("href") for one in found(root, "a")}
        bare = {re.sub(r"\?w=[\w-]{43}", "", str(one)) for one in links}
        bare = {re.sub(r"&w=[\w-]{43}", "", one) for one in bare}
        self.assertEqual(bare, {"/plain?again=1#end", "/form#msg", "/stream.mp4", "/stream.m3u8", "/chat.txt", "/"})

    def test_each_state_has_its_sentence(self) -> None:
        """Also when nothing is on air."""
        sentences = set()
        for state in Air:
            self.stage = replace(self.stage, state=state, since=None)
            sentences.add(text(found(parsed(self.ask(get("/plain")).body), "p")[0]))
        self.assertEqual((len(sentences), any("On air" in one for one in sentences)), (4, False))

    def test_the_chat_newest_last(self) -> None:
        """A hundred of the messages, each with its time, and lines as they were."""
        for number in range(105):
            self.say(f"number {number}\nand more")
        lines = found(parsed(self.ask(get("/plain")).body), "p", class_="m")
        self.assertEqual(len(lines), 100)
        self.assertTrue(text(lines[0]).startswith("18:31 -"))
        self.assertTrue(text(lines[0]).endswith(f": number 5\n{INDENT}and more"))
        self.assertIn("number 104", text(lines[-1]))

    def test_an_empty_chat(self) -> None:
        """It says so."""
        self.assertIn(b"Nobody has said anything yet.", self.ask(get("/plain")).body)

    def test_S58_days(self) -> None:
        """A line between days, and at the top if there is more than today."""
        self.say("one")
        self.assertEqual(self.days(), [])
        self.now += DAY
        self.assertEqual(self.days(), ["Sunday 22 November"])
        self.say("two")
        self.assertEqual(self.days(), ["Sunday 22 November", "Monday 23 November"])

    def days(self) -> list[str]:
        """:return: the lines of days."""
        return [text(one) for one in found(parsed(self.ask(get("/plain")).body), "p", class_="day")]

    def test_D12_a_sign_that_nobody_can_type(self) -> None:
        """It stands where no name can begin, and a tripcode with it."""
        trip = Tripcode(b"t" * 32)
        somebody = self.person(name="Anna", trip=trip)
        self.room.appoint(b"b" * 16, Role.BROADCASTER, 0.0)
        self.room.appoint(b"m" * 16, Role.MODERATOR, 0.0)
        for key in (somebody.key, b"b" * 16, b"m" * 16, b"k" * 16):
            self.say("hi", key)
        root = parsed(self.ask(get("/plain")).body)
        signs = [text(one).split()[1] for one in found(root, "p", class_="m")]
        self.assertEqual(signs, [f"-!{trip.shown}", "*", "+", "-"])

    def test_D12_no_line_of_a_message_looks_like_another_message(self) -> None:
        """Whatever is typed after an empty line is further in than what has a sign of ours."""
        self.say("hi\n\n18:31 * Broadcaster: it is over")
        (line,) = found(parsed(self.ask(get("/plain")).body), "p", class_="m")
        (said,) = found(line, "span", class_="t")
        self.assertEqual(text(said), f"hi\n\n{INDENT}18:31 * Broadcaster: it is over")

    def test_light_by_choice_survives(self) -> None:
        """In its own links too; nothing else may be asked for."""
        root = parsed(self.ask(get("/plain?theme=light")).body)
        self.assertEqual(found(root, "html")[0].get("data-theme"), "light")
        links = {re.sub("&w=.*#", "#", str(one.get("href"))) for one in found(root, "a")}
        self.assertLessEqual({"/plain?theme=light&again=1#end", "/form?theme=light#msg", "/?theme=light"}, links)
        for query in ("theme=blue", "r=1", "again=2"):
            self.assertEqual(self.ask(get(f"/plain?{query}")).status, 400)

    def test_S6_one_without_cookies_stays_who_he_is(self) -> None:
        """He comes here instead of to the page, so he is given a token here, in the addresses he goes on with."""
        links = [str(one.get("href")) for one in found(parsed(self.ask(get("/plain")).body), "a")]
        again = next(link for link in links if link.startswith("/plain?again=1&w=")).partition("#")[0]
        answer = self.ask(get(again))
        self.assertEqual(answer.all("Set-Cookie"), [])
        more = [str(one.get("href")) for one in found(parsed(answer.body), "a")]
        self.assertEqual(more, [link.replace("again=1&", "") for link in links])

    def test_L61_one_who_may_only_read_goes_on_as_who_he_is(self) -> None:
        """By the address that the live page has where the door is shut: no link leads him where he may not go."""
        who, _ = self.newcomer()
        address = who.address("/plain")
        for _ in range(3):
            answer = self.ask(get(address))
            self.assertEqual((answer.status, answer.all("Set-Cookie")), (200, []))
            links = [str(one.get("href")) for one in found(parsed(answer.body), "a")]
            self.assertEqual([link for link in links if link.startswith("/form")], [])
            address = links[0].removesuffix("#end")
            self.assertIn(f"r={who.read}", address)

    def test_it_can_be_loaded_again_and_again(self) -> None:
        """
        Its link leads to another address each time: a fragment alone is a place in the page that is there. Text
        browsers must not show what they have seen already either, and not all know how that is said today.
        """
        _, header = self.newcomer()
        address, addresses = "/plain", []
        for _ in range(3):
            answer = self.ask(get(address, header))
            self.assertEqual((answer["Cache-Control"], answer["Pragma"]), ("no-store", "no-cache"))
            address = str(found(parsed(answer.body), "a")[0].get("href")).removesuffix("#end")
            addresses.append(address)
        self.assertEqual(addresses, ["/plain?again=1", "/plain", "/plain?again=1"])

    def test_L61_with_a_cookie_the_address_loses_its_token(self) -> None:
        """Whoever comes from the page with frames has both the first time."""
        who, header = self.newcomer()
        answer = self.ask(get(f"/plain?theme=light&w={who.write}", header))
        self.assertEqual((answer.status, answer["Location"], answer.body), (303, "/plain?theme=light", b""))

    def test_L61_with_a_cookie_no_token_stays_in_the_address(self) -> None:
        """The first page has one in its links; who goes there and keeps cookies is sent to where there is none."""
        who, cookie = self.newcomer()
        answer = self.ask(get(who.form_address("/plain?theme=light"), cookie))
        self.assertEqual((answer.status, answer["Location"], answer.body), (303, "/plain?theme=light", b""))
        links = [str(one.get("href")) for one in found(parsed(self.ask(get("/plain", cookie)).body), "a")]
        self.assertEqual([link for link in links if "w=" in link or "r=" in link], [])

    def test_L61_addresses_that_people_copy_have_no_token(self) -> None:
        """Those of the video and of the text, which go into other programs."""
        links = [str(one.get("href")) for one in found(parsed(self.ask(get("/plain")).body), "a")]
        self.assertLessEqual({"/stream.mp4", "/stream.m3u8", "/chat.txt"}, set(links))


class TextTests(ChatCase):
    """``GET /chat.txt``."""

    def test_S40_for_text_browsers_it_ends(self) -> None:
        """They would show nothing of it before its end."""
        self.say("one")
        for agent in (
            "w3m/0.5.3+git20230121",
            "Lynx/2.9.0dev.12 libwww-FM/2.14",
            "ELinks/0.13.2 (textmode)",
            "Links (2.28)",
        ):
            answer = self.ask(get("/chat.txt", f"User-Agent: {agent}"))
            self.assertEqual(int(answer["Content-Length"]), len(answer.body), agent)
            self.assertTrue(answer.body.endswith(b": one\n"), agent)
        self.assertFalse(self.read("User-Agent: curl/7.88.1", address="/chat.txt").closed)

    def test_it_begins_with_what_was_said_and_goes_on(self) -> None:
        """One line for each message; further lines of it are indented."""
        self.say("one\ntwo")
        client = self.read(address="/chat.txt")
        self.turn()
        tag = self.room.person(b"k" * 16).tag
        self.assertTrue(self.news(client).endswith(f"\n18:31 - Anonymous{tag}: one\n        two\n"))
        self.say("three")
        self.assertEqual(self.news(client), f"18:31 - Anonymous{tag}: three\n")
        self.assertFalse(client.closed)

    def test_its_headers(self) -> None:
        """Plain text in UTF-8, without an end."""
        answer = self.read(address="/chat.txt").answer()
        self.assertEqual(answer["Content-Type"], "text/plain; charset=utf-8")
        self.assertEqual((answer["Connection"], answer.all("Content-Length"), answer.all("Refresh")), ("close", [], []))

    def test_it_tells_of_the_stream(self) -> None:
        """Title and state, in lines of ours, when they change."""
        client = self.read(address="/chat.txt")
        self.news(client)
        self.stage = replace(self.stage, title="Day 13", state=Air.OFFLINE)
        self.plain.stage_changed()
        self.plain.stage_changed()
        self.assertEqual(self.news(client), "# The title is: Day 13\n# The stream is offline.\n")

    def test_S26_only_those_are_put_out_who_would_not_come_in(self) -> None:
        """Of others nobody notices that the door is another one."""
        client = self.read(address="/chat.txt")
        self.plain.turn_out(lambda key: key is None)
        self.assertFalse(client.closed)
        self.plain.turn_out(lambda key: key is not None)
        self.assertTrue(client.closed)

    def test_HEAD_ends(self) -> None:
        """Whoever asks for the headers does not wait."""
        self.assertTrue(self.connect().send(get("/chat.txt", method="HEAD")).closed)

    def test_it_has_no_query(self) -> None:
        """Nothing may be asked for."""
        self.assertEqual(self.ask(get("/chat.txt?theme=light")).status, 400)

    def test_D42_one_who_does_not_read_is_cut_off(self) -> None:
        """With the same bound as a page."""
        client = self.connect()
        client.transport.reading = False
        client.send(get("/chat.txt"))
        for number in range(UNSENT // 256):
            self.say(f"{number} {'x' * 500}", number.to_bytes(16, "big"))
            self.turn()
        self.assertTrue(client.transport.aborted)

    def test_it_ends_after_so_many_lines(self) -> None:
        """And its reader asks again, if he likes."""
        client = self.read(address="/chat.txt")
        for _ in range(MOST):
            self.plain.hub.publish(b"x\n")
            self.turn()
        self.assertTrue(client.closed)
        self.assertEqual((client.transport.aborted, self.errors()), (False, []))

    def test_any_number_may_be_open(self) -> None:
        """Of somebody of whom nothing is known; his circuit's budget is what counts."""
        clients = [self.read(address="/chat.txt") for _ in range(5)]
        self.assertEqual([one.closed for one in clients], [False] * 5)

    def test_R40_it_ends_with_the_daemon(self) -> None:
        """With a line that says so."""
        client = self.read(address="/chat.txt")
        self.plain.close()
        self.assertTrue(client.closed)
        self.assertTrue(self.body(client).endswith("# The site is restarting.\n"))
