"""People of a benchmark, and what they understand of the site's answers."""

from __future__ import annotations

import asyncio

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.talking import Answer, Fate, Person, Way

FORM = b'<input type="hidden" name="nonce" value="n1">'


class Scripted(Person):
    """
    Somebody whose site says what the test has written down.

    :ivar asked_for: what he has asked for.
    """

    def __init__(self, *answers: Answer) -> None:
        """:param answers: one after the other."""
        super().__init__(Way())
        self.asked_for: list[str] = []
        self._answers = list(answers)

    async def ask(self, method: bytes, path: str, more: bytes = b"", body: bytes = b"") -> Answer:
        """The next answer."""
        self.asked_for.append(f"{method.decode()} {path} {body.decode()}".strip())
        return self._answers.pop(0)


class SayTests(SynchronousTestCase):
    """``Person.say``."""

    def fate(self, person: Scripted) -> Fate:
        """Of something that he says."""
        return asyncio.run(person.say("hi"))

    def test_the_form_is_opened_once(self) -> None:
        """With its answer comes what the next one needs."""
        person = Scripted(Answer(200, body=FORM), Answer(200, body=b"n2"), Answer(200, body=b"n3"))
        self.assertEqual([self.fate(person), self.fate(person)], [Fate.SAID, Fate.SAID])
        self.assertEqual(person.asked_for, ["GET /form", "POST /form text=hi&nonce=n1", "POST /form text=hi&nonce=n2"])

    def test_why_it_was_not_said(self) -> None:
        """The form says it."""
        for body, fate in (
            (b'<p id="err" class="hint">Your message follows in 3 s.</p>', Fate.LATER),
            (b'<p id="err" class="alert">Please.</p><input name="captcha">', Fate.CAPTCHA),
            (b'<p id="err" class="alert">There is no captcha for you just now.</p>', Fate.NO_CAPTCHA),
            (b'<p id="err" class="alert">Too long.</p>', Fate.REFUSED),
        ):
            self.assertEqual(self.fate(Scripted(Answer(200, body=FORM), Answer(409), Answer(200, body=body))), fate)

    def test_over_budget_or_cut(self) -> None:
        """At the form or when it is sent."""
        for answer, fate in ((Answer(429), Fate.BUSY), (Answer(503), Fate.BUSY), (Answer(), Fate.CUT)):
            self.assertEqual(self.fate(Scripted(answer)), fate)
            self.assertEqual(self.fate(Scripted(Answer(200, body=FORM), answer)), fate)
