"""What can happen to a stream while it is watched, as the command line names it."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from dataclasses import dataclass
from typing import Protocol

FORMS = {
    "stall": r"[\d.]+",
    "line": r"[\d.]+",
    "freeze": r"[\d.]+",
    "outage": r"[\d.]+",
    "off": r"[\d.]+",
    "size": r"\d+x\d+",
    "kill": "",
    "play": "",
    "mute": "",
    "unmute": "",
}
"""What may stand behind the colon of each."""

HELP = """\
stall:SECONDS (the viewer's line stands still), line:KBYTES (from now on it carries so many kB a second; 0: no limit),
freeze:SECONDS (the daemon stands still), kill (the encoder is killed), outage:SECONDS (it is killed, and cannot be
started for so long), off:SECONDS (the broadcaster switches the source off, and on again), size:WIDTHxHEIGHT (of the
picture), mute, unmute (a click on the player's loudspeaker), play (a click into the picture, for --query sound=on)"""


class Stage(Protocol):
    """What events do something to."""

    def stand_still(self, seconds: float) -> None:
        """The viewer's line."""

    def limit(self, rate: float) -> None:
        """The viewer's line, to so many bytes a second; 0: no limit."""

    def freeze(self) -> None:
        """The daemon, until `thaw`."""

    def thaw(self) -> None:
        """The daemon."""

    def kill(self) -> None:
        """The encoder."""

    def take_encoder(self) -> None:
        """None can be started, until `give_encoder`."""

    def give_encoder(self) -> None:
        """One can be started again."""

    def switch(self, to: str) -> None:
        """The source, as the broadcaster does it: ``on`` or ``off``."""

    def resize(self, size: str) -> None:
        """The picture, to ``WIDTHxHEIGHT``."""

    def click_picture(self) -> None:
        """Press the player."""

    def click_sound(self) -> None:
        """Turn the sound on, or off."""


@dataclass(frozen=True, slots=True)
class Event:
    """
    Something that happens.

    :ivar at: seconds after the browser's start.
    :ivar kind: see `FORMS`; and ``thaw``, ``repair`` and ``on``, which follow by themselves.
    :ivar value: what stood behind the colon.
    """

    at: float
    kind: str
    value: str = ""

    @classmethod
    def parse(cls, text: str) -> Event:
        """
        Read ``15=kill``.

        :raises ArgumentTypeError: it is none.
        """
        match = re.fullmatch(r"(\d+\.?\d*)=([a-z]+):?(.*)", text)
        if match is None or match[2] not in FORMS or not re.fullmatch(FORMS[match[2]], match[3]):
            raise ArgumentTypeError(f"{text} is no event; one is, for example, 15=stall:3")
        return cls(float(match[1]), match[2], match[3])

    @property
    def text(self) -> str:
        """As a reader knows it."""
        return f"{self.kind}{':' * bool(self.value)}{self.value} at {self.at:g} s"

    def happen(self, stage: Stage) -> list[Event]:
        """Do it; :return: what is to follow."""
        match self.kind:
            case "stall":
                stage.stand_still(float(self.value))
            case "line":
                stage.limit(float(self.value) * 1000)
            case "kill":
                stage.kill()
            case "size":
                stage.resize(self.value)
            case "play":
                stage.click_picture()
            case "mute" | "unmute":
                stage.click_sound()
            case _:
                return self._begin_or_end(stage)
        return []

    def _begin_or_end(self, stage: Stage) -> list[Event]:
        """What has an end of its own."""
        match self.kind:
            case "freeze":
                stage.freeze()
                return [Event(self.at + float(self.value), "thaw")]
            case "outage":
                stage.take_encoder()
                stage.kill()
                return [Event(self.at + float(self.value), "repair")]
            case "off":
                stage.switch("off")
                return [Event(self.at + float(self.value), "on")]
            case "thaw":
                stage.thaw()
            case "on":
                stage.switch("on")
            case _:
                stage.give_encoder()
        return []


class Plan:
    """The events of one run, each of which happens once when its time has come."""

    def __init__(self, events: list[Event], stage: Stage) -> None:
        """:param stage: they happen to it."""
        self._left = list(events)
        self._stage = stage

    def __call__(self, at: float) -> None:
        """:param at: seconds since the browser's start."""
        for event in [event for event in self._left if event.at <= at]:
            self._left.remove(event)
            self._left += event.happen(self._stage)
