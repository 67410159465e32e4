"""
What axe-core says of a page: rules that can be checked by a program, of WCAG 2.2 A and AA and of good practice.

It comes with the Python package axe-playwright-python, of which nothing else is used (see script/_setup). It runs in a
world of its own beside the page's documents, in all frames, which talk to each other about it: that needs a browser
with scripts on (the pages have none that their policy lets run).
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tests.real.processes import MissingError
from tests.real.remote import Remote

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

_RUN = """
axe.run(document, {runOnly: TAGS, resultTypes: ["violations"]}).then(said => said.violations.flatMap(rule =>
    rule.nodes.map(node => `${rule.id} (${rule.impact}): ${rule.help}: ${node.target.flat().join(" ")}: ${node.html}`)))
"""


@cache
def source() -> str:
    """
    :return: the program.
    :raises MissingError: where it is not installed.
    """
    package = find_spec("axe_playwright_python")  # it is not imported: that would need playwright
    if package is None or not package.submodule_search_locations:
        raise MissingError("axe-playwright-python is not installed (script/test installs it)")
    return (Path(package.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


async def audit(page: Remote) -> list[str]:
    """
    :param page: loaded, with all its frames.
    :return: each thing that breaks a rule, with the rule.
    """
    for frame in await page.frames():
        await page.evaluate(f"(() => {{ {source()}\n }})()", frame)
    violations: list[str] = await page.evaluate(_RUN.replace("TAGS", json.dumps(TAGS)))
    return violations
