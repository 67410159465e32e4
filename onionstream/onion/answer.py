"""The answer to a request, as far as a visitor reads it who only wants to know whether and how fast it comes."""

from __future__ import annotations

import re

from onionstream.onion.errors import VisitError

LONGEST_HEAD = 16 * 1024
"""Bytes; ours have some 700."""

_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r\n")
_END = b"\r\n\r\n"


class Answer:
    """
    Fed with bytes, in any chunking.

    :ivar status: of HTTP; 0: the head is not complete yet.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self.status = 0
        self._head = b""

    def feed(self, data: bytes) -> int:
        """
        :return: how many bytes of these belong to the body.
        :raises VisitError: this is no answer of HTTP/1, or none that ends its head.
        """
        if self.status:
            return len(data)
        self._head += data
        head, end, body = self._head.partition(_END)
        if len(head) > LONGEST_HEAD:
            raise VisitError("the answer has a head without an end")
        if not end:
            return 0
        found = _STATUS.match(head + end)
        if not found:
            raise VisitError("what answers speaks no HTTP")
        self.status = int(found[1])
        self._head = b""
        return len(body)
