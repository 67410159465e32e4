"""
The composition root: everything the daemon consists of is built and joined here, and nothing else is done.

``twistd onionstream`` calls ``Options`` and then ``makeService``. Read from top to bottom, that is the architecture:
options, configuration, state, the broadcast, the encoder that feeds it, the site that shows it, and their life.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Any, ClassVar, NoReturn, TypeVar

from twisted.application.internet import TimerService
from twisted.application.service import IService, MultiService
from twisted.internet.interfaces import IListeningPort
from twisted.python import usage

from onionstream import __version__, check, life, logs, terminal
from onionstream.config import Config, ConfigError, Players
from onionstream.configfile import load
from onionstream.encoder.commands import Command, command, slate
from onionstream.encoder.confinement import Confinement, find_confinement
from onionstream.encoder.slatemaker import SlateMaker
from onionstream.encoder.sources import CommandError
from onionstream.encoder.supervisor import Supervisor
from onionstream.encoder.surroundings import look_around
from onionstream.onion.budgets import Budgets
from onionstream.state import StateDirectory, StateError, default_directory
from onionstream.video.broadcast import Broadcast
from onionstream.video.profile import CHROMIUM, FIREFOX, Profiles, Trick
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.areas import Areas
from onionstream.web.assets import Assets
from onionstream.web.broadcaster import Broadcaster, new_password
from onionstream.web.circuits import CircuitSite
from onionstream.web.http import BoundedSite
from onionstream.web.limits import Limits
from onionstream.web.listening import Listening
from onionstream.web.sockets import LOOPBACK, ListenError, listen_on_loopback, listen_on_unix
from onionstream.web.watch import Watch

WRONG_CONFIGURATION = 78
"""Exit status for a configuration that cannot be used (``EX_CONFIG``, sysexits(3)); systemd then does not try again."""

CANNOT_START = 73
"""Exit status when the state directory or a socket cannot be used (``EX_CANTCREAT``)."""

WRONG_USAGE = 64
"""Exit status for an option that makes no sense (``EX_USAGE``)."""

_SWEEP = 5.0
"""Seconds between two looks for viewers who take nothing, and for circuits that are gone for long."""


_FILLING = 0.1
"""Seconds between two looks whether the encoder is quiet, and between two pieces of the slate."""

T = TypeVar("T")


class Options(usage.Options):
    """
    What can be said on the command line. It wins over the configuration file.

    :ivar config: the configuration in force.
    :ivar state: the state directory.
    """

    synopsis = "[options]"
    longdesc = "Livestreams to viewers without JavaScript. All else is set in the configuration file: see config.toml."
    optParameters: ClassVar = [
        ["config", "c", None, "Configuration file (TOML). Without it every setting has its default."],
        ["state", "s", None, "State directory. [default: $STATE_DIRECTORY or ~/.local/state/onionstream]"],
        ["port", "p", None, "TCP port of the site on 127.0.0.1; 0: none, only the UNIX socket. Wins over the file."],
    ]
    optFlags: ClassVar = [["check", None, "Say what is there and what is missing on this machine, and end."]]

    config: Config
    state: Path

    def load(self) -> Config:
        """Read the configuration file, if one was named; :raises ConfigError: when it cannot be used."""
        read = load(self["config"]) if self["config"] else Config()
        return read if self["port"] is None else replace(read, web=replace(read.web, port=int(self["port"])))

    def getSynopsis(self) -> str:
        """How it is started; twistd's own options would only confuse here."""
        return "Usage: script/server [options]   or   twistd -n onionstream [options]"

    def opt_version(self) -> NoReturn:
        """Display the version and exit."""
        print(f"onionstream {__version__}")  # noqa: T201 - what was asked for
        sys.exit(0)

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """Say what cannot be understood in one line; twistd would show all of ``--help`` before it."""
        try:
            super().parseOptions(options)
        except usage.UsageError as error:
            _end(f"{str(error).rstrip('.')}. See --help.", WRONG_USAGE)

    def parseArgs(self, *words: str) -> None:
        """There is nothing to say without a dash."""
        if words:
            raise usage.UsageError(f'"{words[0]}" is no option')

    def postOptions(self) -> None:
        """Check everything that was said, so that what is wrong is one line and not a traceback."""
        port = self["port"]
        if port is not None and not (port.isascii() and port.isdigit() and int(port) <= 65535):
            _end(f"--port takes a number from 0 to 65535, not {port!r}.", WRONG_USAGE)
        try:
            self.config = self.load()
        except ConfigError as error:
            _end(str(error), WRONG_CONFIGURATION)
        try:
            self.state = Path(self["state"]).expanduser() if self["state"] else default_directory(os.environ)
        except RuntimeError:
            _end("The home directory is not known: name a state directory in full with --state.", CANNOT_START)
        if self["check"]:
            _check(self.config, self.state)


