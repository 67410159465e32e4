"""A daemon in memory, as the commands see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred

from onionstream.control.steering import Steering
from onionstream.onion.errors import InvitationError
from onionstream.settings.config import Config, ConfigError


@dataclass
class FakeStage:
    """See ``steering.Stage``."""

    title: str = "A live stream"
    captcha_at_door: bool = False
    state: str = "online"
    minutes: int | None = 62


@dataclass
class FakeEncoder:
    """See ``steering.Encoder``; counts how often it was started again."""

    sentence: str = "ffmpeg runs."
    generation: int = 1
    lines: Sequence[str] = ("one", "two")
    restarts: int = 0

    def restart(self) -> None:
        """Once more."""
        self.restarts += 1
        self.sentence = "ffmpeg is being started anew."


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


class FakeDaemon:
    """All of it."""

    def __init__(self) -> None:
        """It is well."""
        self.stage, self.encoder, self.audience = FakeStage(), FakeEncoder(), FakeAudience()
        self.onion, self.guests, self.settings = FakeOnion(), FakeGuests(), FakeSettings()
        self.steering = Steering(self.stage, self.encoder, self.audience, self.onion, self.guests, self.settings)
