"""The buttons by which the daemon looks again: at its configuration, and at its own onion address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred

from onionstream.onion.report import Outcome, Report
from onionstream.web.areas import Router
from onionstream.web.desk import Desk
from onionstream.web.helm import Notice
from onionstream.web.request import BoundedRequest

BEGUN = "The address is being tested, which may take some minutes. What is found will be among the figures."
TESTING = "A test goes on already. What it finds will be among the figures."


class Settings(Protocol):
    """What is used of ``Reload``."""

    @property
    def late(self) -> tuple[str, ...]:
        """Tables that are others since the start, and count after a restart only."""

    def again(self) -> str:
        """:return: what has changed, in a sentence; :raises ConfigError: it cannot be used."""


class Test(Protocol):
    """What is used of ``SelfTest``."""

    @property
    def testing(self) -> bool:
        """Whether a test goes on."""

    def run(self) -> Deferred[Report]:
        """:return: fires with what was found."""


@dataclass(frozen=True, slots=True)
class Shown:
    """
    What the page says of it.

    :ivar late: see ``Settings``.
    :ivar testing: a test goes on.
    :ivar untested: why the last test that was asked for here came to nothing; empty: it did not.
    """

    late: tuple[str, ...]
    testing: bool
    untested: str


class Upkeep:
    """The area of ``/broadcaster/reload`` and ``/broadcaster/test``."""

    router = Router()

    def __init__(self, desk: Desk, settings: Callable[[], Settings], test: Test) -> None:
        """
        :param desk: takes the forms.
        :param settings: the configuration; it is there when all is built.
        :param test: of the onion address.
        """
        self._desk = desk
        self._settings = settings
        self._test = test
        self._found: Report | None = None

    def view(self) -> Shown:
        """:return: how it is now."""
        found = self._found
        came_to_nothing = found is not None and found.outcome is Outcome.NOT_TESTED
        untested = found.summary if found is not None and came_to_nothing else ""
        return Shown(self._settings().late, self._test.testing, untested)

    @router.route("/broadcaster/reload", methods=["POST"])
    def reload(self, request: BoundedRequest) -> str:
        """Read the configuration again, and all else that SIGHUP has read (R-34, R-41)."""
        return self._desk.act(request, "reload", (), lambda _: Notice(self._settings().again()))

    @router.route("/broadcaster/test", methods=["POST"])
    def test(self, request: BoundedRequest) -> str:
        """Begin a self-test, and do not wait for it."""

        def act(_: dict[str, str]) -> Notice:
            if self._test.testing:
                return Notice(TESTING)
            self._found = None
            self._test.run().addCallback(self._tested)
            found, self._found = self._found, None  # at once: there was nothing to test
            return Notice(BEGUN) if found is None else Notice(found.summary, refused=True)

        return self._desk.act(request, "test", (), act)

    def _tested(self, report: Report) -> None:
        self._found = report
