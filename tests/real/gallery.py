"""
Every state that the page can be in, rendered from the templates with made-up people: to be looked at and audited.

Nothing here is endless, and nothing is sent: the same documents with the same headers as the daemon's, side by side.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from twisted.web.resource import Resource
from twisted.web.server import Request

from onionstream.captcha.drawing import LETTERS, Artist
from onionstream.captcha.fonts import find_fonts
from onionstream.chat.people import Role
from onionstream.chat.presence import Groups
from onionstream.chat.tripcode import Tripcode
from onionstream.settings.config import Stream
from onionstream.web import css
from onionstream.web.appearance import HUES, Wishes
from onionstream.web.door import NotAllowedError
from onionstream.web.fragments import Fragments, Words, sheet
from onionstream.web.frame import Called, View
from onionstream.web.guard import USER
from onionstream.web.headers import Document, apply
from onionstream.web.identity import Who
from onionstream.web.lock import Kind
from onionstream.web.pieces import Fragment, Hole, Twofold, filled
from onionstream.web.stage import Air
from onionstream.web.templates import STYLE, STYLE_ADDRESS, TEMPLATES
from tests.real.deskpages import desk, invited, now
from tests.real.processes import find
from tests.real.sayings import A_BAN, DONE, NOW, messages, people
from tests.real.states import STATES, State

NONCE = "made-up-nonce"
DESCRIPTION = "Workshop stream, every Sunday from 17:00 UTC. Questions in the chat are welcome; be kind to each other."


@dataclass(frozen=True, slots=True)
class _Headers:
    """
    Those of an answer. Twisted's own use of them is bytes, and warns when it meets strings.
    """

    request: Request

    def setHeader(self, name: str, value: str) -> None:
        """
        See `onionstream.web.headers.Response`.
        """
        self.request.setHeader(name.encode(), value.encode())


class Gallery(Resource):
    """
    The site: ``/?state=NAME``, and ``&theme=light``.
    """

    isLeaf = True

    def render_GET(self, request: Request) -> bytes:
        """
        :return: a document in the state that its address names.
        """
        query = {name.decode(): values[0].decode() for name, values in (request.args or {}).items()}
        name, theme = query.get("state", "online"), query.get("theme", "")
        path = request.path.decode()
        if path in _PLAIN:
            kind, content_type, body = _PLAIN[path]
            apply(_Headers(request), kind, content_type=content_type)
            return body()
        if path not in _PAGES:
            request.setResponseCode(404)
            return b""
        kind, render = _PAGES[path]
        nonce = NONCE if kind in (Document.SHELL, Document.FRAME, Document.FORM) else ""
        apply(_Headers(request), kind, nonce)
        said = {"state": name, **({"theme": theme} if theme else {})}
        return render(STATES[name], theme, "?" + urlencode(said)).encode()


def _shell(state: State, theme: str, query: str) -> str:
    stream = Stream(title=state.title, description=DESCRIPTION)
    form = f"/{state.form}{query}"
    frames = {"live": f"/live{query}", "form": form, "player": f"/player{query}"}
    return _render("watch.html", stream=stream, theme=theme, plain="/plain", video="/stream.mp4", **frames)


def _live(state: State, theme: str, query: str) -> str:
    if state.out:
        return _outside()
    if state.older:
        return _render("again.html", theme=theme, again=f"/live{query}")
    lost = ".hb{visibility:visible}" if state.lost else ""
    staff = state.reader.staff
    shown = css.faded([5, 6]) + css.banned(A_BAN.person) + css.powers(state.role) if staff else ""
    style = sheet(css.mine(state.reader) + shown + lost)
    links = {
        "player": "/player",
        "again": f"/live{query}",
        "plain": "/plain",
        "video": "/stream.mp4",
        "hls": "/stream.m3u8",
    }
    begin = _render(
        "live.html",
        theme=theme,
        rules=style,
        proof="p" if staff else "",
        broadcaster=state.role is Role.BROADCASTER,
        **links,
    )
    if state.opened:
        begin = begin.replace(f'<details class="{state.opened}"', f'<details open class="{state.opened}"')
    return begin + "".join(_filled(piece, staff=staff) for piece in _pieces(state))


def _pieces(state: State) -> list[Fragment]:
    fragments = Fragments(Words())
    note: Fragment = fragments.note("")
    if state.unseen:
        note = fragments.player_note("You are not receiving the video.", "Load the player")
    elif state.air is Air.RESTARTING:
        note = fragments.note("The broadcaster is reconnecting. The picture comes back by itself.")
    said = messages(state.sayings, state.reader)
    here = people()
    everybody = tuple(here.values())
    chat: list[Fragment] = [fragments.message(one) for one in said] or [fragments.empty()]
    if said:
        chat.insert(0, fragments.day(NOW - 86400, first=False))
    return [
        fragments.heartbeat(),
        fragments.state(state.air),
        fragments.uptime(84 if state.air is Air.ONLINE else None),
        note,
        fragments.count(len(everybody[:-2])),
        fragments.title(state.title),
        fragments.description(DESCRIPTION),
        fragments.here(len(everybody)),
        fragments.users(Groups(watching=everybody[:-2], others=everybody[-2:]), (A_BAN,)),
        Twofold(None, fragments.done(DONE)),
        *chat,
    ]


def _filled(fragment: Fragment, *, staff: bool) -> str:
    fillings = {Hole.NONCE: NONCE.encode(), Hole.AGAIN: b"/live", Hole.PLAYER: b"/player"}
    return filled(fragment, fillings, staff=staff).decode()


def _reader(state: State) -> dict[str, object]:
    return {"called": Called.of(state.reader, Words()), "banned": state.reader.banned}


def _form(state: State, theme: str, query: str) -> str:
    given = {"who": Who(key=b"k" * 16), **_reader(state), "view": View(rows=False, theme=theme), "once": "n"}
    several = state.rows or "\n" in state.draft.text
    return _render(
        "form.html",
        draft=state.draft,
        posed=state.posed,
        frames=True,
        theme=theme,
        several=several,
        characters=512,
        **given,
    )


def _look(state: State, theme: str, query: str) -> str:
    given = {"who": Who(key=b"k" * 16), **_reader(state), "view": View(rows=False, theme=theme), "once": "n"}
    if state.loss:
        return _render("sure.html", loss=state.loss, theme=theme, **given)
    wishes = Wishes(name="quiet_fox", colour="", own="#b48cff", sentences=state.sentences, refused=True)
    return _render("look.html", wishes=wishes, hues=HUES, theme=theme, **given)


def _player(state: State, theme: str, query: str) -> str:
    if state.out:
        return _outside()
    if state.air in (Air.ONLINE, Air.RESTARTING):
        return _render("player.html", address="/video")
    return _render("waiting.html", starting=state.air is Air.STARTING)


def _video(state: State, theme: str, query: str) -> str:
    return _render("video.html", address="/stream.mp4", sound=False)


def _door(state: State, theme: str, query: str) -> str:
    return _render(
        "door.html", theme=theme, guest=Who(key=b"k" * 16), posed=state.posed, sentence="".join(state.sentences)
    )


def _login(state: State, theme: str, query: str) -> str:
    guest, sentence = Who(key=b"k" * 16) if state.posed else None, "".join(state.sentences)
    return _render(
        "login.html", user=USER, guest=guest, posed=state.posed, sentence=sentence, refused=True, window="/broadcaster"
    )


def _error(state: State, theme: str, query: str) -> str:
    return _render(
        "error.html", title="Too many at once", sentence="There are too many requests. Please try again later."
    )


def _outside() -> str:
    sentence = " ".join((NotAllowedError.__doc__ or "").split())
    return _render("error.html", title="Forbidden", sentence=sentence, alike=True)


def _plain(state: State, theme: str, query: str) -> str:
    stage = SimpleNamespace(title=state.title, description=DESCRIPTION, watching=7, note="")
    links = {
        "reload": "/plain",
        "form": "/form",
        "frames": "/",
        "video": "/stream.mp4",
        "hls": "/stream.m3u8",
        "text": "/chat.txt",
    }
    said = {"sentence": "The stream is on air.", "uptime": "1:24", "messages": ()}
    return _render("plain.html", theme=theme, stage=stage, **said, **links)


def _desk(state: State, theme: str, query: str) -> str:
    page = _render("broadcaster.html", **desk(state.title, DESCRIPTION, raid=state.raid))
    return page if state.raid else page.replace('<details class="staff"', '<details open class="staff"')


def _club(state: State, theme: str, query: str) -> str:
    trip = Tripcode(b"x" * 32) if state.tripcode else None
    return _render(
        "club.html",
        guest=Who(key=b"k" * 16),
        members=state.lock is Kind.MEMBERS,
        trip=trip,
        whole="" if trip is None else trip.full,
        sentence="".join(state.sentences),
        theme=theme,
    )


def _render(template: str, **given: Any) -> str:  # noqa: ANN401
    return TEMPLATES.get_template(template).render(nonce=NONCE, **given)


@cache
def _film() -> bytes:
    """
    :return: a short video, not to look at a black one.
    """
    picture = "gradients=s=640x360:c0=0x182848:c1=0x4b6cb7:c2=0x7d52de:c3=0x12121a:n=4:speed=0.01:d=2:r=5:seed=7"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        encoding = f"-v error -f lavfi -i {picture} -c:v libx264 -pix_fmt yuv420p -movflags +faststart"
        subprocess.run([find("ffmpeg"), *encoding.split(), str(path)], check=True, timeout=60)
        return path.read_bytes()


@cache
def _captcha() -> bytes:
    return Artist(find_fonts((), LETTERS)).draw(Random(7)).png


_PAGES: dict[str, tuple[Document, Callable[[State, str, str], str]]] = {
    "/": (Document.SHELL, _shell),
    "/live": (Document.FRAME, _live),
    "/form": (Document.FORM, _form),
    "/look": (Document.FORM, _look),
    "/player": (Document.PLAYER, _player),
    "/video": (Document.PLAYER, _video),
    "/door": (Document.FORM, _door),
    "/login": (Document.FORM, _login),
    "/error": (Document.FRAME, _error),  # really ERROR, in whose sandbox axe cannot run
    "/plain": (Document.FRAME, _plain),
    "/broadcaster": (Document.SHELL, _desk),
    "/broadcaster/now": (Document.FRAME, lambda state, *_: now(state.air)),
    "/broadcaster/invite": (Document.SHELL, lambda *_: _render("invited.html", **invited())),
    "/club": (Document.SHELL, _club),
}
_PLAIN: dict[str, tuple[Document, str, Callable[[], bytes]]] = {
    STYLE_ADDRESS: (Document.ASSET, "text/css; charset=utf-8", lambda: STYLE),
    "/stream.mp4": (Document.MEDIA, "video/mp4", _film),
    "/captcha/picture.png": (Document.MEDIA, "image/png", _captcha),
    "/favicon.ico": (Document.MEDIA, "image/png", _captcha),
}


def pages(state: State, theme: str, query: str) -> dict[str, str]:
    """
    :return: all documents of the gallery in one state, by their paths; the door is never without a captcha.
    """
    rendered = {path: render for path, (_, render) in _PAGES.items() if state.posed is not None or path != "/door"}
    return {path: render(state, theme, query) for path, render in rendered.items()}
