"""Captchas, as the site uses them."""

from __future__ import annotations

from random import Random

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from onionstream.allowance import BusyError
from onionstream.captcha.captchas import Captchas, Outcome, Posed, Settings
from onionstream.captcha.fonts import FontError
from tests.captcha.test_words import solve
from tests.fakes import FakeWorkers

ANN, BOB = b"a" * 16, b"b" * 16


class CaptchasCase(SynchronousTestCase):
    """Captchas of which two lie ready, and whose letters are all A: then a test knows the answer by their number."""

    def setUp(self) -> None:
        """They have been started, and drawn."""
        self.workers = FakeWorkers()
        self.captchas = Captchas(self.workers, Clock(), Settings(letters="A"), Random(4), stock=2)
        self.captchas.startService()

    def pose(self, key: bytes = ANN, now: float = 0.0, *, words: bool = False, bucket: bytes | None = None) -> Posed:
        """Pose one."""
        return self.captchas.pose(key, now, words=words, bucket=bucket)

    def refused(self, key: bytes = ANN, now: float = 0.0, *, words: bool = False, bucket: bytes | None = None) -> int:
        """:return: seconds after which one may ask again."""
        error = self.assertRaises(BusyError, self.pose, key, now, words=words, bucket=bucket)
        assert isinstance(error, BusyError)
        return error.seconds

    def solve(self, posed: Posed, now: float = 1.0, key: bytes = ANN) -> list[Outcome]:
        """Try five letters; and six, if there is another try."""
        return [self.captchas.solve(posed.id, key, answer, now) for answer in ("aaaaa", "aaaaaa")]


class PictureTests(CaptchasCase):
    """Captchas with a picture."""

    def test_a_picture_is_posed(self) -> None:
        """A PNG at an address that nobody guesses."""
        posed = self.pose()
        picture = self.captchas.picture(posed.id, 1)
        assert picture is not None
        self.assertEqual(picture[:4], b"\x89PNG")
        self.assertRegex(posed.id, r"^[A-Za-z0-9_-]{16}$")
        self.assertIsNone(posed.question)

    def test_how_many_wait_for_an_answer(self) -> None:
        """Those that were answered or have expired do not."""
        self.assertEqual(self.captchas.waiting(0.0), 0)
        first, _ = self.pose(), self.pose(BOB)
        self.assertEqual(self.captchas.waiting(1.0), 2)
        self.captchas.solve(first.id, ANN, "aaaaa", 1.0)
        self.assertEqual((self.captchas.waiting(2.0), self.captchas.waiting(1e6)), (1, 0))

    def test_A53_every_answer_spends_it(self) -> None:
        """Of two answers to the same picture one is not looked at."""
        outcomes = {tuple(self.solve(self.pose(now=now), now + 1)) for now in range(0, 600, 60)}
        self.assertEqual(outcomes, {(Outcome.RIGHT, Outcome.OLD), (Outcome.WRONG, Outcome.OLD)})

    def test_S55_another_one_is_another_one(self) -> None:
        """And the first is still good, in another tab."""
        first, second = self.pose(), self.pose()
        self.assertNotEqual(first.id, second.id)
        self.assertNotEqual(self.captchas.picture(first.id, 1), self.captchas.picture(second.id, 1))
        self.assertNotEqual(self.solve(first)[0], Outcome.OLD)

    def test_D24_it_is_somebodys_own(self) -> None:
        """Another person cannot answer it."""
        self.assertEqual(self.solve(self.pose(), key=BOB), [Outcome.OLD, Outcome.OLD])

    def test_D24_whoever_was_wrong_three_times_has_to_wait(self) -> None:
        """He is told how long."""
        for now in (0, 10, 20):
            self.captchas.solve(self.pose(now=now).id, ANN, "B", now)
        self.assertEqual([self.refused(now=20), self.refused(now=49.5), self.refused(now=20, words=True)], [30, 1, 30])
        self.pose(BOB, now=49.5)
        self.pose(now=50)

    def test_D24_each_circuit_one_in_five_seconds(self) -> None:
        """Three at once, for those who cannot read the first; whoever asks has no part in it."""
        for key in (b"1", b"2", b"3"):
            self.pose(key, bucket=b"circuit")
        self.assertEqual([self.refused(bytes([key]), bucket=b"circuit") for key in range(3)], [5, 5, 5])
        self.pose(bucket=b"other")
        self.pose(now=5, bucket=b"circuit")
        self.assertEqual(self.refused(now=6, bucket=b"circuit"), 4)

    def test_D24_without_a_circuit_each_person_has_as_much(self) -> None:
        """On the loopback address."""
        for _ in range(3):
            self.pose()
        self.assertEqual(self.refused(), 5)
        self.pose(BOB)

    def test_D24_ten_a_second_for_all_together(self) -> None:
        """In the long run, from however many circuits."""
        posed = 0
        for tenth in range(150):
            for number in range(2):
                try:
                    self.pose(now=tenth / 10, bucket=b"%d %d" % (tenth, number))
                except BusyError:
                    continue
                posed += 1
        self.assertIn(posed, range(150, 182))

    def test_without_a_picture_it_is_busy(self) -> None:
        """And that costs nothing of what one may ask for."""
        self.workers.prompt = False
        self.pose()
        self.pose()
        self.assertEqual([self.refused() for _ in range(10)], [5] * 10)
        self.workers.work()
        self.pose()

    def test_nothing_is_drawn_after_the_end(self) -> None:
        """What lay ready may still be posed."""
        self.captchas.stopService()
        self.pose()
        self.assertEqual(self.workers.runs, 2)


