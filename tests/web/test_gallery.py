"""The gallery of all states (``tests.real.gallery``): it gives the templates what they ask for."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.real.gallery import pages
from tests.real.states import STATES


class GalleryTests(SynchronousTestCase):
    """Every page in every state, without a browser."""

    def test_every_page_can_be_made_in_every_state(self) -> None:
        """A name that a template asks for and nobody gives is an error."""
        for name, state in STATES.items():
            for theme in ("", "light"):
                made = pages(state, theme, f"?state={name}")
                self.assertEqual([path for path, body in made.items() if "</" not in body], [])
