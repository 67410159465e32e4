"""
The headers every answer carries, and what each kind of document may load and do.

Nothing here identifies the machine: no ``Server``, no ``Date``, nothing a cache could compare later (``WITHHELD``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

HTML = "text/html; charset=utf-8"

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-DNS-Prefetch-Control": "off",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), clipboard-read=(), display-capture=(), fullscreen=(self), geolocation=(), "
        "gyroscope=(), hid=(), idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), "
        "picture-in-picture=(self), screen-wake-lock=(), serial=(), usb=(), web-share=(), xr-spatial-tracking=()"
    ),
}

WITHHELD = frozenset(
    {
        b"Accept-Ch",
        b"Age",
        b"Content-Language",
        b"Date",
        b"ETag",
        b"Last-Modified",
        b"Server",
        b"Via",
        b"X-Powered-By",
        b"X-Request-Id",
    }
)
"""Headers that never leave, whoever set them: each tells the machine's clock, its software or its past answers."""

_NOT_KEPT = "no-store"  # lynx knows the first one only
_KEPT = "public, max-age=86400, immutable"
_NOBODY = "frame-ancestors 'none'"
_OURS = "frame-ancestors 'self'"
_SCRIPT = "script-src 'self'"


@dataclass(frozen=True, slots=True)
class Policy:
    """
    What a browser may do with one kind of document.

    :ivar rules: directives of the Content-Security-Policy, without ``style-src``, which may need a nonce.
    :ivar styled: our stylesheets apply.
    :ivar cache: value of ``Cache-Control``.
    """

    rules: tuple[str, ...]
    styled: bool = False
    cache: str = _NOT_KEPT

    def content_security(self, nonce: str) -> str:
        """
        :param nonce: makes ``<style nonce=...>`` apply; empty: no inline style does.
        :return: the value of ``Content-Security-Policy``.
        """
        rules = ["default-src 'none'"]
        if self.styled:
            rules.append(f"style-src 'self' 'nonce-{nonce}'" if nonce else "style-src 'self'")
        return "; ".join([*rules, *self.rules])

    @property
    def frame_options(self) -> str:
        """The same as ``frame-ancestors``, for browsers that do not know it."""
        return "SAMEORIGIN" if _OURS in self.rules else "DENY"


class Document(Enum):
    """The kinds of document, each with its policy."""

    SHELL = Policy(
        ("img-src 'self'", "media-src 'self'", "frame-src 'self'", "form-action 'self'", "base-uri 'none'", _NOBODY),
        styled=True,
    )
    PLAYER = Policy(
        ("img-src 'self'", "media-src 'self'", "frame-src 'self'", "form-action 'none'", "base-uri 'none'", _OURS),
        styled=True,
    )
    # These three may run the script, which is optional. It does its part for the shell from within them. The second is
    # the first for those who watch over the chat, with the buttons for it.
    FRAME = Policy((_SCRIPT, "img-src 'self'", "form-action 'none'", "base-uri 'none'", _OURS), styled=True)
    STAFF = Policy((_SCRIPT, "img-src 'self'", "form-action 'self'", "base-uri 'none'", _OURS), styled=True)
    FORM = Policy(
        (_SCRIPT, "connect-src 'self'", "img-src 'self'", "form-action 'self'", "base-uri 'none'", _OURS), styled=True
    )
    # Without its origin a sandboxed document may not load our stylesheet (Cross-Origin-Resource-Policy), and one that
    # may not be framed leaves an empty frame where it should say what is wrong: measured in Firefox ESR 153 and
    # Chromium 156.
    ERROR = Policy((_OURS, "sandbox allow-same-origin allow-top-navigation-by-user-activation"), styled=True)
    # Chromium shows a video opened by itself in a document of its own, which asks for the same address once more.
    MEDIA = Policy(("media-src 'self'", _NOBODY, "sandbox allow-same-origin"))
    ASSET = Policy((_NOBODY, "sandbox"), cache=_KEPT)


class Response(Protocol):
    """Whatever headers can be set on, such as a request of Twisted's."""

    def setHeader(self, name: str, value: str, /) -> object:
        """Set a header, replacing what it was."""


def values(document: Document, nonce: str = "", content_type: str = HTML) -> dict[str, str]:
    """
    :param document: the kind of document; an asset's address must contain its content's hash, since browsers keep it.
    :param nonce: for inline styles, new for each answer; empty: none.
    :param content_type: always with its charset where it is text.
    :return: all headers that do not depend on the body.
    """
    policy = document.value
    return {
        "Content-Type": content_type,
        "Cache-Control": policy.cache,
        **({"Pragma": "no-cache"} if policy.cache == _NOT_KEPT else {}),  # lynx 2.9 knows no "no-store" (measured)
        "Content-Security-Policy": policy.content_security(nonce),
        "X-Frame-Options": policy.frame_options,
        **COMMON,
    }


def apply(response: Response, document: Document, nonce: str = "", content_type: str = HTML) -> None:
    """
    Make an answer one of this kind.

    :param response: its headers must not have left yet.
    :param document: see ``values``.
    :param nonce: see ``values``.
    :param content_type: see ``values``.
    """
    for name, value in values(document, nonce, content_type).items():
        response.setHeader(name, value)
