"""Emotes in the pages of the chat, and their pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image
from twisted.internet.defer import CancelledError, Deferred, execute
from twisted.logger import capturedLogs, formatEvent
from twisted.web.resource import IResource

from onionstream.allowance import BusyError
from onionstream.chat.emotes import MOST
from onionstream.chat.errors import ChatError
from onionstream.chat.text import clean
from onionstream.files.emotefiles import Found
from onionstream.web.areas import Areas
from onionstream.web.emotes import SETS, Emotes
from tests.web.chatting import ChatCase
from tests.web.markup import found, name, parsed, strangers, text
from tests.web.test_assets import chunks
from tests.web.wire import get


class FakeWorkers:
    """
    Threads that are none: they work when told to.

    :ivar waiting: what is to be done.
    :ivar busy: nothing more is taken.
    """

    def __init__(self) -> None:
        """Nothing is to be done."""
        self.waiting: list[tuple[Callable[[], Found], Deferred[Found]]] = []
        self.busy = False

    def run(self, function: Callable[[], Found]) -> Deferred[Found]:
        """Later."""
        if self.busy:
            raise BusyError
        deferred: Deferred[Found] = Deferred()
        self.waiting.append((function, deferred))
        return deferred

    def work(self) -> None:
        """Do what is to be done."""
        waiting, self.waiting = self.waiting, []
        for function, deferred in waiting:
            execute(function).chainDeferred(deferred)


class EmoteCase(ChatCase):
    """The chat with a folder of pictures."""

    def root(self) -> IResource:
        """Both pages have the same emotes."""
        super().root()
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.workers = FakeWorkers()
        self.newest = 0
        self.emotes = Emotes(self.workers, lambda: self.newest, str(self.folder))
        self.live.feed.fragments.emotes = self.plain.emotes = self.emotes
        self.paint("cat.png", "red")
        self.paint("Kappa.png", "blue")
        self.look()
        return Areas(self.live, self.plain, self.door, self.emotes)

    def paint(self, file: str, colour: str) -> None:
        """Have a picture in the folder."""
        Image.new("RGB", (16, 8), colour).save(self.folder / file)

    def look(self) -> list[str]:
        """The folder is looked at; :return: what the log says then."""
        with capturedLogs() as logged:
            self.emotes.look()
            self.workers.work()
        return [formatEvent(event) for event in logged]

    def say(self, text: str, key: bytes = b"k" * 16) -> int:
        """:return: the number of what somebody has said, which is the newest message."""
        self.newest = super().say(text, key)
        return self.newest

    def said(self, address: str = "/live") -> list[Element]:
        """:return: what stands in a page of each message's text."""
        client = self.read(address=address)
        self.turn()
        root = parsed(self.body(client))
        self.assertEqual([*strangers(root)], [])
        return found(root, "span", class_="t")

    def pictures(self, address: str = "/live") -> list[list[str]]:
        """:return: for each message the addresses of the pictures in it."""
        return [[str(one.get("src")) for one in found(said, "img")] for said in self.said(address)]


def words(element: Element) -> str:
    """:return: what a browser without pictures shows of it, which is what one copies."""
    pieces = [
        str(element.get("alt")) if name(element) == "img" else "\n" if name(element) == "br" else element.text or ""
    ]
    for child in element:
        pieces += [words(child), child.tail or ""]
    return "".join(pieces)


class PageTests(EmoteCase):
    """What the pages show."""

    def test_A55_a_picture_with_words(self) -> None:
        """Its alternative is what was typed, its title the name, and there is room for it before it is there."""
        self.say("a :cat: and Kappa")
        for address in ("/live", "/plain"):
            (said,) = self.said(address)
            one, two = found(said, "img")
            self.assertEqual((one.get("alt"), one.get("title")), (":cat:", ":cat:"))
            self.assertEqual((two.get("alt"), two.get("title")), ("Kappa", ":Kappa:"))
            self.assertEqual((one.get("width"), one.get("height")), ("16", "8"))
            self.assertEqual(text(said), "a  and ")
            self.assertEqual(words(said), "a :cat: and Kappa")

    def test_A55_terminals_have_the_words(self) -> None:
        """As they were typed."""
        self.say("a :cat: and Kappa")
        self.assertTrue(self.news(self.read(address="/chat.txt")).endswith(": a :cat: and Kappa\n"))

    def test_S56_messages_that_come_have_them_too(self) -> None:
        """Not only those with which a page begins."""
        client = self.read()
        self.news(client)
        self.say(":cat:")
        self.assertIn('<img class="e" src="/emote/', self.news(client))

    def test_S65_names_and_titles_are_not_searched(self) -> None:
        """They are names and titles."""
        somebody = self.person(name="Kappa")
        self.stage = replace(self.stage, title=":cat:")
        self.live.stage_changed()
        self.say("hello", somebody.key)
        for address in ("/live", "/plain"):
            body = self.body(self.read(address=address))
            self.assertNotIn("<img", body)
            self.assertIn(":cat:", body)

    def test_lines_stay_lines(self) -> None:
        """With a picture at each end of each."""
        self.say(":cat:\n:cat: b\n\nKappa")
        for address in ("/live", "/plain"):
            (said,) = self.said(address)
            self.assertEqual(words(said).replace("\u00a0", ""), ":cat:\n:cat: b\n\nKappa")

    def test_D10_a_message_has_some_and_the_rest_is_words(self) -> None:
        """Or one could fill the lines of all others with few letters."""
        self.say(":cat:" * (MOST + 2))
        self.assertEqual([len(one) for one in self.pictures()], [MOST])
        self.assertEqual(words(self.said()[0]), ":cat:" * (MOST + 2))

    @given(some.text(some.sampled_from(":catKp <>&\"'/=\n\\"), min_size=1, max_size=60))
    @settings(max_examples=60)
    def test_B20_any_message_round_trips(self, raw: str) -> None:
        """Pictures are put into text and never into markup: nothing typed becomes either."""
        self.setUp()
        try:
            self.say(f"{raw} :cat:")
        except ChatError:
            return
        (said,) = self.said()
        self.assertEqual(words(said), clean(f"{raw} :cat:"))
        self.assertEqual({name(one) for one in said.iter()}, {"span", "bdi", "img"})


