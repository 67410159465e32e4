"""What may be wrong with settings that are good one by one: what would leave this machine, and what does not agree."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from onionstream.chat.filters import FilterError, Filters
from onionstream.chat.skeleton import skeleton
from onionstream.chat.tripcode import is_full
from onionstream.settings import extra_torrc, ffmpeg_input
from onionstream.settings.schema import SchemaError, one_line, shown

if TYPE_CHECKING:
    from onionstream.settings.config import Chat, Config, Doors, Source, Tor, WordFilters

"""The base64url of 32 bytes; what is shown of a tripcode are its first ten characters (D-12)."""


def check(config: Config) -> None:
    """:raises SchemaError: these settings cannot be used; with the table and key that a person would change."""
    _check_source(config.source)
    _check_files("captcha", "fonts", config.captcha.fonts)
    _check_chat(config.chat)
    _check_filters(config.chat.filters)
    _check_tripcodes("chat", "moderators", config.chat.moderators)
    _check_doors(config.doors)
    _check_tor(config.tor)
    _check_together(config)


def _check_source(source: Source) -> None:
    """:raises SchemaError: something under ``[source]`` is missing, or would not stay on this machine."""
    _check_files("source.file", "paths", source.file.paths)
    if source.kind == "file" and not source.file.paths:
        raise SchemaError("source", "kind", '[source] kind is "file", but [source.file] paths names no file')
    if source.folder.path:
        _check_files("source.folder", "path", (source.folder.path,))
    elif source.kind == "folder":
        raise SchemaError("source", "kind", '[source] kind is "folder", but [source.folder] path names none')
    if source.screen.sound:
        _check_input("source.screen", "sound", ("-f", "pulse", "-i", source.screen.sound))
    if source.camera.sound:
        system, _, name = source.camera.sound.partition(":")
        _check_input("source.camera", "sound", ("-f", system, "-i", name))
    if source.command.input or source.kind == "command":
        _check_input("source.command", "input", source.command.input)


def _check_files(table: str, key: str, paths: tuple[str, ...]) -> None:
    """:raises SchemaError: one of them is no path as the system takes it."""
    for path in paths:
        if not _is_path(path):
            sentence = f"[{table}] {key} holds {shown(path)}, but must hold files, in full or from this folder on"
            raise SchemaError(table, key, sentence)


def _is_path(path: str) -> bool:
    """:return: whether it is one as the system takes it; what a shell makes of ``~``, nobody makes of it here."""
    return bool(path) and not path.startswith("~") and "://" not in path


def _check_input(table: str, key: str, words: tuple[str, ...]) -> None:
    """:raises SchemaError: ffmpeg may not be given these words, which this key leads to."""
    try:
        ffmpeg_input.check(words)
    except ffmpeg_input.InputError as problem:
        raise SchemaError(table, key, f"[{table}] {key}: {problem}") from problem


def _check_chat(chat: Chat) -> None:
    """:raises SchemaError: whoever has no name would look like the broadcaster (D-12); or a path is none."""
    if chat.emotes and not _is_path(chat.emotes):
        sentence = f"[chat] emotes is {shown(chat.emotes)}, but must be a folder, in full or from this folder on"
        raise SchemaError("chat", "emotes", sentence)
    if skeleton(chat.anonymous) == skeleton(chat.broadcaster):
        sentence = f"[chat] anonymous is {shown(chat.anonymous)}, but must not look like `broadcaster`"
        raise SchemaError("chat", "anonymous", sentence)


def _check_filters(filters: WordFilters) -> None:
    """:raises SchemaError: a word or pattern cannot be used (D-60)."""
    try:
        Filters(filters.censor, filters.block, filters.ban, filters.ignore_case, filters.tyranny)
    except FilterError as problem:
        where = f"[chat.filters] {problem.list}, number {problem.index}"
        sentence = f"{where}: {shown(problem.entry)} {one_line(problem.reason, 200)}"
        raise SchemaError("chat.filters", problem.list, sentence) from problem


def _check_tripcodes(table: str, key: str, tripcodes: tuple[str, ...]) -> None:
    """:raises SchemaError: one of them is none, or not all of it."""
    for number, one in enumerate(tripcodes, 1):
        if not is_full(one):
            why = f"{shown(one)} is no whole tripcode: those have 43 characters, as their owners see them under Name"
            raise SchemaError(table, key, f"[{table}] {key}, number {number}: {why}")


def _check_doors(doors: Doors) -> None:
    """:raises SchemaError: a member has no tripcode, or the door that is shut cannot be opened."""
    _check_tripcodes("doors", "members", doors.members)
    if doors.kind == "password" and not doors.password:
        raise SchemaError("doors", "kind", '[doors] kind is "password", but [doors] password is empty')


def _check_tor(tor: Tor) -> None:
    """:raises SchemaError: a line for tor may not be there, or nobody would read it."""
    try:
        extra_torrc.check(tor.extra_torrc)
    except extra_torrc.ExtraTorrcError as problem:
        raise SchemaError("tor", "extra_torrc", f"[tor] extra_torrc, {problem}") from problem
    if tor.control and tor.extra_torrc.strip():
        sentence = "[tor] extra_torrc must be empty where `control` names another tor: that one has its own torrc"
        raise SchemaError("tor", "extra_torrc", sentence)


def _check_together(config: Config) -> None:
    """:raises SchemaError: numbers that are good one by one do not go together."""
    video, delivery, wait = config.video, config.delivery, config.encoder
    size = (video.bitrate + config.audio.bitrate * config.audio.enabled) * 1000 / 8 * delivery.behind / 2**20  # MiB
    rules = (
        (video.keyframes * video.rate >= 1, "video.keyframes", f"at least one picture long: rate is {video.rate}"),
        (delivery.fragment <= round(video.keyframes * 1000), "delivery.fragment", "no longer than [video] keyframes"),
        (delivery.behind >= video.keyframes, "delivery.behind", "no less than [video] keyframes"),
        (delivery.window >= delivery.behind, "delivery.window", "no less than `behind`"),
        (delivery.window_size >= size, "delivery.window_size", f"{ceil(size)} or more to hold what `behind` asks for"),
        (config.chat.kept >= config.chat.shown, "chat.kept", "no less than `shown`"),
        (wait.longest_wait >= wait.first_wait, "encoder.longest_wait", "no less than `first_wait`"),
    )
    for good, place, wanted in rules:
        if not good:
            table, key = place.split(".")
            found = shown(getattr(getattr(config, table), key))
            raise SchemaError(table, key, f"[{table}] {key} is {found}, but must be {wanted}")
