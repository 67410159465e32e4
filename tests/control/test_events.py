"""What happens, as objects for JSON."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.events import Banned, Changed, Event, Hidden, Said, Shown, Unbanned
from onionstream.chat.looks import Look
from onionstream.chat.people import Person
from onionstream.control.events import Comings, of_room
from tests.chat.rooms import MINUTE, Talk, key, trip


def called(person: Person) -> str:
    """:return: what somebody is called."""
    return person.look.name or f"Anonymous{person.tag}"


class RoomTests(SynchronousTestCase):
    """``of_room``."""

    def setUp(self) -> None:
        """Ann has said something."""
        self.talk = Talk()
        self.message = self.talk.say("ann", "Hello")
        self.ann = self.talk.room.person(key("ann"))
        self.fact = {
            "mark": self.ann.mark,
            "name": f"Anonymous#{self.ann.mark[:3]}",
            "role": "viewer",
            "tripcode": None,
        }

    def told(self, event: Event) -> object:
        """:return: what a program reads."""
        return json.loads(json.dumps(of_room(event, called)))

    def test_A66_a_message(self) -> None:
        """Who said what, and when: to the minute (L-17)."""
        self.assertEqual(
            self.told(Said(self.message)),
            {
                "event": "message",
                "number": 1,
                "when": MINUTE - MINUTE % 60,
                "author": self.fact,
                "text": "Hello",
                "hidden": False,
            },
        )

    def test_A66_moderation(self) -> None:
        """Messages hidden and shown, people banned and not."""
        self.assertEqual(self.told(Hidden((1, 2))), {"event": "hidden", "numbers": [1, 2]})
        self.assertEqual(self.told(Shown((2,))), {"event": "shown", "numbers": [2]})
        self.assertEqual(self.told(Banned(self.ann)), {"event": "ban", "person": self.fact})
        self.assertEqual(self.told(Unbanned(self.ann)), {"event": "unban", "person": self.fact})

    def test_A66_appearance(self) -> None:
        """The name and the tripcode."""
        self.talk.room.restyle(key("ann"), Look(name="Ann", trip=trip("x")), self.talk.now)
        fact = {**self.fact, "name": "Ann", "tripcode": trip("x").shown}
        self.assertEqual(self.told(Changed(self.ann)), {"event": "look", "person": fact})


class ComingTests(SynchronousTestCase):
    """``Comings``."""

    def test_who_came_and_who_went(self) -> None:
        """Since the last look; who did both is no news."""
        comings = Comings([b"a", b"b"])
        self.assertEqual(comings.look([b"b", b"c", b"d"]), [("leave", b"a"), ("join", b"c"), ("join", b"d")])
        self.assertEqual(comings.look([b"b", b"c", b"d"]), [])

    @given(st.lists(st.frozensets(st.integers(0, 15)), min_size=1, max_size=8), st.integers(1, 5))
    def test_D50_so_many_at_a_time(self, looks: list[frozenset[int]], most: int) -> None:
        """When all at once leave, no listener is cut off for it; in the end it is known who is here."""
        comings, known = Comings((), most), set[bytes]()
        for present in [*looks, *[looks[-1]] * 16]:
            changes = comings.look([bytes([number]) for number in present])
            self.assertLessEqual(len(changes), most)
            for what, key_ in changes:
                self.assertEqual(what == "leave", key_ in known)
                known ^= {key_}
        self.assertEqual(known, {bytes([number]) for number in looks[-1]})
