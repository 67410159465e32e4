"""
The states that the page can be in, for the gallery.
"""

from __future__ import annotations

from dataclasses import dataclass

from onionstream.captcha.captchas import Posed
from onionstream.chat.people import Person, Role
from onionstream.web.admission import NOT_ALLOWED, WRONG
from onionstream.web.drafts import Draft
from onionstream.web.lock import Kind
from onionstream.web.loss import Loss
from onionstream.web.stage import Air
from tests.real.sayings import HARD, SAID, YOU, people

LONG = (
    "The message had 2,118 bytes in 14 lines; 512 characters, 2,048 bytes and 12 lines are the most. It is still in "
    "the box: make it shorter, or say it in two."
)
LETTERS_WANTED = "Please type the letters in the picture, and press Chat again."


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """
    One state of the page.

    :ivar path: of the document that is opened.
    :ivar air: what the stream is doing.
    :ivar title: of the stream.
    :ivar sayings: what was said in the chat.
    :ivar unseen: the reader does not receive the video.
    :ivar lost: the connection is lost.
    :ivar opened: the class of what is unfolded.
    :ivar older: there is a newer tab.
    :ivar form: ``look`` or ``form``.
    :ivar draft: what the form shows.
    :ivar posed: a captcha.
    :ivar rows: the form has several lines.
    :ivar loss: what the change would cost that the reader asked for.
    :ivar role: the reader's.
    :ivar name: the reader's.
    :ivar banned: so is the reader.
    :ivar sentences: what the form for names, the door or the login has to say.
    :ivar lock: of the door.
    :ivar out: the reader was put out, and may not come in as he is.
    :ivar tripcode: who stands before the door has one.
    :ivar raid: there is one, and the broadcaster's page is otherwise the other way round as well.
    """

    path: str = "/"
    air: Air = Air.ONLINE
    title: str = "Building a robot arm from scratch — day 12"
    sayings: tuple[tuple[str, str], ...] = SAID
    unseen: bool = False
    lost: bool = False
    opened: str = ""
    older: bool = False
    form: str = "form"
    draft: Draft = Draft()  # noqa: RUF009 - it is frozen
    posed: Posed | None = None
    rows: bool = False
    loss: Loss | None = None
    role: Role = Role.VIEWER
    name: str = ""
    banned: bool = False
    sentences: tuple[str, ...] = ()
    lock: Kind = Kind.MEMBERS
    raid: bool = False
    tripcode: bool = False
    out: bool = False

    @property
    def reader(self) -> Person:
        """
        :return: whoever looks at the page.
        """
        you = people()[YOU]
        you.role, you.banned = self.role, self.banned
        if self.name:
            you.look = type(you.look)(name=self.name)
        return you


_DRAFT = Draft(text="what I wanted to say", sentence=LETTERS_WANTED, asked=True)
_QUESTION = "Which of these is an animal: table, river, otter, seven?"
STATES = {
    "online": State(),
    "starting": State(air=Air.STARTING),
    "restarting": State(air=Air.RESTARTING),
    "offline": State(air=Air.OFFLINE),
    "no-video": State(unseen=True),
    "captcha": State(draft=_DRAFT, posed=Posed("picture", None)),
    "captcha-in-words": State(
        draft=Draft(text="hm", sentence="Please answer.", asked=True), posed=Posed("w", _QUESTION)
    ),
    "refused": State(draft=Draft(text="what I wanted to say, which was rather long", sentence=LONG)),
    "queued": State(draft=Draft(sentence="It will be sent in 2 seconds.", refused=False)),
    "several-lines": State(rows=True, draft=Draft(text="one\ntwo\nthree")),
    "banned": State(banned=True),
    "newer-tab": State(older=True),
    "users": State(opened="users"),
    "more": State(opened="more"),
    "broadcaster": State(role=Role.BROADCASTER),
    "moderator": State(role=Role.MODERATOR, sayings=SAID + HARD),
    "broadcaster-users": State(role=Role.BROADCASTER, opened="users"),
    "look": State(form="look"),
    "look-refused": State(form="look", sentences=("This name looks too much like one that is taken.",)),
    "look-member-no-more": State(form="look", loss=Loss.PLACE),
    "look-silent-then": State(form="look", loss=Loss.WORD),
    "hard": State(sayings=HARD, title="Donaudampfschifffahrtsgesellschaft" * 4, name="W" * 24),
    "right-to-left": State(sayings=HARD[2:4], title="بناء ذراع آلية من الصفر — اليوم 12", name="مراقب"),
    "nothing-said": State(sayings=()),
    "lost": State(lost=True),
    "put-out": State(out=True),
    "door": State(path="/door", posed=Posed("picture", None)),
    "door-again": State(
        path="/door", posed=Posed("w", _QUESTION), sentences=("That was not right. Here is another one.",)
    ),
    "login": State(path="/login"),
    "login-again": State(path="/login", posed=Posed("picture", None), sentences=("That was not the password.",)),
    "login-in-words": State(path="/login", posed=Posed("w", _QUESTION)),
    "plain": State(path="/plain"),
    "error": State(path="/error"),
    "desk": State(path="/broadcaster"),
    "desk-in-a-raid": State(path="/broadcaster", raid=True),
    "invited": State(path="/broadcaster/invite"),
    "figures": State(path="/broadcaster/now"),
    "figures-poor": State(path="/broadcaster/now", air=Air.RESTARTING),
    "figures-none": State(path="/broadcaster/now", air=Air.OFFLINE),
    "club": State(path="/club", sentences=(NOT_ALLOWED,)),
    "club-refused": State(path="/club", sentences=(NOT_ALLOWED,), tripcode=True),
    "password": State(path="/club", lock=Kind.PASSWORD),
    "password-refused": State(path="/club", lock=Kind.PASSWORD, sentences=(WRONG,)),
}
