"""What can be said on the command line, and what is done at once when it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, NoReturn

from twisted.python import usage

from onionstream import __version__, invitations, logs, passwd
from onionstream.captcha.drawing import LETTERS
from onionstream.captcha.fonts import FontError, find_fonts
from onionstream.check.finding import Verdict
from onionstream.check.machine import findings
from onionstream.files.configfile import load
from onionstream.files.state import StateError, default_directory
from onionstream.onion.errors import InvitationError
from onionstream.passwords import UnfitError
from onionstream.settings.config import Config, ConfigError

WRONG_CONFIGURATION = 78
"""Exit status for a configuration that cannot be used (``EX_CONFIG``, sysexits(3)); systemd then does not try again."""

CANNOT_START = 73
"""Exit status when the state directory or a socket cannot be used (``EX_CANTCREAT``)."""

WRONG_USAGE = 64
"""Exit status for an option that makes no sense (``EX_USAGE``)."""


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
        ["invite", None, None, "Invite a guest by this name, show his key, and end. Then only guests can come."],
        ["revoke", None, None, "Take this guest's invitation back, and end."],
    ]
    optFlags: ClassVar = [
        ["no-tor", None, "Have no onion address: only this machine can watch."],
        ["check", None, "Say what is there and what is missing on this machine, and end."],
        ["invited", None, "Say who is invited, and end."],
        ["passwd", None, "Choose the broadcaster's password: ask for it, keep a hash of it, and end."],
        ["forget-passwd", None, "Forget it, so that each start makes one up again, and end."],
        ["public", None, "With --revoke: also when nobody is invited then, and so everybody can come."],
    ]

    config: Config
    state: Path

    def load(self) -> Config:
        """Read the configuration file, if one was named; :raises ConfigError: when it cannot be used."""
        read = _load(self["config"]) if self["config"] else Config()
        if self["port"] is not None:
            read = replace(read, web=replace(read.web, port=int(self["port"])))
        return replace(read, tor=replace(read.tor, enabled=False)) if self["no-tor"] else read

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
            end(f"{str(error).rstrip('.')}. See --help.", WRONG_USAGE)

    def parseArgs(self, *words: str) -> None:
        """There is nothing to say without a dash."""
        if words:
            raise usage.UsageError(f'"{words[0]}" is no option')

    def postOptions(self) -> None:
        """Check everything that was said, so that what is wrong is one line and not a traceback."""
        port = self["port"]
        if port is not None and not (port.isascii() and port.isdigit() and int(port) <= 65535):
            end(f"--port takes a number from 0 to 65535, not {port!r}.", WRONG_USAGE)
        try:
            self.config = self.load()
        except ConfigError as error:
            end(str(error), WRONG_CONFIGURATION)
        try:
            self.state = Path(self["state"]).expanduser() if self["state"] else default_directory(os.environ)
        except RuntimeError:
            end("The home directory is not known: name a state directory in full with --state.", CANNOT_START)
        if self["check"]:
            _check(self.config, self.state)
        if self["invite"] or self["revoke"] or self["invited"]:
            _invitations(self)
        if self["passwd"] or self["forget-passwd"]:
            _password(self)


def _load(path: str) -> Config:
    """:raises ConfigError: it cannot be used, or a font that it names: then nothing of it holds (R-34)."""
    read = load(path)
    if read.captcha.fonts:
        try:
            find_fonts(read.captcha.fonts, LETTERS)
        except FontError as problem:
            raise ConfigError(path, f"[captcha] fonts: {problem}".rstrip(".")) from problem
    return read


def _check(settings: Config, state: Path) -> NoReturn:
    """Show what is there and what is missing; status 1 if the stream cannot run."""
    missing = False
    for finding in findings(settings, state, os.environ):
        write(f"{finding}\n")
        missing = missing or finding.verdict is Verdict.MISSING
    sys.exit(1 if missing else 0)


def _invitations(options: Options) -> NoReturn:
    """Change who may come, or say who may; status 1 if that cannot be."""
    state, public = options.state, bool(options["public"])
    try:
        if options["invite"]:
            _say(invitations.invite(state, options["invite"]))
        elif options["revoke"]:
            _say(invitations.revoke(state, options["revoke"], public=public))
        else:
            _say(invitations.guests(state))
    except InvitationError as error:
        end(str(error), 1)
    sys.exit(0)


def _password(options: Options) -> NoReturn:
    """Change what the broadcaster's password is; status 1 if that cannot be."""
    state = options.state
    try:
        _say(passwd.choose(state, passwd.ask) if options["passwd"] else passwd.forget(state))
    except (UnfitError, StateError) as error:
        end(str(error), 1)
    sys.exit(0)


def _say(text: str) -> None:
    """What was asked for."""
    sys.stdout.write(text)


def write(text: str) -> None:
    """To the terminal, not to the log: twistd makes the log of what is written to ``sys.stderr``."""
    logs.write(sys.__stderr__, text)


def end(sentence: str, status: int) -> NoReturn:
    """One line, no traceback."""
    write(f"onionstream: {sentence}\n")
    sys.exit(status)