def makeService(options: Options) -> IService:
    """
    Build the daemon. Its sockets are open afterwards; the rest begins with ``startService``.

    :param options: parsed.
    :return: all services, in the order in which they start.
    """
    from twisted.internet import reactor as running  # here and nowhere else: all others are handed it

    reactor: Any = running  # what it provides depends on the platform, and is not in its type
    # Twisted measures time by the wall clock; when that is set, every timer would fire at once or never.
    reactor.seconds = time.monotonic
    os.umask(0o077)
    settings = options.config
    connections = life.harden(settings.web.connections)
    state = _or_end(lambda: StateDirectory(options.state))

    confinement = find_confinement()
    for sentence in confinement.missing:
        _write(f"  Note: {sentence}\n")

    delivery = settings.delivery
    window = Window(delivery.window, delivery.window_size << 20)
    patience = Patience(delivery.behind, delivery.silent)
    broadcast = Broadcast(window=window, fragment=delivery.fragment / 1000, patience=patience, clock=reactor.seconds)
    broadcast.quiet = delivery.slate
    slates = SlateMaker(_how_to_make_slate(settings, confinement), partial(setattr, broadcast, "slate"), reactor)
    encoder = Supervisor(_how_to_start(settings, confinement), broadcast, reactor, settings.encoder, _jitter)
    password = new_password()
    watch = Watch(broadcast, settings.stream, _profiles(settings.players), reactor)
    desk = Broadcaster(broadcast, encoder.status, lambda: site.connections, password)
    site = BoundedSite(Areas(watch, desk, Assets()), Limits(connections=connections), reactor)
    circuits = CircuitSite(site, Budgets())
    ports = _or_end(lambda: _listen(reactor, settings, state, site, circuits))

    changes = _Changes(watch=watch, broadcast=broadcast, encoder=encoder, slates=slates, confinement=confinement)
    daemon = MultiService()
    for service in (
        life.Signals(reactor, life.Reload(settings, options.load, changes.by_table())),
        Listening(ports, site, ending=broadcast.close),
        TimerService(_SWEEP, broadcast.check),
        TimerService(_FILLING, broadcast.fill),
        TimerService(_SWEEP, circuits.forget),
        terminal.Terminal(_write, broadcast, lambda: encoder.status().sentence),
        slates,
        encoder,
    ):
        service.setServiceParent(daemon)
    _write(_banner(settings, state, password, confinement))
    return daemon


