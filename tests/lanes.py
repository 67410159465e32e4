"""
Which tests run side by side, so that a small machine's two cores both have something to do.

Each lane is one process that runs its tests one after the other, with trial. What stands under :data:`LIVE`,
:data:`BROWSERS`, :data:`TORS` and :data:`ALONE` is named here; whatever is not named has its lane all the same, so a
new test is never forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parent

EVERYTHING = "tests"
"""The name that stands for all lanes."""

LIVE = frozenset(
    f"tests.real.test_{name}" for name in ("live_page", "moderated", "scripts", "seat", "staff", "tabs", "talking")
)
"""Several people have the page open, in Firefox and Chromium."""

BROWSERS = frozenset(f"tests.real.test_{name}" for name in ("browser_rig", "look", "remote"))
"""The browsers themselves, and pages that nobody else has open."""

TORS = frozenset(f"tests.real.test_{name}" for name in ("circuits", "onion", "onion_daemon", "tor", "tornet"))
"""They share a Tor network of their own, and mostly wait for it."""

ALONE = frozenset(
    f"tests.real.test_{name}" for name in ("hls", "login", "scrubbing", "slow_clients", "unbroken", "watching")
)
"""They look at a moving picture, or at deadlines: what runs beside them would be seen."""

NAMED = LIVE | BROWSERS | TORS | ALONE
"""All that has a lane of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """
    Tests that run one after the other.

    :ivar name: one word.
    :ivar tests: their modules and packages.
    """

    name: str
    tests: tuple[str, ...]


def modules() -> list[str]:
    """:return: every module with tests, by its dotted name."""
    return sorted(".".join(path.relative_to(TESTS.parent).with_suffix("").parts) for path in TESTS.rglob("test_*.py"))


def side_by_side() -> tuple[Lane, ...]:
    """:return: lanes that may run beside each other, those that take longest first."""
    real = [name for name in modules() if name.startswith("tests.real.")]
    return (
        Lane(name="units", tests=tuple(name for name in modules() if name not in real)),
        Lane(name="programs", tests=tuple(name for name in real if name not in NAMED)),
        Lane(name="live", tests=tuple(sorted(LIVE))),
        Lane(name="browsers", tests=tuple(sorted(BROWSERS))),
        Lane(name="tors", tests=tuple(sorted(TORS))),
    )


def alone() -> Lane:
    """:return: the one that runs when all others have ended."""
    return Lane(name="alone", tests=tuple(sorted(ALONE)))
