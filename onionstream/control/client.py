"""
``onionstream ctl``: sends one command to the daemon that runs, and prints what comes back.

It finds the state directory as the daemon does. Nothing of Twisted is imported, so that it answers at once.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from onionstream.control.protocol import AS_JSON, UsageError, wanted
from onionstream.control.verbs import find, summary
from onionstream.files.state import control_socket, default_directory

REFUSED = 1
"""Exit status when the daemon says no."""

WRONG_USAGE = 64
"""Exit status for what is no command (``EX_USAGE``, sysexits(3))."""

UNAVAILABLE = 69
"""Exit status when no daemon answers (``EX_UNAVAILABLE``)."""

USAGE = (
    "Usage: onionstream ctl [--state DIR] [--json] COMMAND",
    "",
    "Tells the daemon of this state directory what to do. --state: where it is,",
    "if the daemon was told so too. --json: print the reply as one line of JSON.",
    "The commands:",
    "",
)

_HELP = ("--help", "-h")
_STATE = ("--state", "-s")
_TYPED = "-"


class NoDaemonError(Exception):
    """The text says who does not answer."""


@dataclass(frozen=True, slots=True)
class Called:
    """
    What was said on the command line.

    :ivar words: the command; empty: help is wanted.
    :ivar state: the state directory, if one was named.
    :ivar json: the reply is wanted as it comes.
    """

    words: tuple[str, ...]
    state: str = ""
    json: bool = False


def called(arguments: Sequence[str]) -> Called:
    """
    :param arguments: what follows ``ctl``.
    :raises UsageError: an option is not known.
    """
    left, state, as_json = list(arguments), "", False
    while left and left[0].startswith("-"):
        option, _, value = left.pop(0).partition("=")
        if option in _HELP:
            return Called(())
        if option == AS_JSON and not value:
            as_json = True
        elif option in _STATE and (value or left):
            state = value or left.pop(0)
        else:
            raise UsageError(f"{option} is no option here, or something is missing after it.")
    words = tuple(left)
    return Called(() if words and _wants_help(words) else words, state, as_json)


def _wants_help(words: tuple[str, ...]) -> bool:
    return len(words) == 1 and (words[0] in _HELP or find(words)[0].name == "help")


def main(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    output: TextIO,
    errors: TextIO,
    typed: TextIO | None = None,
) -> int:
    """
    Do one command.

    :param arguments: what follows ``ctl``.
    :param environment: says where the state directory is.
    :param output: for what was asked for.
    :param errors: for what went wrong.
    :param typed: has what should not stand on the command line; ``None``: the standard input.
    :return: the exit status.
    """
    try:
        asked = called(arguments)
        if not asked.words:
            output.write("".join(f"{row}\n" for row in (*USAGE, *summary())))
            return 0
        asked = _whole(asked, sys.stdin if typed is None else typed)
        return _talk(asked, _state(asked, environment), output, errors)
    except UsageError as error:
        errors.write(f"onionstream ctl: {error} `onionstream ctl help` shows all.\n")
        return WRONG_USAGE
    except NoDaemonError as error:
        errors.write(f"onionstream ctl: {error}\n")
        return UNAVAILABLE


def _whole(asked: Called, typed: TextIO) -> Called:
    """
    :param typed: has what is secret, if the command says so.
    :return: the command with that.
    :raises UsageError: it is none, or nothing was typed: that must not be taken for "the password from before".
    """
    verb, words = find(asked.words)
    if not (verb.secret and words == (_TYPED,)):
        return asked
    if not (secret := typed.readline().rstrip("\r\n")):
        raise UsageError("Nothing came from the standard input.")
    return replace(asked, words=(*verb.words, secret))


def _state(asked: Called, environment: Mapping[str, str]) -> Path:
    """:return: the state directory."""
    try:
        return Path(asked.state).expanduser() if asked.state else default_directory(environment)
    except RuntimeError:
        raise NoDaemonError("The home directory is not known: name the state directory with --state.") from None


def _talk(asked: Called, state: Path, output: TextIO, errors: TextIO) -> int:
    with socket.socket(socket.AF_UNIX) as link:
        lines = _received(link, asked, state)
        first = next(lines, "")
        if not first.startswith("{"):  # what it says before it knows that JSON is wanted
            raise NoDaemonError(first.removeprefix("error: ") or f"The daemon of {state} gave no answer.")
        return _show(json.loads(first), asked, lines, output, errors)


def _received(link: socket.socket, asked: Called, state: Path) -> Iterator[str]:
    """:return: what comes back, line by line; :raises NoDaemonError: there is nobody."""
    try:
        link.connect(os.fsencode(control_socket(state)))
        with suppress(BrokenPipeError):  # if it has ended the connection, it has said why
            link.sendall(wanted(asked.words, as_json=True))
        yield from _lines(link)
    except (FileNotFoundError, ConnectionRefusedError):
        raise NoDaemonError(f"No daemon runs with the state directory {state}.") from None
    except PermissionError:
        raise NoDaemonError(f"The state directory {state} belongs to another user.") from None
    except OSError as error:
        raise NoDaemonError(f"The daemon of {state} does not answer: {error.strerror or error}.") from None


def _lines(link: socket.socket) -> Iterator[str]:
    """:return: what comes, line by line; a last one without an end never does."""
    rest = bytearray()
    while data := link.recv(1 << 16):
        rest += data
        if b"\n" in data:
            *whole, rest = rest.split(b"\n")
            yield from (line.decode() for line in whole)


def _show(reply: Mapping[str, Any], asked: Called, more: Iterator[str], output: TextIO, errors: TextIO) -> int:
    """
    Print a reply, and all that follows it.

    :return: the exit status.
    """
    if asked.json:
        output.write(f"{json.dumps(reply)}\n")
    elif not reply["ok"]:
        errors.write(f"onionstream ctl: {reply['error']}\n")
    else:
        verb, words = find(asked.words)
        if asked.words != (*verb.words, *words):
            errors.write(f"({reply['command']})\n")
        output.write("".join(f"{line}\n" for line in reply["lines"]))
    output.flush()
    if not reply["ok"]:
        return WRONG_USAGE if reply["usage"] else REFUSED
    if reply["command"] != "events":
        return 0
    for line in more:
        output.write(f"{line}\n")
        output.flush()
    errors.write("onionstream ctl: The daemon has ended the connection.\n")
    return UNAVAILABLE
