"""What the broadcaster steers from his page, and what its forms show of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from onionstream.files.titlefile import ABOUT, MOST, TITLE
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
    """What is used of the encoder's ``Intake``."""

    @property
    def running(self) -> object:
        """Whether it is to give a picture."""

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
    :ivar last: the only guest, if taking his invitation back is asked about.
    :ivar form: the name of the form.
    :ivar typed: what comes back into its fields, by their names, since it was not done.
    """

    sentence: str
    refused: bool = False
    sweep: tuple[int, int, int] | None = None
    last: str = ""
    form: str = ""
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)

    def at(self, form: str) -> Notice:
        """:return: the same, of this form."""
        return replace(self, form=form)

    def with_typed(self, typed: Mapping[str, str]) -> Notice:
        """:return: the same, with what comes back."""
        return replace(self, typed=typed)


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

    :ivar off: the source was switched off.
    :ivar hidden: messages that the latest sweep has hidden which is not taken back.
    :ivar members: in full.
    :ivar title_most: characters of a title at the most, ...
    :ivar about_most: ... of what stands under it, ...
    :ivar about_bytes: ... and bytes of that.
    """

    titles: Titles
    off: bool
    course: Course
    hidden: int
    members: tuple[str, ...]
    applicants: tuple[Tripcoded, ...]
    title_most: int = TITLE.most
    about_most: int = ABOUT.most
    about_bytes: int = MOST - 1
