"""Every error is a page of ours, and nothing of it but its class and its place gets into the log."""

from __future__ import annotations

from http import HTTPStatus

from twisted.internet.defer import Deferred, fail
from twisted.python.failure import Failure
from twisted.web.error import UnsupportedMethod
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource, Resource
from werkzeug.exceptions import abort
from werkzeug.routing import RequestRedirect

from onionstream.web import errors
from onionstream.web.areas import Areas, Router
from onionstream.web.errors import NotFound, TooManyRequests, Unavailable, WebError
from onionstream.web.http import BoundedSite
from onionstream.web.request import BoundedRequest
from tests.web.wire import Client, Trial, WireCase, get, post

SECRET = "TOK_SECRET"


class TeapotError(WebError):
    """
    Only tea
    here.
    """

    status = HTTPStatus.IM_A_TEAPOT


class Broken:
    """Routes that fail, each in its way."""

    router = Router()

    def __init__(self) -> None:
        """Nothing waits yet."""
        self.waiting: list[Deferred[str]] = []
        self.requests: list[BoundedRequest] = []

    @router.route("/raises", methods=["GET", "POST"])
    def raises(self, request: BoundedRequest) -> str:
        """At once."""
        local = SECRET
        raise RuntimeError(f"{local} in the exception's text")

    @router.route("/coroutine", methods=["GET"])
    async def coroutine(self, request: BoundedRequest) -> str:
        """In a coroutine."""
        raise KeyError(SECRET)

    @router.route("/deferred", methods=["GET"])
    def deferred(self, request: BoundedRequest) -> Deferred[str]:
        """In a Deferred."""
        return fail(Failure(OSError(SECRET)))

    @router.route("/exits", methods=["GET"])
    def exits(self, request: BoundedRequest) -> str:
        """With what is no Exception."""
        raise SystemExit(SECRET)

    @router.route("/started", methods=["GET"])
    async def started(self, request: BoundedRequest) -> str:
        """When a part is out already."""
        request.setHeader("Content-Length", "100")
        request.write(b"begun")
        raise RuntimeError(SECRET)

    @router.route("/finished", methods=["GET"])
    async def finished(self, request: BoundedRequest) -> str:
        """When all is out already."""
        request.setHeader("Content-Length", "3")
        request.write(b"all")
        request.finish()
        raise RuntimeError(SECRET)

    @router.route("/twice", methods=["GET"])
    async def twice(self, request: BoundedRequest) -> str:
        """Says all itself and then returns more."""
        request.setHeader("Content-Length", "3")
        request.write(b"all")
        request.finish()
        return "more"

    @router.route("/waits", methods=["GET"])
    async def waits(self, request: BoundedRequest) -> str:
        """Until the test says so, and then uses the request."""
        self.requests.append(request)
        self.waiting.append(Deferred())
        try:
            return await self.waiting[-1]
        finally:
            request.write(b"too late")

    @router.route("/insists", methods=["GET"])
    async def insists(self, request: BoundedRequest) -> str:
        """Does not notice that the client has gone."""
        self.waiting.append(Deferred(canceller=lambda deferred: deferred.callback("")))
        await self.waiting[-1]
        request.finish()
        return ""

    @router.route("/busy", methods=["GET"])
    def busy(self, request: BoundedRequest) -> str:
        """Asks to come back later."""
        raise Unavailable(retry_after=7)

    @router.route("/fast", methods=["GET"])
    def fast(self, request: BoundedRequest) -> str:
        """Asks to slow down."""
        raise TooManyRequests(retry_after=30)

    @router.route("/nothing-to-say", methods=["POST"])
    def nothing_to_say(self, request: BoundedRequest) -> str:
        """Done, and the page stays as it is."""
        request.setResponseCode(HTTPStatus.NO_CONTENT)
        return ""

    @router.route("/tea", methods=["GET"])
    def tea(self, request: BoundedRequest) -> str:
        """An error of an area's own."""
        raise TeapotError

    @router.route("/abort/<int:code>", methods=["GET"])
    def aborts(self, request: BoundedRequest, code: int) -> str:
        """As werkzeug's manual says."""
        abort(code)

    @router.route("/redirects", methods=["GET"])
    def redirects(self, request: BoundedRequest) -> str:
        """As werkzeug does when it likes another spelling better."""
        raise RequestRedirect("http://evil/")

    @router.route("/branch/", methods=["GET"])
    def branch(self, request: BoundedRequest) -> str:
        """Werkzeug would redirect to it from ``/branch``."""
        return "branch"


