"""``--invite``, ``--revoke`` and ``--invited``: who may come, changed from the command line, also beside a daemon."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from onionstream.onion import clients
from onionstream.onion.errors import KeyFilesError
from onionstream.onion.files import onion_address
from onionstream.state import tell


def invite(state: Path, name: str) -> str:
    """
    Invite a guest.

    :param state: the state directory.
    :param name: for ourselves.
    :return: what to tell the broadcaster, with the key, which is shown this once.
    :raises InvitationError: it cannot be done.
    """
    with suppress(OSError):  # what is wrong with it the next line says
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
    first = not clients.invited(state / "onion")
    key = clients.invite(state / "onion", name)
    rows = [f"{name} is invited. Give these two, each on its own way if you can:", ""]
    rows += [f"  address   {_address(state)}", f"  key       {key}", ""]
    rows.append("Tor Browser asks for the key once. It is shown here this once and kept nowhere.")
    if first:
        rows.append("Until now everybody who had the address could come. From now on only guests can.")
    return "\n".join([*rows, tell(state), ""])


def revoke(state: Path, name: str, *, public: bool) -> str:
    """
    Take an invitation back; see ``invite``.

    :param public: also when nobody else is invited, so that everybody who has the address can come.
    """
    clients.revoke(state / "onion", name, public=public)
    return f"{name} is not invited any more.\n{tell(state)}\n"


def guests(state: Path) -> str:
    """:return: who is invited, a line for each; :raises InvitationError: that cannot be read."""
    names = clients.invited(state / "onion")
    if not names:
        return "Nobody is invited: everybody who has the address can come.\n"
    return "".join(f"{name}\n" for name in names)


def _address(state: Path) -> str:
    with suppress(KeyFilesError):
        if address := onion_address(state / "onion"):
            return f"http://{address}/"
    return "(there is none yet: it is shown when onionstream has been started once)"
