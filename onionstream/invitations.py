"""Who may come, changed from the command line (``--invite`` and its like), also beside a daemon, or inside it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from onionstream.files.state import tell
from onionstream.onion import clients
from onionstream.onion.errors import KeyFilesError
from onionstream.onion.files import onion_address


@dataclass(frozen=True, slots=True)
class Invitation:
    """
    A guest who is new.

    :ivar name: for ourselves.
    :ivar address: where to go.
    :ivar key: without which he does not come in; kept nowhere.
    :ivar first: until now everybody could come.
    """

    name: str
    address: str
    key: str = field(repr=False)
    first: bool

    def text(self, ending: str) -> str:
        """
        :param ending: the last sentence.
        :return: what to tell the broadcaster.
        """
        rows = [f"{self.name} is invited. Give these two, each on its own way if you can:", ""]
        rows += [f"  address   {self.address}", f"  key       {self.key}", ""]
        rows.append("Tor Browser asks for the key once. It is shown here this once and kept nowhere.")
        if self.first:
            rows.append("Until now everybody who had the address could come. From now on only guests can.")
        return "\n".join([*rows, ending, ""])


def new(state: Path, name: str) -> Invitation:
    """
    Invite a guest; the daemon is not told.

    :param state: the state directory.
    :param name: for ourselves.
    :raises InvitationError: it cannot be done.
    """
    first = not clients.invited(state / "onion")
    return Invitation(name, _address(state), clients.invite(state / "onion", name), first)


class GuestBook:
    """The same inside the daemon: for its page, and for its control socket."""

    def __init__(self, state: Path, changed: Callable[[], object]) -> None:
        """
        :param state: the state directory.
        :param changed: called when the list is another one.
        """
        self._state = state
        self._changed = changed

    def invite(self, name: str) -> Invitation:
        """:raises InvitationError: it cannot be done."""
        invitation = new(self._state, name)
        self._changed()
        return invitation

    def revoke(self, name: str, *, public: bool) -> None:
        """
        :param name: of a guest.
        :param public: also when nobody else is invited, so that everybody who has the address can come.
        :raises InvitationError: it cannot be done.
        """
        clients.revoke(self._state / "onion", name, public=public)
        self._changed()

    def names(self) -> list[str]:
        """:return: of all guests; :raises InvitationError: they cannot be read."""
        return clients.invited(self._state / "onion")


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
    return new(state, name).text(tell(state))


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
    return "(there is none yet: it is shown when onionstream has been started with tor)"
