"""
Firefox under remote control, by WebDriver BiDi.
"""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from urllib.parse import urlsplit

from tests.real.remote import Conversation, Frame, Json, RefusedError, conversation, written

_KEYS = {"Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c"}
"""What WebDriver calls them."""

_SANDBOX = "test"
_SAY_IN_JSON = "(value => value instanceof Promise ? value.then(JSON.stringify) : JSON.stringify(value))(EXPRESSION)"
"""BiDi has many more kinds of value than we want."""


class BiDi:
    """
    See `tests.real.remote.Remote`.
    """

    def __init__(self, talk: Conversation, page: str) -> None:
        """
        :param page: the number of the page.
        """
        self._talk = talk
        self._page = page

    async def open(self, url: str) -> None:
        """
        See `Remote`.
        """
        for last in (False, False, True):
            try:
                await self._talk.ask("browsingContext.navigate", {"context": self._page, "url": url, "wait": "none"})
                break
            except RefusedError as error:
                if last or "NS_BINDING_ABORTED" not in str(
                    error
                ):  # which is what comes of the page before, now and then
                    raise

    async def frames(self) -> list[Frame]:
        """
        See `Remote`.
        """
        tree = await self._talk.ask("browsingContext.getTree", {"root": self._page})
        found = _flat(tree["contexts"][0])
        return [await self._named(context, parent) for context, parent in found]

    async def evaluate(self, expression: str, frame: Frame | None = None) -> Json:
        """
        See `Remote`.
        """
        return await self._evaluate(expression, frame.key if frame else self._page)

    async def click(self, x: float, y: float) -> None:
        """
        See `Remote`.
        """
        where = {"type": "pointerMove", "x": round(x), "y": round(y)}
        press, release = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
        await self._perform({"type": "pointer", "id": "mouse", "actions": [where, press, release]})

    async def write(self, text: str) -> None:
        """
        See `Remote`.
        """
        await self._strike(text)

    async def press(self, key: str) -> None:
        """
        See `Remote`.
        """
        await self._strike(_KEYS[key])

    async def picture(self) -> bytes:
        """
        See `Remote`.
        """
        return b64decode((await self._talk.ask("browsingContext.captureScreenshot", {"context": self._page}))["data"])

    async def tab(self, url: str) -> BiDi:
        """
        See `Remote`.
        """
        another = BiDi(self._talk, (await self._talk.ask("browsingContext.create", {"type": "tab"}))["context"])
        await another.open(url)
        return another

    async def end(self) -> None:
        """
        See `Remote`.
        """
        await self._talk.ask("session.end")
        await self._talk.end()

    async def _strike(self, characters: str) -> None:
        strokes = [{"type": kind, "value": one} for one in characters for kind in ("keyDown", "keyUp")]
        await self._perform({"type": "key", "id": "keyboard", "actions": strokes})

    async def _perform(self, actions: Json) -> None:
        await self._talk.ask("input.performActions", {"context": self._page, "actions": [actions]})

    async def _evaluate(self, expression: str, context: str) -> Json:
        said = await self._talk.ask(
            "script.evaluate",
            {
                "expression": _SAY_IN_JSON.replace("EXPRESSION", expression),
                "target": {"context": context, "sandbox": _SANDBOX},
                "awaitPromise": True,
            },
        )
        if said["type"] != "success":
            raise RefusedError(said["exceptionDetails"]["text"])
        return json.loads(said["result"]["value"]) if said["result"]["type"] == "string" else None

    async def _named(self, context: Json, parent: str) -> Frame:
        address = urlsplit(context["url"])
        shown = (
            address.path + ("?" + address.query if address.query else "") if address.scheme.startswith("http") else ""
        )
        name = await self._evaluate("window.name", context["context"])
        return Frame(key=context["context"], parent=parent, name=name, address=shown)


def _flat(context: Json, parent: str = "") -> list[tuple[Json, str]]:
    """
    :return: the context and all within it, each with the key of the one it is in.
    """
    children = context.get("children") or ()
    return [(context, parent), *(found for child in children for found in _flat(child, context["context"]))]


def _port(text: str) -> int:
    """
    :param text: of ``WebDriverBiDiServer.json``.
    """
    return int(json.loads(text)["ws_port"])


async def attach(reactor: object, profile: Path) -> BiDi:
    """
    :param reactor: the reactor.
    :param profile: of a Firefox that runs.
    :return: its only page.
    """
    port = await written(reactor, profile / "WebDriverBiDiServer.json", _port)
    talk = await conversation(reactor, f"127.0.0.1:{port}", "/session")
    await talk.ask("session.new", {"capabilities": {}})
    tree = await talk.ask("browsingContext.getTree", {"maxDepth": 0})
    return BiDi(talk, tree["contexts"][0]["context"])
