"""The commands about how it all is, the source of the picture, guests, the onion address and the settings."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Protocol

from onionstream.control import shown
from onionstream.control.acts import Act, nothing
from onionstream.control.events import Fact
from onionstream.control.protocol import Answer, UsageError
from onionstream.settings.config import Config


class Encoder(Protocol):
    """What of the encoder is needed here."""

    @property
    def sentence(self) -> str:
        """How it is, and what to do if it is not well."""

    @property
    def generation(self) -> int:
        """The number of the present run, from 1."""

    @property
    def lines(self) -> Sequence[str]:
        """What it said last."""

    def start(self) -> object:
        """Switch it on."""

    def stop(self) -> object:
        """Switch it off."""

    def restart(self) -> None:
        """End it and start it again."""


class Stage(Protocol):
    """What of the stream and its page is needed here."""

    @property
    def title(self) -> str:
        """The one that pages have."""

    @property
    def state(self) -> str:
        """A word for what a visitor finds."""

    @property
    def minutes(self) -> int | None:
        """On air; ``None``: it is not."""


class Terms(Protocol):
    """What the broadcaster has set."""

    def rows(self) -> Sequence[tuple[str, str]]:
        """:return: how it is set, each thing in a sentence."""

    def of_doors(self) -> Fact:
        """:return: who comes in."""

    def of_mode(self) -> Fact:
        """:return: who may write."""


class Audience(Protocol):
    """Who is there, in numbers."""

    @property
    def watching(self) -> int:
        """Videos that are sent."""

    @property
    def slow(self) -> int:
        """Those of them that get less than all of the picture."""

    @property
    def people(self) -> int:
        """Persons who have anything open."""

    @property
    def connections(self) -> int:
        """Open ones, of everybody."""


class Onion(Protocol):
    """What of the onion service is needed here."""

    @property
    def state(self) -> str:
        """A word for how it is."""

    @property
    def sentence(self) -> str:
        """How it is, and what to do if it is not well."""

    @property
    def address(self) -> str:
        """``….onion``; empty while there is none."""

    @property
    def findings(self) -> Sequence[str]:
        """What the last self-test has found, or that there was none."""

    def test(self) -> Awaitable[Sequence[str]]:
        """Test the address now; gives what was found."""


class Invited(Protocol):
    """A guest who is new."""

    @property
    def name(self) -> str:
        """For ourselves."""

    @property
    def address(self) -> str:
        """Where to go."""

    @property
    def key(self) -> str:
        """Without which he does not come in."""

    def text(self, ending: str) -> str:
        """:return: what to tell the broadcaster."""


class Guests(Protocol):
    """Who may come."""

    def invite(self, name: str) -> Invited:
        """:raises InvitationError: it cannot be done."""

    def revoke(self, name: str, *, public: bool) -> None:
        """:raises InvitationError: it cannot be done."""

    def names(self) -> list[str]:
        """:raises InvitationError: they cannot be read."""


class Settings(Protocol):
    """The configuration."""

    @property
    def present(self) -> Config:
        """The one in force."""

    def again(self) -> str:
        """:return: what has changed, in a sentence; :raises ConfigError: it cannot be used."""


class Steering:
    """What can be done with the daemon by whoever has the control socket."""

    def __init__(
        self,
        stage: Stage,
        terms: Terms,
        encoder: Encoder,
        audience: Audience,
        onion: Onion,
        guests: Guests,
        settings: Settings,
    ) -> None:
        """
        :param stage: what the page says.
        :param terms: what is set.
        :param encoder: where the picture comes from.
        :param audience: who watches.
        :param onion: how viewers come.
        :param guests: which of them may.
        :param settings: what is configured.
        """
        self._stage = stage
        self._terms = terms
        self._encoder = encoder
        self._audience = audience
        self._onion = onion
        self._guests = guests
        self._settings = settings

    def acts(self) -> Mapping[str, Act]:
        """:return: what each of the commands does."""
        return {
            "status": self.status,
            "source status": self.source,
            "source on": self.start,
            "source off": self.stop,
            "source restart": self.restart,
            "invite": self.invite,
            "revoke": self.revoke,
            "invited": self.invited,
            "selftest": self.test,
            "reload": self.reload,
            "config show": self.config,
        }

    def status(self, words: Sequence[str]) -> Answer:
        """How everything is."""
        nothing("status", words)
        stage, audience, onion = self._stage, self._audience, self._onion
        minutes = stage.minutes
        since = "" if minutes is None else f" for {minutes // 60}:{minutes % 60:02}"
        slow = f" ({audience.slow} on lines too slow for all of it)" if audience.slow else ""
        rows = [
            ("stream", f"{stage.state}{since}: {stage.title}"),
            ("encoder", self._encoder.sentence),
            ("viewers", f"{audience.watching} watch{slow}, {audience.people} are here"),
            *self._terms.rows(),
            ("onion", onion.sentence),
            *([("address", f"http://{onion.address}/")] if onion.address else []),
            *(("self-test", sentence) for sentence in onion.findings),
        ]
        data = {
            "stream": {"state": stage.state, "minutes": minutes, "title": stage.title},
            "encoder": {"sentence": self._encoder.sentence, "run": self._encoder.generation},
            "viewers": {
                "watching": audience.watching,
                "slow": audience.slow,
                "people": audience.people,
                "connections": audience.connections,
            },
            "doors": self._terms.of_doors(),
            "chat": self._terms.of_mode(),
            "onion": {"state": onion.state, "sentence": onion.sentence, "address": onion.address},
            "selftest": list(onion.findings),
        }
        return Answer(tuple(f"{name:<10} {words}" for name, words in rows), data)

    def source(self, words: Sequence[str]) -> Answer:
        """The encoder, and its last words."""
        nothing("source status", words)
        encoder = self._encoder
        data = {"sentence": encoder.sentence, "run": encoder.generation, "lines": list(encoder.lines)}
        return Answer((encoder.sentence, *encoder.lines), data)

    def start(self, words: Sequence[str]) -> Answer:
        """Have a picture."""
        nothing("source on", words)
        self._encoder.start()
        return self._source()

    def stop(self, words: Sequence[str]) -> Answer:
        """Have none."""
        nothing("source off", words)
        self._encoder.stop()
        return self._source()

    def restart(self, words: Sequence[str]) -> Answer:
        """The encoder, from the beginning."""
        nothing("source restart", words)
        self._encoder.restart()
        return self._source()

    def invite(self, words: Sequence[str]) -> Answer:
        """One guest more."""
        if len(words) != 1:
            raise UsageError("One name is expected after `invite`.")
        new = self._guests.invite(words[0])
        data = {"name": new.name, "address": new.address, "key": new.key}
        return Answer(tuple(new.text("It counts in some seconds.").splitlines()), data)

    def revoke(self, words: Sequence[str]) -> Answer:
        """One guest less."""
        if not words or words[1:] not in ((), ("public",), ("--public",)):
            raise UsageError("A name is expected after `revoke`, and `public` if everybody may come then.")
        self._guests.revoke(words[0], public=len(words) > 1)
        return Answer((f"{words[0]} is not invited any more. It counts in some seconds.",), {"name": words[0]})

    def invited(self, words: Sequence[str]) -> Answer:
        """All guests."""
        nothing("invited", words)
        names = self._guests.names()
        return Answer(tuple(names) or ("Nobody is invited: everybody who has the address can come.",), names)

    async def test(self, words: Sequence[str]) -> Answer:
        """Go to the onion address; that may take minutes."""
        nothing("selftest", words)
        found = tuple(await self._onion.test())
        return Answer(found, list(found))

    def reload(self, words: Sequence[str]) -> Answer:
        """Read the configuration again."""
        nothing("reload", words)
        sentence = self._settings.again()
        return Answer((sentence,), {"sentence": sentence})

    def config(self, words: Sequence[str]) -> Answer:
        """What is configured."""
        if len(words) > 1:
            raise UsageError("One table is expected after `config show`, or nothing.")
        found = shown.tables(self._settings.present, *words)
        return Answer(tuple(shown.lines(found))[:-1], found)

    def _source(self) -> Answer:
        return Answer((self._encoder.sentence,), {"sentence": self._encoder.sentence})
