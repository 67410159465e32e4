"""
What clients should not send (B-01 to B-04, and the forms of B-10), as raw bytes.

For all of it: the site lives, logs no error, answers with 2xx, 3xx, 4xx or 503 or closes, and the next good request is
answered.
"""

from __future__ import annotations

from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from tests.web.wire import WireCase, get, post

FORM = "Content-Type: application/x-www-form-urlencoded"

Case: TypeAlias = "tuple[str, bytes, int]"


def chunked(body: bytes, *headers: str) -> bytes:
    """
    :param body: as it goes over the wire, with its sizes.
    :param headers: besides the two it needs.
    :return: a form in chunks.
    """
    return get("/say", FORM, "transfer-encoding: chunked", *headers, method="POST") + body


def sized(*headers: str, body: bytes = b"text=a") -> bytes:
    """
    :param headers: that say how long the body is, each in its way.
    :param body: as it goes over the wire.
    :return: a form.
    """
    return get("/say", FORM, *headers, method="POST") + body


FRAMING: tuple[Case, ...] = (
    ("both a length and chunks", chunked(b"0\r\n\r\n", "Content-Length: 6"), 400),
    ("two lengths, the same", sized("Content-Length: 6", "Content-Length: 6"), 400),
    ("two lengths", sized("Content-Length: 6", "Content-Length: 7"), 400),
    ("a length with a sign", sized("Content-Length: +6"), 400),
    ("a negative length", sized("Content-Length: -6"), 400),
    ("a hexadecimal length", sized("Content-Length: 0x6"), 400),
    ("a list of lengths", sized("Content-Length: 6,6"), 400),
    ("a length with an underscore", sized("Content-Length: 0_6"), 400),
    ("a length with spaces around it", sized("Content-Length:  6 "), 200),
    ("a length that is nothing", sized("Content-Length: "), 400),
    ("a huge length", sized("Content-Length: 99999999999999999999"), 413),
    ("a length of more digits than Python reads", sized("Content-Length: " + "9" * 5000), 400),
    ("a coding before chunks", sized("transfer-encoding: gzip, chunked"), 400),
    ("a coding after chunks", sized("transfer-encoding: chunked, identity"), 400),
    ("an unknown coding", sized("transfer-encoding: xchunked"), 400),
    ("identity", sized("transfer-encoding: identity", "Content-Length: 6"), 400),
    ("chunks and identity", chunked(b"0\r\n\r\n", "transfer-encoding: identity"), 400),
    ("chunks twice", chunked(b"0\r\n\r\n", "transfer-encoding: chunked"), 400),
    ("a tab after chunked", sized("transfer-encoding: Chunked\t", body=b"0\r\n\r\n"), 200),
    ("chunks in HTTP/1.0", chunked(b"0\r\n\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"), 400),
    ("an LF in a chunk's extension", chunked(b"6;a\nb\r\ntext=a\r\n0\r\n\r\n"), 400),
    ("a hexadecimal prefix of a chunk", chunked(b"0x6\r\ntext=a\r\n0\r\n\r\n"), 400),
    ("a sign of a chunk", chunked(b"+6\r\ntext=a\r\n0\r\n\r\n"), 400),
    ("a space after a chunk's size", chunked(b"6 \r\ntext=a\r\n0\r\n\r\n"), 400),
    ("no line end after a chunk", chunked(b"6\r\ntext=aXX0\r\n\r\n"), 400),
    ("a size of 17 digits", chunked(b"fffffffffffffffff\r\n" + b"a" * 17000), 413),
    ("a size line without end", chunked(b"0" * 2000), 400),
    ("10 000 trailers", chunked(b"0\r\n" + b"A: b\r\n" * 10000 + b"\r\n"), 200),
    ("more trailers than 64 KiB", chunked(b"0\r\n" + b"A: b\r\n" * 20000 + b"\r\n"), 400),
    ("bare LF", b"GET / HTTP/1.1\nHost: a\n\n" + bytes(9000), 400),
    ("bare CR", b"GET / HTTP/1.1\rHost: a\r\r" + bytes(9000), 400),
    ("a bare LF in a value", get("/", "A: b\nC: d"), 400),
    ("a bare CR in a value", get("/", "A: b\rC: d"), 400),
    ("a folded line", get("/", "A: b", " c"), 400),
    ("a line folded with a tab", get("/", "A: b", "\tc"), 400),
    ("a first header that is folded", b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
    ("NUL in a name", get("/", "A\0: b"), 400),
    ("NUL in a value", get("/", "A: b\0c"), 400),
    ("a space before the colon", get("/", "A : b"), 400),
    ("a header without a colon", get("/", "A"), 400),
    ("a header without a name", get("/", ": b"), 400),
    ("a body of GET", get("/", FORM, "Content-Length: 6") + b"text=a", 400),
    ("chunks of GET", get("/", FORM, "transfer-encoding: chunked") + b"0\r\n\r\n", 400),
    ("HTTP/0.9", b"GET /\r\n", 400),
    ("HTTP/1.0", get().replace(b"1.1", b"1.0"), 200),
    ("HTTP/1.10", get().replace(b"1.1", b"1.10"), 400),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("http in small letters", get().replace(b"HTTP", b"http"), 400),
    ("a method in small letters", get(method="get"), 405),
    ("two spaces", b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("no address", b"GET  HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("empty lines", b"\r\n\r\n\r\n" + get(), 400),
    ("one empty line", b"\r\n" + get(), 200),
    ("TLS", bytes.fromhex("16030100c5010000c10303") + bytes(range(256)) * 40, 400),
    ("RTMP", b"\x03" + bytes(1536) * 6, 400),
    ("SSH", b"SSH-2.0-OpenSSH_9.2p1\r\n", 400),
    ("SOCKS", b"\x05\x01\x00\x05\x01\x00\x03\x0aexample.onion\x00\x50\r\n", 400),
    ("a PROXY line", b"PROXY TCP6 fc00:dead:beef:4dad::0:29a ::1 1 80\r\n" + get(), 400),
)

SIZES: tuple[Case, ...] = (
    ("a URI of 8 KiB", get("/" + "a" * 8192), 400),
    ("a URI of almost 8 KiB", get("/" + "a" * 8000), 404),
    ("a header of 16 KiB", get("/", "A: " + "a" * 16384), 400),
    ("a header of 17 KiB", get("/", "A: " + "a" * 17408), 400),
    ("500 headers", get("/", *["A: b"] * 500), 400),
    ("501 headers", get("/", *["A: b"] * 501), 400),
    ("64 cookies", get("/", *["Cookie: t=a"] * 63), 200),
    ("500 cookies", get("/", *["Cookie: t=a"] * 500), 400),
    ("a cookie of 8 KiB", get("/", "Cookie: t=" + "a" * 8192), 400),
    ("a body of 150 MB", sized("Content-Length: 150000000"), 413),
)

PATHS: tuple[Case, ...] = (
    ("up", get("/../"), 404),
    ("up, encoded", get("/%2e%2e/"), 404),
    ("up, with a backslash", get("/..%5c"), 404),
    ("two slashes", get("//"), 404),
    ("two slashes before a name", get("//say"), 404),
    ("an encoded slash before a name", get("/%2fsay"), 404),
    ("another host's address", get("//evil/"), 404),
    ("a dot", get("/./"), 404),
    ("NUL", get("/%00"), 400),
    ("a line end", get("/%0d%0aSet-Cookie:%20a"), 400),
    ("a byte that is no UTF-8", get("/%ff"), 400),
    ("the same unencoded", get("/\xff"), 400),
    ("another unencoded", get("/\x80"), 400),
    ("UTF-8, unencoded", "GET /\u00a0 HTTP/1.1\r\nHost: a\r\n\r\n".encode(), 400),
    ("an overlong slash", get("/%c0%af"), 400),
    ("a surrogate", get("/%ed%a0%80"), 400),
    ("a right-to-left mark", get("/%e2%80%ae"), 400),
    ("a half escape", get("/%"), 404),
    ("no escape", get("/%zz"), 404),
    ("a file of ours", get("/static/%2e%2e/config.toml"), 404),
    ("a trailing slash", get("/ask/"), 404),
    ("a trailing dot", get("/ask."), 404),
    ("a trailing backslash", get("/ask\\"), 404),
    ("a backup", get("/ask~"), 404),
    ("another backup", get("/ask.bak"), 404),
    ("other letters", get("/Ask"), 404),
    ("parameters", get("/ask;a=b"), 404),
    ("a whole address", get("http://evil/"), 400),
    ("a whole address of ours", get("http://a/ask"), 400),
    ("host and port", get("a:80"), 400),
    ("an asterisk", get("*"), 400),
    ("an asterisk, as the only thing it is for", get("*", method="OPTIONS"), 405),
    ("a number sign", get("/#"), 404),
    ("only a query", get("?"), 400),
    ("4000 segments", get("/" + "a/" * 4000), 404),
    ("4000 slashes", get("/" * 4000), 404),
    ("4000 times up", get("/.." * 2700), 404),
    ("a route's own name for a part", get("/<name>"), 404),
)

METHODS: tuple[Case, ...] = (
    ("TRACE", get(method="TRACE"), 405),
    ("CONNECT", get("a:80", method="CONNECT"), 405),
    ("OPTIONS", get(method="OPTIONS"), 405),
    ("PUT", get(method="PUT"), 405),
    ("PUT with a body", get("/", "Content-Length: 6", method="PUT") + b"text=a", 405),
    ("DELETE", get(method="DELETE"), 405),
    ("PATCH", get(method="PATCH"), 405),
    ("a tab after the method", get().replace(b"GET ", b"GET\t"), 400),
    ("a method of 1000 letters", get(method="A" * 1000), 405),
    ("a method that is no word", get(method="<script>"), 400),
    ("POST to a page", post("/", b"text=a"), 405),
    ("GET of a form", get("/say"), 405),
)

HEADERS: tuple[Case, ...] = (
    ("1000 ranges", get("/", "Range: bytes=" + ",".join(["0-"] * 1000)), 200),
    ("a wrong range", get("/", "Range: bytes=9-1"), 200),
    ("conditions", get("/", 'If-None-Match: "a"', "If-Match: b", "If-Range: c", "If-Unmodified-Since: d"), 200),
    (
        "an upgrade to h2c",
        get("/", "Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABk"),
        200,
    ),
    ("an upgrade to websocket", get("/", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: AAAA"), 200),
    ("many codings", get("/", "Accept-Encoding: " + ", ".join(["gzip;q=0.1"] * 500)), 200),
    ("quotes in a cookie", get("/", 'Cookie: t="a;b"; t=\xe9; =; ;;; t'), 200),
    ("a forwarded address", get("/", "X-Forwarded-For: 10.0.0.1", "Forwarded: for=10.0.0.1"), 200),
    ("wrong credentials", get("/", "Authorization: Basic ::::"), 200),
    ("no host", b"GET / HTTP/1.1\r\n\r\n", 400),
    ("no host in HTTP/1.0", b"GET / HTTP/1.0\r\n\r\n", 400),
    ("two hosts", get("/", "Host: b"), 400),
    ("an empty host", get().replace(b"Host: localhost", b"Host:"), 200),
    ("a host with a user", get().replace(b"Host: localhost", b"Host: a@b"), 200),
    ("a host with a huge port", get().replace(b"Host: localhost", b"Host: a:99999999"), 200),
    ("a host with a zone", get().replace(b"Host: localhost", b"Host: [fe80::1%25eth0]:80"), 200),
    ("a host that is no name", get().replace(b"Host: localhost", b"Host: " + b"a" * 300 + b"..\xff<>"), 200),
    (
        "a host that IDNA does not like",
        get("/nothing").replace(b"Host: localhost", b"Host: xn--\xc3\xa4." + b"b" * 64),
        404,
    ),
    ("an expectation nobody knows", get("/", "Expect: the unexpected"), 200),
)

FORMS: tuple[Case, ...] = (
    ("a field twice", post("/say", b"text=a&text=b"), 400),
    ("a field twice, spelled differently", post("/say", b"text=a&%74ext=b"), 400),
    ("an unknown field", post("/say", b"text=a&evil=b"), 400),
    ("an array", post("/say", b"text[]=a"), 400),
    ("no field", post("/say", b""), 200),
    ("17 fields", post("/say", b"&".join(b"f%d=a" % number for number in range(17))), 400),
    ("100 000 fields", post("/say", b"a=b&" * 4000), 400),
    ("a field of 4 KiB", post("/say", b"text=" + b"a" * 4096), 200),
    ("a field over 4 KiB", post("/say", b"text=" + b"a" * 4097), 400),
    ("a field over 4 KiB in UTF-8", post("/say", b"text=" + b"%C3%A9" * 2049), 400),
    ("bytes that are no UTF-8", post("/say", b"text=%ff"), 400),
    ("a surrogate", post("/say", b"text=%ED%A0%80"), 400),
    ("unencoded bytes", post("/say", "text=\u00e9".encode()), 400),
    ("a half escape", post("/say", b"text=%"), 200),
    ("no escape", post("/say", b"text=%zz"), 200),
    ("a plus", post("/say", b"text=+"), 200),
    ("semicolons", post("/say", b"text=a;name=b"), 200),
    ("no value", post("/say", b"text"), 200),
    ("no name", post("/say", b"=a"), 400),
    ("no type", get("/say", "Content-Length: 6", method="POST") + b"text=a", 415),
    ("two types", post("/say", b"text=a", FORM), 415),
    ("JSON", post("/say", b"{}", kind="application/json"), 415),
    ("text", post("/say", b"text=a", kind="text/plain"), 415),
    ("multipart", post("/say", b"--b\r\n", kind="multipart/form-data; boundary=b"), 415),
    ("multipart without a boundary", post("/say", b"--b\r\n", kind="multipart/form-data"), 415),
    ("multipart with a boundary of 7 KiB", post("/say", b"", kind="multipart/form-data; boundary=" + "b" * 7000), 200),
    ("UTF-7", post("/say", b"text=a", kind="application/x-www-form-urlencoded; charset=utf-7"), 415),
    ("UTF-16", post("/say", b"text=a", kind="application/x-www-form-urlencoded; charset=utf-16"), 415),
    ("UTF-8, as scripts say it", post("/say", b"text=a", kind="application/x-www-form-urlencoded;charset=UTF-8"), 200),
    ("other letters", post("/say", b"text=a", kind="Application/X-WWW-Form-URLencoded"), 200),
    ("a query that says a field twice", get("/ask?text=a&text=b"), 400),
    ("an unknown field in a query", get("/ask?evil=a"), 400),
    ("17 fields in a query", get("/ask?" + "&".join(f"f{number}=a" for number in range(17))), 400),
    ("a long field in a query", get("/ask?text=" + "a" * 4097), 400),
    ("an empty query", get("/ask?"), 200),
    ("a query nobody asks for", get("/?" + "a=b&" * 1000), 200),
)


class BadInputTest(WireCase):
    """Each by itself, whole and byte by byte."""

    def check(self, cases: tuple[Case, ...]) -> None:
        """The status is the expected one, however the bytes are cut, and nothing else happens."""
        for name, raw, status in cases:
            pieces = [raw[place : place + 1] for place in range(len(raw))] if len(raw) < 2000 else [raw[:1], raw[1:]]
            for sent in ([raw], pieces):
                client = self.connect().send(*sent)
                self.assertRegex(client.received, rb"^HTTP/1\.[01] ", name)
                self.assertEqual((name, int(client.received[9:12])), (name, status))
                self.assertNotIn(b"evil", client.received)
                self.assertTrue(status < 400 or client.closed or b"<!doctype html>" in client.received, name)
                client.leave()
        self.assertEqual(self.logged(), [])
        self.assertEqual(self.ask(get()).body, b"hello")
        self.assertEqual((self.site.connections, len(self.clock.getDelayedCalls())), (1, 1))

    def test_B01_framing(self) -> None:
        """Nobody can make two readers of one request disagree."""
        self.check(FRAMING)

    def test_B02_sizes(self) -> None:
        """Too much is refused."""
        self.check(SIZES)

    def test_B03_paths(self) -> None:
        """Each address has one spelling."""
        self.check(PATHS)

    def test_B04_methods(self) -> None:
        """Three are known."""
        self.check(METHODS)

    def test_B04_headers(self) -> None:
        """What we do not use is ignored, whatever it holds."""
        self.check(HEADERS)

    def test_B10_D08_D33_forms(self) -> None:
        """Known fields, once each, of bounded number and length, in UTF-8."""
        self.check(FORMS)

    def test_L09_no_answer_redirects(self) -> None:
        """So none can show a Host or lead somewhere else."""
        for _, raw, _ in PATHS + HEADERS:
            self.assertNotRegex(self.connect().send(raw).received.lower(), b"\r\nlocation:")

    def test_B02_a_client_that_leaves_at_any_byte_is_no_error(self) -> None:
        """Half a request is none."""
        raw = post("/say", b"text=a&name=b")
        for end in range(len(raw)):
            self.connect().send(raw[:end]).leave()
        self.assertEqual((self.trial.forms, self.logged(), self.site.connections), ([], [], 0))

    def test_B01_nothing_is_answered_after_the_last_request(self) -> None:
        """What follows ``Connection: close`` is dropped."""
        client = self.connect().send(get("/", "Connection: close") + get("/ask"), get("/ask"))
        self.assertEqual([answer.body for answer in client.answers()], [b"hello"])
        self.assertTrue(client.closed)

    @given(st.lists(st.binary(max_size=200), max_size=20))
    def test_B01_any_bytes_in_any_pieces(self, pieces: list[bytes]) -> None:
        """They never raise, and are never an error of ours."""
        self.connect().send(*pieces).leave()
        self.assertEqual(self.logged(), [])

    @given(st.data())
    def test_B01_almost_good_requests(self, data: st.DataObject) -> None:
        """A good request with some bytes changed is answered, refused or waited for."""
        _, raw, _ = data.draw(st.sampled_from(FRAMING + PATHS + METHODS + HEADERS + FORMS))
        raw = raw[:3000]
        changed = bytearray(raw)
        for place in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=4)):
            changed[place] = data.draw(st.sampled_from(b"\r\n\t :;,%&=/0\x00\xff"))
        cut = data.draw(st.integers(0, len(changed)))
        client = self.connect().send(bytes(changed[:cut]), bytes(changed[cut:]))
        self.assertRegex(client.received, rb"^(HTTP/1\.[01] (100|2\d\d|3\d\d|4\d\d|503) |$)")
        client.leave()
        self.assertEqual(self.logged(), [])
