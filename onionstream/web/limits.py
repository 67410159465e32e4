"""The figures of the site's bounds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    The bounds of one site.

    :ivar header_bytes: request line and headers of one request, without the line ends.
    :ivar headers: headers of one request.
    :ivar body_bytes: body of one request.
    :ivar fields: fields of one form.
    :ivar field_bytes: bytes of one field's name or value.
    :ivar desk_body_bytes: body of one of the broadcaster's forms; 9 of them may stand for one of 2200 characters.
    :ivar desk_field_bytes: bytes of one field of those, so that he hears in words what is too long.
    :ivar proxy_seconds: for the line with which tor begins each connection (D-84).
    :ivar request_seconds: from a request's first byte to its last; a client over a slow circuit needs about 10.
    :ivar idle_seconds: an open connection without a request.
    :ivar drain_seconds: for a client to take the rest of a finished answer.
    :ivar abort_seconds: for a connection that is closed because of a deadline to be gone.
    :ivar connections: open at the same time.
    """

    header_bytes: int = 8 * 1024
    headers: int = 64
    body_bytes: int = 16 * 1024
    fields: int = 16
    field_bytes: int = 4 * 1024
    desk_body_bytes: int = 20 * 1024
    desk_field_bytes: int = 8 * 1024
    proxy_seconds: float = 5
    request_seconds: float = 20
    idle_seconds: float = 65
    drain_seconds: float = 30
    abort_seconds: float = 5
    connections: int = 2000
