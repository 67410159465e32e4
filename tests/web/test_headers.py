"""What every answer carries, and what none does."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import IResource

from onionstream.web import headers
from onionstream.web.areas import Areas, Router
from onionstream.web.errors import NotFound
from onionstream.web.headers import Document
from onionstream.web.request import BoundedRequest
from tests.web.wire import WireCase, get, post

PERMISSIONS = (
    "accelerometer=(), camera=(), clipboard-read=(), display-capture=(), fullscreen=(self), geolocation=(), "
    "gyroscope=(), hid=(), idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), "
    "picture-in-picture=(self), screen-wake-lock=(), serial=(), usb=(), web-share=(), xr-spatial-tracking=()"
)


class Kinds:
    """Routes that answer with each kind of document, and one that says too much."""

    router = Router()
    line = ""

    @router.route("/kind/<name>", methods=["GET"])
    def kind(self, request: BoundedRequest, name: str) -> str:
        """A document of the kind."""
        headers.apply(request, Document[name], nonce="NONCE" if name == "FRAME" else "")
        return ""

    @router.route("/talkative", methods=["GET"])
    def talkative(self, request: BoundedRequest) -> str:
        """Everything a server likes to say about itself."""
        request.setETag(b"etag")
        request.setLastModified(1)
        for name in ("Server", "Date", "X-Powered-By", "Via", "Age", "X-Request-Id", "Content-Language", "Accept-CH"):
            request.setHeader(name, "x")
        return ""

    @router.route("/set", methods=["GET"])
    def set(self, request: BoundedRequest) -> str:
        """A value as a careless route would make it."""
        request.setHeader("X-Test", self.line)
        request.addCookie("t", self.line)
        return ""

    @router.route("/gone", methods=["GET"])
    def gone(self, request: BoundedRequest) -> str:
        """Headers of an answer that then is none."""
        headers.apply(request, Document.ASSET)
        request.setHeader("Refresh", "1")
        request.addCookie("t", "x")
        raise NotFound


class HeadersTest(WireCase):
    """On the wire."""

    def root(self) -> IResource:
        """Both areas."""
        self.kinds = Kinds()
        return Areas(self.trial, self.kinds)

    def policy(self, kind: str) -> str:
        """The Content-Security-Policy of a document of this kind."""
        return self.ask(get(f"/kind/{kind}"))["Content-Security-Policy"]

    def test_D01_shell(self) -> None:
        """Pictures, video, frames and forms of our own; in nobody's frame."""
        self.assertEqual(
            self.policy("SHELL"),
            "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; frame-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        )

    def test_D01_frame(self) -> None:
        """As the shell, in our own frame, without video, frames and forms, and with styles that know the nonce."""
        self.assertEqual(
            self.policy("FRAME"),
            "default-src 'none'; style-src 'self' 'nonce-NONCE'; script-src 'self'; img-src 'self'; "
            "form-action 'none'; base-uri 'none'; frame-ancestors 'self'",
        )

    def test_D01_form(self) -> None:
        """A frame with a form; without a nonce no inline style applies."""
        self.assertEqual(
            self.policy("FORM"),
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
        )

    def test_D01_player(self) -> None:
        """A frame with a video, or with a frame for it; not sandboxed, which would stop its autoplay."""
        self.assertEqual(
            self.policy("PLAYER"),
            "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; frame-src 'self'; "
            "form-action 'none'; base-uri 'none'; frame-ancestors 'self'",
        )

    def test_D01_error(self) -> None:
        """
        The agreed line was ``frame-ancestors 'none'; sandbox``. In Firefox ESR 153 and Chromium 156 such a page shows
        nothing in a frame, and without its origin it may not load our stylesheet (both measured).
        """
        self.assertEqual(
            self.policy("ERROR"),
            "default-src 'none'; style-src 'self'; frame-ancestors 'self'; "
            "sandbox allow-same-origin allow-top-navigation-by-user-activation",
        )

    def test_D01_media(self) -> None:
        """
        The agreed line was ``default-src 'none'; frame-ancestors 'none'; sandbox``. Chromium 156 shows a video opened
        by itself only with ``media-src`` and its origin (measured).
        """
        self.assertEqual(
            self.policy("MEDIA"),
            "default-src 'none'; media-src 'self'; frame-ancestors 'none'; sandbox allow-same-origin",
        )

    def test_D01_asset(self) -> None:
        """Nothing at all."""
        self.assertEqual(self.policy("ASSET"), "default-src 'none'; frame-ancestors 'none'; sandbox")

    def test_D01_old_browsers_are_told_the_same(self) -> None:
        """``X-Frame-Options`` says what ``frame-ancestors`` does."""
        for document in Document:
            answer = self.ask(get(f"/kind/{document.name}"))
            ours = "frame-ancestors 'self'" in answer["Content-Security-Policy"]
            self.assertEqual(answer["X-Frame-Options"], "SAMEORIGIN" if ours else "DENY", document)

    def test_D02_every_answer_carries_the_common_headers(self) -> None:
        """Pages, errors, refusals; with exactly these values."""
        for raw in (
            get("/kind/SHELL"),
            get("/"),
            get("/nothing"),
            get(method="PUT"),
            post("/say", b"", kind="text/plain"),
        ):
            answer = self.ask(raw)
            common = [answer[name] for name in headers.COMMON]
            self.assertEqual(
                common,
                [
                    "nosniff",
                    "no-referrer",
                    "same-origin",
                    "same-origin",
                    "noindex, nofollow, noarchive",
                    "off",
                    PERMISSIONS,
                ],
            )
            self.assertEqual(answer["Content-Type"], "text/html; charset=utf-8")

    def test_L60_S85_only_assets_are_kept(self) -> None:
        """By browsers; everything else is asked for again."""
        for document in Document:
            kept = "public, max-age=86400, immutable" if document is Document.ASSET else "no-store"
            self.assertEqual(self.ask(get(f"/kind/{document.name}"))["Cache-Control"], kept, document)

    def test_D01_what_a_route_does_not_classify_may_do_nothing(self) -> None:
        """Forgetting it locks a page, and does not open it."""
        self.assertEqual(self.ask(get("/"))["Content-Security-Policy"], self.policy("ERROR"))

    def test_L10_S84_nothing_tells_clock_or_software(self) -> None:
        """Even when a route sets it."""
        answer = self.ask(get("/talkative"))
        self.assertEqual(answer.status, 200)
        names = {name.lower() for name, _ in answer.headers}
        self.assertEqual(names & {name.decode().lower() for name in headers.WITHHELD}, set())
        self.assertEqual(len(headers.WITHHELD), 10)

    def test_L10_conditions_change_nothing(self) -> None:
        """There is nothing to compare with: the answer is the whole page."""
        conditions = ("If-None-Match: *", "If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT", "Range: bytes=0-0")
        self.assertEqual(self.ask(get("/", *conditions)), self.ask(get("/")))

    def test_L14_order_and_case_are_the_same_for_everybody(self) -> None:
        """Whatever the client sent, and in whatever order the code set them."""
        self.assertEqual(
            self.ask(get("/", "User-Agent: x", "Accept-Encoding: gzip, br", "accept-language: tr")), self.ask(get("/"))
        )
        for raw in (get("/"), get("/nothing"), get("/", "Connection: close"), get("/kind/FORM"), get(method="PUT")):
            names = [name for name, _ in self.ask(raw).headers]
            self.assertEqual(names, sorted(names))

    def test_L14_S86_nothing_is_compressed(self) -> None:
        """A page's length must not tell what is in it."""
        self.assertEqual(self.ask(get("/", "Accept-Encoding: gzip, deflate, br, zstd")).all("Content-Encoding"), [])

    def test_D36_a_value_cannot_end_its_header(self) -> None:
        """CR, LF, NUL and their kind do not get out, in headers and in cookies."""
        for mark in ("\r\n", "\n", "\r", "\0", "\r\n\r\n", "\x0b", "\x7f", "\t"):
            self.kinds.line = f"a{mark}Evil: yes"
            client = self.connect().send(get("/set"))
            self.assertEqual(client.answer().all("Evil"), [], repr(mark))
            for _, value in client.answer().headers:
                self.assertTrue(value.isprintable(), repr(value))

    def test_an_error_takes_nothing_over_from_the_answer_it_replaces(self) -> None:
        """No cookie, no refresh, no caching."""
        answer = self.ask(get("/gone"))
        self.assertEqual((answer.status, answer["Cache-Control"]), (404, "no-store"))
        self.assertEqual(answer.all("Refresh") + answer.all("Set-Cookie"), [])


class ValuesTest(SynchronousTestCase):
    """Without a wire."""

    def test_a_type_can_be_given(self) -> None:
        """For what is not HTML."""
        self.assertEqual(headers.values(Document.MEDIA, content_type="video/mp4")["Content-Type"], "video/mp4")

    def test_L16_a_nonce_stands_only_where_styles_are(self) -> None:
        """Other kinds of document do not change with it."""
        for document in (Document.MEDIA, Document.ASSET):
            self.assertEqual(headers.values(document, nonce="N"), headers.values(document))
