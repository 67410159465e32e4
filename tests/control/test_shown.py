"""The configuration as it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import tomli
from twisted.trial.unittest import SynchronousTestCase

from onionstream.control.protocol import UsageError
from onionstream.control.shown import lines, tables
from onionstream.control.verbs import WITHHELD
from onionstream.settings.config import Chat, Config, Doors, Stream, Tor, WordFilters, parse

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "config.toml"


@dataclass(frozen=True)
class Login:
    """A table as there may be one."""

    name: str = "broadcaster"
    password_hash: str = "scrypt:SECRET"
    moderator_passwords: tuple[str, ...] = ("SECRET",)
    door_password: str = ""


@dataclass(frozen=True)
class Other:
    """A configuration with it."""

    login: Login = field(default_factory=Login)


class ShownTests(SynchronousTestCase):
    """``tables`` and ``lines``."""

    def test_S82_it_can_be_read_again(self) -> None:
        """What is shown is a configuration, the same one."""
        settings = Config(
            stream=Stream(title='A "title" \\ ü', description="two\nlines"),
            chat=Chat(filters=WordFilters(censor=("ham", r"re:\bx"), ignore_case=False)),
        )
        self.assertEqual(parse("\n".join(lines(tables(settings))), "shown"), settings)

    def test_all_tables_of_the_example_are_there(self) -> None:
        """And no others."""
        named = [line.strip("[]\n") for line in EXAMPLE.read_text().splitlines() if line.startswith("[")]
        self.assertEqual(set(tables(Config())), set(named))

    def test_one_table_with_those_inside_it(self) -> None:
        """With brackets or without."""
        self.assertEqual(list(tables(Config(), "chat")), ["chat", "chat.filters"])
        self.assertEqual(list(tables(Config(), "[chat.filters]")), ["chat.filters"])
        self.assertRaises(UsageError, tables, Config(), "filters")

    def test_S82_bridges_are_not_shown(self) -> None:
        """Nobody beside the screen should know them; that there are none may be seen."""
        settings = Config(tor=replace(Tor(), extra_torrc="Bridge SECRET"))
        self.assertNotIn("SECRET", "\n".join(lines(tables(settings))))
        self.assertEqual(tables(settings)["tor"]["extra_torrc"], WITHHELD)
        self.assertEqual(tables(Config())["tor"]["extra_torrc"], "")

    def test_S82_nor_are_passwords(self) -> None:
        """Whatever there will be: their names tell."""
        found = tables(cast("Config", Other()))
        self.assertNotIn("SECRET", repr(found))
        self.assertEqual(found["login"]["door_password"], "")
        self.assertEqual(found["login"]["name"], "broadcaster")

    def test_S82_nor_is_the_door_s(self) -> None:
        """As it is configured."""
        settings = Config(doors=Doors(kind="password", password="SECRET word"))
        self.assertNotIn("SECRET", repr(tables(settings)))
        self.assertEqual(tables(settings)["doors"]["password"], WITHHELD)

    def test_nothing_else_is_withheld(self) -> None:
        """With the defaults all can be seen."""
        self.assertNotIn(WITHHELD, "\n".join(lines(tables(Config()))))
        self.assertTrue(tomli.loads("\n".join(lines(tables(Config())))))
