"""A room and its people, whatever they do in whatever order."""

from __future__ import annotations

import contextlib

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.errors import ChatError
from onionstream.chat.events import Banned, Event, Message, Said
from onionstream.chat.looks import Look
from onionstream.chat.people import Role
from onionstream.chat.refusals import BannedError, CaptchaError
from onionstream.chat.rules import Bounds, Rules, When
from onionstream.chat.turns import Later
from tests.chat.rooms import STRICT, Talk, key, trip

NAMES = ("ann", "bob", "cat", "dan", "eve", "fay")
BOUNDS = Bounds(people=3, bans=2, waiting=2, texts=3, buckets=2, restyled=2)
KEPT, KEPT_BYTES = 6, 4000
SAME = "They all say the same"

people = st.sampled_from(NAMES)
numbers = st.lists(st.integers(1, 60), max_size=4)


def strict(captcha: When, between: float = 3.0) -> Rules:
    """:return: rules that are soon broken."""
    return Rules(captcha=captcha, between=between, burst=3, burst_lines=9, every=5, kept=KEPT, kept_bytes=KEPT_BYTES)


class AnyTalk(RuleBasedStateMachine):
    """A small room. After every step all its bounds and promises hold."""

    def __init__(self) -> None:
        """Nothing was said."""
        super().__init__()
        self.talk = Talk(strict(When.SUSPICION), STRICT, BOUNDS)
        self.room = self.talk.room
        self.room._tell = self.told
        self.count = 0
        self.accepted: list[str] = []
        self.waiting: dict[bytes, str] = {}
        self.said: list[str] = []
        self.numbers: list[int] = []

    def told(self, event: Event) -> None:
        """What was said is in the history, and its author may speak."""
        if isinstance(event, Said):
            assert event.message in self.room.history(1)
            assert not event.message.author.banned, "somebody who is banned has said something"
            self.said.append(event.message.text)
            self.numbers.append(event.message.number)
            if self.waiting.get(event.message.author.key) == event.message.text:
                del self.waiting[event.message.author.key]
        elif isinstance(event, Banned) and (text := self.waiting.pop(event.person.key, None)):
            self.accepted.remove(text)

    def tables(self) -> tuple[int, ...]:
        """:return: how much is remembered of people and their doings."""
        room, flood = self.room, self.room._suspicion._flood
        mine = len(room._people), len(room._bans), len(room._turns), len(room._restyled), len(room._history)
        return *mine, len(flood._texts), len(flood._buckets), len(flood._faces)

    @rule(seconds=st.sampled_from((0.0, 0.5, 3.0, 25.0, 400.0, 90_000.0)))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.talk.now += seconds

    @rule(
        name=people,
        word=st.sampled_from(("", "Hello", "Hello", "A darn", "spam", "evil", SAME, "1\n2\n3\n4\n5", "x" * 500)),
        proven=st.integers(0, 3).map(lambda chance: not chance),
        bucket=st.sampled_from((None, b"1", b"2", b"3")),
    )
    def say(self, name: str, word: str, *, proven: bool, bucket: bytes | None) -> None:
        """Somebody wants to say something."""
        self.release()
        self.count += 1
        text = word if word in ("", SAME) else f"{word} {self.count}"
        before, banned = self.tables(), self.room.person(key(name)).banned
        try:
            outcome = self.talk.try_to_say(name, text, proven=proven, bucket=bucket)
        except CaptchaError:
            assert self.tables() == before, "a captcha was wanted, and yet something was stored"
            assert not proven, "a captcha that was solved did not buy the message"
        except BannedError:
            assert banned or "evil" in text
        except ChatError:
            assert not banned
        else:
            assert not banned
            assert isinstance(outcome, Message if proven else (Message, Later))
            text = text.replace("darn", "[CENSORED]")
            self.accepted.append(text)
            if isinstance(outcome, Later):
                self.waiting[key(name)] = text

    @rule()
    def release(self) -> None:
        """What has waited is said."""
        self.talk.release()
        assert (self.room.due() or self.talk.now + 1) > self.talk.now

    @rule(
        name=people, look=st.sampled_from(("", "Ann", "evil", "Bob", "B0b")), password=st.sampled_from(("", "a", "b"))
    )
    def restyle(self, name: str, look: str, password: str) -> None:
        """Somebody changes how he looks."""
        with contextlib.suppress(ChatError):
            self.room.restyle(key(name), Look(name=look, trip=trip(password) if password else None), self.talk.now)

    @rule(name=people, role=st.sampled_from((Role.VIEWER, Role.VIEWER, Role.MODERATOR, Role.BROADCASTER)))
    def appoint(self, name: str, role: Role) -> None:
        """Somebody is something else."""
        with contextlib.suppress(ChatError):
            self.talk.appoint(name, role)

    @rule(name=people, hide=st.booleans())
    def ban(self, name: str, *, hide: bool) -> None:
        """A moderator bans somebody."""
        with contextlib.suppress(ChatError):
            self.room.ban(key(name), hide=hide)
            assert not hide or not [one for one in self.room.history(KEPT) if one.author.key == key(name)]

    @rule(name=people)
    def unban(self, name: str) -> None:
        """A ban is taken back."""
        self.room.unban(key(name))
        assert not self.room.person(key(name)).banned

    @rule(hidden=numbers, shown=numbers)
    def moderate(self, hidden: list[int], shown: list[int]) -> None:
        """Messages vanish, and come back."""
        self.room.hide(*hidden)
        self.room.unhide(*shown)

    @rule(captcha=st.sampled_from(When), between=st.sampled_from((0.0, 3.0)))
    def configure(self, captcha: When, between: float) -> None:
        """Other rules."""
        self.room.rules = strict(captcha, between)

    @rule()
    def forget(self) -> None:
        """The sweep."""
        self.room.forget(self.talk.now)

    @invariant()
    def D50_all_tables_are_bounded(self) -> None:
        """Whatever happens."""
        bounds = (3, 2, 2, 2, KEPT, 3, 2, 1)
        assert all(size <= bound for size, bound in zip(self.tables(), bounds, strict=True)), self.tables()
        assert self.room._history.size <= KEPT_BYTES
        assert all(len(self.room.person(key(name)).standing._recent) <= 10 for name in NAMES)

    @invariant()
    def nobody_sees_what_is_hidden(self) -> None:
        """And what is seen is in order."""
        history = self.room.history(100)
        assert not any(message.hidden for message in history)
        assert [message.number for message in history] == sorted(message.number for message in history)
        assert self.numbers == sorted(set(self.numbers)), "numbers do not rise"

    @invariant()
    def what_was_accepted_is_said_once(self) -> None:
        """Or waits, or was dropped because its author was banned; nothing else is said."""
        assert sorted(self.accepted) == sorted([*self.said, *self.waiting.values()])
        assert {one: turn.text for one, turn in self.room._turns._turns.items()} == self.waiting

    @invariant()
    def there_is_one_object_for_one_person(self) -> None:
        """Wherever something is known of him; and it says itself whether he is banned."""
        banned = {ban.person.key for ban in self.room.bans}
        known = [message.author for message in self.room._history._messages.values()]
        known += [*self.room._people, *(turn.person for turn in self.room._turns._turns.values())]
        for person in known:
            assert person is self.room.person(person.key)
        for name in NAMES:
            person = self.room.person(key(name))
            assert person.banned == (person.key in banned)
            assert not (person.banned and person.staff)

    def teardown(self) -> None:
        """Nothing waits for ever."""
        self.talk.now += 10
        self.release()
        assert self.room.due() is None


class AnyTalkTests(SynchronousTestCase):
    """The machine above."""

    def test_D50_whatever_happens_in_whatever_order(self) -> None:
        """Tables are bounded, hidden messages are not seen, messages are said once, and nobody who is banned speaks."""
        run_state_machine_as_test(AnyTalk, settings=settings(max_examples=100, stateful_step_count=40))
