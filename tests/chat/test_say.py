"""Saying something: what is said, what is not, and why."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.events import Banned, Said
from onionstream.chat.filters import Filters
from onionstream.chat.people import Role
from onionstream.chat.refusals import BannedError, BlockedError, CaptchaError, FilterBanError
from onionstream.chat.rules import Rules, When
from onionstream.chat.text import EmptyError, TooLongError, TooManyLinesError
from tests.chat.rooms import MINUTE, STRICT, Talk, key


class SayTests(SynchronousTestCase):
    """A message that nothing is wrong with."""

    def test_it_is_said_at_once(self) -> None:
        """It is returned, told and kept."""
        talk = Talk()
        message = talk.say("ann", "Hello")
        self.assertEqual(talk.events, [Said(message)])
        self.assertEqual(talk.room.history(10), [message])
        self.assertIs(message.author, talk.room.person(key("ann")))

    def test_it_is_told_when_it_is_kept_already(self) -> None:
        """Who is told may ask the room."""
        seen = []
        talk = Talk()
        talk.room._tell = lambda event: seen.extend(talk.room.history(1))
        self.assertEqual(seen, [talk.say("ann")])

    def test_A54_lines_are_kept(self) -> None:
        """And the text is plain: escaping is for whoever shows it."""
        self.assertEqual(Talk().say("ann", "<b>one</b>\r\ntwo").text, "<b>one</b>\ntwo")

    def test_A54_numbers_rise(self) -> None:
        """Strictly, whoever speaks."""
        talk = Talk()
        self.assertEqual([talk.say(name).number for name in ("ann", "bob", "cat")], [1, 2, 3])

    def test_L17_the_time_is_in_whole_minutes(self) -> None:
        """The seconds are nobody's business."""
        talk = Talk()
        talk.now += 59
        self.assertEqual(talk.say("ann").when, MINUTE)

    def test_D11_the_text_is_cleaned(self) -> None:
        """As all texts are."""
        self.assertEqual(Talk().say("ann", " a\u202eb \n\n\n\n c\x07").text, "a\u202eb\n\n c".replace("\u202e", ""))

    def test_S7_two_keys_are_two_people(self) -> None:
        """And one key is one person, in all his messages."""
        talk = Talk(Rules(between=0))
        first, second, other = talk.say("ann"), talk.say("ann"), talk.say("bob")
        self.assertIs(first.author, second.author)
        self.assertIsNot(first.author, other.author)


class RefusedTests(SynchronousTestCase):
    """A message that is not said."""

    def test_D10_S16_the_bounds_of_a_text_hold_for_the_broadcaster_too(self) -> None:
        """S16: length, lines, emptiness; nothing is remembered of it."""
        talk = Talk(Rules(characters=20, lines=2))
        talk.appoint("host", Role.BROADCASTER)
        for name in ("ann", "host"):
            for text, problem in ((" \n", EmptyError), ("x" * 21, TooLongError), ("1\n2\n3", TooManyLinesError)):
                self.assertRaises(problem, talk.try_to_say, name, text)
        self.assertEqual(len(talk.room._people), 1)
        self.assertEqual(talk.told(Said), [])

    def test_S48_who_is_banned_cannot_chat(self) -> None:
        """Whatever else is wrong: that is said first."""
        talk = Talk()
        talk.room.ban(key("ann"))
        self.assertRaises(BannedError, talk.try_to_say, "ann", "")

    def test_S44_the_text_is_looked_at_before_a_captcha_is_asked_for(self) -> None:
        """Nobody solves one for a message that is too long."""
        talk = Talk(Rules(captcha=When.FIRST))
        self.assertRaises(EmptyError, talk.try_to_say, "ann", "")

    def test_S44_a_captcha_comes_before_the_filter(self) -> None:
        """So nobody tries out the filter's words without any effort; and nothing is stored."""
        talk = Talk(Rules(captcha=When.FIRST), STRICT)
        self.assertRaises(CaptchaError, talk.try_to_say, "ann", "evil")
        self.assertFalse(talk.room.person(key("ann")).banned)
        self.assertEqual(talk.room.hidden(1), [])


class FilterTests(SynchronousTestCase):
    """What the word filter makes of it."""

    def setUp(self) -> None:
        """A room with a word for each action, and people who may write quickly."""
        self.talk = Talk(Rules(between=0), STRICT)

    def test_S61_a_censored_message_is_stored_censored(self) -> None:
        """What was there before is nowhere any more."""
        self.assertEqual(self.talk.say("ann", "A darn word").text, "A [CENSORED] word")
        self.assertEqual(self.talk.shown(), ["A [CENSORED] word"])

    def test_S61_a_blocked_message_is_stored_hidden(self) -> None:
        """Its author is told, nobody else is."""
        self.assertRaises(BlockedError, self.talk.try_to_say, "ann", "Buy spam")
        self.assertEqual(self.talk.events, [])
        self.assertEqual(self.talk.shown(), [])
        self.assertEqual([message.text for message in self.talk.room.hidden(10)], ["Buy spam"])
        self.assertFalse(self.talk.room.person(key("ann")).banned)

    def test_S61_a_word_may_ban(self) -> None:
        """The message is stored hidden, its author banned and told."""
        self.assertRaises(FilterBanError, self.talk.try_to_say, "ann", "So evil")
        self.assertEqual(self.talk.events, [Banned(self.talk.room.person(key("ann")))])
        self.assertEqual([message.text for message in self.talk.room.hidden(10)], ["So evil"])
        self.assertRaises(BannedError, self.talk.try_to_say, "ann", "Sorry")

    def test_S62_ban_outranks_block_outranks_censor(self) -> None:
        """In one message."""
        self.assertRaises(BlockedError, self.talk.try_to_say, "ann", "darn spam")
        self.assertRaises(FilterBanError, self.talk.try_to_say, "ann", "darn evil spam")

    def test_S62_those_who_watch_over_the_chat_are_only_blocked(self) -> None:
        """The broadcaster and moderators: they may have to quote."""
        for name, role in (("host", Role.BROADCASTER), ("mod", Role.MODERATOR)):
            self.talk.appoint(name, role)
            self.assertRaises(BlockedError, self.talk.try_to_say, name, "evil")
            self.assertFalse(self.talk.room.person(key(name)).banned)

    def test_S62_with_tyranny_the_broadcaster_says_what_he_likes(self) -> None:
        """And moderators do not."""
        talk = Talk(filters=Filters(censor=("darn",), block=("spam",), ban=("evil",), tyranny=True))
        talk.appoint("host", Role.BROADCASTER)
        talk.appoint("mod", Role.MODERATOR)
        self.assertEqual(talk.say("host", "evil darn spam").text, "evil darn spam")
        self.assertRaises(BlockedError, talk.try_to_say, "mod", "spam")

    def test_S82_filters_are_replaced_at_any_time(self) -> None:
        """What was said already stays."""
        self.talk.say("ann", "Buy ham")
        self.talk.room.filters = Filters(block=("ham",))
        self.assertRaises(BlockedError, self.talk.try_to_say, "ann", "Buy more ham")
        self.assertEqual(self.talk.shown(), ["Buy ham"])
