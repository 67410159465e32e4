"""The table of the chat's benchmark."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.heard import Beginning, Heard, table
from benchmarks.hearing import Delays

OURS = Heard(
    server="onionstream",
    delays=Delays(each=[0.01] * 99 + [0.02] * 2, last=[0.01, 0.02], readers=50),
    seconds=0.2,
    cpu=0.2,
    audience=0.1,
    line=330.0,
    begin=Beginning(35_000, 0.002),
    memory=34_000,
    others=None,
    cut=(0, 0, 5),
)
PEER = replace(OURS, server="sender in C", delays=Delays(each=[0.005], last=[0.005], readers=50), cpu=0.1, begin=None)


def cells(rounds: list[tuple[Heard, Heard]], row: str) -> list[str]:
    """What stands in the row that begins like this."""
    found = next(line for line in table(rounds) if line.strip().startswith(row))
    return found[44:].split()


class TableTests(SynchronousTestCase):
    """``table``."""

    def test_each_server_has_a_column(self) -> None:
        """Ours is the first; what the peer does not have is a dash."""
        self.assertEqual(cells([(OURS, PEER)], "kB that a page begins with"), ["35.0", "-"])

    def test_what_a_line_costs(self) -> None:
        """Two lines in 0.2 s at 20 % of a core."""
        self.assertEqual(cells([(OURS, PEER)], "ms for a line")[0], "20.0")

    def test_figures_are_medians_of_the_rounds(self) -> None:
        """With the least and the most, where they differ."""
        rounds = [(replace(OURS, cpu=cpu), PEER) for cpu in (0.1, 0.3, 0.2)]
        self.assertEqual(cells(rounds, "server's CPU"), ["20.0", "(10.0", "to", "30.0)", "10.0"])

    def test_ratios_are_of_rounds(self) -> None:
        """Each of ours with the peer of the same time."""
        rounds = [(OURS, PEER), (replace(OURS, cpu=0.4), replace(PEER, cpu=0.4))]
        last = list(table(rounds))[-2:]
        self.assertEqual(last[0], "p99 of the delay, ours / sender in C: 4.0")
        self.assertEqual(last[1], "server's CPU, ours / sender in C: 1.5 (1.0 to 2.0)")
