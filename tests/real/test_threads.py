"""Workers with real threads."""

from __future__ import annotations

import threading
from typing import cast

from twisted.internet import reactor
from twisted.internet.defer import CancelledError
from twisted.internet.interfaces import IReactorFromThreads, IReactorTime
from twisted.trial.unittest import TestCase

from onionstream.captcha.captchas import Captchas
from onionstream.chat.tripcode import Tripcode, make
from onionstream.threads import Workers
from tests.real.waiting import until


class WorkersTest(TestCase):
    """``Workers`` with the real reactor."""

    def setUp(self) -> None:
        """One thread, one that waits."""
        self.workers = Workers(cast("IReactorFromThreads", reactor), threads=1, queue=1, name="tested")
        self.workers.startService()

    async def test_D22_a_tripcode_is_made_in_a_thread_of_its_own(self) -> None:
        """Its result is heard in the reactor's, and at the end no thread is left."""
        name = await self.workers.run(lambda: threading.current_thread().name)
        self.assertIn("tested", name)
        heard: list[threading.Thread] = []
        making = self.workers.run(make, "password", b"pepper")

        def hear(made: Tripcode) -> Tripcode:
            heard.append(threading.current_thread())
            return made

        self.assertEqual(len((await making.addCallback(hear)).shown), 10)
        self.assertEqual(heard, [threading.current_thread()])
        await self.workers.stopService()
        self.assertEqual([one for one in threading.enumerate() if "tested" in one.name], [])

    async def test_at_the_end_the_reactor_is_not_held_up(self) -> None:
        """It is it that lets the work come to its end here; what waits is never begun."""
        go = threading.Event()
        running, waiting = self.workers.run(go.wait), self.workers.run(go.wait)
        stopped = self.workers.stopService()
        go.set()
        await stopped
        self.assertTrue(self.successResultOf(running))
        self.failureResultOf(waiting, CancelledError)

    async def test_D24_captchas_are_drawn_in_a_thread(self) -> None:
        """Until there are enough."""
        clock = cast("IReactorTime", reactor)
        captchas = Captchas(self.workers, clock, stock=3)
        captchas.startService()
        await until(clock, "three captchas", lambda: len(captchas._pool), lambda count: count == 3)
        posed = captchas.pose(b"ann", 0.0)
        self.assertEqual((captchas.picture(posed.id, 0.0) or b"")[1:4], b"PNG")
        captchas.stopService()
        await self.workers.stopService()