class ErrorsTest(WireCase):
    """On the wire."""

    def root(self) -> IResource:
        """Both areas."""
        self.broken = Broken()
        return Areas(self.trial, self.broken)

    def assert_page(self, raw: bytes, status: int, sentence: str) -> None:
        """The answer is our page with this sentence."""
        answer = self.ask(raw)
        self.assertEqual((raw, answer.status), (raw, status))
        text = answer.body.decode()
        self.assertTrue(text.startswith("<!doctype html>"))
        self.assertIn(f"<h1>{HTTPStatus(status).phrase}</h1>\n<p>{sentence}</p>", text.replace("&#39;", "'"))
        for word in ("werkzeug", "klein", "twisted", "Traceback", ".py", "requested URL", SECRET):
            self.assertNotIn(word, text)

    def test_L11_errors_are_our_page(self) -> None:
        """Whether the channel, the site, the router or a route finds them."""
        for raw, status, sentence in (
            (get().replace(b"Host", b"Hosts"), 400, "Your browser sent something this site does not understand."),
            (get("/nothing"), 404, "There is nothing at this address."),
            (get("/say"), 405, "This address cannot be used in this way."),
            (get(method="TRACE"), 405, "This address cannot be used in this way."),
            (post("/say", bytes(20000)), 413, "What you sent is too large."),
            (post("/say", b"{}", kind="application/json"), 415, "What you sent is not a form of this site."),
            (get("/fast"), 429, "You are too fast. Please wait a little and try again."),
            (get("/busy"), 503, "The site is busy. Please try again in a minute."),
            (get("/tea"), 418, "Only tea here."),
        ):
            self.assert_page(raw, status, sentence)
        self.assertEqual(self.logged(), [])

    def test_L11_nothing_switches_tracebacks_on(self) -> None:
        """Not even what does so in Twisted's site."""
        self.site.displayTracebacks = True  # type: ignore[attr-defined] # it does not exist
        self.assert_page(get("/raises"), 500, WebError.__doc__ or "")

    def test_L13_what_is_not_HTTP_gets_a_bare_400(self) -> None:
        """There is no request yet that could be answered with a page."""
        self.assertEqual(self.connect().send(b"hello\r\n").received, b"HTTP/1.1 400 Bad Request\r\n\r\n")

    def test_an_error_in_the_place_of_the_live_document_is_not_behind_the_player(self) -> None:
        """It has the hole for it that the live document has."""
        for path, look in (("/live", "page"), ("/live?r=x", "page"), ("/nothing", "words")):
            self.assertIn(f'<body class="{look}">', self.ask(get(path)).body.decode())

    def test_R51_any_exception_is_our_page(self) -> None:
        """And the next request is answered as if nothing had been."""
        sentence = WebError.__doc__ or ""
        for path in ("/raises", "/coroutine", "/deferred", "/exits"):
            self.assert_page(get(path), 500, sentence)
            self.assertEqual(self.ask(get("/")).status, 200)

    def test_L51_the_log_has_class_and_place_only(self) -> None:
        """Once each; no text, no arguments, no locals, no paths."""
        for path in ("/raises", "/coroutine", "/deferred", "/exits"):
            self.ask(get(f"{path}?q={SECRET}", f"User-Agent: {SECRET}"))
        log = self.logged()
        self.assertEqual([line.split(" ")[0] for line in log], ["RuntimeError", "KeyError", "OSError", "SystemExit"])
        self.assertRegex(log[0], r"^RuntimeError in .*test_errors\.py:\d+ raises$")
        self.assertNotIn(SECRET, str(self.events))
        self.assertNotIn("/", "".join(log))

    def test_R51_an_answer_that_had_begun_is_cut_off(self) -> None:
        """The client must not take it for complete, nor find a second page in it."""
        client = self.connect().send(get("/started"))
        self.assertTrue(client.transport.aborted)
        self.assertTrue(client.received.endswith(b"\r\n\r\nbegun"))
        self.assertEqual(len(self.logged()), 1)

    def test_R51_an_answer_that_is_out_stays_as_it_is(self) -> None:
        """The error is logged, the connection goes on."""
        client = self.connect().send(get("/finished"), get("/twice"), get("/"))
        self.assertEqual([answer.body for answer in client.answers()], [b"all", b"all", b"hello"])
        self.assertEqual(len(self.logged()), 1)

    def test_R51_a_client_that_leaves_is_no_error(self) -> None:
        """Its route is cancelled; whatever the route still writes goes nowhere."""
        self.connect().send(get("/waits")).leave()
        self.assertEqual(self.logged(), [])

    def test_L51_a_route_that_fails_after_its_client_has_left_is_logged_like_any(self) -> None:
        """Klein would log the exception with its text and traceback."""
        self.connect().send(get("/insists")).leave()
        (line,) = self.logged()
        self.assertRegex(line, r"^RuntimeError in ")
        self.assertFalse(any("failure" in event or "log_failure" in event for event in self.events))

    def test_L11_errors_of_the_router_have_our_page_too(self) -> None:
        """Known codes as they are, others as the nearest we have."""
        expected = {400: 400, 403: 403, 404: 404, 429: 429, 503: 503, 410: 400, 502: 500}
        self.assertEqual({code: self.ask(get(f"/abort/{code}")).status for code in expected}, expected)
        self.assertEqual(self.logged(), [])

    def test_L09_the_router_never_redirects(self) -> None:
        """Its redirects are absolute and show the Host the client sent."""
        for path in ("/redirects", "/branch"):
            answer = self.ask(get(path).replace(b"Host: localhost", b"Host: evil"))
            self.assertEqual((answer.status, answer.all("Location")), (404, []))
            self.assertNotIn(b"evil", answer.body)

    def test_D03_405_says_what_is_allowed(self) -> None:
        """By the site, and by the route."""
        self.assertEqual(self.ask(get(method="DELETE"))["Allow"], "GET, HEAD, POST")
        self.assertEqual(self.ask(get("/say"))["Allow"], "POST")
        self.assertEqual(self.ask(post("/", b"text=a"))["Allow"], "GET, HEAD")

    def test_503_and_429_say_when_to_come_back(self) -> None:
        """In seconds."""
        self.assertEqual((self.ask(get("/busy"))["Retry-After"], self.ask(get("/fast"))["Retry-After"]), ("7", "30"))

    def test_HEAD_has_the_headers_of_GET_and_no_body(self) -> None:
        """On pages and on error pages alike."""
        for path in ("/", "/nothing", "/raises", "/busy"):
            client = self.connect().send(get(path, method="HEAD"))
            answer = client.answer(head=True)
            self.assertTrue(client.received.endswith(b"\r\n\r\n"))
            self.assertEqual(answer.headers, self.ask(get(path)).headers)

    def test_an_answer_that_can_have_no_body_has_no_length(self) -> None:
        """RFC 9110 section 8.6."""
        answer = self.ask(post("/nothing-to-say", b""))
        self.assertEqual((answer.status, answer.all("Content-Length"), answer.body), (204, [], b""))

    def test_L12_unknown_and_hidden_look_the_same(self) -> None:
        """A route that denies its existence answers as an address that does not exist."""
        self.assertEqual(self.ask(get("/abort/404")), self.ask(get("/nothing")))


