"""The last seconds of the stream, for viewers who begin or who lag."""

from __future__ import annotations

from collections import deque

from onionstream.video.fragment import Fragment


class Window:
    """
    The newest fragments, bounded in seconds and in bytes.

    Viewers hold numbers of fragments, never fragments: what has left the window is freed, whoever still wanted it.
    """

    def __init__(self, seconds: float, size: int) -> None:
        """
        :param seconds: of the stream, at the most.
        :param size: bytes at the most.
        """
        self._seconds = seconds
        self._most = size
        self._fragments: deque[Fragment] = deque()
        self._keyframes: deque[int] = deque()
        self._size = 0

    def __len__(self) -> int:
        """How many fragments there are."""
        return len(self._fragments)

    @property
    def size(self) -> int:
        """Bytes of all fragments."""
        return self._size

    @property
    def rate(self) -> float:
        """Bytes a second of the stream that is in it; 0 when that is nothing. Looks at all of it."""
        if not self._fragments:
            return 0.0
        size = sum(len(fragment.data) for fragment in self._fragments)
        return size / max(self._fragments[-1].end - self._fragments[0].start, 0.001)

    @property
    def newest(self) -> Fragment | None:
        """The live edge, if there is any fragment."""
        return self._fragments[-1] if self._fragments else None

    @property
    def newest_keyframe(self) -> int | None:
        """The number of the last fragment at which a player may start, if there is one."""
        return self._keyframes[-1] if self._keyframes else None

    def keyframe_before(self, seconds: float) -> int | None:
        """
        Where a player begins that wants something to begin with.

        :param seconds: of the stream that it wants, at least.
        :return: the number of the newest keyframe that is so old, or else of the oldest one of the present run, or else
            of the newest one; None if there is none at all.
        """
        newest, found = self.newest, self.newest_keyframe
        for number in reversed(self._keyframes):
            fragment = self.get(number)
            assert newest is not None and fragment is not None
            if fragment.generation != newest.generation:
                break
            found = number
            if newest.end - fragment.start >= seconds:
                break
        return found

    def get(self, number: int) -> Fragment | None:
        """The fragment of this number; None when it has left the window or is yet to come."""
        if not self._fragments:
            return None
        index = number - self._fragments[0].number
        return self._fragments[index] if 0 <= index < len(self._fragments) else None

    def append(self, fragment: Fragment) -> None:
        """
        The live edge moves on; what is too old or too much goes.

        :param fragment: its number follows the newest one's.
        """
        self._fragments.append(fragment)
        self._size += fragment.size
        if fragment.keyframe:
            self._keyframes.append(fragment.number)
        while self._fragments and (self._size > self._most or self._fragments[0].end < fragment.end - self._seconds):
            self._drop()

    def clear(self) -> None:
        """Forget everything, because nothing of it fits what comes now."""
        self._fragments.clear()
        self._keyframes.clear()
        self._size = 0

    def bound(self, seconds: float, size: int) -> None:
        """Other bounds from the next fragment on; see ``__init__``."""
        self._seconds, self._most = seconds, size

    def _drop(self) -> None:
        dropped = self._fragments.popleft()
        self._size -= dropped.size
        if self._keyframes and self._keyframes[0] <= dropped.number:
            self._keyframes.popleft()
