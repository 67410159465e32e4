"""The forms by which the broadcaster steers, without a network."""

from __future__ import annotations

from onionstream.chat.looks import Look
from onionstream.chat.rules import Mode, When
from onionstream.web.fragments import Words
from onionstream.web.lock import Kind
from onionstream.web.overview import Overview
from onionstream.web.request import DESK
from tests.chat.rooms import key, trip
from tests.web.chat import NOON
from tests.web.steering import SteerCase


class TitleTests(SteerCase):
    """``/broadcaster/title``."""

    def test_S31_a_title_is_set(self) -> None:
        """It is in the file, and the page says that it is from there."""
        self.assertIn("The title is from the configuration", self.he.page.text)
        self.assertEqual(self.set("title", title="Day <12>", about="One\r\ntwo"), ["Viewers read this now."])
        self.assertEqual((self.titles.title, self.titles.description), ("Day <12>", "One\ntwo"))
        self.assertEqual((self.folder / "title.txt").read_text(), "Day <12>\n")
        self.assertEqual(self.he.page.forms[f"{DESK}/title"][0]["title"], "Day <12>")
        self.assertIn("The title is from title.txt", self.he.page.text)

    def test_what_was_not_touched_stays_the_configuration_s(self) -> None:
        """Or a title that is changed in the file would be shown no more."""
        self.set("title", about="Robots")
        self.assertEqual(self.titles.own, (False, True))

    def test_an_empty_one_is_the_configuration_s(self) -> None:
        """The file is gone."""
        self.set("title", title="Day 12")
        self.set("title", title="")
        self.assertEqual((self.titles.title, self.titles.own), ("Configured", (False, False)))

    def test_one_that_cannot_be_is_told(self) -> None:
        """And said this once."""
        (said,) = self.set("title", title="x" * 201)
        self.assertIn("It stays as it was", said)
        self.assertEqual(self.he.go(DESK).page.said, {"alert": [], "status": []})

    def test_what_was_refused_comes_back_to_be_mended(self) -> None:
        """As it was typed, this once; a word that all share does not."""
        self.set("title", title="x" * 201, about="Robots & more")
        typed = self.he.page.forms[f"{DESK}/title"][0]
        self.assertEqual((typed["title"], typed["about"]), ("x" * 201, "Robots & more"))
        self.assertEqual(self.he.go(DESK).page.forms[f"{DESK}/title"][0]["title"], "Configured")
        self.set("door", kind="password", password="short")
        self.assertNotIn("short", self.he.answer.body.decode())

    def test_R33_letters_of_three_bytes_are_counted_as_they_are(self) -> None:
        """Those that fit are taken, and too many are told in a sentence."""
        self.assertEqual(self.set("title", about="\u4e00" * 1300), ["Viewers read this now."])
        (said,) = self.set("title", about="\u4e00" * 2000)
        self.assertIn("4095 bytes", said)


class ChatTests(SteerCase):
    """``/broadcaster/chat``."""

    def test_modes_and_captchas(self) -> None:
        """They hold at once; the page shows them, and whose they are."""
        self.assertEqual(self.he.page.text.count("As in the configuration."), 3)
        self.set("chat", mode="slow", slow="60", captcha="first")
        rules = self.room.rules
        self.assertEqual((rules.mode, rules.slow, rules.captcha), (Mode.SLOW, 60, When.FIRST))
        fields = self.he.page.forms[f"{DESK}/chat"][0]
        self.assertEqual((fields["mode"], fields["slow"], fields["captcha"]), ("slow", "60", "first"))
        self.assertEqual(self.he.page.text.count("Set here:"), 2)

    def test_what_is_no_number_is_told(self) -> None:
        """And nothing is changed."""
        for slow in ("", "soon", "-1", "0", "99999999", "1.5", "\u0663"):
            (said,) = self.set("chat", mode="slow", slow=slow, captcha="first")
            self.assertIn("Nothing was changed", said)
        self.assertEqual((self.room.rules.mode, self.room.rules.captcha), (Mode.OPEN, When.NEVER))


