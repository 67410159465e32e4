"""A broadcaster at his desk, without a network."""

from __future__ import annotations

from onionstream.web.request import DESK
from tests.chat.rooms import key
from tests.web.chat import NOON
from tests.web.entry import LoginCase


class SteerCase(LoginCase):
    """The broadcaster at his desk."""

    def setUp(self) -> None:
        """He is logged in."""
        super().setUp()
        self.clock.advance(1000)
        self.he = self.logged_in()

    def set(self, form: str, button: str = "", **fields: str) -> list[str]:
        """:return: what the page says after a form was sent."""
        self.he.choose(f"{DESK}/{form}").press(button, **fields)
        self.assertEqual((self.he.answer.status, self.he.address.partition("#")[0]), (200, DESK))
        said = self.he.page.said
        return said["alert"] + said["status"]

    def say(self, name: str, text: str) -> None:
        """Somebody says something."""
        self.room.say(key(name), text, self.clock.seconds(), NOON)

    def shown(self) -> list[str]:
        """:return: what everybody sees."""
        return [message.text for message in self.room.history(100)]