class Stock(Resource):
    """A resource of Twisted's own making, to which only GET is known."""

    isLeaf = True

    def render_GET(self, request: IRequest) -> bytes:
        """All at once."""
        return b"stock"


class AreasTest(WireCase):
    """Several areas as one site."""

    def test_the_first_area_that_knows_an_address_serves_it(self) -> None:
        """Also when it is only the method that is wrong there."""
        first, second = Trial(), Trial()
        site = BoundedSite(Areas(Broken(), first, second), self.limits, self.clock)
        self.assertEqual(Client(site).send(post("/say", b"text=a")).answer().status, 200)
        self.assertEqual((first.forms, second.forms), ([{"text": "a"}], []))
        self.assertEqual(Client(site).send(get("/say")).answer()["Allow"], "POST")

    def test_D03_a_route_must_name_its_methods(self) -> None:
        """Klein would let it answer them all."""

        class Careless:
            router = Router()

            @router.route("/careless")
            def careless(self, request: BoundedRequest) -> str:
                """Any method."""
                return ""

        self.assertRaisesRegex(ValueError, "/careless does not name its methods", Areas, Careless())

    def test_L11_a_resource_of_twisted_has_our_errors_too(self) -> None:
        """Twisted's page would show the address."""
        site = BoundedSite(Stock(), self.limits, self.clock)
        answer = Client(site).send(post("/secret", b"")).answer()
        self.assertEqual((answer.status, answer["Allow"]), (405, "GET, HEAD"))
        self.assertNotIn(b"secret", answer.body)

    def test_a_resource_of_twisted_can_answer(self) -> None:
        """With the headers of the site."""
        answer = Client(BoundedSite(Stock(), self.limits, self.clock)).send(get()).answer()
        self.assertEqual((answer.body, answer["Cache-Control"], answer.all("Server")), (b"stock", "no-store", []))

    def test_an_error_without_a_traceback_has_no_place(self) -> None:
        """Made, but never raised."""
        self.connect().send(get("/later"))
        errors.answer(self.trial.requests[0], Failure(ValueError(SECRET)))
        self.assertEqual(self.logged(), ["ValueError in no frame"])

    def test_methods_of_twisted_are_understood(self) -> None:
        """Its exception has them as bytes."""
        self.connect().send(get("/later"))
        request = self.trial.requests[0]
        errors.answer(request, Failure(UnsupportedMethod([b"POST", b"GET"])))
        self.assertEqual(request.responseHeaders.getRawHeaders(b"Allow"), [b"GET, POST"])

    def test_not_found_is_raised_for_nobodys_address(self) -> None:
        """So that the site answers it like every other error."""
        self.connect().send(get("/later"))
        request = self.trial.requests[0]
        request.postpath = [b"nothing"]
        self.assertRaises(NotFound, Areas().render, request)
