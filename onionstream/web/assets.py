"""What every page may ask for besides itself: the stylesheet, the script, the icon, and the word to search engines."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw
from twisted.web.server import Request

from onionstream.web.areas import Router
from onionstream.web.headers import Document, apply
from onionstream.web.templates import SCRIPT, SCRIPT_ADDRESS, STYLE, STYLE_ADDRESS

_ICON_SIZE = 64


def _icon() -> bytes:
    """
    Draw the icon: the rings of an onion.

    :return: a PNG with nothing in it but the picture (L-35).
    """
    large = Image.new("RGBA", (_ICON_SIZE * 4, _ICON_SIZE * 4))
    draw = ImageDraw.Draw(large)
    middle = _ICON_SIZE * 2
    for radius, colour in ((124, "#b48cff"), (104, "#0b0a10"), (84, "#7d52de"), (60, "#0b0a10"), (40, "#b48cff")):
        draw.ellipse((middle - radius, middle - radius, middle + radius, middle + radius), fill=colour)
    file = io.BytesIO()
    large.resize((_ICON_SIZE, _ICON_SIZE), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()


class Assets:
    """The stylesheet, the script, ``/favicon.ico`` and ``/robots.txt``: the same bytes for everybody."""

    router = Router()

    def __init__(self) -> None:
        """Nothing is drawn or read after this."""
        self._icon = _icon()

    @router.route(STYLE_ADDRESS, methods=["GET"])
    def style(self, request: Request) -> bytes:
        """The stylesheet; its address changes with it, so browsers may keep it."""
        apply(request, Document.ASSET, content_type="text/css; charset=utf-8")
        return STYLE

    @router.route(SCRIPT_ADDRESS, methods=["GET"])
    def script(self, request: Request) -> bytes:
        """The script, for browsers that run any; kept as the stylesheet is."""
        apply(request, Document.ASSET, content_type="text/javascript; charset=utf-8")
        return SCRIPT

    @router.route("/favicon.ico", methods=["GET"])
    def icon(self, request: Request) -> bytes:
        """The icon that browsers ask for unbidden."""
        apply(request, Document.MEDIA, content_type="image/png")
        return self._icon

    @router.route("/robots.txt", methods=["GET"])
    def robots(self, request: Request) -> bytes:
        """No search engine is to list this site (L-15)."""
        apply(request, Document.MEDIA, content_type="text/plain; charset=utf-8")
        return b"User-agent: *\nDisallow: /\n"
