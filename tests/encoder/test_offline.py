"""The filter that takes the network from a program, run through as the kernel would; tests/real has the kernel."""

from __future__ import annotations

import errno
import socket
import struct

from twisted.trial.unittest import SynchronousTestCase

from onionstream.encoder.offline import OfflineError, rules

ALLOWED = 0x7FFF0000
REFUSED = 0x00050000

X86, ARM = 0xC000003E, 0xC00000B7
I386 = 0x40000003


def judge(machine: str, architecture: int, number: int, argument: int = 0) -> int:
    """:return: what the filter of a machine says of a call (Documentation/networking/filter.rst)."""
    seen = struct.pack("<IIQQ", number, architecture, 0, argument)
    steps = list(struct.iter_unpack("=HBBI", rules(machine)))
    place = value = 0
    while True:
        code, yes, no, operand = steps[place]
        place += 1
        match code:
            case 0x20:
                (value,) = struct.unpack_from("<I", seen, operand)
            case 0x15:
                place += yes if value == operand else no
            case 0x35:
                place += yes if value >= operand else no
            case _:
                return int(operand)


class RuleTests(SynchronousTestCase):
    """``rules``."""

    def test_D71_no_socket_of_any_network(self) -> None:
        """Only those of this machine itself; the upper half of the argument means nothing to the kernel."""
        for machine, architecture, call in (("x86_64", X86, 41), ("aarch64", ARM, 198)):
            for family in range(64):
                wanted = ALLOWED if family == socket.AF_UNIX else REFUSED | errno.EAFNOSUPPORT
                self.assertEqual(judge(machine, architecture, call, family), wanted)
                self.assertEqual(judge(machine, architecture, call, family | 1 << 32), wanted)

    def test_D71_no_way_around(self) -> None:
        """No ring that makes sockets, no calls of another kind of machine, no second numbers for the same calls."""
        refused = REFUSED | errno.EPERM
        self.assertEqual(judge("x86_64", X86, 425), refused)
        self.assertEqual(judge("aarch64", ARM, 425), refused)
        for number in (0, 41, 359):
            self.assertEqual(judge("x86_64", I386, number, socket.AF_UNIX), refused)
        self.assertEqual(judge("x86_64", X86, 0x40000000 | 41, socket.AF_UNIX), refused)

    def test_everything_else_goes_on(self) -> None:
        """Files, memory, processes."""
        for number in {*range(500)} - {41, 425}:
            self.assertEqual(judge("x86_64", X86, number, socket.AF_INET), ALLOWED)

    def test_a_machine_that_is_not_known_is_refused(self) -> None:
        """A filter with wrong numbers would hold nothing off."""
        self.assertRaises(OfflineError, rules, "vax")
