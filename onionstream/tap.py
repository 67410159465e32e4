"""
The composition root: everything the daemon consists of is built and joined here, and nothing else is done.

``twistd onionstream`` calls ``Options`` and then ``makeService``. Read from top to bottom, that is the architecture:
options, configuration, state, the broadcast, the encoder that feeds it, the site that shows it, and their life.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from random import SystemRandom
from typing import Any, TypeVar

from twisted.application.service import IService, MultiService
from twisted.internet.interfaces import IListeningPort

from onionstream import config, life, secretfile, terminal
from onionstream.captcha.fonts import FontError
from onionstream.config import Config, Delivery, Players
from onionstream.encoder.commands import Command, command, slate
from onionstream.encoder.confinement import Confinement, find_confinement
from onionstream.encoder.slatemaker import SlateMaker
from onionstream.encoder.sources import CommandError
from onionstream.encoder.supervisor import Supervisor
from onionstream.encoder.surroundings import look_around
from onionstream.livechat import LiveChat
from onionstream.onion.budgets import Budget, Budgets
from onionstream.onion.guests import Guests
from onionstream.onion.rates import Rates
from onionstream.onion.report import Planned
from onionstream.onion.selftest import SelfTest
from onionstream.onion.surroundings import Surroundings
from onionstream.onion.tor import Tor
from onionstream.onion.torrc import Paths
from onionstream.options import CANNOT_START, Options, end, write
from onionstream.passwordfile import PasswordFile
from onionstream.passwords import Password
from onionstream.regular import Regular
from onionstream.state import StateDirectory, StateError
from onionstream.video.broadcast import Broadcast
from onionstream.video.profile import CHROMIUM, FIREFOX, FIREFOX_WITH_SOUND, Profiles, Trick
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.areas import Areas
from onionstream.web.assets import Assets
from onionstream.web.broadcaster import Broadcaster
from onionstream.web.circuits import CircuitSite
from onionstream.web.gauge import Gauge
from onionstream.web.guard import new_password
from onionstream.web.http import BoundedSite
from onionstream.web.identity import Who
from onionstream.web.limits import Limits
from onionstream.web.listening import Listening
from onionstream.web.request import BoundedRequest
from onionstream.web.sockets import LOOPBACK, ListenError, listen_on_loopback, listen_on_unix
from onionstream.web.watch import Watch

_SWEEP = 5.0
"""Seconds between two looks for viewers who take nothing, and for circuits that are gone for long."""

_FILLING = 0.1
"""Seconds between two looks whether the encoder is quiet, and between two pieces of the slate."""

T = TypeVar("T")


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
    confinement = _confinement()
    broadcast = _broadcast(settings.delivery, reactor.seconds)
    slates = SlateMaker(_how_to_make_slate(settings, confinement), partial(setattr, broadcast, "slate"), reactor)
    encoder = Supervisor(_how_to_start(settings, confinement), broadcast, reactor, settings.encoder, _jitter)
    chosen = _or_end(lambda: PasswordFile(state.path, lambda password: chat.lock(_password(password))))
    password = chosen.present or new_password()
    chat = _or_end(lambda: _chat(settings, state, broadcast, lambda *page: watch.page(*page), reactor, password))
    watch = _watch(settings, broadcast, chat, reactor, rates := Rates())
    chat.hear(watch.tell)
    tor = _tor(settings.tor, state, reactor, confinement, rates)
    guests = Guests(state.path / "onion", tor)
    gauge = Gauge()
    test = SelfTest(settings.tor, tor, reactor, _paths(state), gauge)
    desk = Broadcaster(broadcast, encoder.status, tor.status, lambda: site.connections, chat.login, chat.overview)
    site = BoundedSite(Areas(watch, *chat.areas, desk, gauge, Assets()), Limits(connections=connections), reactor)
    circuits = CircuitSite(site, Budgets(Budget(sockets=settings.tor.max_streams)), tor.flooded)
    ports = _or_end(lambda: _listen(reactor, settings, state, site, circuits))

    changes = _Changes(watch, chat, broadcast, encoder, slates, tor, test, confinement)
    reload = life.Reload(settings, options.load, changes.by_table())
    write(_banner(settings, state, password, confinement))
    stream = _together(
        life.Signals(reactor, _one_after_the_other(reload, guests.look, chosen.look, chat.look), test.run),
        Listening(ports, site, ending=_one_after_the_other(chat.close, broadcast.close)),
        *_timers(broadcast, circuits),
        chat.service(),
        terminal.Terminal(write, broadcast, lambda: encoder.status().sentence),
        terminal.Onion(write, tor, show_address=not _is_kept()),
        terminal.Findings(write, test, lambda: _planned(reload.present)),
        test,
        slates,
        encoder,
    )
    return _together(stream, tor, service=life.InTurn())  # tor ends when viewers have heard that this is the end


def _confinement() -> Confinement:
    """What this machine has to take rights away from ffmpeg; what is missing is said."""
    found = find_confinement()
    for sentence in found.missing:
        write(f"  Note: {sentence}\n")
    return found


def _password(chosen: Password | None) -> Password:
    """:return: the one to log in with from now on; the terminal shows it, or says where it is from."""
    password = chosen or new_password()
    write(f"  Password   {terminal.password(password, kept=_is_kept())}\n")
    return password


def _is_kept() -> bool:
    return terminal.is_kept(os.environ, sys.__stderr__)


def _one_after_the_other(*acts: Callable[[], None]) -> Callable[[], None]:
    def act() -> None:
        for one in acts:
            one()

    return act


def _timers(broadcast: Broadcast, circuits: CircuitSite) -> tuple[Regular, ...]:
    return (
        Regular(_SWEEP, broadcast.check),
        Regular(_FILLING, broadcast.fill),
        Regular(_SWEEP, circuits.forget),
    )


def _together(*services: IService, service: MultiService | None = None) -> MultiService:
    """:return: these as one service."""
    whole = service or MultiService()
    for part in services:
        part.setServiceParent(whole)
    return whole


def _broadcast(delivery: Delivery, clock: Callable[[], float]) -> Broadcast:
    window = Window(delivery.window, delivery.window_size << 20)
    patience = Patience(delivery.behind, delivery.silent)
    fragment = delivery.fragment / 1000
    return Broadcast(window=window, fragment=fragment, patience=patience, quiet=delivery.slate, clock=clock)


def _chat(
    settings: Config,
    state: StateDirectory,
    broadcast: Broadcast,
    shell: Callable[[BoundedRequest, Who], str],
    reactor: Any,  # noqa: ANN401 - what it provides depends on the platform
    password: Password,
) -> LiveChat:
    """:raises FontError, StateError: there cannot be one."""
    secrets = secretfile.load(state.path)
    if secrets.note:
        write(f"  Note: {secrets.note}\n")
    return LiveChat(settings, secrets, broadcast, shell, reactor, password, state=state.path)


def _paths(state: StateDirectory) -> Paths:
    return Paths(state=state.path, site=state.socket)


def _planned(settings: Config) -> Planned:
    """What the encoder is told to make, for comparison with what the way through Tor carries."""
    return Planned(video=settings.video.bitrate, audio=settings.audio.bitrate * settings.audio.enabled)


def _tor(
    settings: config.Tor,
    state: StateDirectory,
    reactor: Any,  # noqa: ANN401
    confinement: Confinement,
    rates: Rates,
) -> Tor:
    surroundings = Surroundings(search_path=os.environ.get("PATH", ""), wrapper=confinement.life)
    chance, seconds = SystemRandom().random, reactor.seconds
    return Tor(settings, _paths(state), reactor, chance, surroundings, traffic=lambda news: rates.hear(news, seconds()))


@dataclass(frozen=True, slots=True)
class _Changes:
    """What each part does when its tables of the configuration have changed (R-41)."""

    watch: Watch
    chat: LiveChat
    broadcast: Broadcast
    encoder: Supervisor
    slates: SlateMaker
    tor: Tor
    test: SelfTest
    confinement: Confinement

    def by_table(self) -> dict[frozenset[str], Callable[[Config], None]]:
        """For ``life.Reload``."""
        return {
            frozenset({"stream"}): self._show,
            frozenset({"stream", "chat", "captcha"}): self.chat.change,
            frozenset({"stream", "video", "audio", "encoder"}): self._make_slate,
            frozenset({"players"}): self._play,
            frozenset({"tor"}): self._offer,
            frozenset({"delivery"}): self._deliver,
            frozenset({"source", "video", "audio", "encoder"}): self._encode,
        }

    def _show(self, settings: Config) -> None:
        self.watch.stream = settings.stream

    def _make_slate(self, settings: Config) -> None:
        self.slates.replace(_how_to_make_slate(settings, self.confinement))

    def _offer(self, settings: Config) -> None:
        self.tor.replace(settings.tor)
        self.test.replace(settings.tor)

    def _play(self, settings: Config) -> None:
        self.watch.profiles = _profiles(settings.players)

    def _deliver(self, settings: Config) -> None:
        delivery = settings.delivery
        self.broadcast.window.bound(delivery.window, delivery.window_size << 20)
        self.broadcast.deliver(delivery.fragment / 1000, Patience(delivery.behind, delivery.silent), delivery.slate)

    def _encode(self, settings: Config) -> None:
        self.encoder.replace(_how_to_start(settings, self.confinement), settings.encoder)


def _watch(
    settings: Config,
    broadcast: Broadcast,
    chat: LiveChat,
    reactor: Any,  # noqa: ANN401 - as above
    rates: Rates,
) -> Watch:
    return Watch(broadcast, settings.stream, _profiles(settings.players), chat.door, chat.presence, reactor, rates)


def _profiles(players: Players) -> Profiles:
    """What each kind of player gets, as the configuration has it; for viewers who come from now on."""
    return Profiles(
        firefox=replace(FIREFOX, buffer=players.firefox, slow=players.slow),
        firefox_with_sound=replace(FIREFOX_WITH_SOUND, buffer=players.firefox_sound, slow=players.slow),
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
    except (StateError, ListenError, FontError) as error:
        end(str(error), CANNOT_START)


def _how_to_start(settings: Config, confinement: Confinement) -> Callable[[], Command]:
    """How to start the encoder: looked up anew each time, since ffmpeg may have been installed meanwhile."""

    def start() -> Command:
        return confinement.around(command(settings, look_around(settings.encoder.program, os.environ)))

    return start


def _how_to_make_slate(settings: Config, confinement: Confinement) -> Callable[[], Command]:
    """How to have the slate made."""
    return lambda: confinement.around(slate(settings, look_around(settings.encoder.program, os.environ)))


def _banner(settings: Config, state: StateDirectory, password: Password, confinement: Confinement) -> str:
    """What the terminal shows at the start."""
    try:
        source = _how_to_start(settings, confinement)().text
    except CommandError as error:
        source = str(error)
    return terminal.banner(
        address=f"http://{LOOPBACK}:{settings.web.port}/" if settings.web.port else "",
        password=terminal.password(password, kept=_is_kept()),
        source=source,
        state=str(state.path),
    )


def _jitter() -> float:
    """From -1 to 1, by chance."""
    return SystemRandom().uniform(-1, 1)
