"""The line that tells a connection's circuit."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.errors import NoProxyLineError
from onionstream.onion.proxyline import LONGEST, UNKNOWN, Introduction, ProxyLine

GOOD = b"PROXY TCP6 fc00:dead:beef:4dad::0:1b ::1 27 80\r\n"
"""As tor 0.4.9 writes it."""

REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def line(circuit: int, port: int = 80) -> bytes:
    """:return: what tor writes, in tor's own way of formatting."""
    low = circuit & 0xFFFF
    return b"PROXY TCP6 fc00:dead:beef:4dad::%x:%x ::1 %d %d\r\n" % (circuit >> 16, low, low, port)


def read(*pieces: bytes) -> Introduction | None:
    """:return: what is told by pieces that come one after the other; after the line they are its rest."""
    parser = ProxyLine()
    for number, piece in enumerate(pieces):
        if told := parser.feed(piece):
            return Introduction(told.circuit, told.rest + b"".join(pieces[number + 1 :]))
    return None


class GoodTests(SynchronousTestCase):
    """What tor writes."""

    def test_D84_the_circuit_is_told(self) -> None:
        """Its number is that of the control connection."""
        self.assertEqual(read(GOOD), Introduction(27, b""))

    def test_B40_split_at_each_byte(self) -> None:
        """Wherever the first packet ends, what follows the line is not lost."""
        whole = GOOD + REQUEST
        for cut in range(1, len(whole)):
            self.assertEqual(read(whole[:cut], whole[cut:]), Introduction(27, REQUEST))

    def test_B40_byte_by_byte(self) -> None:
        """Twisted's own parser gives up when the first packet is short."""
        self.assertEqual(read(*(bytes([byte]) for byte in GOOD)), Introduction(27, b""))

    def test_B40_circuit_0_is_unknown(self) -> None:
        """Tor writes it when it does not know, with 1 for the port."""
        told = read(b"PROXY TCP6 fc00:dead:beef:4dad::0:0 ::1 1 80\r\n")
        self.assertEqual(told, Introduction(UNKNOWN, b""))

    def test_B40_two_lines(self) -> None:
        """The second one is not looked at here: it goes on as whatever is spoken, and is no HTTP."""
        self.assertEqual(read(GOOD + GOOD), Introduction(27, GOOD))

    def test_the_numbers_of_32_bits(self) -> None:
        """The smallest and the largest of each half."""
        for circuit in (1, 0xFFFF, 0x10000, 0xFFFFFFFF):
            self.assertEqual(read(line(circuit)), Introduction(circuit, b""))

    def test_D84_nothing_is_shown(self) -> None:
        """The number is in no text that may get into a log."""
        self.assertEqual(repr(read(GOOD + REQUEST)), "Introduction()")

    @given(st.integers(0, 2**32 - 1), st.integers(0, 65535), st.binary(max_size=300), st.data())
    def test_D84_any_circuit_in_any_pieces(self, circuit: int, port: int, rest: bytes, data: st.DataObject) -> None:
        """However it is cut, the same is told."""
        raw = line(circuit, port) + rest
        cuts = sorted(data.draw(st.sets(st.integers(1, len(raw) - 1), max_size=20)))
        pieces = [raw[start:end] for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
        self.assertEqual(read(*pieces), Introduction(circuit, rest))


class BadTests(SynchronousTestCase):
    """What tor does not write."""

    def refused(self, *lines: bytes) -> None:
        """Each is refused whole, and as soon or late as it is in pieces."""
        for raw in lines:
            with self.assertRaises(NoProxyLineError, msg=repr(raw)):
                read(raw)
            with self.assertRaises(NoProxyLineError, msg=repr(raw)):
                read(*(bytes([byte]) for byte in raw))

    def test_B40_absent(self) -> None:
        """HTTP at once, or a line that is empty."""
        self.refused(REQUEST, b"\r\n", b"\n", b" " + GOOD)

    def test_B40_another_beginning_is_refused_at_its_first_wrong_byte(self) -> None:
        """Nobody waits for the end of a line that cannot become right."""
        for length in range(len(b"PROXY TCP6 fc00:dead:beef:4dad::")):
            self.refused(GOOD[:length] + b"\x00")

    def test_B40_107_bytes_may_become_a_line(self) -> None:
        """The protocol allows so many, with their end; they are waited for, though none of tor's is so long."""
        beginning = GOOD[:-2].ljust(LONGEST - 1, b"0")
        self.assertIsNone(read(beginning))
        self.refused(beginning[:-1] + b"\r\n")

    def test_B40_108_bytes_may_not(self) -> None:
        """With or without an end."""
        beginning = GOOD[:-2].ljust(LONGEST, b"0")
        self.refused(beginning, beginning[:-1] + b"\r\n", beginning + GOOD, beginning * 1000)

    def test_B40_LF_only(self) -> None:
        """And other ends that are not CR LF."""
        self.refused(GOOD[:-2] + b"\n", GOOD[:-2] + b"\r\r\n", GOOD[:-2] + b" \r\n", GOOD[:-1] + b" \n")

    def test_B40_version_2(self) -> None:
        """The protocol's binary form, here of TCP over IPv6."""
        addresses = bytes.fromhex("fc00deadbeef4dad000000000000001b" + "00" * 15 + "01" + "001b0050")
        self.refused(b"\r\n\r\n\x00\r\nQUIT\n\x21\x21\x00\x24" + addresses)

    def test_B40_TCP4(self) -> None:
        """The other family."""
        self.refused(b"PROXY TCP4 127.0.0.1 127.0.0.1 27 80\r\n")

    def test_B40_UNKNOWN(self) -> None:
        """The protocol's own word for it is not tor's."""
        self.refused(b"PROXY UNKNOWN\r\n", b"PROXY UNKNOWN " + GOOD[11:])

    def test_B40_no_hexadecimal_number(self) -> None:
        """Letters beyond f, capital ones, none at all, signs, and what Python would read as a number."""
        for group in (b"zzz", b"g", b"1B", b"", b"-1", b"+1", b"0x1", b"1_0", b" 1", b"1.1"):
            self.refused(GOOD.replace(b"0:1b", b"0:" + group), GOOD.replace(b"0:1b", group + b":1b"))

    def test_B40_more_than_32_bits(self) -> None:
        """Too many digits, or one group too many; zeros in front count."""
        for groups in (b"0:10000", b"10000:0", b"1:0:1b", b"0:001b", b"00:1b", b"1b", b"0:1b:"):
            self.refused(GOOD.replace(b"0:1b", groups))

    def test_B40_bytes_over_0x7f(self) -> None:
        """In each place of the line; digits of other scripts are none."""
        for place in range(len(GOOD) - 2):
            self.refused(GOOD[:place] + b"\xff" + GOOD[place + 1 :])
        self.refused(GOOD.replace(b"80", "٨٠".encode()))

    def test_another_address(self) -> None:
        """The whole of tor's network, and the address it says it came to."""
        for wrong in (b"fc00:dead:beef:4dae::", b"fc00:dead:beef:4dad:", b"FC00:dead:beef:4dad::", b"::"):
            self.refused(GOOD.replace(b"fc00:dead:beef:4dad::", wrong))
        self.refused(GOOD.replace(b" ::1 ", b" ::2 "), GOOD.replace(b" ::1 ", b" 0:0:0:0:0:0:0:1 "))

    def test_no_port(self) -> None:
        """Ports are numbers of 16 bits, without a sign or zeros in front."""
        for port in (b"65536", b"99999", b"100000", b"", b"-1", b"+1", b"x", b"01", b"0x50"):
            self.refused(GOOD.replace(b" 80", b" " + port), GOOD.replace(b" 27", b" " + port))

    def test_more_or_fewer_words(self) -> None:
        """Blanks are single ones."""
        self.refused(GOOD.replace(b" 80", b" 80 1"), GOOD.replace(b" 80", b""), GOOD.replace(b" ", b"  "))
        self.refused(GOOD.replace(b" ", b"\t"), b"proxy" + GOOD[5:])

    @given(st.binary(max_size=200))
    @example(GOOD)
    def test_B40_any_bytes_at_all(self, data: bytes) -> None:
        """They are refused or waited for, and nothing else is raised; what is kept is bounded."""
        parser = ProxyLine()
        try:
            told = parser.feed(data)
        except NoProxyLineError:
            return
        if told is None:
            self.assertLess(len(data), LONGEST)
        else:
            self.assertTrue(data.startswith(line(told.circuit)[:30]))

    @given(st.binary(max_size=5), st.integers(0, len(GOOD) - 1), st.integers(0, 5))
    def test_B40_a_good_line_with_a_fault(self, noise: bytes, place: int, removed: int) -> None:
        """What is taken is what tor could have written, to the byte."""
        raw = GOOD[:place] + noise + GOOD[place + removed :]
        try:
            told = read(raw)
        except NoProxyLineError:
            return
        if told is not None:
            taken = raw[: len(raw) - len(told.rest)]
            self.assertRegex(taken, rb"\APROXY TCP6 fc00:dead:beef:4dad::[0-9a-f]+:[0-9a-f]+ ::1 [0-9]+ [0-9]+\r\n\Z")
