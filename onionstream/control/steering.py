"""The commands about everything but the chat: how it all is, the title, the doors, the source, guests, the settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from onionstream.chat.text import line
from onionstream.control import shown
from onionstream.control.acts import Act, nothing
from onionstream.control.protocol import Answer, RefusedError, UsageError
from onionstream.settings.config import Config

LONGEST_TITLE = 200
"""Characters, as in ``[stream]``."""


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

    def restart(self) -> None:
        """End it and start it again."""


class Stage(Protocol):
    """What of the stream and its page is needed here; what can be written may be changed at any time."""

    title: str
    captcha_at_door: bool

    @property
    def state(self) -> str:
        """A word for what a visitor finds."""

    @property
    def minutes(self) -> int | None:
        """On air; ``None``: it is not."""


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
        encoder: Encoder,
        audience: Audience,
        onion: Onion,
        guests: Guests,
        settings: Settings,
    ) -> None:
        """
        :param stage: what the page says.
        :param encoder: where the picture comes from.
        :param audience: who watches.
        :param onion: how viewers come.
        :param guests: which of them may.
        :param settings: what is configured.
        """
        self._stage = stage
        self._encoder = encoder
        self._audience = audience
        self._onion = onion
        self._guests = guests
        self._settings = settings

    def acts(self) -> Mapping[str, Act]:
        """:return: what each of the commands does."""
        return {
            "status": self.status,
            "title show": self.title,
            "title set": self.set_title,
            "doors show": self.doors,
            "doors open": self._set_doors("doors open", shut=False),
            "doors captcha": self._set_doors("doors captcha", shut=True),
            "source status": self.source,
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
            ("doors", self._doors()),
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
            "captcha_at_door": stage.captcha_at_door,
            "onion": {"state": onion.state, "sentence": onion.sentence, "address": onion.address},
            "selftest": list(onion.findings),
        }
        return Answer(tuple(f"{name:<10} {words}" for name, words in rows), data)

    def title(self, words: Sequence[str]) -> Answer:
        """What it is."""
        nothing("title show", words)
        return Answer((self._stage.title,), {"title": self._stage.title})

    def set_title(self, words: Sequence[str]) -> Answer:
        """Another one, clean as everything that is shown."""
        title = line(" ".join(words))
        if not title:
            raise UsageError("A text is expected after `title set`.")
        if len(title) > LONGEST_TITLE:
            raise RefusedError(f"That title has {len(title)} characters: {LONGEST_TITLE} are the most.")
        self._stage.title = title
        return self.title(())

    def doors(self, words: Sequence[str]) -> Answer:
        """Who comes in."""
        nothing("doors show", words)
        return Answer((self._doors(),), {"captcha_at_door": self._stage.captcha_at_door})

    def source(self, words: Sequence[str]) -> Answer:
        """The encoder, and its last words."""
        nothing("source status", words)
        encoder = self._encoder
        data = {"sentence": encoder.sentence, "run": encoder.generation, "lines": list(encoder.lines)}
        return Answer((encoder.sentence, *encoder.lines), data)

    def restart(self, words: Sequence[str]) -> Answer:
        """The encoder, from the beginning."""
        nothing("source restart", words)
        self._encoder.restart()
        return Answer((self._encoder.sentence,), {"sentence": self._encoder.sentence})

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

    def _set_doors(self, verb: str, *, shut: bool) -> Callable[[Sequence[str]], Answer]:
        def act(words: Sequence[str]) -> Answer:
            nothing(verb, words)
            self._stage.captcha_at_door = shut
            return self.doors(())

        return act

    def _doors(self) -> str:
        if self._stage.captcha_at_door:
            return "A captcha is asked for at the door."
        return "Everybody may come in."
