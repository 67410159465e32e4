"""The chat and the live page beside a broadcast, as the daemon joins them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from twisted.internet.testing import MemoryReactorClock
from twisted.web.resource import IResource

from onionstream.assembly.livechat import LiveChat
from onionstream.chat.looks import Look
from onionstream.chat.refusals import BlockedError
from onionstream.chat.rules import Mode
from onionstream.chat.tripcode import Tripcode
from onionstream.files.secretfile import Secrets
from onionstream.files.titlefile import LOOK
from onionstream.settings.config import Captcha, Chat, Config, Doors, Stream
from onionstream.settings.site_settings import WordFilters
from onionstream.video.broadcast import Broadcast
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.areas import Areas
from onionstream.web.lock import Kind
from tests.video import streams
from tests.web.wire import Client, WireCase, get

ANN, BOB = b"a" * 16, b"b" * 16


class LiveChatCase(WireCase):
    """All of it on a site, beside a broadcast."""

    def root(self) -> IResource:
        """As the daemon builds it."""
        # What is needed of a reactor here is a clock, and a way back from threads.
        self.reactor = MemoryReactorClock()
        self.clock = self.reactor
        patience = Patience(behind=10, silent=45)
        self.broadcast = Broadcast(
            window=Window(60, 1 << 25), fragment=0.1, patience=patience, clock=self.reactor.seconds
        )
        self.settings = Config(stream=Stream(title="Day 12"))
        secrets = Secrets(tokens=bytes(32), pepper=bytes(32))
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        shell = lambda request, who, theme: "page"  # noqa: E731 - it is one
        self.chat = LiveChat(self.settings, secrets, self.broadcast, shell, self.reactor, state=self.folder)
        self.addCleanup(self.chat.close)
        return Areas(*self.chat.areas)

    def on_air(self, generation: int = 1) -> None:
        """There is a picture."""
        self.broadcast.begin_run(generation).feed(streams.build(streams.film(1.0)))

    def live(self, path: str = "/live") -> Client:
        """Somebody opens a document."""
        return self.connect().send(get(path))

    def say(self, text: str, key: bytes = ANN) -> object:
        """Somebody says something."""
        return self.chat.room.say(key, text, self.reactor.seconds(), 1_795_372_260)


class LiveChatTests(LiveChatCase):
    """What reaches whom."""

    def test_what_is_said_is_everywhere(self) -> None:
        """In open live documents, and in the text for terminals."""
        documents = self.live(), self.live("/chat.txt")
        self.say("hello there")
        self.reactor.advance(0.1)
        for document in documents:
            self.assertIn(b"hello there", document.received)

    def test_the_state_of_the_stream_is_told(self) -> None:
        """Each change of it, to documents that are open; an encoder that comes back is no new start."""
        document = self.live()
        told = [document.received.count(b'slot="state"')]
        for act in (
            lambda: self.broadcast.begin_run(1),
            self.on_air,
            lambda: self.broadcast.off_air(returning=True),
            lambda: self.on_air(2),
            lambda: self.broadcast.off_air(returning=False),
        ):
            act()
            self.reactor.advance(1)
            told.append(document.received.count(b'slot="state"'))
        self.assertEqual(told, [1, 2, 3, 4, 5, 6])
        states = [part.partition(b">")[2].partition(b"<")[0] for part in document.received.split(b'slot="state"')[1:]]
        self.assertEqual(states, [b"Offline", b"Starting", b"Live", b"Restarting", b"Live", b"Offline"])

    def test_R41_a_new_title_is_told_at_once(self) -> None:
        """To documents that are open."""
        document = self.live()
        self.chat.change(replace(self.settings, stream=Stream(title="Day 13")))
        self.reactor.advance(0.1)
        self.assertIn(b"Day 13", document.received)

    def test_S31_a_title_edited_by_hand_is_told_at_once(self) -> None:
        """A second later, or two."""
        for timer in self.chat.timers():
            timer.startService()
            self.addCleanup(timer.stopService)
        document = self.live()
        (self.folder / "title.txt").write_text("By hand")
        self.reactor.pump([LOOK, 0.1])
        self.assertIn(b"By hand", document.received)

    def test_R41_other_rules_hold_from_now_on(self) -> None:
        """Lengths, filters and the door."""
        chat = Chat(characters=20, filters=WordFilters(block=("spam",)))
        self.chat.change(replace(self.settings, chat=chat, doors=Doors(kind="captcha")))
        self.assertRaises(BlockedError, self.say, "spam")
        self.assertEqual(self.chat.room.rules.characters, 20)
        self.assertEqual(self.live().answer().status, 403)

    def test_R41_another_word_for_the_unnamed(self) -> None:
        """Documents that are opened from now on say it."""
        self.say("hello")
        self.chat.change(replace(self.settings, chat=Chat(anonymous="Nobody")))
        document = self.live()
        self.assertIn(b"Nobody", document.received)
        self.assertNotIn(b"Anonymous", document.received)

    def test_R34_a_font_that_is_missing_leaves_captchas_as_they_were(self) -> None:
        """It is said in the log, and all else that has changed holds."""
        changed = replace(self.settings, captcha=Captcha(fonts=("/none.ttf",)), doors=Doors(kind="captcha"))
        self.chat.change(changed)
        self.assertFalse(self.chat.entrance.door.takes_strangers)
        self.assertEqual([line for line in self.errors() if "Captchas stay as they were" in line], self.errors())
        self.assertEqual(len(self.errors()), 1)

    def test_S51_a_message_that_came_too_soon_is_said_by_itself(self) -> None:
        """Its turn comes without anybody doing anything."""
        for timer in self.chat.timers():
            timer.startService()
            self.addCleanup(timer.stopService)
        document = self.live()
        self.say("first")
        self.say("second")
        self.assertNotIn(b"second", document.received)
        self.reactor.pump([0.25] * 16)
        self.assertIn(b"second", document.received)

    def test_S26_who_would_not_come_in_any_more_is_put_out(self) -> None:
        """By another door than the captcha's, which is for those who come from then on; members stay."""
        self.chat.course.set_door(Kind.CAPTCHA)
        self.chat.course.set_door(Kind.OPEN)
        documents = self.live(), self.live("/chat.txt")
        out: list[bool] = []
        self.chat.turn_out.append(lambda admits: out.extend((admits(ANN), admits(BOB), admits(None))))
        self.chat.room.restyle(ANN, Look(trip=Tripcode(b"t" * 32)), 0.0)
        self.chat.course.set_door(Kind.CAPTCHA)
        self.assertEqual(([one.closed for one in documents], out), ([False, False], []))
        self.chat.course.set_member(b"t" * 32, member=True)
        self.chat.course.set_door(Kind.MEMBERS)
        self.assertEqual(([one.closed for one in documents], out), ([True, True], [True, False, False]))

    def test_S69_who_is_no_member_any_more_is_put_out(self) -> None:
        """By his own change, and he alone."""
        self.chat.room.restyle(ANN, Look(trip=Tripcode(b"t" * 32)), 0.0)
        self.chat.course.set_member(b"t" * 32, member=True)
        self.chat.course.set_door(Kind.MEMBERS)
        out: list[tuple[bool, bool]] = []
        self.chat.turn_out.append(lambda admits: out.append((admits(ANN), admits(BOB))))
        self.chat.room.restyle(ANN, Look(name="Ann", trip=Tripcode(b"t" * 32)), 0.0)
        self.assertEqual(out, [])
        self.chat.room.restyle(ANN, Look(name="Ann"), 0.0)
        self.assertEqual(out, [(False, True)])

    def test_viewers_read_who_may_write(self) -> None:
        """In open documents, and in the plain ones."""
        documents = self.live(), self.live("/chat.txt")
        for mode, words in ((Mode.SLOW, b"Slow mode: everybody may write once in 30 s."), (Mode.CLOSED, b"is closed")):
            self.chat.course.set_mode(mode)
            self.reactor.advance(0.1)
            for document in (*documents, self.live("/plain")):
                self.assertIn(words, document.received)
        self.chat.course.set_mode(Mode.OPEN)
        self.reactor.advance(0.1)
        self.assertIn(b"Everybody may write again.", documents[1].received)

    def test_at_the_end_all_documents_end(self) -> None:
        """So that stopping waits for none of them."""
        documents = self.live(), self.live("/chat.txt")
        self.chat.close()
        self.assertEqual([one.closed for one in documents], [True, True])