class WordsTests(CaptchasCase):
    """Captchas without a picture."""

    def right(self, posed: Posed, now: float) -> Outcome:
        """Answer as the question wants it."""
        assert posed.question is not None
        return self.captchas.solve(posed.id, ANN, solve(posed.question), now)

    def test_D25_somebody_who_cannot_see_is_let_in_too(self) -> None:
        """There is a question and no picture."""
        posed = self.pose(words=True)
        self.assertIsNone(self.captchas.picture(posed.id, 1))
        self.assertIs(self.right(posed, 40), Outcome.RIGHT)
        self.assertIs(self.right(posed, 40), Outcome.OLD)

    def test_D25_not_within_15_seconds(self) -> None:
        """It stays, and may be answered then."""
        posed = self.pose(words=True)
        self.assertEqual([self.right(posed, now) for now in (1, 14.9, 15)], [*[Outcome.EARLY] * 2, Outcome.RIGHT])

    def test_D25_six_a_minute_for_all_together(self) -> None:
        """Pictures are posed all the same."""
        for number in range(6):
            self.pose(words=True, bucket=b"%d" % number)
        self.assertEqual(self.refused(words=True, bucket=b"6"), 10)
        self.pose(bucket=b"6")
        self.pose(now=10, words=True, bucket=b"6")

    def test_D25_one_circuit_does_not_have_them_all(self) -> None:
        """Two at once and one a minute."""
        self.pose(words=True, bucket=b"circuit")
        self.pose(words=True, bucket=b"circuit")
        self.assertEqual(self.refused(words=True, bucket=b"circuit"), 60)
        self.pose(words=True, bucket=b"other")


class ReplaceTests(CaptchasCase):
    """Other settings, while it runs."""

    def test_R41_other_letters(self) -> None:
        """At once; what is posed stays."""
        old = self.pose()
        self.captchas.replace(Settings(letters="B"))
        new = self.pose()
        self.assertNotEqual(self.solve(old)[0], Outcome.OLD)
        self.assertIn(Outcome.RIGHT, {self.captchas.solve(new.id, ANN, "b" * 5, 1), self._six()})

    def _six(self) -> Outcome:
        """:return: what one of five or six letters is worth, of as many tries as are needed."""
        for now in range(100, 2000, 50):
            if self.captchas.solve(self.pose(now=now).id, ANN, "b" * 6, now) is Outcome.RIGHT:
                return Outcome.RIGHT
        return Outcome.WRONG

    def test_R41_longer_pictures(self) -> None:
        """Of so many letters, or one more."""
        self.captchas.replace(Settings(letters="C", length=7))
        outcomes = []
        for now in range(100, 2000, 50):
            posed = self.pose(now=now)
            outcomes.append(self.captchas.solve(posed.id, ANN, "c" * 7, now))
        self.assertIn(Outcome.RIGHT, outcomes)

    def test_R41_another_lifetime(self) -> None:
        """For those that are posed too."""
        posed = self.pose()
        self.captchas.replace(Settings(lifetime=10.0))
        self.assertEqual(self.solve(posed, now=10)[0], Outcome.OLD)

    def test_R34_fonts_that_cannot_be_read(self) -> None:
        """Everything stays as it was."""
        posed = self.pose()
        self.assertRaises(FontError, self.captchas.replace, Settings(fonts=("/none.ttf",), lifetime=1.0))
        self.assertNotEqual(self.solve(posed, now=10)[0], Outcome.OLD)
        self.assertRaises(FontError, Captchas, self.workers, Clock(), Settings(fonts=("/none.ttf",)))
