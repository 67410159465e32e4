"""Reading the configuration again and testing the address, from the broadcaster's page."""

from __future__ import annotations

from onionstream.onion.report import Outcome, Report
from onionstream.web.request import DESK
from onionstream.web.upkeep import BEGUN, TESTING
from tests.web.entry import LoginCase


def report(outcome: Outcome, why: str = "") -> Report:
    """:return: what a self-test has found."""
    return Report(outcome=outcome, at=0.0, why=why)


class UpkeepCase(LoginCase):
    """The broadcaster at his desk."""

    def setUp(self) -> None:
        """He is logged in."""
        super().setUp()
        self.he = self.logged_in()

    def press(self, form: str) -> tuple[list[str], list[str]]:
        """:return: what is refused and what is said after a button was pressed."""
        said = self.he.choose(f"{DESK}/{form}").press().page.said
        return said["alert"], said["status"]


class ReloadTests(UpkeepCase):
    """``/broadcaster/reload``."""

    def test_R41_what_has_changed_is_said(self) -> None:
        """In the words of whoever has read it."""
        self.assertEqual(self.press("reload"), ([], [self.settings.sentence]))
        self.assertEqual(self.settings.read, 1)

    def test_R34_so_is_why_nothing_has(self) -> None:
        """One sentence, with the place."""
        self.settings.wrong = "[video] rate <b> is 1 to 60"
        self.assertEqual(
            self.press("reload"),
            (["The configuration stays as it was: my.toml, line 7: [video] rate <b> is 1 to 60"], []),
        )

    def test_what_needs_a_restart_stays_on_the_page(self) -> None:
        """Until then."""
        self.assertNotIn("after a restart only", self.he.page.text)
        self.settings.late = ("encoder", "web")
        self.assertIn("after a restart only: [encoder], [web].", self.he.go(DESK).page.text)


class TestTests(UpkeepCase):
    """``/broadcaster/test``."""

    def test_it_is_begun_and_not_waited_for(self) -> None:
        """While it goes on there is no button; what it finds is in the dashboard."""
        self.assertEqual(self.press("test"), ([], [BEGUN]))
        self.assertIn("A test goes on.", self.he.page.text)
        self.assertNotIn(f"{DESK}/test", self.he.page.forms)
        self.test.end(report(Outcome.REACHED))
        self.assertIn(f"{DESK}/test", self.he.go(DESK).page.forms)

    def test_one_goes_on_at_a_time(self) -> None:
        """Another tab may have begun it."""
        self.he.choose(f"{DESK}/test")
        self.test.run()
        said = self.he.press().page.said["status"]
        self.assertEqual((said, len(self.test.waiting)), ([TESTING], 1))

    def test_where_there_is_nothing_to_test_it_says_why(self) -> None:
        """As without an onion address."""
        self.test.at_once = report(Outcome.NOT_TESTED, "There is no onion address")
        self.assertEqual(self.press("test"), (["The onion address was not tested: There is no onion address."], []))
        self.assertNotIn("not tested", self.he.go(DESK).page.text)

    def test_one_that_is_broken_off_is_told_later(self) -> None:
        """The dashboard shows only those that came to their end."""
        self.press("test")
        self.test.end(report(Outcome.NOT_TESTED, "tor is not connected any more"))
        self.assertIn("not tested: tor is not connected any more.", self.he.go(DESK).page.text)
        self.press("test")
        self.test.end(report(Outcome.REACHED))
        self.assertNotIn("not tested", self.he.go(DESK).page.text)
