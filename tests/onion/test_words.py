"""The last words of tor: lines, and what they mean for a person."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.words import LastWords, refusal

STAMP = "Nov 23 02:03:18.000 "
LOCKED = (
    "[warn] It looks like another Tor process is running with the same data directory.  Waiting 5 seconds to see if it "
    "goes away.",
    "[err] No, it's still there.  Exiting.",
    "[err] set_options(): Bug: Acting on config options left us in a broken state. Dying. (on Tor 0.4.9.11 )",
    "[err] Reading config failed--see warnings above.",
)
FULL = (
    '[warn] Error writing to "/state/tor/state": No space left on device',
    '[warn] Unable to write state to file "/state/tor/state"; will try again later',
    "[err] set_options(): Bug: Acting on config options left us in a broken state. Dying. (on Tor 0.4.9.11 )",
    "[err] Reading config failed--see warnings above.",
)
NO_BRIDGE = (
    "[notice] Opening Control listener on /state/tor.sock",
    "[warn] You are running Tor as root. You don't need to, and you probably shouldn't.",
    "[warn] Failed to parse/validate config: If you set UseBridges, you must specify at least one bridge.",
    "[err] Reading config failed--see warnings above.",
)


def said(lines: tuple[str, ...]) -> LastWords:
    """:return: the last words of a tor that wrote these lines."""
    words = LastWords()
    words.feed("".join(f"{STAMP}{line}\n" for line in lines).encode())
    return words


class RefusalTests(SynchronousTestCase):
    """``refusal``."""

    def test_a_good_configuration_is_not_refused(self) -> None:
        """Tor says so in its last line."""
        self.assertEqual(refusal(f"{STAMP}[warn] You are running Tor as root.\nConfiguration was valid\n"), "")

    def test_a_bad_one_is_refused_with_a_reason(self) -> None:
        """Also when tor gives none."""
        self.assertIn("must specify at least one bridge", refusal("\n".join(NO_BRIDGE)))
        self.assertEqual(refusal(""), "tor does not accept them.")


class LastWordsTests(SynchronousTestCase):
    """``LastWords``."""

    def test_R14_a_locked_directory_has_its_sentence(self) -> None:
        """And advice."""
        self.assertTrue(said(LOCKED).reason().startswith("Another tor uses the same state directory: end that one."))

    def test_R14_a_full_disk_has_its_sentence(self) -> None:
        """Though tor complains of other things after it."""
        self.assertTrue(said(FULL).reason().startswith("Its disk is full: make room"))

    def test_what_we_have_no_advice_for_is_told_in_its_own_words(self) -> None:
        """The last of them that says something."""
        expected = (
            'It said: "Failed to parse/validate config: If you set UseBridges, you must specify at least one bridge".'
        )
        self.assertEqual(said(NO_BRIDGE).reason(), expected)

    def test_a_tor_that_complained_of_nothing_has_no_reason(self) -> None:
        """Nor one of which an earlier run did."""
        self.assertEqual(said(NO_BRIDGE[:2]).reason(), "")
        words = said(FULL)
        words.begin_run()
        self.assertEqual(words.reason(), "")

    def test_complaints_are_returned_once_and_scrubbed(self) -> None:
        """For the log; notices are not among them."""
        words = LastWords()
        data = f"{STAMP}[notice] at 192.0.2.1\n{STAMP}[warn] of 192.0.2.1\nof no level".encode()
        self.assertEqual(words.feed(data), ["of [address]"])
        self.assertEqual(words.feed(b"\n"), [])
        self.assertEqual(list(words.lines), ["at [address]", "of [address]", "of no level"])

    @given(st.lists(st.integers(0, 60)))
    def test_any_chunking_gives_the_same(self, cuts: list[int]) -> None:
        """Lines come in whatever pieces the pipe makes."""
        data = "".join(f"{STAMP}{line}\n" for line in (*LOCKED, *FULL)).encode()
        words, at, heard = LastWords(), 0, []
        for cut in cuts:
            heard += words.feed(data[at : at + cut])
            at += cut
        heard += words.feed(data[at:])
        whole = LastWords()
        self.assertEqual((heard, words.lines), (whole.feed(data), whole.lines))

    def test_memory_is_bounded(self) -> None:
        """A line without an end is one line of which the beginning is kept; of many lines the last are."""
        words = LastWords()
        for _ in range(100):
            words.feed(b"x" * 65536)
        words.feed(b"\n" + b"y\n" * 1000)
        self.assertEqual((len(words.lines), len(words._rest)), (50, 0))
        self.assertLess(sum(map(len, words.lines)), 50 * 500)
