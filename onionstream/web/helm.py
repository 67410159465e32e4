"""What the broadcaster steers from his page, and what its forms show of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from onionstream.web.course import Course


class Titles(Protocol):
    """What is used of ``titlefile.Titles``."""

    @property
    def title(self) -> str:
        """One line."""

    @property
    def description(self) -> str:
        """Several lines, or none."""

    @property
    def own(self) -> tuple[bool, bool]:
        """Whether the two were set here, and are not the configuration's."""

    def set_title(self, typed: str, /) -> None:
        """:raises TitleError: it cannot be."""

    def set_description(self, typed: str, /) -> None:
        """:raises TitleError: it cannot be."""


class Source(Protocol):
    """What is used of the encoder's ``Supervisor``."""

    def startService(self) -> object:
        """Have a picture."""

    def stopService(self) -> object:
        """Have none."""

    def restart(self) -> None:
        """Begin anew."""


@dataclass(frozen=True, slots=True)
class Notice:
    """
    What became of a form.

    :ivar refused: nothing was changed.
    :ivar sweep: minutes and minutes of a sweep that is asked about, and how many messages it finds.
    """

    sentence: str
    refused: bool = False
    sweep: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Tripcoded:
    """
    Somebody with a tripcode.

    :ivar called: his name.
    :ivar shown: the tripcode, as it is shown.
    :ivar whole: all of it.
    """

    called: str
    shown: str
    whole: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """
    The forms as they are now.

    :ivar once: the nonce of each.
    :ivar notice: what became of the last one.
    :ivar hidden: messages that the latest sweep has hidden which is not taken back.
    :ivar members: in full.
    """

    once: str
    notice: Notice | None
    titles: Titles
    course: Course
    hidden: int
    members: tuple[str, ...]
    applicants: tuple[Tripcoded, ...]
