"""
How late the picture is: a real browser without scripts, and the wall clock that the test source draws into the picture.

    .venv/bin/python -m benchmarks.delay --browser firefox --seconds 30 --runs 5
    .venv/bin/python -m benchmarks.delay --seconds 40 --at 15=kill --at 25=stall:3 --at 33=size:480x270
    .venv/bin/python -m benchmarks.delay --through onion --browser chromium --query mode=fast

Every run starts a daemon, an X screen and a browser of its own; the pixels are read from the framebuffer 100 times a
second. The delay is from the moment at which ffmpeg stamped the picture to the moment at which it was seen. Between
browser and daemon there is always a line of our own (benchmarks/lines.py), so that it can stand still.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import ExitStack

from benchmarks import events
from benchmarks.events import Event, Plan
from benchmarks.report import summary
from benchmarks.seen import Seen, look
from benchmarks.sound import NoSoundError, sound_card
from benchmarks.stage import STARTS, RealStage, Viewer
from benchmarks.ways import THROUGH, Way, open_way
from tests.real.clockcode import delay_ms

LOOKS = 0.01
"""Seconds between two looks at the screen."""


def watch(way: Way, viewer: Viewer, seconds: float, happening: list[Event]) -> Seen:
    """
    One run.

    :param happening: what happens meanwhile.
    """
    with RealStage.built(way, viewer) as stage:
        return look(stage.code, delay_ms, time.time, lambda: time.sleep(LOOKS), seconds, Plan(happening, stage))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").strip().partition("\n")[0], epilog=f"events: {events.HELP}"
    )
    parser.add_argument("--browser", choices=STARTS, default="firefox")
    parser.add_argument(
        "--through",
        choices=THROUGH,
        default="loopback",
        help="proxy: a line that is slow and uneven like Tor; onion: an onion service in a Tor network on this machine",
    )
    parser.add_argument("--runs", type=int, default=1, help="how often (1)")
    parser.add_argument("--seconds", type=float, default=30, help="how long each (30)")
    parser.add_argument("--mode", help="the player's mode; short for --query mode=MODE")
    parser.add_argument("--query", default="", help="of the player's address, such as 'mode=fast'")
    parser.add_argument("--audible", action="store_true", help="let a video that is not muted start by itself")
    parser.add_argument(
        "--at",
        type=Event.parse,
        action="append",
        default=[],
        metavar="SECONDS=EVENT",
        help="what happens; may be given several times",
    )
    return parser.parse_args()


def main() -> None:
    """Run it; see the top of the file."""
    options = arguments()
    query = "&".join(filter(None, [options.mode and f"mode={options.mode}", options.query]))
    loud = options.audible or any(event.kind in ("play", "mute", "unmute") for event in options.at)
    with ExitStack() as stack:
        try:
            sound = stack.enter_context(sound_card()) if loud else ""
        except NoSoundError as error:
            sys.exit(str(error))
        viewer = Viewer(browser=options.browser, query=query, audible=options.audible, sound=sound)
        way = stack.enter_context(open_way(options.through))
        runs = []
        for number in range(1, options.runs + 1):
            runs.append(watch(way, viewer, options.seconds, options.at))
            print(f"run {number} of {options.runs}: {len(runs[-1].frames)} pictures seen", flush=True)
    print("\n".join(summary(runs, options.at)))


if __name__ == "__main__":
    main()
