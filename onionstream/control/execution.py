"""A command that was sent, found and done; whatever becomes of it is a reply."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from onionstream.chat.errors import ChatError
from onionstream.control.acts import Act, nothing
from onionstream.control.protocol import Answer, RefusedError, Reply, Request, UsageError
from onionstream.control.verbs import find, summary
from onionstream.files.titlefile import TitleError
from onionstream.logs import told
from onionstream.onion.errors import OnionError
from onionstream.settings.config import ConfigError
from onionstream.web.course import CourseError

EVENTS = "events"
"""The command after which a connection has no replies any more."""


class Execution:
    """Does what is asked for. Of what is said here nothing stands in the log (L-50)."""

    _log = Logger()

    def __init__(self, acts: Mapping[str, Act]) -> None:
        """:param acts: for every command but those for the connection itself, ``help`` and ``events``."""
        self._acts = acts

    def do(self, request: Request) -> Deferred[Reply]:
        """:return: fires with the reply, as a rule at once. May be cancelled: then nobody waits for it any more."""
        return Deferred.fromCoroutine(self._do(request))

    async def _do(self, request: Request) -> Reply:
        command = ""
        try:
            verb, words = find(request.words)
            command = verb.shown(words)
            return Reply(command=command, answer=await self._done(verb.name, words))
        except UsageError as error:
            return Reply(command=command, error=str(error), usage=True)
        except ChatError as error:
            return Reply(command=command, error=error.sentence)
        except (RefusedError, ConfigError, CourseError, OnionError, TitleError) as error:
            return Reply(command=command, error=str(error))
        except CancelledError:
            return Reply(command=command, error="It was broken off.")
        except Exception:  # noqa: BLE001 - whatever it is, the next command may be well
            self._log.error("A command met a fault of ours: {told}", told=told(Failure()))
            return Reply(command=command, error="That met a fault of onionstream; the log has the place.")

    async def _done(self, verb: str, words: tuple[str, ...]) -> Answer:
        if verb == "help":
            return Answer(summary())
        if verb == EVENTS:
            nothing(EVENTS, words)
            return Answer()
        answer = self._acts[verb](words)
        return await answer if isinstance(answer, Coroutine) else answer
