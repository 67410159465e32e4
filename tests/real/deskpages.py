"""The broadcaster's page with made-up figures and settings, for the gallery. Older figures stand before the newest."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from onionstream.chat.rules import Mode, When
from onionstream.chat.tripcode import Tripcode
from onionstream.files.titlefile import ABOUT, MOST, TITLE
from onionstream.invitations import Invitation
from onionstream.web.course import Knob
from onionstream.web.dashboard import PARTS
from onionstream.web.desk import Forms
from onionstream.web.figures import Chart, Figures
from onionstream.web.guestlist import Listed
from onionstream.web.helm import Notice, Tripcoded
from onionstream.web.lock import Kind, Lock
from onionstream.web.overview import Overview
from onionstream.web.stage import Air
from onionstream.web.templates import TEMPLATES
from onionstream.web.upkeep import Shown
from tests.real.sayings import an_overview
from tests.web.entry import FIGURES


def desk(title: str, description: str, *, raid: bool = False) -> dict[str, object]:
    """
    :param raid: there is one, the last form was refused, and what can be set is as the configuration has it; it is the
        page of somebody with a text browser.
    :return: what its template needs; everything that can be in it is in one of the two.
    """
    course = SimpleNamespace(
        talk=Knob((Mode.OPEN, 30.0), None if raid else (Mode.SLOW, 30.0)),
        captcha=Knob(When.SUSPICION),
        door=Knob(Lock(), None if raid else Lock(kind=Kind.MEMBERS)),
        raid=raid,
    )
    swept = Notice("41 messages of 12 people would vanish.", sweep=(5, 10, 41), form="sweep")
    steer = SimpleNamespace(
        off=raid,
        titles=SimpleNamespace(title=title, description=description, own=(not raid, False)),
        course=course,
        hidden=0 if raid else 3,
        title_most=TITLE.most,
        about_most=ABOUT.most,
        about_bytes=MOST - 1,
        members=() if raid else (Tripcode(bytes(32)).full, Tripcode(b"x" * 32).full),
        applicants=() if raid else (Tripcoded("Ann", "abcdefghij", Tripcode(b"y" * 32).full),),
    )
    wrong = Notice("A whole number is needed there. Nothing was changed.", refused=True, form="raid")
    return {
        "figures": FIGURES if raid else None,
        "forms": Forms(lambda _: "x", wrong if raid else swept),
        "steer": steer,
        "guests": Listed(("anna", "x" * 32), far=True),
        "upkeep": Shown(("web",), testing=False, untested=""),
        "basic": raid,
        "once": "x",
        "staff": Overview() if raid else an_overview(),
    }


def invited() -> dict[str, object]:
    """:return: what the page with a new guest's key needs."""
    return {"invited": Invitation("anna", f"http://{'a' * 56}.onion/", "K" * 52, first=True), "far": True}


def now(air: Air) -> str:
    """:return: the frame in it: as it should be, in a bad way, or before there is anything to see."""
    older, newer = _poor(), {Air.ONLINE: _good, Air.RESTARTING: _poor}.get(air, _none)()
    parts: Any = TEMPLATES.get_template("_dashboard.html").module
    begin = TEMPLATES.get_template("dashboard.html").render(heartbeat=parts.heartbeat("/broadcaster/now"))
    return begin + "".join(str(getattr(parts, name)(figures)) for figures in (older, newer) for name in PARTS)


def _good() -> Figures:
    encoder = replace(FIGURES.encoder, trouble="", missing=0, late=0, late_lately=0)
    viewers = replace(FIGURES.viewers, slow=0, skipped=0, refused=0)
    onion = replace(FIGURES.onion, address="a" * 56 + ".onion")
    return replace(FIGURES, encoder=encoder, viewers=viewers, onion=onion)


def _poor() -> Figures:
    """Where all lines are long."""
    said = ("[flv @ 0x55d1] a line of ffmpeg's, " + "which is long " * 12, "frame= 1200 fps= 30")
    encoder = replace(FIGURES.encoder, said=said, frames=11.2, rate=160.0, speed=0.71, trouble="ffmpeg " * 30)
    viewers = replace(FIGURES.viewers, watching=1840, people=2011, slow=1702, delivered=701_000.0, refused=12_345)
    rates = Chart(tuple(None if number in range(6, 9) else 420.0 / (1 + number / 6) for number in range(20)), 525.0)
    crowd = Chart(tuple(float(number * 115) for number in range(17)))
    machine = replace(FIGURES.machine, connections=1999, minutes=12_345)
    return replace(FIGURES, encoder=encoder, viewers=viewers, rates=rates, crowd=crowd, machine=machine)


def _none() -> Figures:
    """The daemon has just been started."""
    encoder = replace(_good().encoder, frames=None, rate=None, speed=None, run=0, said=())
    encoder = replace(encoder, sentence="The encoder is switched off.")
    viewers = replace(_good().viewers, watching=0, people=0, delivered=None, each=None)
    onion = replace(FIGURES.onion, sentence="tor: 45 %, asking for relay descriptors.", address="", tested="")
    delay = replace(FIGURES.delay, waited=None, behind=None)
    figures = replace(FIGURES, air="offline", minutes=None, rates=Chart(), crowd=Chart())
    return replace(figures, encoder=encoder, viewers=viewers, onion=onion, delay=delay)
