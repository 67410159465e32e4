"""The last words of tor: what it wrote, kept without what they must not tell, and what they mean for a person."""

from __future__ import annotations

from collections import deque

from onionstream.onion.scrub import level, scrub

_LINES = 50
_LONGEST = 4096  # bytes of a line that are looked at

_SAYS_NOTHING = (
    "Acting on config options left us in a broken state",
    "Couldn't create private data directory",
    "Error loading rendezvous service keys",
    "Reading config failed",
    "Restart failed",
    "You are running Tor as root",
    "are all undefined, and there aren't any hidden services configured",
)
_ADVICE = (
    ("No space left on device", "Its disk is full: make room in the state directory."),
    ("Read-only file system", "The state directory cannot be written."),
    ("Permission denied", "tor may not use its directory: the state directory must belong to this user alone."),
    ("is not owned by this user", "Part of the state directory belongs to somebody else: give it to this user."),
    ("another Tor process is running", "Another tor uses the same state directory: end that one."),
    ("it's still there", "Another tor uses the same state directory: end that one."),
    ("save in", "tor cannot use the files in onion/ in the state directory; put them back from a copy."),
    ("Bridge line", "A Bridge line in extra_torrc is wrong."),
)


def refusal(said: str) -> str:
    """
    :param said: what ``tor --verify-config`` says.
    :return: why tor would not take the configuration; empty: it would.
    """
    if said.rstrip().endswith("Configuration was valid"):
        return ""
    words = LastWords()
    words.feed(f"{said}\n".encode())
    return words.reason() or "tor does not accept them."


class LastWords:
    """
    What tor wrote last, fed with bytes in any chunking.

    :ivar lines: scrubbed, the oldest first.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self.lines: deque[str] = deque(maxlen=_LINES)
        self._complaints: deque[str] = deque(maxlen=_LINES)
        self._rest = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[str]:
        """
        :param data: the next bytes.
        :return: the warnings and errors among the lines that are complete now.
        """
        *whole, rest = (self._rest + data).split(b"\n")
        complaints = [words for line in whole if (words := self._line(line))]
        self._rest = rest
        if len(rest) > _LONGEST:
            if words := self._line(rest):
                complaints.append(words)
            self._rest, self._skipping = b"", True
        return complaints

    def begin_run(self) -> None:
        """What follows is of another run of tor."""
        self._complaints.clear()
        self._rest, self._skipping = b"", False

    def reason(self) -> str:
        """:return: why this run has ended, in tor's words, with advice where we have some; empty: it did not say."""
        said = [words for words in self._complaints if not any(empty in words for empty in _SAYS_NOTHING)]
        if not said:
            return ""
        for part, advice in _ADVICE:
            if found := next((words for words in said if part in words), ""):
                return f'{advice} It said: "{found.rstrip(".")}".'
        return f'It said: "{said[-1].rstrip(".")}".'

    def _line(self, line: bytes) -> str:
        """:return: a line that complains of something; empty: it does not, or is the rest of one too long."""
        if self._skipping:
            self._skipping = False
            return ""
        kind, words = level(line[:_LONGEST].decode(errors="replace").strip())
        words = scrub(words)
        if not words:
            return ""
        self.lines.append(words)
        if kind not in {"warn", "err"}:
            return ""
        self._complaints.append(words)
        return words
