"""Settings of the site: ``[web]`` to ``[doors]`` and ``[tor]`` of ``config.toml``, one class for each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from onionstream.settings import schema
from onionstream.settings.schema import at_most, matching, one_of, that

_NAME = that(lambda text: text == text.strip() and 1 <= len(text) <= 24, ", 1 to 24 characters, no space at its ends")
_PASSWORD = that(lambda text: not text or 8 <= len(text) <= 256, ", 8 to 256 characters, or none at all")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]", re.ASCII)
_HOSTS = that(
    lambda names: len(names) <= 16 and all(map(_HOST.fullmatch, names)),
    ': at most 16 names such as "stream.home.arpa", without a port',
)
_ENTRIES = at_most(1024, "words and patterns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """
    ``[web]``: the site.

    :ivar port: TCP port on 127.0.0.1 for the broadcaster's own browser; 0: none, only the UNIX socket.
    :ivar hosts: names by which that port may be asked, beside those of this machine itself (D-03).
    :ivar connections: open connections at the most, all viewers together; more are refused.
    :ivar cookies_secure: mark cookies ``Secure``; a browser that takes no onion address for safe drops those (D-05).
    """

    port: int = field(default=5000, metadata=schema.between(0, 65535))
    hosts: tuple[str, ...] = field(default=(), metadata=_HOSTS)
    connections: int = field(default=2000, metadata=schema.between(1, 100000))
    cookies_secure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WordFilters:
    """
    ``[chat.filters]``: words and patterns that messages are searched for.

    Each is a word, or several with spaces between, or ``re:`` and a pattern as RE2 reads it (D-60).

    :ivar censor: what is found is shown as ``[CENSORED]``.
    :ivar block: nobody sees a message with one of these.
    :ivar ban: the same, and who wrote it may not chat any more.
    :ivar ignore_case: capital and small letters are the same.
    :ivar tyranny: the broadcaster may write what he likes (S62).
    """

    censor: tuple[str, ...] = field(default=(), metadata=_ENTRIES)
    block: tuple[str, ...] = field(default=(), metadata=_ENTRIES)
    ban: tuple[str, ...] = field(default=(), metadata=_ENTRIES)
    ignore_case: bool = True
    tyranny: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """
    ``[chat]``: who is called what, how much is kept and shown, and how fast one may write.

    :ivar anonymous: what those without a name are called.
    :ivar broadcaster: what the broadcaster is called, and nobody else.
    :ivar shown: messages that a page begins with.
    :ivar kept: messages in memory, hidden ones too; the oldest go first.
    :ivar characters: of one message at the most (D-10).
    :ivar lines: of one message at the most.
    :ivar between: seconds from one message of a person to his next; one that comes sooner waits.
    :ivar burst: messages of a person in ``burst_seconds``; after that many the next one needs a captcha.
    :ivar burst_lines: the same for lines.
    :ivar burst_seconds: seconds.
    :ivar emotes: a folder with small pictures that stand for words; empty: none.
    :ivar mode: who may write: everybody, everybody but ``slow``, ``members`` of ``[doors]`` only, or nobody.
    :ivar slow: seconds from one message of a person to his next where the mode is ``slow``.
    :ivar moderators: whole tripcodes (D-12): whoever has one of them may hide messages and ban viewers.
    :ivar keep_bans: bans outlive the daemon.
    """

    anonymous: str = field(default="Anonymous", metadata=_NAME)
    broadcaster: str = field(default="Broadcaster", metadata=_NAME)
    shown: int = field(default=100, metadata=schema.between(20, 256))
    kept: int = field(default=8192, metadata=schema.between(20, 65536))
    characters: int = field(default=512, metadata=schema.between(20, 512))
    lines: int = field(default=12, metadata=schema.between(1, 12))
    between: float = field(default=3.0, metadata=schema.between(0, 60))
    burst: int = field(default=4, metadata=schema.between(1, 100))
    burst_lines: int = field(default=20, metadata=schema.between(1, 1000))
    burst_seconds: float = field(default=20.0, metadata=schema.between(1, 600))
    emotes: str = field(default="", metadata=at_most(4096, "characters"))
    mode: str = field(default="open", metadata=one_of("open", "slow", "members", "closed"))
    slow: float = field(default=30.0, metadata=schema.between(1, 3600))
    moderators: tuple[str, ...] = field(default=(), metadata=at_most(256, "tripcodes"))
    keep_bans: bool = True
    filters: WordFilters = field(default_factory=WordFilters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Captcha:
    """
    ``[captcha]``: when a person has to read letters from a picture, and what it is like.

    :ivar when: ``never``, on ``suspicion`` of a flood, or before somebody's ``first`` message too.
    :ivar every: each of so many messages of a person needs one, unless none ever does; 0: none does for that.
    :ivar letters: in one picture; some have one more (D-24).
    :ivar lifetime: seconds in which it must be solved.
    :ivar fonts: font files that pictures are drawn with; empty: those that are found.
    """

    when: str = field(default="suspicion", metadata=one_of("never", "suspicion", "first"))
    every: int = field(default=0, metadata=schema.between(0, 10000))
    letters: int = field(default=5, metadata=schema.between(4, 7))
    lifetime: float = field(default=300.0, metadata=schema.between(30, 3600))
    fonts: tuple[str, ...] = field(default=(), metadata=at_most(64, "paths"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """
    ``[doors]``: who comes in at all.

    :ivar kind: everybody (``open``), whoever has solved a ``captcha``, ``members``, or who knows the ``password``.
    :ivar members: tripcodes, in full.
    :ivar password: the one that all share.
    """

    kind: str = field(default="open", metadata=one_of("open", "captcha", "members", "password"))
    members: tuple[str, ...] = field(default=(), metadata=at_most(1024, "tripcodes"))
    password: str = field(default="", metadata=_PASSWORD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tor:
    """
    ``[tor]``: the onion service.

    :ivar enabled: have an onion address at all; without it only this machine can watch.
    :ivar program: tor's name or path.
    :ivar control: empty: a tor of our own; ``unix:`` and a path: the control socket of a tor that runs already.
    :ivar proof_of_work: while many ask for the service at once, let each of them do some work first (D-80).
    :ivar introduction_dos_defence: let the introduction points drop what comes too fast; it protects Tor's network,
        and shuts out honest viewers with the others (D-80).
    :ivar max_streams: connections on one circuit at the most; a circuit that opens more is closed (D-81).
    :ivar close_floods: close the circuit of a visitor who goes on asking for too much.
    :ivar self_test: fetch the own address through Tor's network and tell what that was like.
    :ivar allow_tmpfs: start although the state directory is lost when the machine is switched off.
    :ivar extra_torrc: lines for tor's own configuration, such as bridges.
    """

    enabled: bool = True
    program: str = field(default="tor", metadata=matching(r"[^-].*", 'a name or a path, such as "tor"'))
    control: str = field(default="", metadata=matching(r"(unix:/.+)?", '"unix:" and a path in full, or ""'))
    proof_of_work: bool = True
    introduction_dos_defence: bool = False
    max_streams: int = field(default=24, metadata=schema.between(6, 65535))
    close_floods: bool = False
    self_test: bool = True
    allow_tmpfs: bool = False
    extra_torrc: str = field(default="", metadata=at_most(4096, "characters", several_lines=True))
