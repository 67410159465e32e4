# ruff: noqa: N818 - they are named as HTTP names them
"""
Our errors and their pages: the one place where an exception becomes an answer.

A page says what its error's docstring says and nothing else, so nothing of the inside can show on it.
"""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from inspect import getdoc
from typing import ClassVar

from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.error import UnsupportedMethod
from twisted.web.http_headers import Headers
from twisted.web.server import Request
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import MethodNotAllowed as NoSuchMethod

from onionstream.logs import told
from onionstream.web import headers
from onionstream.web.templates import TEMPLATES

_log = Logger()
_PAGE = TEMPLATES.get_template("error.html")

LIVE = b"/live"
"""The address of the document that fills the page, and over which the player and the form lie."""


class WebError(Exception):
    """Something went wrong on our side. It has been noted; please try again in a minute."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    alike: ClassVar[bool] = False
    """Whether its page is the same at every address, so that none can be told from another (L-12)."""

    def __init__(self, *, retry_after: int | None = None, allowed: tuple[str, ...] = ()) -> None:
        """
        :param retry_after: seconds until another try makes sense; ``None``: not said.
        :param allowed: the methods that would have been right.
        """
        super().__init__()
        self.retry_after = retry_after
        self.allowed = allowed


class BadRequest(WebError):
    """Your browser sent something this site does not understand."""

    status = HTTPStatus.BAD_REQUEST


class Forbidden(WebError):
    """You may not do this."""

    status = HTTPStatus.FORBIDDEN


class ForeignForm(Forbidden):
    """Another site has sent this in your name, so nothing was done."""


class NotFound(WebError):
    """There is nothing at this address."""

    status = HTTPStatus.NOT_FOUND


class MethodNotAllowed(WebError):
    """This address cannot be used in this way."""

    status = HTTPStatus.METHOD_NOT_ALLOWED


class RequestTimeout(WebError):
    """Your request took too long to arrive. Please try again."""

    status = HTTPStatus.REQUEST_TIMEOUT


class TooLarge(WebError):
    """What you sent is too large."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedMediaType(WebError):
    """What you sent is not a form of this site."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class TooManyRequests(WebError):
    """You are too fast. Please wait a little and try again."""

    status = HTTPStatus.TOO_MANY_REQUESTS


class TooManyOpen(TooManyRequests):
    """Too much of this site is open in your browser. Please close another tab of it and try again."""


class Unavailable(WebError):
    """The site is busy. Please try again in a minute."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


def answer(request: Request, failure: Failure) -> bytes | None:
    """
    Turn what went wrong into the answer to a request.

    :param request: nothing of it is kept or logged.
    :param failure: one of our errors, or of the router's, or anything else: that is logged, as its class and the places
        in the code it came through, and answered as ``WebError``.
    :return: the page, for the caller to write; ``None`` where none can be sent any more, because the client is gone or
        already has the start of another answer (its connection is cut then, so that it does not look complete).
    """
    error = _ours(failure)
    if request.finished or request.channel is None:
        return None
    if request.startedWriting:
        request.channel.forceAbortClient()
        return None
    behind = request.path == LIVE and not error.alike
    page = _page(error.status, " ".join((getdoc(error) or "").split()), behind=behind, alike=error.alike)
    _set_headers(request, error, len(page))
    return page


def _ours(failure: Failure) -> WebError:
    """
    :param failure: any.
    :return: the error of ours that says the same.
    """
    match failure.value:
        case WebError() as error:
            return error
        case NoSuchMethod() as error:
            return MethodNotAllowed(allowed=tuple(sorted(error.valid_methods or ())))
        case UnsupportedMethod() as error:
            return MethodNotAllowed(allowed=tuple(sorted(map(bytes.decode, error.allowedMethods))))
        case HTTPException(code=int(code)):
            return _of_status(code)
    _log.error("{told}", told=told(failure))
    return WebError()


def _of_status(code: int) -> WebError:
    """
    :param code: of an error werkzeug raised. A redirect (3xx) would show the request's Host: it counts as not found.
    :return: our error with that status, or the nearest.
    """
    for kind in WebError.__subclasses__():
        if kind.status == code:
            return kind()
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return WebError()
    return BadRequest() if code >= HTTPStatus.BAD_REQUEST else NotFound()


@cache
def _page(status: HTTPStatus, sentence: str, *, behind: bool, alike: bool) -> bytes:
    """
    :param status: its phrase is the title.
    :param sentence: for the reader.
    :param behind: the player lies over the document, which has to leave room for it.
    :param alike: it is the same at every address.
    :return: the page, the same for everybody.
    """
    return _PAGE.render(title=status.phrase, sentence=sentence, behind=behind, alike=alike).encode()


def _set_headers(request: Request, error: WebError, length: int) -> None:
    """
    Replace whatever was meant to be the answer.

    :param request: its answer has not started.
    :param error: decides status and the headers that go with it.
    :param length: of the page, in bytes.
    """
    connection = request.responseHeaders.getRawHeaders(b"Connection", ())
    request.responseHeaders = Headers()
    request.cookies.clear()
    request.setResponseCode(error.status, error.status.phrase.encode())  # Twisted has no words for 429
    headers.apply(request, headers.Document.ERROR)
    request.setHeader(b"Content-Length", b"%d" % length)
    if connection:
        request.responseHeaders.setRawHeaders(b"Connection", connection)
    if error.retry_after is not None:
        request.setHeader(b"Retry-After", b"%d" % error.retry_after)
    if error.allowed:
        request.setHeader(b"Allow", ", ".join(error.allowed).encode())
