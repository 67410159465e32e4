"""A browser as far as forms go: it loads a page, fills in its form, presses a button and goes where it is sent."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlencode

from tests.web.wire import Answer, WireCase, get, post

Attributes = list[tuple[str, "str | None"]]


class Page(HTMLParser):
    """
    What is in a page.

    :ivar forms: all of them, by where they are sent: fields and buttons, of the last one that is sent there.
    :ivar action: where its last form is sent; empty: it has none.
    :ivar fields: of the form, as they would be sent.
    :ivar buttons: of the form, as name and value; the first one is what Enter presses.
    :ivar said: texts of what tells of itself, by role.
    :ivar links: addresses by text.
    :ivar images: their addresses.
    :ivar tags: every tag, with its attributes.
    """

    def __init__(self, markup: str) -> None:
        """:param markup: a whole document."""
        super().__init__()
        self.forms: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {}
        self.action = ""
        self.fields: dict[str, str] = {}
        self.buttons: list[tuple[str, str]] = []
        self.said: dict[str, list[str]] = {"alert": [], "status": []}
        self.links: dict[str, str] = {}
        self.images: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._open: list[tuple[str, dict[str, str], int]] = []
        self.feed(markup)
        self.close()

    def attributes(self, **wanted: str) -> dict[str, str]:
        """:return: those of the only tag that has these."""
        (found,) = (given for _, given in self.tags if wanted.items() <= given.items())
        return found

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Remember it."""
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        match tag:
            case "form":
                self.action = given["action"]
                self.forms[self.action] = ({}, [])
            case "button":
                self.buttons.append((given.get("name", ""), given.get("value", "")))
                self.forms[self.action][1].append(self.buttons[-1])
            case "img":
                self.images.append(given["src"])
            case "input" if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self._fill(given["name"], given.get("value", ""))
            case "option" if "selected" in given or self._select not in self.fields:
                self._fill(self._select, given["value"])
        if tag not in ("input", "img", "meta", "link"):
            self._open.append((tag, given, len(self.text)))

    def handle_endtag(self, tag: str) -> None:
        """What was in it is known now."""
        opened, given, start = self._open.pop()
        assert opened == tag, f"{opened} is closed by {tag}"
        inside = self.text[start:]
        if given.get("role") in self.said:
            self.said[given["role"]].append(" ".join(inside.split()))
        if tag == "a":
            self.links[inside.strip()] = given["href"]
        if tag == "textarea":
            self._fill(given["name"], inside.removeprefix("\n"))

    def _fill(self, name: str, value: str) -> None:
        self.fields[name] = self.forms[self.action][0][name] = value

    def handle_data(self, data: str) -> None:
        """Text."""
        self.text += data

    @property
    def _select(self) -> str:
        """The name of the list that is open, if one is."""
        return next((given["name"] for tag, given, _ in reversed(self._open) if tag == "select"), "")


class Visitor:
    """
    Somebody with a browser.

    :ivar cookies: what his browser keeps; ``None``: it keeps none.
    :ivar address: where he is, with its fragment.
    :ivar answer: the last one.
    :ivar page: the document before him.
    :ivar follows: goes where he is sent.
    """

    follows = True

    def __init__(self, case: WireCase, *, cookies: bool = True) -> None:
        """
        :param case: has the site.
        :param cookies: his browser keeps them.
        """
        self._case = case
        self.cookies: dict[str, str] | None = {} if cookies else None
        self.address = ""
        self.page = Page("")

    def go(self, address: str, *headers: str) -> Visitor:
        """Open an address, and what it leads to."""
        self.address = address
        return self._receive(get(address.partition("#")[0], *self.headers(), *headers))

    def choose(self, action: str) -> Visitor:
        """From now on it is this form of the page that he fills in and sends."""
        self.page.action = action
        self.page.fields, self.page.buttons = self.page.forms[action]
        return self

    def fill(self, **fields: str) -> Visitor:
        """Type something."""
        self.page.fields.update(fields)
        return self

    def press(self, value: str = "", *headers: str, **fields: str) -> Visitor:
        """
        Send the form.

        :param value: of the button; empty: the first one.
        :param headers: besides those a browser sends.
        :param fields: typed before.
        """
        name, value = next(button for button in self.page.buttons if value in ("", button[1]))
        sent = {**self.page.fields, **fields, **({name: value} if name else {})}
        return self.send(self.page.action, sent, *headers)

    def send(self, address: str, fields: dict[str, str], *headers: str) -> Visitor:
        """Send anything as a form."""
        return self.post(address, urlencode(fields).encode(), *headers)

    def post(self, address: str, body: bytes, *headers: str) -> Visitor:
        """Send anything at all."""
        return self._receive(post(address, body, *self.headers(), *headers))

    def headers(self) -> list[str]:
        """:return: what his browser sends with everything."""
        return [f"Cookie: {name}={value}" for name, value in (self.cookies or {}).items()]

    def _receive(self, request: bytes) -> Visitor:
        """Keep what comes, and go on where it says so."""
        self.answer: Answer = self._case.ask(request)
        if self.cookies is not None:
            pairs = (cookie.partition(";")[0].partition("=") for cookie in self.answer.all("Set-Cookie"))
            self.cookies.update({name: value for name, _, value in pairs})
        if self.answer.status == 303 and self.follows:
            fragment = self.address.partition("#")[2]
            address = self.answer["Location"]
            return self.go(address if "#" in address or not fragment else f"{address}#{fragment}")
        if self.answer.status != 303 and self.answer["Content-Type"].startswith("text/html"):
            self.page = Page(self.answer.body.decode())
        return self
