"""The page of one visitor: what its addresses carry, and how many players he has."""

from __future__ import annotations

import re
from html import unescape

from onionstream.chat.events import Banned, Unbanned
from onionstream.chat.people import Person
from onionstream.web.watch import AGAIN, SOON, VIDEOS, WAITING
from tests.web.watching import WatchCase
from tests.web.wire import Answer, get


class VisitorTests(WatchCase):
    """The page of one visitor, with cookies and without."""

    def shell(self, *headers: str, path: str = "/") -> tuple[Answer, dict[str, str]]:
        """:return: the page, and where its frames lead to, by the path."""
        answer = self.ask(get(path, *headers))
        text = unescape(unescape(answer.body.decode()))  # addresses inside documents inside attributes
        return answer, dict(re.findall(r'url=(/[a-z]+)([^"#]*)', text))

    def test_D04_a_new_visitor_gets_a_cookie(self) -> None:
        """And addresses that work without it, since nobody knows yet whether his browser keeps it (S5, S6)."""
        answer, places = self.shell()
        self.assertRegex(answer["Set-Cookie"], r"\At=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax\Z")
        self.assertRegex(places["/live"], r"\?r=[\w-]{43}")
        self.assertRegex(places["/player"], r"\?r=[\w-]{43}")
        self.assertRegex(places["/form"], r"\?w=[\w-]{43}")

    def test_L61_one_who_keeps_cookies_has_no_token_in_any_address(self) -> None:
        """Nor is he given another cookie."""
        cookie = self.shell()[0]["Set-Cookie"].partition(";")[0]
        answer, places = self.shell(f"Cookie: {cookie}")
        self.assertEqual(answer.all("Set-Cookie"), [])
        self.assertEqual(places, dict.fromkeys(places, ""))

    def test_L61_a_player_goes_to_the_address_without_the_token(self) -> None:
        """As soon as the cookie has come back."""
        answer, places = self.shell()
        cookie = answer["Set-Cookie"].partition(";")[0]
        moved = self.ask(get("/player" + places["/player"], f"Cookie: {cookie}"))
        self.assertEqual((moved.status, moved["Location"]), (303, "/player"))

    def test_S40_quick_links_come_first_and_keep_who_it_is(self) -> None:
        """Also without cookies, where the link of the video has no token all the same: people copy that (L-61)."""
        answer, places = self.shell()
        links = re.findall(r'<p><a href="([^"]+)">', answer.body.decode())
        self.assertEqual(links, [f"/plain{places['/form']}", f"/form{places['/form']}#msg", "/stream.mp4"])
        cookie = answer["Set-Cookie"].partition(";")[0]
        links = re.findall(r'<p><a href="([^"]+)">', self.shell(f"Cookie: {cookie}")[0].body.decode())
        self.assertEqual(links, ["/plain", "/form#msg", "/stream.mp4"])

    def test_D07_a_forged_token_is_refused(self) -> None:
        """Nobody chooses who he is."""
        self.assertEqual(self.ask(get("/player?r=" + "A" * 43)).status, 400)
        self.assertEqual(self.ask(get("/stream.mp4?r=" + "A" * 43)).status, 400)

    def test_the_page_may_be_light(self) -> None:
        """By the viewer's choice only, which goes with him into the frames; nothing else is a theme."""
        answer, places = self.shell(path="/?theme=light")
        self.assertIn(b'data-theme="light"', answer.body)
        self.assertIn("theme=light", places["/live"])
        self.assertIn("theme=light", places["/form"])
        self.assertEqual(self.ask(get("/?theme=pink")).status, 400)

    def test_a_second_tab_of_one_person_has_a_finite_player(self) -> None:
        """A browser has six connections to one host, and a form needs one of them too."""
        self.on_air()
        player = "/player" + self.shell()[1]["/player"]
        first, second = self.connect().send(get(player)), self.connect().send(get(player))
        self.assertEqual((first.closed, first.answer()["Refresh"]), (False, f"{AGAIN}"))
        self.assertEqual(second.answer().all("Refresh"), [])
        self.assertEqual(int(second.answer()["Content-Length"]), len(second.answer().body))
        self.assertIn(b"<iframe", second.answer().body)

    def test_a_second_tab_that_waits_asks_again(self) -> None:
        """Its page is finite as well: an audience that waits has not one connection left in its third tab otherwise."""
        player = "/player" + self.shell()[1]["/player"]
        first, second = self.connect().send(get(player)), self.connect().send(get(player))
        self.assertEqual((first.closed, first.answer()["Refresh"]), (False, f"{AGAIN}"))
        self.assertEqual(second.answer()["Refresh"], f"{WAITING}")
        self.assertEqual(int(second.answer()["Content-Length"]), len(second.answer().body))
        self.assertIn(b"The stream is offline", second.answer().body)

    def test_A21_of_many_videos_of_one_person_the_oldest_ends(self) -> None:
        """Cleanly; others have theirs, and he is here as long as he has one."""
        self.on_air()
        mine = "/stream.mp4" + self.shell()[1]["/player"]
        another = self.connect().send(get("/stream.mp4" + self.shell()[1]["/player"]))
        nobody = [self.connect().send(get("/stream.mp4")) for _ in range(VIDEOS + 1)]
        videos = [self.connect().send(get(mine)) for _ in range(VIDEOS + 2)]
        self.assertEqual([video.closed for video in videos], [True, True] + VIDEOS * [False])
        self.assertEqual([video.closed for video in (another, *nobody)], [False] * (VIDEOS + 2))
        self.assertEqual(self.presence.watching, VIDEOS + 3)
        for video in (another, *nobody, *videos[2:]):
            video.leave()
        self.assertEqual((self.presence.watching, self.broadcast.watching, self.watch._videos), (0, 0, {}))

    def test_when_the_first_tab_is_closed_another_one_may_stay_open(self) -> None:
        """Nothing is left of it; and people who are nobody in particular have one each."""
        self.on_air()
        player = "/player" + self.shell()[1]["/player"]
        self.connect().send(get(player)).leave()
        self.assertFalse(self.connect().send(get(player)).closed)
        self.assertEqual([self.connect().send(get("/player")).closed for _ in range(3)], [False] * 3)

    def test_S80_who_has_the_video_is_here(self) -> None:
        """Once, however many of it he has, and for as long as he has one; whoever is unknown is one more."""
        self.on_air()
        query = self.shell()[1]["/player"]
        mine = [self.connect().send(get(f"/stream.mp4{query}")) for _ in range(2)]
        other = self.connect().send(get("/stream.mp4"))
        self.assertEqual(self.presence.watching, 2)
        mine[0].leave()
        self.assertEqual(self.presence.watching, 2)
        mine[1].leave()
        other.leave()
        self.assertEqual((self.presence.watching, len(self.presence)), (0, 0))

    def test_the_way_to_the_video_keeps_who_it_is_and_what_he_wishes(self) -> None:
        """From frame to frame."""
        self.on_air()
        query = self.shell()[1]["/player"].strip("?")
        frame = self.connect().send(get(f"/player?mode=fast&{query}")).received.decode()
        self.assertIn(f'src="/video?mode=fast&amp;{query}"', frame)
        element = self.ask(get(f"/video?mode=fast&{query}")).body.decode()
        self.assertRegex(element, rf'src="/stream.mp4\?play=\w+&amp;mode=fast&amp;{query}"')


