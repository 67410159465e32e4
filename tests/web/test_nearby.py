"""The loopback port: this machine's own browser, and web sites that are open in it (D-03)."""

from __future__ import annotations

from typing import ClassVar

from onionstream.web.nearby import REFUSAL, NearSite
from tests.web.wire import Answer, Client, WireCase, get


def asks(host: str | None, *headers: str, path: str = "/", method: str = "GET") -> bytes:
    """:return: a request under this name."""
    named = () if host is None else (f"Host: {host}",)
    lines = (f"{method} {path} HTTP/1.1", *named, *headers, "")
    return "".join(f"{line}\r\n" for line in lines).encode()


class NearbyTests(WireCase):
    """``NearSite``."""

    EMBEDDED: ClassVar = ("image", "video", "iframe", "script", "empty")

    def near(self, request: bytes, hosts: tuple[str, ...] = ()) -> Answer:
        """:return: the answer at the loopback port."""
        client = Client(NearSite(self.site, hosts))
        return client.send(request).answer(head=request.startswith(b"HEAD"))

    def assert_refused(self, answer: Answer) -> None:
        """It tells nothing of what is here."""
        self.assertEqual((answer.status, answer.body), (421, REFUSAL))
        said = "".join(f"{name}: {value}" for name, value in answer.headers).lower()
        for word in ("onion", "stream", "content-security-policy", "set-cookie"):
            self.assertNotIn(word, said)

    def test_D03_it_knows_its_own_names(self) -> None:
        """With any port, since it may be forwarded; in any case."""
        for host in ("127.0.0.1:5000", "localhost", "LOCALHOST:81", "[::1]:5000", "localhost:5000"):
            self.assertEqual(self.near(asks(host)).body, b"hello", host)

    def test_D03_a_name_that_leads_here_from_elsewhere_is_refused(self) -> None:
        """As it does with DNS rebinding: no route, no error and no method tells what is here."""
        for host in (
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:5000",
            "2130706433",
            "a:b:c",
            "",
        ):
            for path in ("/", "/nope", "/say"):
                self.assert_refused(self.near(asks(host, path=path)))
        self.assert_refused(self.near(asks("evil.example", method="DELETE")))
        self.assertEqual(self.near(asks("evil.example", method="HEAD")).status, 421)

    def test_D03_names_can_be_configured(self) -> None:
        """For a proxy in front of it."""
        self.assertEqual(self.near(asks("Stream.home.arpa:8080"), ("stream.HOME.arpa",)).status, 200)
        self.assert_refused(self.near(asks("other.home.arpa"), ("stream.home.arpa",)))

    def test_L12_nothing_of_ours_is_part_of_another_sites_page(self) -> None:
        """It would learn from what can be loaded that this is the machine."""
        for site in ("cross-site", "same-site"):
            for kind in self.EMBEDDED:
                request = asks("127.0.0.1:5000", f"Sec-Fetch-Site: {site}", f"Sec-Fetch-Dest: {kind}")
                self.assert_refused(self.near(request))

    def test_L12_links_and_our_own_frames_are_well(self) -> None:
        """And programs, which say nothing of it."""
        for headers in (
            ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: document"),
            ("Sec-Fetch-Site: none", "Sec-Fetch-Dest: document"),
            ("Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: iframe"),
            (),
        ):
            self.assertEqual(self.near(asks("127.0.0.1:5000", *headers)).status, 200)

    def test_D03_over_tor_any_name_is_good(self) -> None:
        """There a name leads to us only for who means us."""
        self.assertEqual(self.ask(get("/")).status, 200)
        self.assertEqual(self.ask(get("/", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: video")).status, 200)