class ReloadTests(EmoteCase):
    """The folder changes."""

    def test_A55_old_messages_stay_as_they_were_sent(self) -> None:
        """Also for those who come later, and after their author looks different."""
        self.say(":cat: :dog:")
        before = self.pictures()
        self.paint("dog.png", "green")
        self.paint("cat.png", "black")
        self.look()
        self.say(":cat: :dog:")
        self.live.feed._rendered = {}
        after = self.pictures()
        self.assertEqual((after[0], len(after[1])), (before[0], 2))
        self.assertNotIn(after[0][0], after[1])
        self.assertEqual(self.pictures("/plain"), after)
        for address in (one for each in after for one in each):
            self.assertEqual(self.ask(get(address)).status, 200)

    def test_the_same_pictures_are_nothing_new(self) -> None:
        """However often one looks."""
        for _ in range(SETS + 1):
            self.assertEqual(self.look(), [])
        self.assertEqual(len(self.emotes._sets), 1)

    def test_D50_only_so_many_sets_are_kept(self) -> None:
        """Before that, messages have words again, and pictures are not served."""
        self.say(":cat:")
        [[address]] = self.pictures()
        for number in range(SETS):
            self.paint("cat.png", f"#00{number}")
            self.look()
            self.say(":cat:")
        self.live.feed._rendered = {}
        self.assertEqual([len(one) for one in self.pictures()], [0, *[1] * SETS])
        self.assertEqual(self.ask(get(address)).status, 404)

    def test_A4_what_is_wrong_is_one_warning(self) -> None:
        """With the names of some of the files; the others are there."""
        for number in range(12):
            (self.folder / f"bad{number:02}.png").write_bytes(b"")
        warning, *others = self.look()
        self.assertTrue(warning.startswith("Not all of [chat] emotes is used: 'bad00.png' is no picture"))
        self.assertTrue(warning.endswith("'bad09.png' is no picture that can be read; and 2 more."), warning)
        self.assertEqual(others, [])

    def test_R34_a_folder_that_is_not_there_takes_nothing_away(self) -> None:
        """One sentence each time, and messages have pictures as before; whether it went or never was."""
        for folder in (self.folder / "missing", self.folder / "cat.png"):
            self.emotes.folder = str(folder)
            said = "The folder of [chat] emotes cannot be read: there are the same emotes as before."
            self.assertEqual((self.look(), self.look()), ([said], [said]))
        self.say(":cat:")
        self.assertEqual(len(self.pictures()[0]), 1)

    def test_R51_one_who_asks_too_often_is_not_heard(self) -> None:
        """There is one who waits already; and the end of the daemon is no error."""
        self.workers.busy = True
        self.assertEqual(self.look(), [])
        self.workers.busy = False
        self.emotes.look()
        self.workers.waiting.pop()[1].errback(CancelledError())
        self.assertEqual(self.errors(), [])

    def test_R51_an_error_in_it_is_told_and_no_more(self) -> None:
        """The emotes stay as they were."""
        self.emotes.look()
        self.workers.waiting.pop()[1].errback(RuntimeError("MARK"))
        self.assertEqual([("RuntimeError" in one, "MARK" in one) for one in self.errors()], [(True, False)])
        self.say(":cat:")
        self.assertEqual(len(self.pictures()[0]), 1)

    def test_none_are_wanted(self) -> None:
        """Any more, or from the start."""
        self.emotes.folder = ""
        self.look()
        self.say(":cat:")
        self.assertEqual(self.pictures(), [[]])
        self.assertEqual([one.text for one in Emotes().pieces(1, ":cat:")], [":cat:"])
        Emotes().look()


class PictureTests(EmoteCase):
    """``GET /emote/…``."""

    def test_L60_a_picture_may_be_kept(self) -> None:
        """Its address changes with its content, a picture and nothing else (L-35); nobody can guess it (S76)."""
        self.say(":cat:")
        [[address]] = self.pictures()
        answer = self.ask(get(address))
        self.assertRegex(address, r"\A/emote/[0-9a-f]{32}\.png\Z")
        self.assertEqual((answer["Content-Type"], answer.all("Set-Cookie")), ("image/png", []))
        self.assertIn("immutable", answer["Cache-Control"])
        self.assertEqual(chunks(answer.body), [b"IHDR", b"IDAT", b"IEND"])

    def test_B03_nothing_else_is_there(self) -> None:
        """No name of a file means anything in an address."""
        for address in ("cat.png", "", "..", "../cat.png", "%2e%2e/cat.png", "cat", "0" * 32 + ".png"):
            self.assertEqual(self.ask(get(f"/emote/{address}")).status, 404, address)

    def test_L16_nothing_of_the_folder_is_told(self) -> None:
        """Neither its path nor the names of its files beyond those of the emotes."""
        self.say(":cat:")
        self.assertNotIn(str(self.folder), self.body(self.read()))
