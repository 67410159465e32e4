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
from functools import partial
from random import SystemRandom
from typing import Any, TypeVar

from twisted.application.service import IService, MultiService
from twisted.internet.interfaces import IListeningPort

from onionstream import life, terminal
from onionstream.assembly.changes import Changes, how_to_make_slate, how_to_start, profiles
from onionstream.assembly.controlled import Parts
from onionstream.assembly.livechat import LiveChat
from onionstream.assembly.livecontrol import LiveControl
from onionstream.assembly.seat import Machine, Seat
from onionstream.assembly.whole import whole
from onionstream.captcha.fonts import FontError
from onionstream.encoder.confinement import Confinement, find_confinement
from onionstream.encoder.folder import Folder
from onionstream.encoder.folder import text as folder_text
from onionstream.encoder.intake import Intake
from onionstream.encoder.slatemaker import SlateMaker
from onionstream.encoder.sources import CommandError
from onionstream.encoder.supervisor import Supervisor
from onionstream.files import secretfile
from onionstream.files.passwordfile import PasswordFile
from onionstream.files.state import StateDirectory, StateError
from onionstream.notify import Listener, Pulse
from onionstream.onion.budgets import Budget, Budgets
from onionstream.onion.guests import Guests
from onionstream.onion.rates import Rates
from onionstream.onion.report import Planned
from onionstream.onion.selftest import SelfTest
from onionstream.onion.surroundings import Surroundings
from onionstream.onion.tor import Tor
from onionstream.onion.torrc import Paths
from onionstream.options import CANNOT_START, Options, end, write
from onionstream.passwords import Password
from onionstream.regular import Regular
from onionstream.settings import config
from onionstream.settings.config import Config, Delivery
from onionstream.video.broadcast import Broadcast
from onionstream.video.viewer import Patience
from onionstream.video.window import Window
from onionstream.web.circuits import CircuitSite
from onionstream.web.gauge import Gauge
from onionstream.web.guard import new_password
from onionstream.web.http import BoundedSite
from onionstream.web.identity import Who
from onionstream.web.limits import Limits
from onionstream.web.listening import Listening
from onionstream.web.nearby import NearSite
from onionstream.web.playlist import Playlist
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
    settings = options.config
    connections = life.harden(settings.web.connections)
    state = _or_end(lambda: StateDirectory(options.state))
    confinement = _confinement()
    broadcast = _broadcast(settings.delivery, reactor.seconds)
    slates, intake = _sources(settings, broadcast, confinement, reactor)
    chosen = _or_end(lambda: PasswordFile(state.path, lambda password: chat.entrance.lock(_password(password))))
    password = chosen.present or new_password()
    chat = _or_end(lambda: _chat(settings, state, broadcast, lambda *page: watch.page(*page), reactor, password))
    watch, hls = _video(settings, broadcast, chat, reactor, rates := Rates())
    tor = _tor(settings.tor, state, reactor, confinement, rates)
    guests, gauge = Guests(state.path / "onion", tor), Gauge()
    test = SelfTest(settings.tor, tor, reactor, _paths(state), gauge)
    machine = Machine(intake, tor, test, lambda: circuits, state.path, guests.look, lambda: reload)
    seat = Seat(settings, chat, broadcast, machine, reactor)
    site = BoundedSite(whole(watch, hls, chat, seat, gauge), Limits(connections=connections), reactor)
    circuits = CircuitSite(site, Budgets(Budget(sockets=settings.tor.max_streams)), tor.flooded)
    ports = _or_end(lambda: _listen(reactor, settings, state, site, circuits))

    changes = Changes(watch, chat, seat, broadcast, intake, slates, tor, test, confinement)
    reload = life.Reload(settings, options.load, changes.by_table(), (guests.look, chosen.look, chat.look))
    parts = Parts(state, chat, broadcast, intake, tor, test, site, reload, guests, _planned_by(reload))
    control = _or_end(lambda: LiveControl(parts, reactor))
    write(_banner(settings, state, password, confinement))
    stream = _together(
        life.Signals(reactor, reload, test.run),
        Listening(ports, site, ending=_one_after_the_other(chat.close, hls.close, seat.close, broadcast.close)),
        *_timers(broadcast, circuits),
        *seat.timers(),
        chat.service(),
        control.service(),
        *_terminal(broadcast, intake, tor, test, parts.planned),
        test,
        slates,
        intake,
    )
    pulse = Pulse(Listener.of(os.environ, os.getpid()), reactor, reactor)
    return _together(pulse, stream, tor, service=life.InTurn())  # tor ends when viewers have heard that this is the end


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


def _terminal(
    broadcast: Broadcast, intake: Intake, tor: Tor, test: SelfTest, planned: Callable[[], Planned]
) -> tuple[IService, ...]:
    return (
        terminal.Terminal(write, broadcast, lambda: intake.status().sentence),
        terminal.Onion(write, tor, show_address=not _is_kept()),
        terminal.Findings(write, test, planned),
    )


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
    shell: Callable[[BoundedRequest, Who, str], str],
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


def _planned_by(reload: life.Reload) -> Callable[[], Planned]:
    """What the encoder is told to make, now, for comparison with what the way through Tor carries."""

    def planned() -> Planned:
        settings = reload.present
        return Planned(video=settings.video.bitrate, audio=settings.audio.bitrate * settings.audio.enabled)

    return planned


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


def _video(
    settings: Config,
    broadcast: Broadcast,
    chat: LiveChat,
    reactor: Any,  # noqa: ANN401 - as above
    rates: Rates,
) -> tuple[Watch, Playlist]:
    door, presence = chat.entrance.door, chat.presence
    watch = Watch(broadcast, chat.titles, profiles(settings.players), door, presence, reactor, rates)
    chat.turn_out.append(watch.turn_out)
    chat.hear(watch.tell)
    return watch, Playlist(broadcast, door, presence, reactor)


def _listen(
    reactor: Any,  # noqa: ANN401 - what it provides depends on the platform
    settings: Config,
    state: StateDirectory,
    site: BoundedSite,
    circuits: CircuitSite,
) -> list[IListeningPort]:
    """The port comes first: it is the one that somebody else may have. The socket is tor's."""
    near = NearSite(site, settings.web.hosts)
    ports = [listen_on_loopback(reactor, settings.web.port, near)] if settings.web.port else []
    return [*ports, listen_on_unix(reactor, state.socket, circuits)]


def _or_end(build: Callable[[], T]) -> T:
    """What is built, or a sentence and the end."""
    try:
        return build()
    except (StateError, ListenError, FontError) as error:
        end(str(error), CANNOT_START)


def _sources(
    settings: Config,
    broadcast: Broadcast,
    confinement: Confinement,
    reactor: Any,  # noqa: ANN401 - what it provides depends on the platform
) -> tuple[SlateMaker, Intake]:
    """Where the picture comes from, and what is shown while it gives none."""
    how_to_make = how_to_make_slate(settings, confinement, lambda: intake.sound)
    slates = SlateMaker(how_to_make, partial(setattr, broadcast, "slate"), reactor)
    intake = Intake(
        settings,
        broadcast,
        lambda air: Supervisor(how_to_start(settings, confinement), air, reactor, settings.encoder, _jitter),
        lambda air: Folder(settings.source.folder, air, reactor, slates.again),
    )
    return slates, intake


def _banner(settings: Config, state: StateDirectory, password: Password, confinement: Confinement) -> str:
    """What the terminal shows at the start."""
    try:
        folder = settings.source.kind == "folder"
        source = folder_text(settings.source.folder) if folder else how_to_start(settings, confinement)().text
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
