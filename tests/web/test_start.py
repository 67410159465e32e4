"""What the site reads when it starts, so that it need not later."""

from __future__ import annotations

import os
import subprocess
import sys

from twisted.trial.unittest import SynchronousTestCase

SERVE = """
import sys
from tests.web.test_errors import Broken
from tests.web.wire import Areas, Client, Clock, BoundedSite, Limits, Trial, get, post
site = BoundedSite(Areas(Trial(), Broken()), Limits(), Clock())
touched = []
sys.addaudithook(lambda event, given: touched.append((event, given[0])) if event in ("open", "import") else None)
for raw in (get(), get("/nothing"), get(method="PUT"), get("/raises"), get("/busy"), get("/large"), get("/%ff"),
            b"x\\r\\n", post("/say", b"text=%E2%9C%93"), post("/say", b"text=a&text=b"), get("/abort/404"),
            get("/ask?name=%zz"), get("/say"), post("/say", b"", "Host: b"), get("/", "Host: xn--a", "Cookie: a=b")):
    assert Client(site).send(raw).received
print("served" if not touched else touched)
"""


class StartUpTest(SynchronousTestCase):
    """What is read when."""

    def test_R24_nothing_is_opened_or_imported_while_requests_are_served(self) -> None:
        """A process without free file descriptors can still answer: all is in memory after the start."""
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", SERVE], check=True, capture_output=True, text=True, timeout=60, env=environment
        )
        self.assertEqual(done.stdout, "served\n")
