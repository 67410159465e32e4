"""That no test fails by the clock on the wall, whoever runs it."""

from __future__ import annotations

import ast
from pathlib import Path

from hypothesis import settings
from twisted.trial.unittest import SynchronousTestCase


class UntimedTests(SynchronousTestCase):
    """Hypothesis gives an example 200 ms unless it is told otherwise; a busy machine takes longer now and then."""

    def test_no_example_has_a_deadline(self) -> None:
        """By the profile of all tests, and by what a test changes of it."""
        self.assertIsNone(settings().deadline)
        self.assertIsNone(settings(max_examples=5).deadline)

    def test_no_test_sets_one(self) -> None:
        """Nor does one load another profile."""
        found = [
            f"{path.name}:{call.lineno}"
            for path in Path(__file__).parent.rglob("*.py")
            if path.name != "__init__.py"
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(call, ast.Call)
            and (
                (getattr(call.func, "id", "") == "settings" and any(word.arg == "deadline" for word in call.keywords))
                or getattr(call.func, "attr", "") == "load_profile"
            )
        ]
        self.assertEqual(found, [])
