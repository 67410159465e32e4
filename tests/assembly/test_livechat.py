"""The chat and the live page as the daemon joins them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from twisted.web.resource import IResource

from onionstream.assembly.livechat import LiveChat
from onionstream.captcha.captchas import Settings
from onionstream.captcha.fonts import FontError
from onionstream.chat.events import Event
from onionstream.chat.people import Role
from onionstream.files.secretfile import Secrets
from onionstream.passwords import Hashed, Printed
from onionstream.settings.config import Captcha, Chat, Config, Doors, Stream
from onionstream.video.broadcast import Broadcast
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.areas import Areas, Router
from onionstream.web.headers import Document, apply
from onionstream.web.identity import Who
from onionstream.web.lock import Kind
from onionstream.web.request import BoundedRequest
from tests.web.visitor import Visitor
from tests.web.wire import Client, WireCase, get

NAMES = Config(chat=Chat(anonymous="Spectator", broadcaster="Captain"))


class Entrance:
    """The area of ``/``, as small as can be."""

    router = Router()

    def __init__(self) -> None:
        """The chat is built after it."""
        self.chat: LiveChat | None = None

    @router.route("/", methods=["GET"])
    def page(self, request: BoundedRequest) -> str:
        """The way to the form."""
        assert self.chat is not None
        return self.shell(request, self.chat.entrance.door.meet(request), "")

    def shell(self, request: BoundedRequest, who: Who, theme: str) -> str:
        """See ``Watch.page``."""
        apply(request, Document.SHELL)
        return f'<a href="{who.form_address("/form")}">form</a> <a href="{who.address("/live")}">live</a>'


class LiveChatCase(WireCase):
    """All of it on a site."""

    settings = Config()

    def root(self) -> IResource:
        """Joined as ``tap`` does it; nothing runs."""
        self.state = Path(self.mktemp())
        self.state.mkdir()
        return self.build()

    def build(self) -> IResource:
        """A daemon begins."""
        seconds = self.clock.seconds
        broadcast = Broadcast(window=Window(10, 1 << 20), fragment=0.5, patience=Patience(10, 45), clock=seconds)
        entrance = Entrance()
        secrets, password = Secrets(bytes(32), bytes(32)), Printed("s3cret")
        self.chat = LiveChat(self.settings, secrets, broadcast, entrance.shell, self.clock, password, state=self.state)
        entrance.chat = self.chat
        self.addCleanup(self.chat.close)
        return Areas(entrance, *self.chat.areas)

    def visitor(self) -> Visitor:
        """Somebody with the form before him."""
        visitor = Visitor(self).go("/")
        return visitor.go(visitor.page.links["form"])

    def read(self, address: str) -> Client:
        """Somebody who reads along."""
        return self.connect().send(get(address))


class WordTests(LiveChatCase):
    """What people are called who have no name."""

    settings = NAMES

    def test_S9_all_pages_have_the_configured_word(self) -> None:
        """The live page, the plain ones and the forms."""
        visitor = self.visitor()
        visitor.press(text="hello")
        texts = [self.read(address).received.decode() for address in ("/live", "/plain", "/chat.txt")]
        for text in (*texts, visitor.page.text, visitor.go("/form").page.text):
            self.assertIn("Spectator", text)
            self.assertNotIn("Anonymous", text)

    def test_S9_another_word_from_now_on(self) -> None:
        """When the configuration is read again, in all that is loaded after it."""
        visitor = self.visitor()
        visitor.press(text="hello")
        self.chat.change(replace(NAMES, chat=replace(NAMES.chat, anonymous="Passenger")))
        texts = [self.read(address).received.decode() for address in ("/live", "/plain", "/chat.txt")]
        for text in (*texts, visitor.go("/form").page.text):
            self.assertIn("Passenger", text)
            self.assertNotIn("Spectator", text)

    def test_D12_nobody_looks_like_one_without_a_name(self) -> None:
        """With his word and a tag for a name; the word alone is no name."""
        visitor = self.visitor().go("/look")
        visitor.press(name="Spectator#1a2")
        self.assertEqual(visitor.page.said["alert"], ["This name looks like one that nobody may take."])
        visitor.press(name="spectator")
        self.assertEqual(visitor.page.said["alert"], [])
        self.assertEqual(visitor.page.fields["name"], "")


class BroadcasterTests(LiveChatCase):
    """Who is logged in, in the chat."""

    settings = replace(NAMES, captcha=Captcha(when="first"), doors=Doors(kind="captcha"))

    def broadcaster(self) -> Visitor:
        """Somebody who has logged in, with the form to say something before him."""
        return Visitor(self).send("/login", {"password": "s3cret"}).go("/form")

    def test_S14_S15_he_speaks_as_the_broadcaster(self) -> None:
        """By the configured name, without a captcha or a door, and without a wait."""
        visitor = self.broadcaster()
        self.assertIn("Captain", visitor.page.text)
        for text in ("hello", "and again"):
            visitor.press(text=text)
            self.assertEqual(visitor.page.said, {"alert": [], "status": []})
        said = self.chat.room.history(2)
        self.assertEqual([message.text for message in said], ["hello", "and again"])
        self.assertEqual({message.author.role for message in said}, {Role.BROADCASTER})

    def test_S16_his_messages_are_looked_at_like_all_others(self) -> None:
        """Nonce, length, emptiness."""
        visitor = self.broadcaster()
        for text in ("", " \n ", "x" * 513):
            visitor.press(text=text)
            self.assertEqual(len(visitor.page.said["alert"]), 1, text)
        spent = visitor.page.fields
        visitor.press(text="once")
        visitor.send("/form", {**spent, "text": "twice"})
        self.assertEqual([message.text for message in self.chat.room.history(9)], ["once"])

    def test_S14_A8_without_the_login_nobody_does(self) -> None:
        """The same browser after logging out is a stranger, and outside."""
        visitor = self.broadcaster()
        visitor.cookies = {}
        self.assertEqual(visitor.go("/form").answer.status, 403)
        self.assertEqual(visitor.go("/live").answer.status, 403)

    def test_S15_he_comes_in_where_the_door_is_shut(self) -> None:
        """To all that is behind it."""
        visitor = self.broadcaster()
        self.assertEqual(visitor.go("/plain").answer.status, 200)
        self.assertIn("Captain", visitor.go("/look").page.text + visitor.go("/form").page.text)

    def test_D04_another_password_ends_what_was(self) -> None:
        """Whoever is logged in has to do it again."""
        visitor = self.broadcaster()
        self.chat.entrance.lock(Hashed(bytes(16), bytes(32)))
        self.assertEqual(visitor.go("/form").answer.status, 403)

    def test_D04_his_live_page_ends_with_it(self) -> None:
        """It shows what is hidden, and has the buttons of the staff."""
        kept = self.broadcaster().cookies or {}
        cookies = "; ".join(f"{name}={value}" for name, value in kept.items())
        document = self.connect().send(get("/live", f"Cookie: {cookies}"))
        self.assertEqual((document.closed, b'id="mod"' in document.received), (False, True))
        self.chat.entrance.lock(Hashed(bytes(16), bytes(32)))
        self.assertTrue(document.closed)


class HistoryTests(LiveChatCase):
    """What a page begins with."""

    settings = Config(chat=Chat(shown=20, between=0, burst=100), captcha=Captcha(when="never"))

    def test_S57_as_many_messages_as_the_configuration_says(self) -> None:
        """And as it says when it is read again."""
        for number in range(30):
            self.chat.room.say(bytes([number] * 16), f"message {number}", 0, 0)
        pages = (("/live", b'<div class="m '), ("/plain", b'<p class="m"'), ("/chat.txt", b" - Anonymous"))
        for path, start in pages:
            self.assertEqual(self.read(path).received.count(start), 20, path)
        self.chat.change(Config(chat=Chat(shown=25)))
        for path, start in pages:
            self.assertEqual(self.read(path).received.count(start), 25, path)


class FaultTests(LiveChatCase):
    """One part that breaks."""

    def test_R51_what_breaks_in_the_live_page_is_not_felt_elsewhere(self) -> None:
        """The message is said, the plain chat has it, its author is told nothing of it; the log is."""

        def breaks(event: Event) -> None:
            raise RuntimeError("MARK")

        self.chat._live.tell = breaks  # type: ignore[method-assign]
        text = self.read("/chat.txt")
        visitor = self.visitor().press(text="hello")
        self.assertEqual(visitor.answer.status, 200)
        self.assertIn(b": hello\n", text.received)
        self.assertEqual([("RuntimeError" in one, "MARK" in one) for one in self.errors()], [(True, False)])


class CaptchaTests(LiveChatCase):
    """The captchas when the configuration is read again."""

    def test_R41_another_title_leaves_them_alone(self) -> None:
        """Those that lie ready take seconds to make, and who comes meanwhile would get none."""
        replaced: list[Settings] = []

        def replace_(settings: Settings) -> None:
            replaced.append(settings)

        self.chat.entrance._captchas.replace = replace_  # type: ignore[method-assign]
        self.chat.change(Config(stream=Stream(title="Another")))
        self.assertEqual(replaced, [])
        self.chat.change(Config(captcha=Captcha(letters=6)))
        self.assertEqual(len(replaced), 1)

    def test_R34_R41_a_font_that_cannot_be_used_is_tried_again(self) -> None:
        """The captchas stay as they were; and the same settings hold when the file is there at last."""
        tried: list[Settings] = []

        def replace_(settings: Settings) -> None:
            tried.append(settings)
            if len(tried) == 1:
                raise FontError("There is no such file.")

        self.chat.entrance._captchas.replace = replace_  # type: ignore[method-assign]
        for _ in range(3):
            self.chat.change(Config(captcha=Captcha(fonts=("/a.ttf",))))
        self.assertEqual([one.fonts for one in tried], [("/a.ttf",)] * 2)
        self.assertEqual(self.errors(), ["Captchas stay as they were: There is no such file."])


class DoorTests(LiveChatCase):
    """Addresses on the live page that people take elsewhere."""

    def elsewhere(self) -> set[str]:
        """:return: where the live page of somebody without cookies leads outside of it, with `R` for a capability."""
        address = Visitor(self, cookies=False).go("/").page.links["live"]
        links = re.findall('href="([^"]*)" target="_top"', self.read(address).received.decode())
        return {re.sub("r=[A-Za-z0-9_-]{43}", "R", one) for one in links}

    def test_L61_they_have_no_token_where_everybody_may_come_in(self) -> None:
        """The video for another program, the chat for another browser."""
        self.assertLessEqual({"/stream.mp4", "/plain"}, self.elsewhere())

    def test_A10_they_lead_in_where_the_door_is_shut(self) -> None:
        """With the right to see, and not to write."""
        address = Visitor(self, cookies=False).go("/").page.links["live"]
        self.chat.course.set_door(Kind.CAPTCHA)
        links = re.findall('href="(/plain[^"]*)"', self.read(address).received.decode())
        self.assertEqual([self.ask(get(link)).status for link in links], [200])
        self.assertEqual(self.ask(get("/plain")).status, 403)
