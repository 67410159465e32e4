"""Settings of the site and of the way to it: the tables ``[web]`` and ``[tor]`` of ``config.toml``, one class each."""

from __future__ import annotations

from dataclasses import dataclass, field

from onionstream.schema import at_most, between, matching


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """
    ``[web]``: the site.

    :ivar port: TCP port on 127.0.0.1 for the broadcaster's own browser; 0: none, only the UNIX socket.
    :ivar connections: open connections at the most, all viewers together; more are refused.
    """

    port: int = field(default=5000, metadata=between(0, 65535))
    connections: int = field(default=2000, metadata=between(1, 100000))


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
    max_streams: int = field(default=24, metadata=between(6, 65535))
    close_floods: bool = False
    self_test: bool = True
    allow_tmpfs: bool = False
    extra_torrc: str = field(default="", metadata=at_most(4096, "characters", several_lines=True))
