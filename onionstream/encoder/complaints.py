"""What ffmpeg complained about, and what a person can do about it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LEVEL = re.compile(r"^(?:\[[^\]]* @ 0x[0-9a-f]+\] )?\[(?P<level>\w+)\] ")

_ADVICE = (
    ("cannot open display", "Is the screen named in [source.screen] there, and may this user see it?"),
    ("fps_mode", "This ffmpeg is too old: 5.1 or newer is needed."),
    ("unknown encoder", "This ffmpeg has no such encoder: set encoder in [video], or install another ffmpeg."),
    ("unknown input format", "This ffmpeg cannot read from such a source: install one that can."),
    ("no such filter", "This ffmpeg lacks a filter that is needed: install a complete one."),
    ("no such process", 'Is the sound server running, and the name in sound right? With sound = "" it goes without.'),
    ("outside the screen", "Make region in [source.screen] fit the screen."),
    ("impossible to open", "Is the file there, and may this user read it?"),
    ("moov atom not found", "The file is damaged, or not what the end of its name says."),
    ("va display", 'Is the hardware there, and may this user use it? encoder = "libx264" in [video] works everywhere.'),
    ("cannot load lib", 'The driver is missing. encoder = "libx264" in [video] works everywhere.'),
    ("could not find a valid device", 'The hardware is missing. encoder = "libx264" in [video] works everywhere.'),
    ("connection refused", 'Is the sound server running? With sound = "" it goes without.'),
    ("device or resource busy", "Another program uses the device."),
    ("permission denied", "This user may not read it."),
    ("no such file or directory", "Is the file or device there?"),
    ("invalid data found", "The file is damaged, or not what the end of its name says."),
)


def complaint(lines: Sequence[str]) -> str:
    """
    :param lines: the last ones of a run of ffmpeg, the oldest first.
    :return: its first error, or else its last line, without ffmpeg's own marks and full stop; empty: it wrote nothing.
    """
    errors = [line for line in lines if (match := _LEVEL.match(line)) and match["level"] in ("error", "fatal", "panic")]
    line = errors[0] if errors else (lines[-1] if lines else "")
    return _LEVEL.sub("", line).rstrip(".")


def advice(text: str) -> str:
    """:return: a sentence of what to do about a complaint; empty when we know nothing."""
    return next((words for part, words in _ADVICE if part in text.lower()), "")
