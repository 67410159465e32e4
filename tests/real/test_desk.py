"""The broadcaster's page of a real daemon: the configuration read again, guests, and the self-test, by its buttons."""

from __future__ import annotations

import re
from base64 import b64encode
from http.client import HTTPConnection
from urllib.parse import urlencode

from twisted.internet.threads import deferToThread

from tests.real.daemon import Daemon, DaemonCase, clock
from tests.real.waiting import until
from tests.web.visitor import Page

NO_ENCODER = '[encoder]\nprogram = "no-such-ffmpeg"\n'


class Host:
    """Somebody without cookies, whose browser sends the password with everything."""

    def __init__(self, daemon: Daemon) -> None:
        """:param daemon: whose page it is."""
        self._daemon = daemon
        secret = b64encode(f"broadcaster:{daemon.password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {secret}", "Accept": "text/html", "Connection": "close"}
        self.page = Page("")

    def ask(self, path: str, fields: dict[str, str] | None = None) -> int:
        """Open a page or send a form, and go where that leads; :return: the status."""
        link = HTTPConnection("127.0.0.1", self._daemon.port, timeout=20)
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"} if fields else self._headers
        link.request("POST" if fields else "GET", path, urlencode(fields) if fields else None, headers)
        answer = link.getresponse()
        body = answer.read().decode()
        link.close()
        if answer.status == 303:
            return self.ask(str(answer.headers["Location"]).partition("#")[0])
        self.page = Page(body)
        return answer.status

    def press(self, form: str, **fields: str) -> str:
        """:return: what the page says when a form of a page that was just opened was sent."""
        assert self.ask("/broadcaster") == 200
        path = f"/broadcaster/{form}"
        assert self.ask(path, {**self.page.forms[path][0], **fields}) == 200
        return " ".join(self.page.said["alert"] + self.page.said["status"])


class DeskTests(DaemonCase):
    """One daemon without an encoder and without tor."""

    async def host(self) -> tuple[Daemon, Host]:
        """:return: a daemon, and its broadcaster."""
        daemon = self.daemon(NO_ENCODER)
        await until(clock(), "the site", lambda: "Next try" in daemon.output)
        return daemon, Host(daemon)

    async def test_R34_a_wrong_file_changes_nothing_and_says_why(self) -> None:
        """No TOML, a value out of its range, a key that is none; then a good one, and what needs a restart."""
        daemon, host = await self.host()
        for text, why in (
            ("[stream\ntitle = 'Lost'\n", "line 1: this is not TOML"),
            (f"{NO_ENCODER}[stream]\ntitle = 'Lost'\n[video]\nrate = 5000\n", "line 6: [video] rate"),
            (f"{NO_ENCODER}[chat]\nmode = 'shut'\n", "line 4: [chat] mode"),
            (f"{NO_ENCODER}[stream]\ntitel = 'Lost'\n", "line 4: [stream] has no key"),
        ):
            daemon.config.write_text(text)
            self.assertIn(why, await deferToThread(host.press, "reload"))
            self.assertIn(f"{daemon.config}, {why}", daemon.output)
            self.assertEqual(host.page.forms["/broadcaster/title"][0]["title"], "A live stream")
        daemon.config.write_text(f"{NO_ENCODER}[stream]\ntitle = 'Found'\n[web]\nconnections = 50\n")
        told = "The configuration was read again; changed: [stream], [web]. A change of [web] needs a restart."
        self.assertEqual(await deferToThread(host.press, "reload"), told)
        self.assertEqual(host.page.forms["/broadcaster/title"][0]["title"], "Found")
        self.assertIn("after a restart only: [web].", host.page.text)

    async def test_guests_are_invited_and_their_keys_kept_nowhere(self) -> None:
        """The half that stays is in the state directory; the last one goes when it is said that all may come."""
        daemon, host = await self.host()
        self.assertEqual(await deferToThread(host.press, "invite", name="anna"), "")
        (key,) = re.findall("[A-Z2-7]{52}", host.page.text)
        kept = daemon.state / "onion/authorized_clients/anna.auth"
        self.assertIn("descriptor:x25519:", kept.read_text())
        await deferToThread(host.ask, "/broadcaster")
        written = [path.read_bytes() for path in daemon.state.rglob("*") if path.is_file()]
        for text in (daemon.output.encode(), host.page.text.encode(), *written):
            self.assertNotIn(key.encode(), text)
        self.assertIn("only guest", await deferToThread(host.press, "revoke", name="anna", act="revoke"))
        self.assertTrue(kept.exists())
        said = await deferToThread(host.press, "revoke", name="anna", act="public")
        self.assertIn("everybody who has the address can come", said)
        self.assertFalse(kept.exists())

    async def test_without_an_onion_address_there_is_nothing_to_test(self) -> None:
        """The button says so."""
        _, host = await self.host()
        self.assertIn("not tested: There is no onion address", await deferToThread(host.press, "test"))
