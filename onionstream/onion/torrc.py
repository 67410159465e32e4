"""
The configuration we write for tor, from ours.

Every start writes it anew into the state directory, where everybody can see what tor was told. Later lines of a torrc
win over former ones, and the options of an onion service belong to the ``HiddenServiceDir`` above them; so a person's
own lines come last, and where one of them sets what we would set, ours is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from onionstream.onion.errors import CannotStartError
from onionstream.settings import config, extra_torrc

VIRTUAL_PORT = 80
"""The port viewers use; http is what a browser tries when an address begins with nothing."""

_LONGEST_SOCKET = 107  # bytes of the path of a UNIX socket on Linux (``sun_path``, unix(7))

_HEAD = (
    "# Written by onionstream whenever it starts tor: what you change here is lost.",
    "# Lines of your own belong to extra_torrc, in the table [tor] of config.toml.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """
    Where tor finds and leaves its things.

    :ivar state: our state directory, in full; only its owner may look into it.
    :ivar site: the UNIX socket on which the site waits for tor's connections, in full.
    """

    state: Path
    site: Path

    @property
    def data(self) -> Path:
        """What tor remembers: above all the guards, which must not change with each start (L-20)."""
        return self.state / "tor"

    @property
    def service(self) -> Path:
        """The onion service: its key and its address, and who is invited."""
        return self.state / "onion"

    @property
    def control(self) -> Path:
        """The control socket. Here and not in `data`, so that its path is no longer than that of the site's."""
        return self.state / "tor.sock"

    @property
    def socks(self) -> Path:
        """The SOCKS port that is there while the self-test looks. Its path is as long as that of `control`."""
        return self.state / "try.sock"

    @property
    def cookie(self) -> Path:
        """What tor lets in by its control socket: whoever can read this file."""
        return self.data / "control_auth_cookie"

    @property
    def torrc(self) -> Path:
        """The configuration itself."""
        return self.state / "torrc"

    @property
    def candidate(self) -> Path:
        """Another configuration, which tor has not accepted yet."""
        return self.state / "torrc.candidate"


def torrc(settings: config.Tor, paths: Paths, owner: int, extra: str = "") -> str:
    """
    :param owner: number of the process without which tor must not run.
    :param extra: lines that are appended as they are; tests join a network of their own with them.
    :return: the text of the configuration, which is hardened as L-06, L-20, L-22 and D-80 to D-82 ask for.
    :raises CannotStartError: tor could not read one of the paths.
    """
    given = extra_torrc.names(settings.extra_torrc)
    ours = (*_tor(paths, owner, given), *_service(settings, paths))
    lines = (f"{name} {value}" for name, value in ours if name not in given)
    return "\n".join([*_HEAD, *lines, settings.extra_torrc, extra]).rstrip("\n") + "\n"


def setconf(settings: config.Tor, paths: Paths) -> str:
    """
    :return: the command that sets the onion service in a tor of the system, in place of all that it has.
    :raises CannotStartError: one of the paths cannot be written on a control connection.
    """
    command = "SETCONF " + " ".join(f"{name}={value}" for name, value in _service(settings, paths))
    if not command.isascii():
        raise CannotStartError(
            f"A tor of the system cannot be told of the path {str(paths.state)!a}: choose a state directory with plain "
            "letters with --state."
        )
    return command


def socks_port(paths: Paths) -> str:
    """
    :return: the value of ``SocksPort`` for the self-test, on a control connection: a UNIX socket, which leads to onion
        addresses only and says in detail why it does not.
    :raises CannotStartError: no socket can be there.
    """
    path = "".join(one if one.isascii() else _octal(one) for one in quoted(str(paths.socks)))
    return quoted(f"unix:{path} OnionTrafficOnly ExtendedErrors")


def _octal(letter: str) -> str:
    """:return: a letter as strings of C have it, for a control connection takes plain ones only."""
    return "".join(f"\\{byte:03o}" for byte in letter.encode())


def quoted(text: str) -> str:
    """
    :return: a text as a value in a torrc: tor reads it as a string of C, in which a ``#`` begins no comment.
    :raises CannotStartError: it cannot be written there.
    """
    if not text.isprintable():  # nor is what was no UTF-8: Python has half characters for it
        raise CannotStartError(
            f"tor cannot use the path {text!a}: it holds characters that cannot be seen, or is no UTF-8. "
            "Choose another state directory with --state."
        )
    return '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))


def _tor(paths: Paths, owner: int, given: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """:return: what tor itself is told. ``NoExec`` would keep it from starting a pluggable transport."""
    return (
        ("DataDirectory", quoted(str(paths.data))),
        ("ControlPort", _unix("", paths.control)),
        ("CookieAuthentication", "1"),
        ("CookieAuthFile", quoted(str(paths.cookie))),
        ("SocksPort", "0"),
        ("ClientOnly", "1"),
        ("Log", "notice stdout"),
        ("SafeLogging", "1"),
        ("NoExec", "0" if "ClientTransportPlugin" in given else "1"),
        ("DisableDebuggerAttachment", "1"),
        ("AvoidDiskWrites", "0"),
        ("MaxMemInQueues", "512 MB"),
        ("VanguardsLiteEnabled", "auto"),
        ("ConnectionPadding", "auto"),
        ("CircuitPadding", "1"),
        ("__OwningControllerProcess", str(owner)),
    )


def _service(settings: config.Tor, paths: Paths) -> tuple[tuple[str, str], ...]:
    """
    :return: the onion service.

    It is one with a directory, because tor tells circuit numbers of no other kind (``HiddenServiceExportCircuitID``).
    """
    return (
        ("HiddenServiceDir", quoted(str(paths.service))),
        ("HiddenServicePort", _unix(f"{VIRTUAL_PORT} ", paths.site)),
        ("HiddenServiceExportCircuitID", "haproxy"),
        ("HiddenServiceMaxStreams", str(settings.max_streams)),
        ("HiddenServiceMaxStreamsCloseCircuit", "1"),
        ("HiddenServicePoWDefensesEnabled", str(int(settings.proof_of_work))),
        ("HiddenServiceEnableIntroDoSDefense", str(int(settings.introduction_dos_defence))),
        ("HiddenServiceNumIntroductionPoints", "3"),
    )


def _unix(before: str, path: Path) -> str:
    """
    :param before: stands before the socket in the same value.
    :return: a value with a UNIX socket in it. tor unquotes it twice: as a value, and then the path in it.
    :raises CannotStartError: no socket can be there.
    """
    if len(str(path).encode(errors="surrogateescape")) > _LONGEST_SOCKET:
        raise CannotStartError(
            f"The path {path} is too long for a UNIX socket ({_LONGEST_SOCKET} bytes). "
            "Choose another state directory with --state."
        )
    return quoted(f"{before}unix:{quoted(str(path))}")
