"""The last lines that ffmpeg wrote on stderr, kept for whoever asks."""

from __future__ import annotations

from collections import deque

BOUND = 64 * 1024
"""Characters that are kept at the most (L-53, section 3.7: the ring of ffmpeg's stderr)."""

_LONGEST_LINE = 1000
_LINE_COST = 64  # what a line takes beyond its characters, counted as characters


class LastLines:
    """A ring of lines. What is no printable text is replaced: a terminal or a page can show them as they are."""

    def __init__(self) -> None:
        """An empty ring."""
        self._lines: deque[str] = deque()
        self._size = 0
        self._fresh = 0
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """:param data: the next bytes, in any chunking; of a line that is too long only the beginning is kept."""
        *whole, rest = (self._rest + data[-BOUND:]).split(b"\n")
        self._rest = rest[:_LONGEST_LINE]
        for line in whole:
            self.add(line.decode(errors="replace"))

    def add(self, line: str) -> None:
        """Keep one line; an empty one says nothing."""
        text = "".join(
            one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line.strip()[:_LONGEST_LINE]
        )
        if not text:
            return
        self._lines.append(text)
        self._fresh += 1
        self._size += len(text) + _LINE_COST
        while self._size > BOUND:
            self._size -= len(self._lines.popleft()) + _LINE_COST

    def begin_run(self) -> None:
        """What follows is of another run of ffmpeg."""
        self.end_run()
        self._fresh = 0

    def end_run(self) -> None:
        """Nothing follows: what came last is a line too."""
        self.feed(b"\n")

    def last(self, count: int) -> tuple[str, ...]:
        """:return: the newest lines, the oldest of them first."""
        return tuple(self._lines)[-count:] if count > 0 else ()

    def last_of_run(self, count: int) -> tuple[str, ...]:
        """:return: the newest lines, none of them older than this run."""
        return self.last(min(count, self._fresh))
