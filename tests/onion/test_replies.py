"""What tor answers, taken apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.replies import (
    LISTENERS,
    CircuitRate,
    circuit_rate,
    keywords,
    not_anonymous,
    number,
    service_directories,
)

GOOD = "\n".join(
    [
        "HiddenServiceNonAnonymousMode=0",
        "HiddenServiceSingleHopMode=0",
        "SocksPort=0",
        "ORPort",
        "DirPort",
        "TransPort",
        "NATDPort",
        "DNSPort",
        "HTTPTunnelPort",
        "ExtORPort",
        "MetricsPort",
        'ControlPort="unix:\\"/a b/tor.sock\\""',
    ]
)


class KeywordsTests(SynchronousTestCase):
    """``keywords`` and ``number``."""

    def test_quoted_and_bare_values(self) -> None:
        """Quotes inside quotes are marked by a backslash; of two the first counts."""
        found = keywords('650 X A=1 B="two \\"2\\" words" C= A=3 D="" =x E')
        self.assertEqual(found, {"A": "1", "B": 'two "2" words', "C": "", "D": ""})

    def test_what_looks_like_a_keyword_inside_quotes_is_none(self) -> None:
        """A summary cannot set the percents."""
        self.assertEqual(keywords('SUMMARY="x PROGRESS=100" PROGRESS=5')["PROGRESS"], "5")

    def test_a_number_is_short_and_of_digits(self) -> None:
        """Of the ten that everybody knows."""
        self.assertEqual([number(text) for text in ("0", "12", "-1", "1_0", "", "٣", "9" * 19)], [0, 12, *[None] * 5])

    @given(st.text())
    def test_any_text_at_all(self, text: str) -> None:
        """Nothing is raised."""
        for look in (keywords, number, circuit_rate, service_directories, not_anonymous):
            look(text)


class CircuitTests(SynchronousTestCase):
    """``circuit_rate``."""

    def test_a_viewers_circuit(self) -> None:
        """As tor 0.4.9 tells it."""
        event = (
            "ID=25 TIME=2026-11-23T02:00:00.0 READ=86021 WRITTEN=2691083 DELIVERED_READ=81000 OVERHEAD_READ=500 "
            "DELIVERED_WRITTEN=2614370 OVERHEAD_WRITTEN=18556 SS=0 CWND=633 RTT=66 MIN_RTT=35"
        )
        expected = CircuitRate(circuit=25, delivered=2614370, round_trip=66, window=633)
        self.assertEqual(circuit_rate(event), expected)

    def test_one_without_congestion_control(self) -> None:
        """Only the bytes are known."""
        expected = CircuitRate(circuit=1, delivered=0, round_trip=None, window=None)
        self.assertEqual(circuit_rate("ID=1 DELIVERED_WRITTEN=0"), expected)

    def test_what_is_no_circuit_is_nothing(self) -> None:
        """Without a number, or with one that is none."""
        self.assertEqual([circuit_rate(text) for text in ("", "ID=x DELIVERED_WRITTEN=1", "ID=1")], [None] * 3)


class ServicesTests(SynchronousTestCase):
    """``service_directories``."""

    def test_all_directories_are_told(self) -> None:
        """As they are, whether tor writes them in quotes or not."""
        reply = 'HiddenServiceDir=/a\nHiddenServicePort=80 unix:/b\nHiddenServiceDir="/c d\\\\e\\"f"'
        self.assertEqual(service_directories(reply), ["/a", '/c d\\e"f'])

    def test_there_may_be_none(self) -> None:
        """As tor says that."""
        self.assertEqual(service_directories("HiddenServiceOptions"), [])


class AnonymousTests(SynchronousTestCase):
    """``not_anonymous``."""

    def test_L06_our_own_configuration_is_good(self) -> None:
        """As a real tor tells it."""
        self.assertEqual(not_anonymous(GOOD), "")

    def test_L06_each_mode_and_port_is_told(self) -> None:
        """A mode that is on, and a port of any kind."""
        rows = (
            ("HiddenServiceNonAnonymousMode=0", "HiddenServiceNonAnonymousMode=1"),
            ("HiddenServiceSingleHopMode=0", "HiddenServiceSingleHopMode=1"),
            ("SocksPort=0", "SocksPort=9050"),
            ("SocksPort=0", "SocksPort"),
            ("SocksPort=0", "SocksPort=0\nSocksPort=9150"),
            *((name, f"{name}=9000") for name in LISTENERS[1:-1]),
            ('ControlPort="unix', 'ControlPort="127.0.0.1:9051 '),
            ("ControlPort=", "ControlPort=9051\nControlPort="),
        )
        told = [not_anonymous(GOOD.replace(good, bad)) for good, bad in rows]
        self.assertEqual(told, [bad.partition("=")[0].partition("\n")[0] for _, bad in rows])

    def test_L06_what_is_not_said_is_not_good(self) -> None:
        """An answer without one of the lines, or an empty one."""
        for line in GOOD.split("\n"):
            self.assertEqual(not_anonymous(GOOD.replace(line, "")), line.partition("=")[0])
        self.assertEqual(not_anonymous(""), "HiddenServiceNonAnonymousMode")
