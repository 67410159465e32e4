"""The optional script, as far as its text tells."""

from __future__ import annotations

import re
from pathlib import Path

from onionstream.web.headers import Document
from onionstream.web.templates import SCRIPT, SCRIPT_ADDRESS, TEMPLATES
from tests.web.chat import ChatCase


class ScriptTests(ChatCase):
    """``script.js``."""

    def test_it_is_short(self) -> None:
        """So that everybody can read it."""
        self.assertLessEqual(len(SCRIPT.splitlines()), 60)

    def test_A58_the_name_keeps_its_own_colour_when_the_form_is_renewed(self) -> None:
        """
        Its style has the nonce of another answer, which the document's policy does not know: it is given the first
        one's before it stands in the document. So the style comes before the script, and within what is replaced.
        """
        visitor = self.visitor().go("/look").press(own="#00ff00").go("/form")
        tags = [tag for tag, _ in visitor.page.tags]
        self.assertTrue(tags.index("main") < tags.index("style") < tags.index("script"))
        renew = SCRIPT[SCRIPT.index(b"const renew") :].partition(b"\n};")[0]
        self.assertIn(b'const NONCE = document.querySelector("style")?.nonce;', SCRIPT)
        self.assertRegex(renew, rb"(?s)main\.querySelectorAll.* style\.nonce = NONCE;.*\.replaceWith\(main\)")

    def test_L62_it_asks_for_nothing_but_the_form(self) -> None:
        """No address stands in it, and it leaves nothing in the browser."""
        self.assertEqual(re.findall(rb"fetch\(([a-z.]+)", SCRIPT), [b"location.href", b"form.action"])
        for word in (
            b"http",
            b"//#",
            b"import(",
            b"eval",
            b"innerHTML",
            b"Storage",
            b"cookie",
            b"WebSocket",
            b"EventSource",
        ):
            self.assertNotIn(word, SCRIPT)

    def test_L64_no_document_keeps_or_fetches_anything_by_itself(self) -> None:
        """No storage, no workers, no calls to others; and the policy allows the script nothing but this site."""
        templates = map(TEMPLATES.get_template, TEMPLATES.list_templates())
        sources = [Path(one.filename or "").read_text(encoding="utf-8") for one in templates]
        words = "Storage|indexedDB|caches|[wW]orker|RTC|sendBeacon|Notification|geolocation|mediaDevices|clipboard"
        for source in (SCRIPT.decode(), *sources):
            self.assertEqual(
                re.findall(rf"{words}|\bping=|prefetch|preconnect|preload=\"(?!none)|manifest", source), []
            )
        for kind in Document:
            allowed = re.findall("(?:connect|worker|manifest)-src ([^;]*)", kind.value.content_security("nonce"))
            self.assertLessEqual(set(allowed), {"'self'"} if kind is Document.FORM else set(), kind)

    def test_the_form_is_complete_without_it(self) -> None:
        """It comes last, asks nobody to wait, and is the only one: no document has a script or an event within."""
        page = self.visitor().page
        (script,) = (given for tag, given in page.tags if tag == "script")
        self.assertEqual(script, {"async": "", "src": SCRIPT_ADDRESS})
        for name in TEMPLATES.list_templates(extensions=["html"]):
            text = Path(TEMPLATES.get_template(name).filename or "").read_text(encoding="utf-8")
            self.assertEqual(
                re.findall(r"<script(?! async src=\"{{ script }}\"></script>)| on[a-z]+=|javascript:", text), [], name
            )
