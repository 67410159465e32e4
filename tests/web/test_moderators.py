"""Who watches over the chat, and what of it outlives the daemon, without a network."""

from __future__ import annotations

from twisted.internet.defer import execute

from onionstream.assembly.keeping import AGAIN
from onionstream.assembly.livechat import LiveChat
from onionstream.chat.looks import Look
from onionstream.chat.people import Role
from onionstream.chat.sweep import Extent
from onionstream.settings.config import Chat, Config
from tests.web.moderating import MINE, THEIRS, ModeratingCase


class ModeratorTests(ModeratingCase):
    """Who is one, and since when."""

    def test_it_takes_effect_at_once(self) -> None:
        """The page comes back with buttons, or without; everybody sees the badge."""
        self.chat.room.restyle(self.key, Look(trip=THEIRS), 100.0)
        self.news()
        self.assertEqual(self.host.press("appoint", self.mark), 204)
        _, mod, viewer = self.news()
        self.assertIn(f".u{self.mark} .aide{{display:inline}}", mod)
        self.assertIn("You are a moderator now.", viewer)
        self.assertTrue(self.viewer.client.closed)
        promoted = self.enter(self.viewer.visitor)
        self.assertEqual(promoted.press("hideall", self.chat.room.person(self.mod_key).mark), 403)
        self.assertEqual(self.host.press("dismiss", self.mark), 204)
        self.assertTrue(promoted.client.closed)
        self.assertEqual(promoted.press("hide", 3), 403)
        self.assertNotIn("<button", self.enter(self.viewer.visitor).text)

    def test_his_ban_takes_his_buttons_away(self) -> None:
        """And his proof is worth nothing."""
        self.assertEqual(self.host.press("ban", self.chat.room.person(self.mod_key).mark), 204)
        self.assertTrue(self.mod.client.closed)
        self.assertEqual(self.mod.press("hide", 1), 403)

    def test_who_logs_out_sees_no_more_of_it(self) -> None:
        """His open documents end, and come back as a viewer's."""
        self.assertIn("<button", self.host.text)
        (session,) = self.chat.sessions._sessions.values()
        once = self.chat.entrance.login.once(session)
        self.host.visitor.send("/logout", {"nonce": once})
        self.assertTrue(self.host.client.closed)
        self.assertNotIn("<button", self.enter(self.host.visitor).text)
        self.assertEqual(self.host.press("hide", 1), 403)

    def test_D12_everybody_sees_his_own_tripcode_in_full(self) -> None:
        """Under "Name", so that he can tell it to the broadcaster; others see ten characters."""
        self.assertIn(MINE.full, self.mod.visitor.go("/look").page.text)
        self.assertNotIn(MINE.full, self.viewer.text)

    def test_the_broadcaster_sees_the_log_and_the_moderators(self) -> None:
        """What was done and by whom, with a way back; the whole tripcodes, and who stands in the configuration."""
        self.chat.room.restyle(self.key, Look(name="Ann", trip=THEIRS), 100.0)
        self.mod.press("hide", 1)
        self.host.press("appoint", self.mark)
        overview = self.chat.overview()
        self.assertEqual([(one.deed, one.target) for one in overview.done], [
            ("A moderator now:", "Ann"),
            ("Hidden: a message of", "Ann"),
        ])  # fmt: skip
        self.assertEqual([(one.full, one.since is None) for one in overview.moderators], [
            (MINE.full, True),
            (THEIRS.full, False),
        ])  # fmt: skip
        self.assertEqual(self.host.press("trip", THEIRS.full), 204)
        done = self.chat.overview().done[0]
        self.assertEqual((done.deed, done.target), ("No moderator any more:", f"!{THEIRS.shown}"))
        self.assertIn(f"No moderator any more: !{THEIRS.shown}", self.news()[0])
        self.assertEqual(self.host.press("undo", done.number), 204)
        self.assertEqual(self.host.press("trip", THEIRS.full), 204)
        self.assertEqual(self.host.press("trip", MINE.full), 409)
        self.assertEqual([one.full for one in self.chat.overview().moderators], [MINE.full])

    def test_S73_a_sweep_is_taken_back_from_the_log(self) -> None:
        """By the broadcaster, and said in his live page; a moderator cannot."""
        messages = [one for one in self.chat.room.history(10) if not one.author.staff]
        number = self.chat.moderation.sweep(self.host_key, messages, 0).number
        extent = Extent.of(messages).words
        done = self.chat.overview().done[0]
        self.assertEqual((done.number, done.deed, done.target), (number, "Hidden:", extent))
        self.assertEqual((self.mod.press("undo", number), self.host.press("undo", number)), (403, 204))
        self.assertIn(f"Taken back: {extent}", self.news()[0])
        self.assertEqual((self.chat.overview().done[0].number, self.host.press("sweep", self.mark)), (0, 403))


class RestartTests(ModeratingCase):
    """A daemon ends, and another one begins."""

    def again(self) -> LiveChat:
        """:return: the chat of the next daemon."""
        for service in self.chat._keeping.services()[1:]:
            self.successResultOf(service.stopService())
        self.chat.close()
        self.root_of_the_next = self.build()
        return self.chat

    def test_A5_bans_and_moderators_are_there(self) -> None:
        """By the cookie, and by the tripcode."""
        _, key = self.somebody(THEIRS)
        self.host.press("ban", self.mark)
        self.host.press("appoint", self.chat.room.person(key).mark)
        before = [(ban.person.key, ban.when, ban.why) for ban in self.chat.room.bans]
        chat = self.again()
        self.assertEqual([(ban.person.key, ban.when, ban.why) for ban in chat.room.bans], before)
        self.assertIs(chat.room.restyle(key, Look(trip=THEIRS), 0.0).role, Role.MODERATOR)

    def test_R30_what_could_not_be_written_is_written_later(self) -> None:
        """Without anybody doing anything: so that a crash much later loses nothing."""
        for timer in self.chat._keeping.timers():
            timer.startService()
            self.addCleanup(timer.stopService)
        self.host.press("ban", self.mark)
        self.clock.advance(AGAIN - 1)  # nothing can be written: the threads do not run
        self.assertFalse((self.state / "bans.toml").exists())
        self.chat._keeping._writers.run = execute  # type: ignore[assignment]
        self.clock.advance(1)
        self.assertIn(self.key.hex(), (self.state / "bans.toml").read_text())

    def test_A5_unless_they_are_not_to_be_kept(self) -> None:
        """Then there is no file."""
        self.settings = Config(chat=Chat(keep_bans=False))
        self.chat.change(self.settings)
        self.host.press("ban", self.mark)
        self.assertEqual([*self.again().room.bans], [])
        self.assertFalse((self.state / "bans.toml").exists())

    def test_R41_a_file_edited_by_hand_holds_when_it_is_read_again(self) -> None:
        """Who stands in it has to go at once."""
        (self.state / "bans.toml").write_text(f'[[ban]]\nperson = "{self.key.hex()}"\n')
        self.chat.look()
        self.assertTrue(self.viewer.client.closed)
        (self.state / "bans.toml").write_text("")
        self.chat.look()
        self.assertEqual(self.viewer.visitor.go("/form").answer.status, 200)
        self.assertEqual([*self.chat.room.bans], [])
