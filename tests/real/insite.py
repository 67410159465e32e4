"""
The page, the chat and the live page in the test's own process, on a port of its own: real browsers, and a test that
can do what only the broadcaster will be able to. There is no encoder: the stream is offline.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, cast

from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IListeningPort, IReactorTime

from onionstream.assembly.livechat import LiveChat
from onionstream.files.secretfile import Secrets
from onionstream.settings.config import Config
from onionstream.video.broadcast import Broadcast
from onionstream.video.profile import Profiles
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.areas import Areas
from onionstream.web.assets import Assets
from onionstream.web.http import BoundedSite
from onionstream.web.limits import Limits
from onionstream.web.sockets import listen_on_loopback
from onionstream.web.watch import Watch


class InSite:
    """
    The site.

    :ivar chat: all of it that is not the video.
    :ivar room: what was said.
    """

    def __init__(self, settings: Config, reactor: Any) -> None:  # noqa: ANN401 - what it provides is not in its type
        """
        :param settings: as the daemon would have them.
        :param reactor: that of the test.
        """
        clock = cast("IReactorTime", reactor)
        self._folder = tempfile.TemporaryDirectory()
        delivery = settings.delivery
        broadcast = Broadcast(
            window=Window(delivery.window, 1 << 20), fragment=0.1, patience=Patience(10, 45), clock=clock.seconds
        )
        secrets, state = Secrets(bytes(32), bytes(32)), Path(self._folder.name)
        self.chat = LiveChat(settings, secrets, broadcast, lambda *page: watch.page(*page), reactor, state=state)
        self.room, door = self.chat.room, self.chat.entrance.door
        watch = Watch(broadcast, self.chat.titles, Profiles(), door, self.chat.presence, clock)
        self.chat.hear(watch.tell)
        self._site = BoundedSite(Areas(watch, *self.chat.areas, Assets(), gate=door), Limits(), clock)
        self._service = self.chat.service()
        self._broadcast = broadcast
        self._port: IListeningPort = listen_on_loopback(reactor, 0, self._site)
        self._service.startService()

    @property
    def url(self) -> str:
        """
        :return: the address of its page.
        """
        return f"http://127.0.0.1:{cast('IPv4Address', self._port.getHost()).port}/"

    def solution(self) -> str:
        """
        :return: what the captcha that was posed last wants to hear.
        """
        challenges = self.chat.entrance._captchas._challenges._posed
        return [*challenges.values()][-1].solution

    async def end(self) -> None:
        """
        Listen no more, and end all answers.
        """
        await self._port.stopListening()  # type: ignore[misc] # it does give a Deferred
        self.chat.close()
        self._broadcast.close()
        await self._site.drain(1)
        self.chat.close()  # once more: that readers have gone was news again
        await self._service.stopService()
        self._folder.cleanup()
