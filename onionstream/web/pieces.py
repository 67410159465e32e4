"""A piece of markup: the same for all documents, or with something in it that differs in each, or in the staff's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain, groupby
from typing import cast


class Hole(Enum):
    """
    What differs in each document, in a fragment that is otherwise the same for all.

    NONCE: of its style. AGAIN: the address under which its reader opens it anew. PLAYER: the address of his player.
    """

    NONCE = auto()
    AGAIN = auto()
    PLAYER = auto()


@dataclass(frozen=True, slots=True)
class Holed:
    """
    A fragment with holes of one kind.

    :ivar parts: what stands around the holes.
    :ivar hole: what goes into them.
    """

    parts: tuple[bytes, ...]
    hole: Hole


Single = bytes | Holed


@dataclass(frozen=True, slots=True)
class Twofold:
    """
    A fragment that is another one for those who watch over the chat.

    :ivar viewers: for everybody else; ``None``: they get nothing.
    :ivar staff: for them.
    """

    viewers: Single | None
    staff: Single | None

    def part(self, *, staff: bool) -> Single | None:
        """:return: what these get."""
        return self.staff if staff else self.viewers


Fragment = Single | Twofold


def filled(fragment: Fragment, fillings: Mapping[Hole, bytes], *, staff: bool) -> bytes:
    """:return: a piece as it stands in a document with these fillings."""
    part = fragment.part(staff=staff) if isinstance(fragment, Twofold) else fragment
    if part is None:
        return b""
    return part if isinstance(part, bytes) else fillings[part.hole].join(part.parts)


def of(news: Iterable[Fragment], *, staff: bool) -> list[Single]:
    """:return: the news as these get them."""
    parts = (one.part(staff=staff) if isinstance(one, Twofold) else one for one in news)
    return [part for part in parts if part is not None]


def joined(news: Iterable[Single]) -> list[Single]:
    """:return: the same, but what all documents get alike is joined here, once, and not for each of them."""
    groups = groupby(news, lambda fragment: isinstance(fragment, bytes))
    return [*chain.from_iterable([b"".join(cast("Iterable[bytes]", some))] if same else some for same, some in groups)]
