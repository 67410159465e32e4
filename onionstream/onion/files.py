"""tor's directories and files on the disk, made and looked at before tor is started."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from onionstream.files import ownfile
from onionstream.onion import key
from onionstream.onion.errors import CannotStartError, KeyFilesError, OnionError
from onionstream.onion.torrc import Paths

_IN_MEMORY = ("tmpfs", "ramfs")


def prepare(paths: Paths, text: str, *, allow_tmpfs: bool) -> str:
    """
    Make what is missing for a tor of our own, and look at what is there.

    :param text: the configuration to be written.
    :return: the onion address; empty when tor is going to make one.
    :raises CannotStartError: tor could not start, or not with the address it has had.
    """
    address = prepare_service(paths, allow_tmpfs=allow_tmpfs)
    own_directory(paths.data)
    write(paths.torrc, text)
    return address


def prepare_service(paths: Paths, *, allow_tmpfs: bool) -> str:
    """
    Make the directory of the onion service, and look at what is there.

    :return: the onion address; empty when tor is going to make one.
    :raises CannotStartError: tor could not offer the service, or not with the address it has had.
    """
    if not allow_tmpfs and is_in_memory(paths.state):
        raise CannotStartError(
            "The state directory is on a tmpfs, and would be lost with the onion address when the machine is switched "
            "off: choose another one with --state, or set allow_tmpfs in [tor]."
        )
    own_directory(paths.service)
    return onion_address(paths.service)


def forget_socket(paths: Paths) -> None:
    """Take an old control socket away: whatever still listens there is not the tor that is going to be started."""
    with suppress(OSError):
        paths.control.unlink()


def onion_address(directory: Path) -> str:
    """
    :param directory: of the onion service.
    :return: its address; empty when there is none yet.
    :raises KeyFilesError: its files are damaged or do not belong together.
    """
    return key.address({name: data for name in key.FILES if (data := _read(directory / name)) is not None})


def own_directory(path: Path) -> None:
    """
    Make a directory that only this user may look into (mode 0700), or make it so.

    :raises CannotStartError: it cannot be made, is none, or is not ours.
    """
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise CannotStartError(f"{path} must be a directory and is something else: move it away.")
        if found.st_uid != os.geteuid():
            raise CannotStartError(f"The directory {path} belongs to somebody else: give it to the user who runs this.")
        if stat.S_IMODE(found.st_mode) != 0o700:
            path.chmod(0o700)
    except FileExistsError as problem:
        raise CannotStartError(f"{path} must be a directory and is something else: move it away.") from problem
    except OSError as problem:
        raise CannotStartError(f"The directory {path} cannot be used: {problem.strerror}.") from problem


def write(path: Path, text: str, error: type[OnionError] = CannotStartError) -> None:
    """
    Write a file that only this user may read (mode 0600): whole, or not at all.

    :param error: raised when it cannot be written; the file is then as it was before.
    """
    try:
        ownfile.write(path, text)
    except OSError as problem:
        raise error(f"The file {path} cannot be written: {problem.strerror}.") from problem


def is_in_memory(path: Path) -> bool:
    """:return: whether what is in a directory is lost when the machine is switched off (L-20)."""
    device = path.stat().st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    try:
        mounts = Path("/proc/self/mountinfo").read_text(errors="replace").splitlines()
    except OSError:
        return False
    for words in (line.split() for line in mounts):  # proc(5): its number is the third, its type follows a dash
        if words[2:3] == [wanted] and "-" in words:
            return words[words.index("-") + 1] in _IN_MEMORY
    return False


def _read(path: Path) -> bytes | None:
    """
    :return: the beginning of a file, enough to see whether it is what it should be; ``None``: it is not there.
    :raises KeyFilesError: it is there and cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise KeyFilesError(f"tor is not started, because {path} cannot be read: {problem.strerror}.") from problem
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise KeyFilesError(f"tor is not started, because {path} is no file.")
        return os.read(descriptor, key.LONGEST)
    finally:
        os.close(descriptor)
