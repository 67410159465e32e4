"""The program of docs/control.md that reads the chat aloud, with a voice that only writes down what it should say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs/control.md"

VOICE = """#!/bin/sh
test "$*" = --stdin && cat >>"$SAID" && echo >>"$SAID"
"""


class AloudTests(SynchronousTestCase):
    """It is started as it stands there."""

    def setUp(self) -> None:
        """There is a voice."""
        self.folder = Path(self.mktemp()).resolve()
        self.folder.mkdir()
        (self.folder / "espeak-ng").write_text(VOICE)
        (self.folder / "espeak-ng").chmod(0o755)
        found = re.search(r"^```python\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        assert found is not None
        self.program = found[1]

    def read_aloud(self, *events: dict[str, object]) -> str:
        """:return: what is said when all this happens."""
        said = self.folder / "said"
        lines = "".join(f"{json.dumps(event)}\n" for event in events)
        environment = {"PATH": f"{self.folder}:{os.environ['PATH']}", "SAID": str(said)}
        subprocess.run([sys.executable, "-c", self.program], input=lines, text=True, env=environment, check=True)
        return said.read_text() if said.exists() else ""

    def message(self, number: int, text: str) -> dict[str, object]:
        """:return: somebody says something."""
        return {"event": "message", "number": number, "author": {"name": "Ann"}, "text": text}

    def test_A66_messages_are_read(self) -> None:
        """With their authors' names, as data and nothing else."""
        told = self.read_aloud({"event": "stream"}, self.message(1, "-w $(touch x)"), {"event": "onion"})
        self.assertEqual(told, "Ann: -w $(touch x)\n")

    def test_A66_a_flood_is_not(self) -> None:
        """No more than some wait, and all of it ends."""
        told = self.read_aloud(*(self.message(number, "x" * 1000) for number in range(1, 1001)))
        self.assertLess(told.count("\n"), 1000)
        self.assertLessEqual(max(map(len, told.split("\n"))), 200)
