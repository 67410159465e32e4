"""Somebody who talks in the chat of a real daemon, with the forms that a browser would have before it."""

from __future__ import annotations

import http.client
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.real.waiting import PATIENCE
from tests.web.visitor import Page

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Talker:
    """
    Somebody with cookies.

    :ivar page: the document before him.
    """

    def __init__(self, port: int) -> None:
        """:param port: of the site, on 127.0.0.1."""
        self._port = port
        self._cookies: dict[str, str] = {}
        self.page = Page("")
        self.go("/")

    def go(self, path: str) -> None:
        """Open an address."""
        self._ask("GET", path)

    def say(self, text: str) -> None:
        """Say something."""
        self.go("/form")
        self._send(text=text)

    def call_himself(self, name: str) -> None:
        """Take a name."""
        self.go("/look")
        self._send(name=name)

    def _send(self, **typed: str) -> None:
        """Fill in the form and press its first button."""
        self._ask("POST", self.page.action, urlencode({**self.page.fields, **typed}))

    def _ask(self, method: str, path: str, body: str | None = None) -> None:
        """Ask for something and go where it leads."""
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        link.request(method, path, body, {**({"Cookie": cookie} if cookie else {}), **(FORM if body else {})})
        answer = link.getresponse()
        markup = answer.read().decode()
        link.close()
        for given in answer.headers.get_all("Set-Cookie", []):
            self._cookies |= {name: one.value for name, one in SimpleCookie(given).items()}
        if answer.status == http.HTTPStatus.SEE_OTHER:
            self._ask("GET", answer.headers["Location"].partition("#")[0])
        else:
            assert answer.status == http.HTTPStatus.OK, (method, path, answer.status)
            self.page = Page(markup)
