"""Stylesheet, icon, robots.txt."""

from __future__ import annotations

import re
import struct

from twisted.web.resource import IResource

from onionstream.web.areas import Areas
from onionstream.web.assets import Assets
from onionstream.web.templates import SCRIPT, SCRIPT_ADDRESS, STYLE_ADDRESS
from tests.web.wire import WireCase, get


class AssetTests(WireCase):
    """The area of files that are the same for everybody."""

    def root(self) -> IResource:
        """The area alone."""
        return Areas(Assets())

    def test_L60_the_stylesheet_may_be_kept(self) -> None:
        """Its address changes with its content."""
        answer = self.ask(get(STYLE_ADDRESS))
        self.assertEqual(answer["Content-Type"], "text/css; charset=utf-8")
        self.assertIn("immutable", answer["Cache-Control"])

    def test_L60_the_script_may_be_kept(self) -> None:
        """As the stylesheet; and browsers take it for nothing else."""
        answer = self.ask(get(SCRIPT_ADDRESS))
        self.assertEqual(answer["Content-Type"], "text/javascript; charset=utf-8")
        self.assertEqual((answer["X-Content-Type-Options"], answer.body), ("nosniff", SCRIPT))
        self.assertIn("immutable", answer["Cache-Control"])

    def test_L62_the_stylesheet_makes_nobody_ask_for_more(self) -> None:
        """No ``url()``, no ``@import``: Tor Browser's NoScript would fetch those beforehand."""
        style = re.sub(rb"/\*.*?\*/", b"", self.ask(get(STYLE_ADDRESS)).body, flags=re.DOTALL)
        self.assertNotIn(b"url(", style)
        self.assertNotIn(b"@import", style)

    def test_L35_the_icon_is_a_picture_and_nothing_else(self) -> None:
        """The PNG has the three chunks that it must have."""
        answer = self.ask(get("/favicon.ico"))
        self.assertEqual(answer["Content-Type"], "image/png")
        self.assertEqual(list(chunks(answer.body)), [b"IHDR", b"IDAT", b"IEND"])

    def test_L15_search_engines_are_sent_away(self) -> None:
        """All of the site is forbidden to them."""
        self.assertIn(b"Disallow: /\n", self.ask(get("/robots.txt")).body)


def chunks(png: bytes) -> list[bytes]:
    """The kinds of a PNG's chunks."""
    kinds, position = [], 8
    while position < len(png):
        (length,) = struct.unpack_from(">I", png, position)
        kinds.append(png[position + 4 : position + 8])
        position += length + 12
    return kinds
