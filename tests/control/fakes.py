"""A daemon in memory, as the commands see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from onionstream.chat.filters import Filters
from onionstream.chat.moderation import Moderation
from onionstream.chat.people import Person, Role
from onionstream.chat.presence import Presence
from onionstream.chat.rules import Rules
from onionstream.control.acts import Act
from onionstream.control.deeds import Deeds
from onionstream.control.protocol import Answer
from onionstream.control.steering import Steering
from onionstream.control.talk import Talk as TalkCommands
from onionstream.control.terms import Terms
from onionstream.control.verbs import find
from onionstream.control.wording import Wording
from onionstream.files.titlefile import Titles
from onionstream.onion.errors import InvitationError
from onionstream.settings.config import Config, ConfigError, Stream
from onionstream.web.admission import Admission
from onionstream.web.course import Course
from onionstream.web.lock import Lock
from tests.chat.rooms import STRICT, Talk, key
from tests.web.chat import Tripcodes

BROADCASTER = key("broadcaster")


@dataclass
class FakeStage:
    """See ``steering.Stage``."""

    titles: Titles
    state: str = "online"
    minutes: int | None = 62

    @property
    def title(self) -> str:
        """The one that pages have."""
        return self.titles.title


@dataclass
class FakeEncoder:
    """See ``steering.Encoder``; counts how often it was started again, and knows whether it is on."""

    sentence: str = "ffmpeg runs."
    generation: int = 1
    lines: Sequence[str] = ("one", "two")
    restarts: int = 0
    on: bool = True

    def start(self) -> None:
        """On."""
        self.on, self.sentence = True, "ffmpeg is being started."

    def stop(self) -> None:
        """Off."""
        self.on, self.sentence = False, "ffmpeg is being stopped."

    def restart(self) -> None:
        """Once more."""
        self.restarts += 1
        self.sentence = "ffmpeg is being restarted."


@dataclass
class FakeAudience:
    """See ``steering.Audience``."""

    watching: int = 12
    slow: int = 0
    people: int = 15
    connections: int = 40


class FakeOnion:
    """See ``steering.Onion``; a test that goes on is ``testing``."""

    state = "reachable"
    sentence = "The onion address is published."
    address = "abc.onion"
    findings: Sequence[str] = ("There was none yet.",)

    def __init__(self) -> None:
        """Nothing is tested."""
        self.testing: Deferred[Sequence[str]] | None = None

    def test(self) -> Deferred[Sequence[str]]:
        """As long as the test of the test wants."""
        self.testing = Deferred()
        return self.testing


@dataclass(frozen=True)
class FakeInvited:
    """See ``steering.Invited``."""

    name: str
    address: str = "http://abc.onion/"
    key: str = "KEY"

    def text(self, ending: str) -> str:
        """Two lines."""
        return f"{self.name} is invited.\n{ending}\n"


@dataclass
class FakeGuests:
    """See ``steering.Guests``."""

    invited: list[str] = field(default_factory=list)

    def invite(self, name: str) -> FakeInvited:
        """One more, once."""
        if name in self.invited:
            raise InvitationError(f"{name} is invited already.")
        self.invited.append(name)
        return FakeInvited(name)

    def revoke(self, name: str, *, public: bool) -> None:
        """One less."""
        if self.invited == [name] and not public:
            raise InvitationError("He is the only guest.")
        self.invited.remove(name)

    def names(self) -> list[str]:
        """All of them."""
        return self.invited


class FakeSettings:
    """See ``steering.Settings``; ``wrong`` says that they cannot be read."""

    present = Config()
    wrong = False

    def again(self) -> str:
        """Nothing has changed."""
        if self.wrong:
            raise ConfigError("config.toml", "this is no TOML")
        return "The configuration was read again; changed: nothing."


def called(person: Person) -> str:
    """:return: what somebody is called."""
    return person.look.name or f"Anonymous{person.tag}"


class FakeDaemon:
    """
    All of it: the chat, the door and the titles are real.

    :ivar talk: the chat, by whose clock all goes.
    """

    def __init__(self, folder: Path, rules: Rules | None = None, filters: Filters = STRICT) -> None:
        """
        It is well.

        :param folder: does not exist; where titles are kept.
        """
        folder.mkdir()
        self.titles = Titles(folder, Stream(title="A live stream"))
        self.talk, self.present, self.clock = Talk(rules or Rules(), filters), Presence(lambda: None), Clock()
        self.clock.advance(self.talk.now)
        self.talk.appoint("broadcaster", Role.BROADCASTER)
        room = self.talk.room
        self.moderation = Moderation(room, self.present)
        self.lock = Admission(room, Tripcodes(), self.clock, Lock())
        self.course = Course(room, self.lock, self.clock, lambda: self.talk.when)
        self.stage, self.encoder, self.audience = FakeStage(self.titles), FakeEncoder(), FakeAudience()
        self.onion, self.guests, self.settings = FakeOnion(), FakeGuests(), FakeSettings()
        self.terms = Terms(self.course, self.present, called)
        others = self.audience, self.onion, self.guests, self.settings
        self.steering = Steering(self.stage, self.terms, self.encoder, *others)

    def acts(self) -> dict[str, Act]:
        """:return: all commands, as the daemon joins them."""
        room, now, when = self.talk.room, lambda: self.talk.now, lambda: self.talk.when
        talk = TalkCommands(room, self.present, called, BROADCASTER, now=now, when=when)
        deeds = Deeds(self.moderation, room, self.course.find, called, BROADCASTER, now=now, when=when)
        wording = Wording(self.titles)
        parts = talk, deeds, wording, self.terms, self.steering
        return {name: act for part in parts for name, act in part.acts().items()}

    def do(self, text: str) -> Answer:
        """:return: what comes of a command."""
        verb, words = find(text.split())
        answer = self.acts()[verb.name](words)
        assert isinstance(answer, Answer)
        return answer

    def mark(self, name: str) -> str:
        """:return: of somebody whom the test calls so."""
        return self.talk.room.person(key(name)).mark

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.talk.now += seconds
        self.clock.advance(seconds)
