"""Rules of the house that can be read from the text of its code; each tells every place that breaks it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tests.architecture import Module

CLIENTS = (
    "treq",
    "requests",
    "httpx",
    "aiohttp",
    "urllib3",
    "urllib.request",
    "http.client",
    "ftplib",
    "smtplib",
    "imaplib",
    "poplib",
    "xmlrpc.client",
    "telnetlib",
    "twisted.web.client",
    "twisted.web.xmlrpc",
    "twisted.names",
    "twisted.mail",
    "twisted.conch",
    "twisted.words",
    "txtorcon",
)
"""Modules with which a program calls out (L-07)."""

CALLS_OUT = {
    "create_connection",
    "getaddrinfo",
    "gethostbyname",
    "getfqdn",
    "open_connection",
    "connectTCP",
    "connectSSL",
    "connectUDP",
    "listenUDP",
    "nameResolver",
    "HostnameEndpoint",
    "TCP4ClientEndpoint",
    "TCP6ClientEndpoint",
    "SSL4ClientEndpoint",
    "clientFromString",
    "Agent",
    "UNIXClientEndpoint",
    "connectUNIX",
    "AF_INET",
    "AF_INET6",
    "SOCK_DGRAM",
    "sendto",
    "connect_ex",
}
"""Names, of functions or anything else, with which a program calls out or asks for an address (L-07)."""

BY_UNIX_SOCKET = {
    "onion.control": {
        "UNIXClientEndpoint",
        "twisted.internet.endpoints.UNIXClientEndpoint",
        "txtorcon.TorProtocolError",
        "txtorcon.torcontrolprotocol.TorDisconnectError",
    },
    "onion.line": {"txtorcon.TorControlProtocol", "txtorcon.TorProtocolFactory"},
    "onion.visit": {"UNIXClientEndpoint", "twisted.internet.endpoints.UNIXClientEndpoint"},
    "notify": {"SOCK_DGRAM", "sendto"},
}
"""
The exceptions, all of them UNIX sockets: tor's control socket, its SOCKS port for the self-test, and the one by which
systemd is told of us. Which module may use which names, and import which; txtorcon can do more.
"""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = Function | ast.ClassDef | ast.Module


def calls_out(house: Iterable[Module]) -> Iterator[str]:
    """:return: a sentence for each thing in the code that could open a connection or ask a resolver."""
    for module in house:
        allowed = BY_UNIX_SOCKET.get(module.name, set())
        for item in module.imports():
            if item.name not in allowed and any(f"{item.name}.".startswith(f"{client}.") for client in CLIENTS):
                yield f"{module.path}:{item.line} imports {item.name}"
        for node in ast.walk(module.tree()):
            name = getattr(node, "attr", None) or getattr(node, "id", None) or getattr(node, "name", None)
            if name in CALLS_OUT and name not in allowed:
                yield f"{module.path}:{getattr(node, 'lineno', 0)} uses {name}"
            # A Path's resolve() takes no such argument, a reactor's takes the name to look up.
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "resolve" and node.args:
                yield f"{module.path}:{node.lineno} resolves a name"


def reactors(house: Iterable[Module]) -> Iterator[str]:
    """:return: a sentence for each import of the reactor that is not inside one of tap's functions."""
    for module in house:
        for item in module.imports():
            of_reactor = item.name.startswith("twisted.internet.") and item.name.split(".")[2] in {"reactor", "default"}
            if of_reactor and not (module.name == "tap" and item.inside):
                yield f"{module.path}:{item.line} imports the reactor"


def too_long(path: str, source: str) -> Iterator[str]:
    """:return: a sentence for a file of more than 350 lines and for each function of more than 50."""
    lines = len(source.splitlines())
    if lines > 350:
        yield f"{path} has {lines} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > 50:
                yield f"{path}:{node.lineno} {node.name} has {length} lines"


def undocumented(module: Module) -> Iterator[str]:
    """:return: a sentence for a module, and for each of its classes and public functions, without a docstring."""
    for node in _public(module.tree()):
        if not ast.get_docstring(node):
            yield f"{module.path}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', 'the module')} has no docstring"


def _public(node: Documented) -> Iterator[Documented]:
    """:return: the node and what is public in it; a function inside a function is its own affair."""
    yield node
    if isinstance(node, Function):
        return
    for child in node.body:
        if isinstance(child, ast.ClassDef) or (isinstance(child, Function) and not child.name.startswith("_")):
            yield from _public(child)
