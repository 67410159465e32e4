"""The table of a fan-out benchmark."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.ratios import Result, ratios, table

OURS = Result(
    server="onionstream",
    cpu=0.2,
    audience=0.1,
    rate=64_500,
    slowest=64_000,
    total=64_500_000,
    memory=16_000,
    cut=(0, 1, 2),
    missed=0,
    wrong=0,
    looked_at=5000,
)
PEER = replace(OURS, server="Icecast", cpu=0.4, missed=None, wrong=None, looked_at=None)


def cells(rounds: list[list[Result]], row: str) -> list[str]:
    """What stands in the row that begins like this."""
    found = next(line for line in table(rounds) if line.strip().startswith(row))
    return found[38:].split()


class TableTests(SynchronousTestCase):
    """``table``."""

    def test_each_server_has_a_column(self) -> None:
        """Ours is the first."""
        self.assertEqual(cells([[OURS, PEER]], ""), ["onionstream", "Icecast"])

    def test_figures_are_medians_of_the_rounds(self) -> None:
        """One round that was disturbed does not count."""
        rounds = [[replace(OURS, cpu=cpu)] for cpu in (0.2, 0.9, 0.21)]
        self.assertEqual(cells(rounds, "server's CPU"), ["21.0"])

    def test_rates_are_in_kilobits(self) -> None:
        """Bytes a second as the line counts them."""
        self.assertEqual(cells([[OURS]], "kbit/s to each"), ["516"])

    def test_counts_are_sums_of_the_rounds(self) -> None:
        """A viewer who was cut in any of them is told of."""
        self.assertEqual(cells([[OURS, PEER], [OURS, PEER]], "of those who never read"), ["4", "4"])

    def test_what_a_peer_does_not_have_is_a_dash(self) -> None:
        """Its fragments have no numbers."""
        self.assertEqual(cells([[OURS, PEER]], "fragments missed"), ["0", "-"])


class RatioTests(SynchronousTestCase):
    """``ratios``."""

    def test_ours_is_held_against_each_peer(self) -> None:
        """With what is wanted beside it."""
        sender = replace(PEER, server="sender in C", cpu=0.1)
        self.assertEqual(
            list(ratios([[OURS, sender, PEER]])),
            [
                "CPU of onionstream / sender in C: 2.00; wanted: at most 2.5",
                "CPU of onionstream / Icecast: 0.50; wanted: at most 0.25",
            ],
        )

    def test_rounds_are_compared_each_for_itself(self) -> None:
        """What disturbs a round disturbs both."""
        busy = [replace(OURS, cpu=0.8), replace(PEER, cpu=1.6)]
        (line,) = ratios([[OURS, PEER], busy, [replace(OURS, cpu=0.3), PEER]])
        self.assertIn("0.50 (from 0.50 to 0.75)", line)

    def test_alone_there_is_nothing_to_compare(self) -> None:
        """No line."""
        self.assertEqual(list(ratios([[OURS]])), [])

    def test_without_ours_there_is_nothing_to_compare(self) -> None:
        """What is wanted is of ours."""
        self.assertEqual(list(ratios([[PEER, replace(PEER, server="sender in C")]])), [])

    def test_a_peer_that_took_no_time_at_all_is_no_error(self) -> None:
        """With few viewers it may not reach one tick of the kernel's clock."""
        (line,) = ratios([[OURS, replace(PEER, cpu=0.0)]])
        self.assertIn(": inf;", line)
