"""
Who is invited: client authorization of the onion service (rend-spec-v3, "Client authorization").

While nobody is invited, everybody who has the address can come. As soon as somebody is, the address alone is worth
nothing: each guest needs a key of his own, which his Tor Browser asks for. We keep only the public half of it.

A change counts after `onionstream.onion.tor.Tor.reload`. tor goes on serving a guest whose invitation was taken back
for as long as he likes; `onionstream.onion.tor.Tor.offer_anew` shows everybody to the door, where guests come in again.
"""

from __future__ import annotations

import os
import re
from base64 import b32encode
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from onionstream.onion.errors import CannotStartError, InvitationError
from onionstream.onion.files import own_directory, write

MOST = 256
"""Guests; a descriptor has to hold a few lines for each of them, and may have 50 kB."""

_FOLDER = "authorized_clients"
_NAME = re.compile(r"[a-z0-9_-]{1,32}")


def invite(directory: Path, name: str) -> str:
    """
    Invite a guest. His key is returned here and kept nowhere: it cannot be had a second time.

    :param directory: of the onion service (``onion/`` in the state directory).
    :param name: for ourselves; tor tells nobody.
    :return: the key that his Tor Browser asks for, 52 letters and digits.
    :raises InvitationError: the name cannot be used or is taken, or the disk does not do it.
    """
    path = _path(directory, name)
    guests = invited(directory)
    if name in guests:
        raise InvitationError(f"{name} is invited already: take that invitation back first, or choose another name.")
    if len(guests) >= MOST:
        raise InvitationError(f"{MOST} are invited already, and more do not fit into what tor publishes.")
    private = X25519PrivateKey.generate()
    try:
        own_directory(directory)
        own_directory(path.parent)
    except CannotStartError as problem:
        raise InvitationError(str(problem)) from problem
    write(path, f"descriptor:x25519:{_base32(private.public_key().public_bytes_raw())}\n", InvitationError)
    return _base32(private.private_bytes_raw())


def invited(directory: Path) -> list[str]:
    """
    :param directory: of the onion service.
    :return: the names of all guests, sorted; also of files that somebody else has put there.
    :raises InvitationError: they cannot be read.
    """
    try:
        return sorted(path.stem for path in (directory / _FOLDER).iterdir() if path.suffix == ".auth")
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise InvitationError(f"{directory / _FOLDER} cannot be read: {problem.strerror}.") from problem


def revoke(directory: Path, name: str, *, public: bool = False) -> None:
    """
    Take an invitation back.

    :param directory: of the onion service.
    :param public: also when nobody else is invited, and so everybody who has the address can come from then on.
    :raises InvitationError: there is no such guest, he is the last one, or the disk does not do it.
    """
    path = _path(directory, name)
    guests = invited(directory)
    if name not in guests:
        raise InvitationError(f"{name} is not invited. Invited are: {', '.join(guests) or 'none'}.")
    if guests == [name] and not public:
        raise InvitationError(
            f"{name} is the only guest: without this invitation everybody who has the address can come. Invite "
            f"somebody else first, or say that it may be so (--public; `ctl revoke {name} public`)."
        )
    try:
        path.unlink()
        _sync(path.parent)
    except OSError as problem:
        raise InvitationError(f"The file {path} cannot be removed: {problem.strerror}.") from problem


def _path(directory: Path, name: str) -> Path:
    """
    :return: the file of a guest.
    :raises InvitationError: nobody can have this name.
    """
    if not _NAME.fullmatch(name):
        raise InvitationError("A name has 1 to 32 of these characters: a to z, 0 to 9, - and _.")
    return directory / _FOLDER / f"{name}.auth"


def _base32(data: bytes) -> str:
    """:return: as tor and its browser write a key."""
    return b32encode(data).decode().rstrip("=")


def _sync(directory: Path) -> None:
    """:raises OSError: it is not certain that the directory stays as it is now."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
