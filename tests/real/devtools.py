"""
Chromium under remote control, by its DevTools protocol.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from tests.real.remote import Conversation, Frame, Json, RefusedError, conversation, written

_KEYS = {"Enter": (13, "\r"), "Tab": (9, "\t"), "Escape": (27, "")}
"""What it wants to know of a key: its Windows code, and what it types."""


class DevTools:
    """
    See `tests.real.remote.Remote`.
    """

    def __init__(self, talk: Conversation, session: str) -> None:
        """
        :param session: the number of the page.
        """
        self._talk = talk
        self._session = session

    async def open(self, url: str) -> None:
        """
        See `Remote`.
        """
        await self._ask("Page.navigate", url=url)

    async def frames(self) -> list[Frame]:
        """
        See `Remote`.
        """
        return _frames((await self._ask("Page.getFrameTree"))["frameTree"])

    async def evaluate(self, expression: str, frame: Frame | None = None) -> Json:
        """
        See `Remote`.
        """
        frame = frame or (await self.frames())[0]
        world = await self._ask("Page.createIsolatedWorld", frameId=frame.key, worldName="test")
        said = await self._ask(
            "Runtime.evaluate",
            contextId=world["executionContextId"],
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
        )
        if wrong := said.get("exceptionDetails"):
            raise RefusedError(wrong.get("exception", {}).get("description") or wrong["text"])
        return said["result"].get("value")

    async def click(self, x: float, y: float) -> None:
        """
        See `Remote`.
        """
        for kind in ("mousePressed", "mouseReleased"):
            await self._ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def write(self, text: str) -> None:
        """
        See `Remote`.
        """
        await self._ask("Input.insertText", text=text)

    async def press(self, key: str) -> None:
        """
        See `Remote`.
        """
        code, text = _KEYS[key]
        await self._ask(
            "Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code, text=text
        )
        await self._ask("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    async def picture(self) -> bytes:
        """
        See `Remote`.
        """
        return b64decode((await self._ask("Page.captureScreenshot", format="png"))["data"])

    async def authorise(self, name: str, password: str) -> None:
        """
        Send these with each request from now on (HTTP Basic).
        """
        credentials = b64encode(f"{name}:{password}".encode()).decode()
        await self._ask("Network.enable")
        await self._ask("Network.setExtraHTTPHeaders", headers={"Authorization": f"Basic {credentials}"})

    async def tab(self, url: str) -> DevTools:
        """
        See `Remote`.
        """
        page = (await self._talk.ask("Target.createTarget", {"url": url}))["targetId"]
        session = await self._talk.ask("Target.attachToTarget", {"targetId": page, "flatten": True})
        return DevTools(self._talk, session["sessionId"])

    async def end(self) -> None:
        """
        See `Remote`.
        """
        await self._talk.end()

    async def _ask(self, method: str, **parameters: Json) -> Json:
        return await self._talk.ask(method, parameters, sessionId=self._session)


def _frames(tree: Json, parent: str = "") -> list[Frame]:
    """
    :param tree: as the protocol has it.
    """
    told = tree["frame"]
    address = urlsplit(told["url"])
    shown = address.path + ("?" + address.query if address.query else "") if address.scheme.startswith("http") else ""
    frame = Frame(key=told["id"], parent=parent, name=told.get("name", ""), address=shown)
    return [frame, *(found for child in tree.get("childFrames", ()) for found in _frames(child, frame.key))]


def _place(text: str) -> tuple[int, str]:
    """
    :param text: of ``DevToolsActivePort``: the port's number, and a path.
    """
    port, path = text.splitlines()
    return int(port), path


async def attach(reactor: object, profile: Path) -> DevTools:
    """
    :param reactor: the reactor.
    :param profile: of a Chromium that runs.
    :return: its only page.
    """
    port, path = await written(reactor, profile / "DevToolsActivePort", _place)
    talk = await conversation(reactor, f"127.0.0.1:{port}", path)
    page = await _page(reactor, talk)
    session = await talk.ask("Target.attachToTarget", {"targetId": page, "flatten": True})
    return DevTools(talk, session["sessionId"])


async def _page(reactor: object, talk: Conversation) -> str:
    """
    :return: the number of the first page, which is there a moment after the browser listens.
    :raises RefusedError: if there is none after ten seconds.
    """
    for _ in range(200):
        for target in (await talk.ask("Target.getTargets"))["targetInfos"]:
            if target["type"] == "page":
                return str(target["targetId"])
        await deferLater(cast("IReactorTime", reactor), 0.05)
    raise RefusedError("it has no page")
