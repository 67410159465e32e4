"""A sound card that nobody hears: a PulseAudio of our own whose only sink throws away what it gets."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.real.processes import Family, find


class NoSoundError(Exception):
    """There is no sound card here; the text says what to do."""


@contextmanager
def sound_card() -> Iterator[str]:
    """
    A sound card for the time of a ``with`` block.

    :return: the address of its server, as in ``$PULSE_SERVER``.
    :raises NoSoundError: there is no PulseAudio, or it does not start.
    """
    if shutil.which("pulseaudio") is None:
        raise NoSoundError("Sound needs PulseAudio: apt install --no-install-recommends pulseaudio")
    with TemporaryDirectory(prefix="o-") as name:
        folder = Path(name)
        place = folder / "socket"
        family = Family(
            [
                find("pulseaudio"),
                "-n",  # not what the system has configured
                "--daemonize=no",
                "--use-pid-file=no",
                "--exit-idle-time=-1",
                "--disable-shm=yes",
                "--load=module-null-sink",
                f"--load=module-native-protocol-unix auth-anonymous=1 socket={place}",
            ],
            environment={"PATH": os.environ.get("PATH", os.defpath), "HOME": name, "XDG_RUNTIME_DIR": name},
            log=folder / "log",
        )
        try:
            _wait_for(place, family, folder / "log")
            yield f"unix:{place}"
        finally:
            family.end()


def _wait_for(place: Path, family: Family, log: Path) -> None:
    for _ in range(100):
        if place.is_socket():
            return
        if not family.running:
            break
        time.sleep(0.1)
    raise NoSoundError(f"PulseAudio does not start; it said: {log.read_text(errors='replace')}")
