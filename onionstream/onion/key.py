"""
The three files that are the onion service, and whether they belong together (R-15).

tor does not ask: it writes a new address into ``hostname`` when that does not fit the key, and makes a new key when
there is none. Whoever was given the old address would stand before a closed door. So we look before tor does.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Mapping
from hashlib import sha3_256

from onionstream.onion.ed25519 import public_key
from onionstream.onion.errors import KeyFilesError

SECRET, PUBLIC, HOSTNAME = "hs_ed25519_secret_key", "hs_ed25519_public_key", "hostname"
FILES = (SECRET, PUBLIC, HOSTNAME)
"""Their names, as tor has them."""

LONGEST = 200
"""Bytes; all three are shorter."""

_SIZES = {SECRET: 96, PUBLIC: 64}
_HEADS = {SECRET: b"== ed25519v1-secret: type0 ==\0\0\0", PUBLIC: b"== ed25519v1-public: type0 ==\0\0\0"}


def address(files: Mapping[str, bytes]) -> str:
    """
    :param files: those that are there, by name.
    :return: ``….onion``; empty when there is no file and so no service yet.
    :raises KeyFilesError: one of them is missing, is not what it should be, or does not belong to the others.
    """
    if not files:
        return ""
    for name in FILES:
        if name not in files:
            raise _refused(f"{name} is missing")
    for name, size in _SIZES.items():
        _check_form(name, files[name], size)
    public = files[PUBLIC][32:]
    if public_key(files[SECRET][32:64]) != public:
        raise _refused(f"{PUBLIC} and {SECRET} are not of one key")
    if files[HOSTNAME].strip() != (expected := onion(public)).encode():
        raise _refused(f"{HOSTNAME} does not hold the address of the key beside it")
    return expected


def onion(public: bytes) -> str:
    """:return: the address of a public key (rend-spec-v3, "Encoding onion addresses")."""
    checksum = sha3_256(b".onion checksum" + public + b"\x03").digest()[:2]
    return b32encode(public + checksum + b"\x03").decode().lower() + ".onion"


def _check_form(name: str, data: bytes, size: int) -> None:
    """:raises KeyFilesError: a file is not what tor writes."""
    if not data:
        raise _refused(f"{name} is empty")
    if len(data) != size:
        raise _refused(f"{name} must have {size} bytes and has {'more' if len(data) > size else len(data)}")
    if not data.startswith(_HEADS[name]):
        raise _refused(f"{name} is no key of tor's")


def _refused(what: str) -> KeyFilesError:
    """:return: the error, with what to do."""
    return KeyFilesError(
        f"tor is not started, because it could not keep the onion address: {what}. Put the folder onion/ of the state "
        "directory back from a copy; or move it away, and the next start makes a new address."
    )
