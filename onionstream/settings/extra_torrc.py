"""
Which lines for tor a person may give himself: ``[tor] extra_torrc``, checked line by line.

tor has more than 300 options, and each version brings new ones. Some open ports, some make the service known, and one
ruins its key for ever (a service that was once run with ``HiddenServiceSingleHopMode``). So we do not search for bad
ones: only options that are known to keep what L-06 asks for may pass (D-85). They are for the way into Tor's network
(bridges, pluggable transports, proxies, firewalls), for the choice of relays, for padding, and for some bounds.

The lines must be as plain as tor's manual writes them, because tor reads much more than that: names cut short
(``SocksP``), ``+`` and ``/`` in front of a name, ``%include``, and lines that a backslash joins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from onionstream.settings.schema import one_line


def _names(text: str) -> frozenset[str]:
    """:return: the words of a text."""
    return frozenset(text.split())


_ALLOWED = _names(
    """
    AvoidDiskWrites BandwidthBurst BandwidthRate Bridge CircuitBuildTimeout CircuitPadding ClientPreferIPv6ORPort
    ClientTransportPlugin ClientUseIPv4 ClientUseIPv6 ConnectionPadding ConnLimit EntryNodes ExcludeNodes
    FascistFirewall FirewallPorts GeoIPFile GeoIPv6File GuardLifetime HardwareAccel
    HiddenServiceEnableIntroDoSBurstPerSec HiddenServiceEnableIntroDoSRatePerSec HiddenServiceNumIntroductionPoints
    HiddenServiceOnionBalanceInstance HiddenServicePoWQueueBurst HiddenServicePoWQueueRate HSLayer2Nodes HSLayer3Nodes
    HTTPSProxy HTTPSProxyAuthenticator KeepalivePeriod LearnCircuitBuildTimeout MaxMemInQueues MiddleNodes NodeFamily
    NumCPUs NumDirectoryGuards NumEntryGuards OutboundBindAddress OutboundBindAddressOR OutboundBindAddressPT
    ReachableAddresses ReachableORAddresses ReducedCircuitPadding ReducedConnectionPadding Socks4Proxy
    Socks5Proxy Socks5ProxyPassword Socks5ProxyUsername StrictNodes TCPProxy UpdateBridgesFromAuthority UseBridges
    """
)
"""In tor's own spelling; it reads them in any case."""

_CANONICAL = {name.lower(): name for name in _ALLOWED}

_OURS = "onionstream itself says it"
_OPENS = "it opens a port, and onionstream opens none"
_SINGLE_HOP = "it takes away the anonymity of the service, and its key is ruined for ever"
_RELAY = "this tor is no relay"
_REASONS = {
    "clientonly": _OURS,
    "controlport": f"{_OURS}; tor is controlled through a UNIX socket",
    "controlsocket": _OURS,
    "cookieauthentication": _OURS,
    "datadirectory": f"{_OURS}; see --state",
    "dirport": _OPENS,
    "disablenetwork": "without a network there is no address; see `enabled`",
    "dnsport": _OPENS,
    "exitrelay": _RELAY,
    "extorport": _OPENS,
    "hiddenservicedir": f"{_OURS}; this tor has one onion service",
    "hiddenserviceenableintrodosdefense": "see `introduction_dos_defence`",
    "hiddenserviceexportcircuitid": _OURS,
    "hiddenservicemaxstreams": "see `max_streams`",
    "hiddenservicemaxstreamsclosecircuit": _OURS,
    "hiddenservicenonanonymousmode": _SINGLE_HOP,
    "hiddenserviceport": f"{_OURS}; the address leads to the site only",
    "hiddenservicepowdefensesenabled": "see `proof_of_work`",
    "hiddenservicesinglehopmode": _SINGLE_HOP,
    "httptunnelport": _OPENS,
    "log": f"{_OURS}; a log of tor's own could tell who came when",
    "metricsport": _OPENS,
    "natdport": _OPENS,
    "noexec": f"{_OURS}; a ClientTransportPlugin may run without it",
    "orport": f"{_OPENS}; {_RELAY}",
    "safelogging": _OURS,
    "sandbox": "a tor in its sandbox ends when it is to read its configuration again, as for each invitation",
    "sockspolicy": _OPENS,
    "socksport": _OPENS,
    "transport": _OPENS,
    "user": "start onionstream as that user",
    "useentryguards": "a service without guards is soon found",
    "vanguardsliteenabled": "a service without vanguards is soon found",
}

_LINE = re.compile(r"(?P<name>[A-Za-z0-9_]+)[ \t]+(?P<value>[^#\s].*)")


class ExtraTorrcError(Exception):
    """
    These lines may not be added to tor's configuration; the text is one sentence.

    :ivar line: which of them, counted from 1.
    """

    def __init__(self, line: int, sentence: str) -> None:
        """Keep the number beside the sentence."""
        super().__init__(f"line {line}: {sentence}")
        self.line = line


def check(text: str) -> None:
    """
    :param text: lines of a torrc.
    :raises ExtraTorrcError: one of them is not plain, or its option is not among those allowed.
    """
    for _ in _options(text):
        pass


def names(text: str) -> frozenset[str]:
    """
    :param text: lines that `check` has passed.
    :return: the options they set, in tor's own spelling.
    """
    return frozenset(_options(text))


def _options(text: str) -> Iterator[str]:
    """:return: the options, in tor's own spelling, one for each line that sets one."""
    for number, line in enumerate(text.split("\n"), 1):
        plain = line.strip(" \t")
        _check_characters(number, plain)
        if plain and not plain.startswith("#"):
            yield _option(number, plain)


def _check_characters(number: int, line: str) -> None:
    """:raises ExtraTorrcError: tor might not read this as the one line it is."""
    if "\\" in line:
        raise ExtraTorrcError(number, "it holds a backslash, with which tor joins lines; none is needed here")
    if bad := next((one for one in line if not one.isprintable() and one != "\t"), ""):
        raise ExtraTorrcError(number, f"it holds the character U+{ord(bad):04X}, which cannot be seen")


def _option(number: int, line: str) -> str:
    """:return: the option that a line sets, which is one of those allowed."""
    match = _LINE.fullmatch(line)
    if not match:
        raise ExtraTorrcError(number, f"`{one_line(line)}` is not {_wanted(line)}")
    name = match["name"]
    if name.lower() not in _CANONICAL:
        raise ExtraTorrcError(number, f"`{one_line(name)}` is not allowed: {_why_not(name.lower())}")
    return _CANONICAL[name.lower()]


def _wanted(line: str) -> str:
    """:return: what a line should be that is no option with its value, as the rest of a sentence."""
    if line.startswith("%"):
        return "allowed: what another file holds cannot be checked here, so write its lines here"
    if line.startswith(("+", "/")):
        return "allowed: write the option without the sign before its name"
    return "an option, a blank and its value, as tor's manual writes them"


def _why_not(name: str) -> str:
    """:return: why an option is not allowed, in lower case as ``name`` is."""
    if reason := _REASONS.get(name):
        return reason
    if near := get_close_matches(name[:100], _CANONICAL, 1, 0.8):
        return f"did you mean {_CANONICAL[near[0]]}?"
    if longer := [full for full in _REASONS if full.startswith(name)]:
        return f"tor would take it for a longer name ({longer[0]}): {_REASONS[longer[0]]}"
    return "it is not among those that open no port and give nothing away by themselves"
