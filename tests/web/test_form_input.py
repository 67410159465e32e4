"""
What clients should not send to the chat's form (B-10).

Nothing is said by any of it, no error is logged, and the next good form is taken.
"""

from __future__ import annotations

from urllib.parse import urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from onionstream.chat.rules import Rules, When
from onionstream.web.say import AGAIN
from tests.web.chat import SOLUTION, ChatCase
from tests.web.visitor import Visitor
from tests.web.wire import get, post

BAD = (400, 413, 415)


class FormInputTests(ChatCase):
    """``POST /form``."""

    def setUp(self) -> None:
        """Somebody with a good form before him, whose nonce is not used by anything bad."""
        super().setUp()
        self.one = self.visitor()
        self.nonce = self.one.page.fields["nonce"]

    def tearDown(self) -> None:
        """Whatever was sent, the good form is good."""
        self.assertEqual((self.said, self.errors()), ([], []))
        self.one.follows = True
        self.one.send("/form", {"text": "good", "nonce": self.nonce})
        self.assertEqual((self.texts(), self.one.answer.status), (["good"], 200))

    def assert_bad(self, body: bytes, *headers: str, kind: str = "application/x-www-form-urlencoded") -> None:
        """The page of an error, and nothing else."""
        answer = self.ask(post("/form", body, *self.one.headers(), *headers, kind=kind))
        self.assertIn(answer.status, BAD, body[:80])
        self.assertIn("sandbox", answer["Content-Security-Policy"])

    def test_B10_fields_that_are_there_twice(self) -> None:
        """Also with the same value, and in the address."""
        for name in ("text", "nonce", "w", "captcha", "answer", "ask", "words"):
            self.assert_bad(f"text=a&nonce={self.nonce}&{name}=a&{name}=a".encode())
        self.assertEqual(self.ask(get("/form?rows=1&rows=1", *self.one.headers())).status, 400)

    def test_B10_fields_that_are_not_ours(self) -> None:
        """In the style of arrays, in capitals, with spaces; in the form and in the address."""
        for name in ("text[]", "text%5B%5D", "nonce[0]", "TEXT", "text+", "%20text", "admin", "r", ""):
            self.assert_bad(f"text=a&nonce={self.nonce}&{name}=a".encode())
        for query in (
            "text=a",
            "nonce=a",
            "rows=2",
            "rows=on",
            "theme=dark",
            "theme=%3C",
            "rows[]=1",
            "w=1&w=2",
            "d=1",
        ):
            self.assertEqual(self.ask(get(f"/form?{query}", *self.one.headers())).status, 400, query)

    def test_B10_fields_that_are_missing(self) -> None:
        """Each alone, and all."""
        for body in (b"", b"text=a", f"nonce={self.nonce}".encode(), b"ask=new", b"&&", b"text"):
            self.assert_bad(body)

    def test_B10_other_kinds_of_body(self) -> None:
        """JSON, parts, text, other charsets."""
        good = f"text=a&nonce={self.nonce}".encode()
        for kind in (
            "application/json",
            "multipart/form-data; boundary=a",
            "multipart/form-data",
            "text/plain",
            "",
            "application/x-www-form-urlencoded; charset=utf-7",
            "application/x-www-form-urlencoded; charset=utf-16",
        ):
            self.assert_bad(good, kind=kind)

    def test_B10_what_is_no_utf8(self) -> None:
        """Or not encoded as forms are."""
        for text in (b"%ff", b"%ed%a0%80", b"%c0%af", b"\xff"):
            self.assert_bad(b"text=" + text + b"&nonce=" + self.nonce.encode())

    def test_B10_too_much(self) -> None:
        """Of fields, of one field, of all."""
        self.assert_bad(b"&".join([b"a=b"] * 17))
        self.assert_bad(b"&".join([b"a=b"] * 4000))
        self.assert_bad(f"nonce={self.nonce}&text=".encode() + b"a" * 4097)
        self.assert_bad(f"nonce={self.nonce}&text=".encode() + b"a" * 100_000)
        self.assert_bad(f"text=a&nonce={self.nonce}&captcha=a&answer=".encode() + b"a" * 100_000)

    def test_B10_nonces_that_no_form_of_ours_has(self) -> None:
        """Truncated, longer, of other letters."""
        for nonce in ("", self.nonce[:-1], self.nonce + "A", self.nonce[:-1] + "=", "A" * 31 + "\n", "\u0661" * 32):
            self.assert_bad(urlencode({"text": "a", "nonce": nonce}).encode())

    def test_B10_nonces_that_are_not_good_any_more_or_not_his(self) -> None:
        """They may be from before a start: the text is kept."""
        changed = ("B" if self.nonce[0] == "A" else "A") + self.nonce[1:]
        for nonce in ("A" * 32, changed, self.visitor().page.fields["nonce"]):
            self.one.send("/form", {"text": "kept", "nonce": nonce})
            self.assertEqual((self.one.page.fields["text"], self.one.page.said["alert"]), ("kept", [AGAIN]))

    def test_B10_buttons_that_are_not_there(self) -> None:
        """Those that are there say nothing either."""
        for ask in ("", "all", "NEW", "new ", "Button.NEW"):
            self.assert_bad(urlencode({"text": "a", "nonce": self.nonce, "ask": ask}).encode())

    def test_B10_capabilities_that_are_somebody_elses(self) -> None:
        """A cookie and a capability of two people are nobody's."""
        other = self.visitor(cookies=False)
        write, nonce = other.page.fields["w"], other.page.fields["nonce"]
        self.assert_bad(urlencode({"text": "a", "nonce": self.nonce, "w": write}).encode())
        for wrong in ("A" * 43, write[:-1], write + "A", write[:-1] + "!", "w"):
            other.send("/form", {"text": "a", "nonce": nonce, "w": wrong})
            self.assertEqual(other.answer.status, 400, wrong)

    def test_B10_captchas_nobody_has_asked_for(self) -> None:
        """To answer them is nothing worse than to be wrong."""
        self.room.rules = Rules(captcha=When.FIRST)
        for name in ("", "a", "../x", "captcha000000001", "\0", "x" * 4000):
            visitor = self.visitor()
            visitor.press(text="a", captcha=name, answer=SOLUTION)
            self.assertEqual((visitor.page.fields["text"], len(visitor.page.said["alert"])), ("a", 1))
        self.room.rules = Rules()

    def test_B10_other_methods(self) -> None:
        """Are not for a form."""
        for method in ("PUT", "DELETE", "TRACE", "OPTIONS"):
            self.assertEqual(self.ask(get("/form", *self.one.headers(), method=method)).status, 405)

    @settings(max_examples=60)
    @given(
        st.dictionaries(
            st.sampled_from(["text", "nonce", "w", "captcha", "words", "answer", "ask"]),
            st.text(max_size=40),
            max_size=7,
        )
    )
    def test_B10_whatever_is_in_the_fields(self, fields: dict[str, str]) -> None:
        """With a nonce that is not good, it is an error or comes back as it was."""
        visitor = Visitor(self)
        visitor.cookies = self.one.cookies
        body = urlencode({name: value.encode("utf-8", "surrogatepass") for name, value in fields.items()}).encode()
        visitor.post("/form", body)
        self.assertIn(visitor.answer.status, (200, *BAD))
        self.say._drafts.pop(next(iter(self.say._drafts._things), b""), 0)
