"""The control socket of a real daemon, and the program for it as it is installed."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
from functools import cache
from pathlib import Path

from twisted.internet.threads import deferToThread

from tests.real.daemon import QUICK, Daemon, DaemonCase, clock, fetch
from tests.real.waiting import until
from tests.test_packaging import Environment, built


@cache
def installed() -> tuple[str, str]:
    """:return: a Python, and the program ``onionstream`` that is installed there from a wheel of this checkout."""
    where = Path("installed").resolve()
    environment = Environment(where)
    environment.install(built()["wheel"])
    return str(environment.python), str(where / "bin/onionstream")


def _hears_interrupts() -> None:
    """What a shell starts with "&" ignores SIGINT, and so do its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Listener:
    """``onionstream ctl events``, as a bot would start it."""

    def __init__(self, daemon: Daemon) -> None:
        """It begins to listen."""
        self.heard = daemon.folder / "events.txt"
        with self.heard.open("wb") as output:
            self.process = subprocess.Popen(
                [*installed(), "ctl", "--state", str(daemon.state), "events"], stdout=output, env=ALONE
            )

    def facts(self) -> list[dict[str, object]]:
        """:return: all that it was told so far."""
        return [json.loads(line) for line in self.heard.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def kinds(self) -> list[str]:
        """:return: what they are about."""
        return [str(fact["event"]) for fact in self.facts()]

    def end(self) -> None:
        """End it, if it still runs."""
        self.process.kill()
        self.process.wait()


ALONE = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE_"))}


BEGIN = ["stream", "doors", "mode", "onion"]
"""What a listener is told first."""


class ControlTests(DaemonCase):
    """One daemon, several clients."""

    async def ctl(self, daemon: Daemon, *words: str, typed: str = "") -> tuple[int, str, str]:
        """:return: the status, the output, and what was said beside it."""
        command = [*installed(), "ctl", "--state", str(daemon.state), *words]
        done = await deferToThread(
            subprocess.run, command, env=ALONE, capture_output=True, text=True, check=False, input=typed
        )
        return done.returncode, done.stdout, done.stderr

    async def says(self, daemon: Daemon, *words: str) -> str:
        """:return: what comes of a command that is done."""
        status, output, beside = await self.ctl(daemon, *words)
        self.assertEqual((status, beside), (0, ""))
        return output

    async def test_A65_A66_a_bot_and_a_broadcaster(self) -> None:
        """One listens, the other one steers; viewers see it, and the log does not have it (L-50)."""
        await deferToThread(installed)
        daemon = self.daemon()
        await daemon.on_air()
        bot = Listener(daemon)
        self.addCleanup(bot.end)
        await until(clock(), "how it is", bot.kinds, lambda kinds: kinds == BEGIN)
        self.assertIn("online", await self.says(daemon, "status"))
        self.assertEqual(await self.says(daemon, "title", "set", "Title_MARK"), "Title_MARK\n")
        self.assertEqual(await self.says(daemon, "say", "Text_MARK"), "It is message 1.\n")
        self.assertEqual(await self.says(daemon, "hide", "1"), "Hidden: 1.\nTo take it back: undo 1\n")
        self.assertIn("Hidden: a message of Broadcaster", await self.says(daemon, "log"))
        self.assertEqual(await self.says(daemon, "undo", "1"), "Taken back: Hidden: a message of Broadcaster\n")
        for path in ("/", "/plain"):
            _, _, body = await deferToThread(fetch, daemon, path)
            self.assertIn(b"Title_MARK", body)
        self.assertIn(b"Text_MARK", body)
        told = [*BEGIN, "stream", "message", "hidden", "shown"]
        await until(clock(), "all of it", bot.kinds, lambda kinds: kinds == told)
        self.assertEqual((bot.facts()[4]["title"], bot.facts()[5]["text"]), ("Title_MARK", "Text_MARK"))
        await self._comes_and_goes(daemon, bot)
        await self._doors_and_modes(daemon, bot)
        daemon.signal(signal.SIGTERM)
        self.assertEqual(await daemon.ended(), 0)
        self.assertEqual(await deferToThread(bot.process.wait, 10), 69)
        self.assertNotIn("MARK", daemon.output)
        self.assertFalse((daemon.state / "control.sock").exists())

    async def _doors_and_modes(self, daemon: Daemon, bot: Listener) -> None:
        """Set from here, as on the page: a stranger meets them, and the bot hears of them."""
        self.assertIn("once in 60 s", await self.says(daemon, "mode", "slow", "60"))
        _, _, body = await deferToThread(fetch, daemon, "/plain")
        self.assertIn(b"once in 60 s", body)
        status, output, beside = await self.ctl(daemon, "doors", "password", "-", typed="Secret_MARK\n")
        self.assertEqual((status, beside), (0, ""))
        self.assertIn("Only who knows the password may come in.", output)
        _, _, body = await deferToThread(fetch, daemon, "/plain")
        self.assertNotIn(b"Title_MARK", body)
        await until(clock(), "both", bot.kinds, lambda kinds: kinds[-2:] == ["mode", "doors"])
        self.assertEqual([fact.get("mode", fact.get("kind")) for fact in bot.facts()[-2:]], ["slow", "password"])
        self.assertNotIn("Secret_MARK", bot.heard.read_text() + await self.says(daemon, "status"))
        self.assertIn("Everybody may come in.", await self.says(daemon, "doors", "open"))

    async def _comes_and_goes(self, daemon: Daemon, bot: Listener) -> None:
        """A viewer, of whom the bot hears."""
        with socket.create_connection(("127.0.0.1", daemon.port)) as viewer:
            _, headers, _ = await deferToThread(fetch, daemon, "/")
            token = headers.partition("Set-Cookie: t=")[2].partition(";")[0]
            viewer.sendall(f"GET /live HTTP/1.1\r\nHost: localhost\r\nCookie: t={token}\r\n\r\n".encode())
            await until(clock(), "his coming", bot.kinds, lambda kinds: kinds[-1] == "join")
            self.assertEqual((await self.says(daemon, "users")).count("viewer"), 1)
        await until(clock(), "his going", bot.kinds, lambda kinds: kinds[-1] == "leave")
        self.assertNotIn(token, bot.heard.read_text())

    async def test_A65_what_it_refuses(self) -> None:
        """By the exit status, with a sentence."""
        await deferToThread(installed)
        daemon = self.daemon('[encoder]\nprogram = "no-such-ffmpeg"\n')
        await until(clock(), "the socket", (daemon.state / "control.sock").exists)
        self.assertEqual((await self.ctl(daemon, "ban", "7"))[0], 1)
        self.assertEqual((await self.ctl(daemon, "frob"))[0], 64)
        daemon.config.write_text("[video]\nsize = 5\n")
        status, _, beside = await self.ctl(daemon, "reload")
        self.assertEqual(status, 1)
        self.assertIn("[video]", beside)
        daemon.signal(signal.SIGTERM)
        await daemon.ended()
        self.assertEqual((await self.ctl(daemon, "status"))[0], 69)
        self.assertEqual((await self.ctl(daemon, "help"))[0], 0)

    async def test_L08_D50_the_socket(self) -> None:
        """It is its owner's alone; eight come in, and whoever says nothing more gets his reply."""
        daemon = self.daemon(QUICK)
        await until(clock(), "the socket", (daemon.state / "control.sock").exists)
        path = daemon.state / "control.sock"
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        await until(clock(), "the socket", lambda: (daemon.state / "control.sock").is_socket())
        links = [socket.socket(socket.AF_UNIX) for _ in range(9)]
        for link in links:
            self.addCleanup(link.close)
            link.connect(str(path))
            link.settimeout(20)
        self.assertIn(b"error: 8 connections", await deferToThread(links[8].recv, 1000))
        links[0].sendall(b"doors")
        links[0].sendall(b" show\n")
        links[0].shutdown(socket.SHUT_WR)
        reply = await deferToThread(links[0].makefile("rb").read)
        self.assertEqual(reply, b"doors show\n  Everybody may come in.\n\n")

    async def test_a_listener_that_is_ended_ends_quietly(self) -> None:
        """By Ctrl-C, or because whoever reads along has enough; no traceback, and the daemon goes on."""
        await deferToThread(installed)
        daemon = self.daemon('[encoder]\nprogram = "no-such-ffmpeg"\n')
        await until(clock(), "the socket", lambda: (daemon.state / "control.sock").is_socket())
        command = [*installed(), "ctl", "--state", str(daemon.state), "events"]
        for number in (signal.SIGINT, None):
            bot = subprocess.Popen(
                command, env=ALONE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=_hears_interrupts
            )
            self.addCleanup(bot.wait)
            self.addCleanup(bot.kill)
            assert bot.stdout is not None
            assert bot.stderr is not None
            for _ in BEGIN:
                await deferToThread(bot.stdout.readline)
            if number is None:
                bot.stdout.close()
                await self.says(daemon, "title", "set", "Another")
            else:
                bot.send_signal(number)
            self.assertEqual(await deferToThread(bot.wait, 10), 0 if number is None else 130)
            self.assertEqual(await deferToThread(bot.stderr.read), b"")
            bot.stdout.close()
            bot.stderr.close()
