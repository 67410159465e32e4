"""What can happen during a run, as it is written on the command line."""

from __future__ import annotations

from argparse import ArgumentTypeError

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.events import FORMS, Event, Plan


class Notes:
    """
    A stage that writes down what happens to it.

    :ivar notes: the calls.
    """

    def __init__(self) -> None:
        """Nothing has happened."""
        self.notes: list[str] = []

    def stand_still(self, seconds: float) -> None:
        """Note it."""
        self.notes.append(f"stand still {seconds:g}")

    def limit(self, rate: float) -> None:
        """Note it."""
        self.notes.append(f"limit {rate:g}")

    def freeze(self) -> None:
        """Note it."""
        self.notes.append("freeze")

    def thaw(self) -> None:
        """Note it."""
        self.notes.append("thaw")

    def kill(self) -> None:
        """Note it."""
        self.notes.append("kill")

    def take_encoder(self) -> None:
        """Note it."""
        self.notes.append("take")

    def give_encoder(self) -> None:
        """Note it."""
        self.notes.append("give")

    def switch(self, to: str) -> None:
        """Note it."""
        self.notes.append(to)

    def resize(self, size: str) -> None:
        """Note it."""
        self.notes.append(size)

    def click_picture(self) -> None:
        """Note it."""
        self.notes.append("press")

    def click_sound(self) -> None:
        """Note it."""
        self.notes.append("click")


class EventTests(SynchronousTestCase):
    """Reading, and doing."""

    def notes(self, *texts: str, until: float = 100) -> list[str]:
        """:return: what has happened when the run is so many seconds old."""
        stage = Notes()
        plan = Plan([Event.parse(text) for text in texts], stage)
        for second in range(int(until) + 1):
            plan(second)
        return stage.notes

    def test_each_does_what_it_says(self) -> None:
        """Once, in its turn."""
        texts = ("1=stall:3", "2=line:40", "3=kill", "4=size:480x270", "5=mute", "6=unmute", "7=play")
        self.assertEqual(
            self.notes(*texts), ["stand still 3", "limit 40000", "kill", "480x270", "click", "click", "press"]
        )

    def test_a_frozen_daemon_goes_on(self) -> None:
        """When its seconds are over, and not before."""
        self.assertEqual(self.notes("5=freeze:3", until=7), ["freeze"])
        self.assertEqual(self.notes("5=freeze:3", until=8), ["freeze", "thaw"])

    def test_an_outage_ends(self) -> None:
        """The encoder is killed when no other can be started, and later one can."""
        self.assertEqual(self.notes("5=outage:10", until=14), ["take", "kill"])
        self.assertEqual(self.notes("5=outage:10", until=15), ["take", "kill", "give"])

    def test_a_source_is_switched_on_again(self) -> None:
        """By itself."""
        self.assertEqual(self.notes("5=off:4", until=8), ["off"])
        self.assertEqual(self.notes("5=off:4", until=9), ["off", "on"])

    def test_nothing_happens_before_its_time(self) -> None:
        """A fraction of a second counts too."""
        self.assertEqual(self.notes("5.5=kill", until=5), [])

    def test_what_is_no_event_is_refused(self) -> None:
        """At once, and not after half a minute."""
        for text in ("", "kill", "x=kill", "5=", "5=burn", "5=kill:3", "5=stall", "5=stall:x", "5=size:4", "5=thaw"):
            error = self.assertRaises(ArgumentTypeError, Event.parse, text)
            self.assertIn("15=stall:3", str(error))

    def test_every_event_is_known_to_the_reader(self) -> None:
        """The help text names each."""
        from benchmarks.events import HELP

        self.assertEqual([kind for kind in FORMS if kind not in HELP], [])

    def test_an_event_as_text(self) -> None:
        """As it stands in the report."""
        self.assertEqual(
            [Event.parse(text).text for text in ("15=stall:3", "2.5=kill")], ["stall:3 at 15 s", "kill at 2.5 s"]
        )
