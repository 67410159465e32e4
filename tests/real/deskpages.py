"""The broadcaster's page with made-up figures and settings, for the gallery."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from onionstream.chat.rules import Mode, When
from onionstream.chat.tripcode import Tripcode
from onionstream.invitations import Invitation
from onionstream.web.course import Knob
from onionstream.web.dashboard import PARTS
from onionstream.web.desk import Forms
from onionstream.web.guestlist import Listed
from onionstream.web.helm import Notice, Tripcoded
from onionstream.web.lock import Kind, Lock
from onionstream.web.templates import TEMPLATES
from onionstream.web.upkeep import Shown
from tests.real.sayings import an_overview
from tests.web.entry import FIGURES


def desk(title: str, description: str) -> dict[str, object]:
    """:return: what its template needs; everything that can be in it is."""
    course = SimpleNamespace(
        talk=Knob((Mode.OPEN, 30.0), (Mode.SLOW, 30.0)),
        captcha=Knob(When.SUSPICION),
        door=Knob(Lock(), Lock(kind=Kind.MEMBERS)),
        raid=False,
    )
    steer = SimpleNamespace(
        off=False,
        titles=SimpleNamespace(title=title, description=description, own=(True, False)),
        course=course,
        hidden=3,
        members=(Tripcode(bytes(32)).full, Tripcode(b"x" * 32).full),
        applicants=(Tripcoded("Ann", "abcdefghij", Tripcode(b"y" * 32).full),),
    )
    notice = Notice("41 messages of 12 people would vanish.", sweep=(5, 10, 41), form="sweep")
    return {
        "figures": None,
        "forms": Forms(lambda _: "x", notice),
        "steer": steer,
        "guests": Listed(("anna", "x" * 32), far=True),
        "upkeep": Shown(("web",), testing=False, untested=""),
        "basic": False,
        "once": "x",
        "staff": an_overview(),
    }


def invited() -> dict[str, object]:
    """:return: what the page with a new guest's key needs."""
    return {"invited": Invitation("anna", f"http://{'a' * 56}.onion/", "K" * 52, first=True), "far": True}


def now() -> str:
    """:return: the frame in it, with lines that are long."""
    said = ("[flv @ 0x55d1] a line of ffmpeg's, " + "which is long " * 12, "frame= 1200 fps= 30")
    figures = replace(FIGURES, said=said, address="a" * 56 + ".onion")
    parts: Any = TEMPLATES.get_template("_dashboard.html").module
    begin = TEMPLATES.get_template("dashboard.html").render(heartbeat=parts.heartbeat("/broadcaster/now"))
    return begin + "".join(str(getattr(parts, name)(figures)) for name in PARTS)
