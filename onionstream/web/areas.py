"""
How an address finds its code: the areas of the site, each a class with its own router.

    class Watch:
        router = Router()

        @router.route("/", methods=["GET"])
        def shell(self, request: Request) -> str: ...

    root = Areas(Watch(...), Broadcaster(...))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

from klein import Klein
from twisted.internet.defer import CancelledError, Deferred, maybeDeferred
from twisted.python.failure import Failure
from twisted.web.http import NO_BODY_CODES
from twisted.web.iweb import IRequest
from twisted.web.resource import Resource
from twisted.web.server import Request
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import NotFound as NoSuchRoute

from onionstream.web import errors

if TYPE_CHECKING:
    from onionstream.web.request import BoundedRequest


class Router(Klein):
    """
    A Klein whose errors are all answered by ``errors``.

    So are the redirects that werkzeug would make to another spelling of an address, and which would show the Host: here
    there is nothing at such an address.
    """

    def __init__(self) -> None:
        super().__init__()
        self.handle_errors(Exception)(_answer)  # type: ignore[arg-type] # bound it gets an area too

    def execute_endpoint(self, endpoint: str, request: IRequest, *args: Any, **kwargs: Any) -> Deferred[Any]:  # noqa: ANN401
        """
        Run a route.

        Its errors are answered here and not by Klein, which logs one in full when the client has gone meanwhile.

        :param endpoint: the route's name.
        :param request: what it answers.
        :param args: handed to the route.
        :param kwargs: handed to the route.
        :return: fires with the body, or ``None`` when the route has written it.
        """
        done: Deferred[Any] = maybeDeferred(super().execute_endpoint, endpoint, request, *args, **kwargs)
        return done.addCallbacks(_measure, _fail, callbackArgs=(request,), errbackArgs=(request,))


def _answer(*given: Any) -> bytes | None:  # noqa: ANN401
    """
    :param given: the area, where Klein has one, the request and the failure.
    :return: the page, if any.
    """
    request, failure = given[-2:]
    return _page(request, failure)


def _measure(body: object, request: Request) -> object:
    """
    :param body: what a route returned.
    :param request: is told the length of a body that is known whole, which saves the chunks.
    :return: the body to write.
    """
    if request.finished:
        return None
    if isinstance(body, str):
        body = body.encode()
    if isinstance(body, bytes) and not request.startedWriting and request.code not in NO_BODY_CODES:
        request.setHeader(b"Content-Length", b"%d" % len(body))
    return body


def _fail(failure: Failure, request: Request) -> bytes | None:
    """
    :param failure: what a route raised.
    :param request: the one it was to answer.
    :return: the page to write, if any. A route cancelled because its client has gone has not failed.
    """
    if failure.check(CancelledError) and request.channel is None:
        return None
    return _page(cast("BoundedRequest", request), failure)


def _page(request: BoundedRequest, failure: Failure) -> bytes | None:
    """
    :param request: of somebody who may be outside, on a route that is public.
    :param failure: what the route raised. That something is not there says as much as that it is: who is outside reads
        what he reads everywhere (L-12).
    :return: the page to write, if any.
    """
    if failure.check(errors.NotFound) and request.gate is not None:
        refusal = request.gate.outside(request)
        failure = failure if refusal is None else Failure(refusal)
    return errors.answer(request, failure)


class Area(Protocol):
    """One part of the site: a class with a router on it."""

    @property
    def router(self) -> Klein:
        """The area's routes, bound to the instance."""


class Gate(Protocol):
    """Where those are stopped who may not come in; see ``door.Door``."""

    def outside(self, request: BoundedRequest, /) -> errors.WebError | None:
        """:return: what somebody outside gets wherever he goes; ``None``: he is inside."""

    def is_public(self, rule: str, /) -> bool:
        """:return: whether somebody outside gets as far as the route with this rule."""


class Areas(Resource):
    """
    The root of the site: asks each area in turn whether an address is its own.

    Answers are as ``errors`` says when none has it. For who is outside there is nothing but what is public, and nothing
    tells him where something is (S76, L-12): a route need not think of that.

    :ivar routes: all of them, as rule and methods.
    """

    def __init__(self, *areas: Area, gate: Gate | None = None) -> None:
        """
        :param areas: the first one that knows an address serves it.
        :param gate: who is inside, and what is public; ``None``: everybody and everything.
        :raises ValueError: a route does not name its methods, and so would answer them all.
        """
        super().__init__()
        self.isLeaf = True
        self.routes: list[tuple[str, frozenset[str]]] = []
        self._gate = gate
        self._areas = []
        for area in areas:
            router = area.router
            for rule in router.url_map.iter_rules():
                if not rule.methods:
                    raise ValueError(f"the route {rule.rule} does not name its methods")
                self.routes.append((rule.rule, frozenset(rule.methods)))
            self._areas.append((router.resource(), router.url_map.bind("")))

    def render(self, request: Request) -> Any:  # noqa: ANN401 - what a Klein resource returns
        """
        :param request: of any method and address.
        :return: what the area's resource returns: bytes, or ``NOT_DONE_YET``.
        :raises WebError: it is nobody's address, or he who asks is outside.
        """
        cast("BoundedRequest", request).gate = self._gate
        path = b"/" + b"/".join(request.postpath or ())
        for resource, addresses in self._areas:
            try:
                rule, _ = addresses.match(path.decode(), method=request.method.decode(), return_rule=True)
            except NoSuchRoute:
                continue
            except HTTPException:
                self._stop(request)  # its address, but not its method: the area says so
            else:
                self._stop(request, rule.rule)
            return resource.render(request)
        self._stop(request)
        raise errors.NotFound

    def _stop(self, request: Request, rule: str = "") -> None:
        """:raises WebError: he is outside, and what he asks for is not public."""
        if self._gate is None or self._gate.is_public(rule):
            return
        if (refusal := self._gate.outside(cast("BoundedRequest", request))) is not None:
            raise refusal
