"""The broadcaster's page with made-up figures and settings, for the gallery."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from onionstream.chat.rules import Mode, When
from onionstream.chat.tripcode import Tripcode
from onionstream.web.course import Knob
from onionstream.web.dashboard import PARTS
from onionstream.web.helm import Notice, Tripcoded
from onionstream.web.lock import Kind, Lock
from onionstream.web.overview import Overview
from onionstream.web.templates import TEMPLATES
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
    swept = Notice("41 messages of 12 people would vanish.", sweep=(5, 10, 41))
    steer = SimpleNamespace(
        once="x",
        notice=Notice("A whole number is needed there. Nothing was changed.", refused=True) if raid else swept,
        titles=SimpleNamespace(title=title, description=description, own=(not raid, False)),
        course=course,
        hidden=0 if raid else 3,
        members=() if raid else (Tripcode(bytes(32)).full, Tripcode(b"x" * 32).full),
        applicants=() if raid else (Tripcoded("Ann", "abcdefghij", Tripcode(b"y" * 32).full),),
    )
    staff, figures = (Overview(), FIGURES) if raid else (an_overview(), None)
    return {"figures": figures, "steer": steer, "basic": raid, "once": "x", "staff": staff}


def now() -> str:
    """:return: the frame in it, with lines that are long."""
    said = ("[flv @ 0x55d1] a line of ffmpeg's, " + "which is long " * 12, "frame= 1200 fps= 30")
    figures = replace(FIGURES, said=said, address="a" * 56 + ".onion")
    parts: Any = TEMPLATES.get_template("_dashboard.html").module
    begin = TEMPLATES.get_template("dashboard.html").render(heartbeat=parts.heartbeat("/broadcaster/now"))
    return begin + "".join(str(getattr(parts, name)(figures)) for name in PARTS)