@dataclass(frozen=True, slots=True, kw_only=True)
class _Changes:
    """What each part does when its tables of the configuration have changed (R-41)."""

    watch: Watch
    broadcast: Broadcast
    encoder: Supervisor
    slates: SlateMaker
    confinement: Confinement

    def by_table(self) -> dict[frozenset[str], Callable[[Config], None]]:
        """For ``life.Reload``."""
        return {
            frozenset({"stream"}): self._show,
            frozenset({"stream", "video", "audio", "encoder"}): self._make_slate,
            frozenset({"players"}): self._play,
            frozenset({"delivery"}): self._deliver,
            frozenset({"source", "video", "audio", "encoder"}): self._encode,
        }

    def _show(self, settings: Config) -> None:
        self.watch.stream = settings.stream

    def _make_slate(self, settings: Config) -> None:
        self.slates.replace(_how_to_make_slate(settings, self.confinement))

    def _play(self, settings: Config) -> None:
        self.watch.profiles = _profiles(settings.players)

    def _deliver(self, settings: Config) -> None:
        delivery = settings.delivery
        self.broadcast.window.bound(delivery.window, delivery.window_size << 20)
        self.broadcast.deliver(delivery.fragment / 1000, Patience(delivery.behind, delivery.silent), delivery.slate)

    def _encode(self, settings: Config) -> None:
        self.encoder.replace(_how_to_start(settings, self.confinement), settings.encoder)


def _profiles(players: Players) -> Profiles:
    """What each kind of player gets, as the configuration has it; for viewers who come from now on."""
    return Profiles(
        firefox=replace(FIREFOX, buffer=players.firefox, slow=players.slow),
        chromium=replace(CHROMIUM, buffer=players.chromium),
        fast=(players.firefox_fast, players.chromium_fast),
        left_out=frozenset(trick for trick in Trick if not getattr(players, trick.value)),
    )


def _listen(
    reactor: Any,  # noqa: ANN401 - what it provides depends on the platform
    settings: Config,
    state: StateDirectory,
    site: BoundedSite,
    circuits: CircuitSite,
) -> list[IListeningPort]:
    """The port comes first: it is the one that somebody else may have. The socket is tor's."""
    ports = [listen_on_loopback(reactor, settings.web.port, site)] if settings.web.port else []
    return [*ports, listen_on_unix(reactor, state.socket, circuits)]


def _or_end(build: Callable[[], T]) -> T:
    """What is built, or a sentence and the end."""
    try:
        return build()
    except (StateError, ListenError) as error:
        _end(str(error), CANNOT_START)


def _how_to_start(settings: Config, confinement: Confinement) -> Callable[[], Command]:
    """How to start the encoder: looked up anew each time, since ffmpeg may have been installed meanwhile."""

    def start() -> Command:
        return confinement.around(command(settings, look_around(settings.encoder.program, os.environ)))

    return start


def _how_to_make_slate(settings: Config, confinement: Confinement) -> Callable[[], Command]:
    """How to have the slate made."""
    return lambda: confinement.around(slate(settings, look_around(settings.encoder.program, os.environ)))


def _banner(settings: Config, state: StateDirectory, password: str, confinement: Confinement) -> str:
    """What the terminal shows at the start."""
    try:
        source = _how_to_start(settings, confinement)().text
    except CommandError as error:
        source = str(error)
    return terminal.banner(
        address=f"http://{LOOPBACK}:{settings.web.port}/" if settings.web.port else "",
        password="" if terminal.is_kept(os.environ, sys.__stderr__) else password,
        source=source,
        state=str(state.path),
    )


def _check(settings: Config, state: Path) -> NoReturn:
    """Show what is there and what is missing; status 1 if the stream cannot run."""
    missing = False
    for finding in check.findings(settings, state, os.environ):
        _write(f"{finding}\n")
        missing = missing or finding.verdict is check.Verdict.MISSING
    sys.exit(1 if missing else 0)


def _jitter() -> float:
    """From -1 to 1, by chance."""
    return SystemRandom().uniform(-1, 1)


def _write(text: str) -> None:
    """To the terminal, not to the log: twistd makes the log of what is written to ``sys.stderr``."""
    logs.write(sys.__stderr__, text)


def _end(sentence: str, status: int) -> NoReturn:
    """One line, no traceback."""
    _write(f"onionstream: {sentence}\n")
    sys.exit(status)
