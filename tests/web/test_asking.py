"""Captchas in forms: their pictures, and what limits know of a circuit."""

from __future__ import annotations

from twisted.web.resource import IResource

from onionstream.captcha.captchas import Captchas, Settings
from onionstream.onion.budgets import Budgets
from onionstream.web.areas import Areas, Router
from onionstream.web.asking import MOST, Asking
from onionstream.web.circuits import CircuitSite
from onionstream.web.request import BoundedRequest
from tests.fakes import FakeWorkers
from tests.web.chat import Captchas as FakeCaptchas
from tests.web.onion import CIRCUIT, line
from tests.web.wire import Client, WireCase, get


class Poser:
    """An area that poses a captcha to whoever asks."""

    router = Router()

    def __init__(self, asking: Asking) -> None:
        """:param asking: has them."""
        self._asking = asking

    @router.route("/ask", methods=["GET"])
    def ask(self, request: BoundedRequest) -> str:
        """One more, for somebody else."""
        query = request.query("key", "words")
        posed = self._asking.pose(request, query["key"].encode(), words="words" in query)
        return posed.id if posed else "none"


class AskingTests(WireCase):
    """``Asking``."""

    def root(self) -> IResource:
        """Pictures, and the way to have some posed."""
        self.captchas = FakeCaptchas()
        self.asking = Asking(self.captchas, b"secret of this start", self.clock)
        return Areas(self.asking, Poser(self.asking))

    def over(self, circuit: int, address: str) -> None:
        """Somebody asks over a circuit."""
        Client(CircuitSite(self.site, Budgets(), lambda _: None)).send(line(circuit), get(address)).leave()

    def test_D24_a_picture_is_there_until_its_answer(self) -> None:
        """It may not be kept, and what is no name of one is not found."""
        name = self.ask(get("/ask?key=a")).body.decode()
        picture = self.ask(get(f"/captcha/{name}.png"))
        self.assertEqual((picture.status, picture["Content-Type"]), (200, "image/png"))
        self.assertEqual(picture["Cache-Control"], "no-store")
        self.asking.solve(b"a", name, "wrong")
        for address in (name, "", "captcha", "..", "%2e%2e", "%00", "a" * 5000):
            self.assertGreaterEqual(self.ask(get(f"/captcha/{address}.png")).status, 400)
        self.assertEqual(self.errors(), [])

    def test_D24_the_circuit_is_told_as_a_hash(self) -> None:
        """The same for all that comes over it, another one for another; and none where there is none."""
        for circuit in (CIRCUIT, CIRCUIT, CIRCUIT + 1):
            self.over(circuit, f"/ask?key={len(self.captchas.asked)}")
        self.ask(get("/ask?key=x"))
        first, second, other, none = self.captchas.asked
        assert first is not None
        self.assertEqual((second, none, len(first)), (first, None, 16))
        self.assertNotEqual(other, first)
        self.assertNotIn(str(CIRCUIT).encode(), first)

    def test_L65_after_a_start_the_hash_is_another_one(self) -> None:
        """So it tells nothing to who finds it."""
        self.over(CIRCUIT, "/ask?key=a")
        self.site.root = Areas(Poser(Asking(self.captchas, b"secret of the next start", self.clock)))
        self.over(CIRCUIT, "/ask?key=a")
        self.assertNotEqual(*self.captchas.asked)

    def test_D24_the_same_one_is_shown_as_long_as_it_lives(self) -> None:
        """A picture or an exercise in words; one in words is another one than a picture."""
        pictures = [self.ask(get("/ask?key=a")).body for _ in range(2)]
        words = [self.ask(get("/ask?key=a&words=1")).body for _ in range(2)]
        self.clock.advance(1000)  # captchas may be set to live for long
        words.append(self.ask(get("/ask?key=a&words=1")).body)
        self.assertEqual((len(set(pictures)), len(set(words)), len({*pictures, *words})), (1, 1, 2))

    def test_D24_one_that_has_expired_is_not_shown_again(self) -> None:
        """A picture or an exercise in words; and not even if there is no other one."""
        for address in ("/ask?key=a", "/ask?key=b&words=1"):
            first = self.ask(get(address)).body
            self.captchas.posed.clear()
            self.captchas.busy = True
            self.assertEqual(self.ask(get(address)).body, b"none")
            self.captchas.busy = False
            self.assertNotEqual(self.ask(get(address)).body, first)

    def test_D24_the_setting_says_how_long_it_lives(self) -> None:
        """An exercise in words with a life of 30 s is the same one till then, and another one after it."""
        captchas = Captchas(FakeWorkers(), self.clock, Settings(lifetime=30))
        self.site.root = Areas(Poser(Asking(captchas, b"secret", self.clock)))
        asked = []
        for seconds in (0, 29, 1):
            self.clock.advance(seconds)
            asked.append(self.ask(get("/ask?key=a&words=1")).body)
        self.assertEqual((asked[0] == asked[1], asked[1] == asked[2]), (True, False))

    def test_D50_only_so_many_are_remembered(self) -> None:
        """As many as may wait for an answer."""
        for number in range(MOST + 10):
            self.connect().send(get(f"/ask?key={number}")).leave()
        self.assertEqual((len(self.asking), len(self.captchas.asked)), (MOST, MOST + 10))