class RaidTests(SteerCase):
    """``/broadcaster/raid`` and ``/broadcaster/sweep``."""

    def test_the_raid_button(self) -> None:
        """On and off."""
        self.assertIn("New people have to", self.set("raid", "on", minutes="5")[0])
        self.assertEqual(self.room.rules.raid, self.clock.seconds() - 300)
        self.set("raid", "off")
        self.assertIsNone(self.room.rules.raid)

    def test_messages_of_new_people_are_hidden_in_two_steps(self) -> None:
        """First it is said how many there are, and nothing is done yet; it can be taken back."""
        self.say("ann", "I was here before")
        self.clock.advance(1000)
        for name in ("bob", "cat"):
            self.say(name, f"{name} is new")
        said = self.set("sweep", "count", minutes="5", younger="10")
        self.assertEqual(said, ["2 messages of 2 people would vanish."])
        self.assertEqual(len(self.shown()), 3)
        page = self.he.answer.body.decode()
        self.assertIn('<input type="hidden" name="minutes" value="5">', page)
        self.say("dan", "dan came meanwhile")
        nonce = self.he.page.forms[f"{DESK}/sweep"][0]["nonce"]
        self.he.send(f"{DESK}/sweep", {"minutes": "5", "younger": "10", "nonce": nonce, "act": "hide"})
        self.assertEqual(self.he.page.said["status"], ["3 messages vanished."])
        self.assertEqual(self.shown(), ["I was here before"])
        self.assertEqual(self.set("sweep", "back"), ["3 messages can be seen again."])
        self.assertEqual(len(self.shown()), 4)

    def test_S73_what_was_hidden_stands_in_the_log(self) -> None:
        """As one deed of the broadcaster; whatever takes it back there, nothing is left to be shown again here."""
        self.sweep()
        (done,) = Overview.of(self.moderation, Words(), "").done
        self.assertEqual((done.actor, done.deed, done.target), ("Broadcaster", "Hidden:", "2 messages of 2 people"))
        self.assertIn(b"Show 2 again", self.he.answer.body)
        self.moderation.undo(self.sessions.key, done.number, self.clock.seconds(), NOON)
        self.assertEqual(len(self.shown()), 2)
        self.assertNotIn(b"Show 2 again", self.he.go(DESK).answer.body)

    def test_what_cannot_be_taken_back_is_told(self) -> None:
        """Somebody else has done it meanwhile."""
        self.sweep()
        (record,) = self.moderation
        self.moderation.undo(self.sessions.key, record.number, self.clock.seconds(), NOON)
        nonce = self.he.page.forms[f"{DESK}/sweep"][0]["nonce"]
        self.he.send(f"{DESK}/sweep", {"minutes": "5", "younger": "5", "nonce": nonce, "act": "back"})
        self.assertEqual(self.he.page.said["status"], ["There are no such messages."])

    def sweep(self) -> None:
        """Two newcomers' messages vanish."""
        for name in ("bob", "cat"):
            self.say(name, f"{name} is new")
        self.set("sweep", "count")
        nonce = self.he.page.forms[f"{DESK}/sweep"][0]["nonce"]
        self.he.send(f"{DESK}/sweep", {"minutes": "5", "younger": "10", "nonce": nonce, "act": "hide"})
        self.assertEqual(self.shown(), [])

    def test_where_there_are_none_nothing_is_asked(self) -> None:
        """It is said, without a button."""
        self.assertEqual(self.set("sweep", "count"), ["There are no such messages."])
        self.assertNotIn(b'value="hide"', self.he.answer.body)


class DoorTests(SteerCase):
    """``/broadcaster/door`` and ``/broadcaster/member``."""

    def test_the_door_is_another_one(self) -> None:
        """Its password is never shown."""
        self.set("door", kind="password", password="correct horse")
        lock = self.course.door.present
        self.assertEqual((lock.kind, lock.password), (Kind.PASSWORD, "correct horse"))
        self.assertNotIn(b"horse", self.he.answer.body)
        self.set("door", kind="captcha")
        self.set("door", kind="password")
        self.assertEqual(self.course.door.present, lock)

    def test_a_password_is_needed(self) -> None:
        """Of some length."""
        self.assertIn("8 to 256", self.set("door", kind="password", password="short")[0])
        self.assertEqual(self.course.door.present.kind, Kind.OPEN)

    def test_S76_whoever_is_here_can_be_made_a_member(self) -> None:
        """By his tripcode in full, which nobody has to type; and it can be taken from him."""
        fish = trip("fish")
        self.room.restyle(key("ann"), Look(name="Ann", trip=fish), self.clock.seconds())
        self.here.append(key("ann"))
        self.he.go(DESK)
        self.assertIn("Ann", self.he.page.text)
        self.assertIn(fish.full, self.he.answer.body.decode())
        self.set("member", "add", tripcode=fish.full)
        self.assertEqual(self.course.door.present.members, {fish.digest})
        self.assertIn("Members (1)", self.he.page.text)
        self.assertIn(f'[doors] members = ["{fish.full}"]', self.he.page.text)
        self.set("member", "drop")
        self.assertEqual(self.course.door.present.members, frozenset())

    def test_D12_ten_characters_are_no_tripcode(self) -> None:
        """Others could have them."""
        self.assertIn("43 characters", self.set("member", "add", tripcode=trip("fish").shown)[0])


class SourceTests(SteerCase):
    """``/broadcaster/source``."""

    def test_on_off_restart(self) -> None:
        """Each by its button; the page says whether it is on."""
        self.assertIn("It is switched on.", self.he.page.text)
        for button in ("restart", "off", "on"):
            self.assertEqual(len(self.set("source", button)), 1)
        self.assertEqual(self.source.told, ["restart", "off", "on"])
        self.set("source", "off")
        self.assertIn("Switched off here", self.he.page.text)

    def test_what_is_off_cannot_be_started_anew(self) -> None:
        """It says so: a page of before may still have the button."""
        old = self.he.page.forms[f"{DESK}/source"][0]
        self.he.go(DESK)
        self.set("source", "off")
        self.he.send(f"{DESK}/source", {**old, "act": "restart"})
        self.assertEqual((self.he.page.said["alert"], self.source.told), (["The source is switched off."], ["off"]))