class ExpelledTests(WatchCase):
    """Somebody is banned while he watches."""

    def setUp(self) -> None:
        """He has the video and the player's page open, and so has somebody else."""
        super().setUp()
        self.on_air()
        cookies = [self.ask(get())["Set-Cookie"].partition(";")[0] for _ in range(2)]
        opened = [
            [self.connect().send(get(path, f"Cookie: {cookie}")) for path in ("/stream.mp4", "/player")]
            for cookie in cookies
        ]
        self.his, self.theirs = opened
        self.key = next(iter(self.presence))

    def test_S26_A23_his_video_is_cut(self) -> None:
        """With what of it was still to be sent; nobody else notices."""
        self.watch.tell(Banned(Person(key=self.key, mark="", banned=True)))
        video, player = self.his
        self.assertEqual((video.transport.aborted, video.closed, player.closed), (True, True, True))
        self.assertTrue(player.received.endswith(SOON))
        self.assertFalse(any(client.closed for client in self.theirs))
        self.assertEqual((self.presence.watching, self.errors()), (1, []))

    def test_S26_S78_who_would_not_come_in_any_more_is_put_out(self) -> None:
        """The picture does not stay in his player: that page ends too, and when it comes again it says why."""
        self.watch.turn_out(lambda key: key != self.key)
        video, player = self.his
        self.assertEqual((video.closed, player.closed), (True, True))
        self.assertTrue(player.received.endswith(SOON))
        self.assertFalse(any(client.closed for client in self.theirs))
        self.assertEqual((self.presence.watching, self.errors()), (1, []))

    def test_other_news_are_no_matter(self) -> None:
        """A ban that ends, and one of somebody who has nothing open."""
        self.watch.tell(Unbanned(Person(key=self.key, mark="")))
        self.watch.tell(Banned(Person(key=b"k" * 16, mark="", banned=True)))
        self.assertFalse(any(client.closed for client in (*self.his, *self.theirs)))
