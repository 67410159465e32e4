"""A real tor under our care, without a network: its files, its ports, and each of its ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from onionstream.onion.clients import invite
from onionstream.onion.progress import State
from onionstream.settings.config import Tor
from onionstream.settings.extra_torrc import _ALLOWED
from tests.real.daemon import children, running
from tests.real.listeners import listening
from tests.real.processes import find
from tests.real.torcase import TorCase, mode, paths_in

GUARD = (
    "Guard in=default rsa_id=0123456789ABCDEF0123456789ABCDEF01234567 nickname=aguard "
    "sampled_on=2026-01-02T03:04:05 sampled_by=0.4.9.11 unlisted_since=2026-01-03T03:04:05 listed=0"
)
"""A line of tor's memory, as it writes it itself."""

SHOUTING = 'a "b"c#d \\e ä'
"""A folder's name with all that a path may hold and a configuration may misread."""


START = (
    find("tor", "/usr/sbin/tor"),
    "--defaults-torrc",
    "/nonexistent",
    "--ignore-missing-torrc",
    "-f",
    "/nonexistent",
)
"""A tor without any configuration but what follows."""


class FilesTests(TorCase):
    """What tor leaves on the disk."""

    async def test_L20_guards_outlive_two_launches(self) -> None:
        """What tor remembers of them is written again by each run; without it each start would choose new ones."""
        state = self.folder()
        memory = paths_in(state).data / "state"
        memory.parent.mkdir(mode=0o700)
        memory.write_text(f"{GUARD}\n")
        for _ in range(2):
            tor = self.tor(state)
            await self.connected(tor)
            await tor.stopService()
            self.assertTrue(memory.read_text().startswith("# Tor state file last generated"))
            self.assertIn(" ".join(GUARD.split(" ")[:4]), memory.read_text())

    async def test_L20_L21_nobody_else_may_look(self) -> None:
        """Neither into the directories nor into the files, even with a mask that would let everybody."""
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        state = self.folder()
        tor = self.tor(state)
        await self.connected(tor)
        paths = paths_in(state)
        self.assertEqual([mode(path) for path in (state, paths.data, paths.service)], [0o700] * 3)
        key = paths.service / "hs_ed25519_secret_key"
        self.assertEqual([mode(path) for path in (key, paths.torrc, paths.cookie)], [0o600] * 3)
        await tor.stopService()

    async def test_L01_L06_it_listens_on_its_control_socket_only(self) -> None:
        """No TCP, no UDP."""
        state = self.folder()
        tor = self.tor(state)
        pid = await self.connected(tor)
        self.assertEqual(listening(pid), [str(paths_in(state).control)])
        await tor.stopService()

    async def test_a_state_directory_of_any_name(self) -> None:
        """With blanks, quotes, a number sign, a backslash and letters of any language."""
        state = self.folder(SHOUTING)
        tor = self.tor(state)
        pid = await self.connected(tor)
        self.assertRegex(tor.status().address, r"\A[a-z2-7]{56}\.onion\Z")
        self.assertEqual((paths_in(state).service / "hostname").read_text().strip(), tor.status().address)
        self.assertTrue(paths_in(state).control.is_socket())
        self.assertTrue(running(pid))
        await tor.stopService()

    async def test_guests_are_read_by_the_same_tor(self) -> None:
        """A key for one, and tor reads it without a complaint and without an end."""
        state = self.folder()
        tor = self.tor(state)
        pid = await self.connected(tor)
        invite(paths_in(state).service, "alice")
        await tor.reload()
        await self.see("that it reads", lambda: " ".join(tor.status().lines), lambda said: "reload signal" in said)
        self.assertEqual(await self.connected(tor), pid)
        self.assertNotIn("alice", " ".join(tor.status().lines))
        await tor.stopService()


class EndTests(TorCase):
    """Ends of tor, wanted and not."""

    async def test_R40_it_ends_when_it_is_asked_to(self) -> None:
        """Nothing is left of it."""
        tor = self.tor(self.folder())
        pid = await self.connected(tor)
        await tor.stopService()
        self.assertFalse(running(pid))
        self.assertEqual(tor.state, State.STOPPED)

    async def test_R10_after_kill_9_it_has_the_same_address(self) -> None:
        """And so it has after a start from nothing but the state directory."""
        state = self.folder()
        tor = self.tor(state)
        pid = await self.connected(tor)
        address = tor.status().address
        os.kill(pid, signal.SIGKILL)
        await self.see("its end", lambda: tor.state is State.FAILED)
        self.assertIn("signal 9 (SIGKILL)", tor.status().sentence)
        self.assertNotEqual(await self.connected(tor), pid)
        self.assertEqual(tor.status().address, address)
        await tor.stopService()
        again = self.tor(state)
        await self.connected(again)
        self.assertEqual(again.status().address, address)
        await again.stopService()

    async def test_R12_a_connection_that_is_cut_leaves_one_tor(self) -> None:
        """The old one ends by itself, and then another begins."""
        tor = self.tor(self.folder())
        pid = await self.connected(tor)
        assert tor._run is not None
        assert tor._run.control is not None
        tor._run.control.close()
        await self.see("its end", lambda: running(pid), lambda alive: not alive)
        await self.see("the next", lambda: tor.state is State.FAILED or tor.state is State.STARTING)
        self.assertNotEqual(await self.connected(tor), pid)
        await tor.stopService()

    async def test_R43_no_tor_outlives_a_daemon_that_is_killed(self) -> None:
        """And the next daemon starts in the same state directory."""
        state = self.folder()
        daemon = subprocess.Popen(
            [sys.executable, "-m", "tests.real.tor_daemon", str(state)], stdout=subprocess.DEVNULL
        )
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        await self.see("that its tor is heard", (state / "heard").exists)
        (pid,) = [pid for pid in children(daemon.pid) if running(pid)]
        hostname = paths_in(state).service / "hostname"
        address = hostname.read_text().strip()
        daemon.kill()
        await self.see("tor's end", lambda: running(pid), lambda alive: not alive)
        tor = self.tor(state)
        await self.connected(tor)
        self.assertEqual(tor.status().address, address)
        await tor.stopService()

    async def test_R14_a_state_directory_that_another_tor_uses(self) -> None:
        """One sentence, and the other tor is left alone."""
        state = self.folder()
        data = paths_in(state).data
        other = subprocess.Popen(
            [*START, "--DataDirectory", str(data), "--SocksPort", "0", "--DisableNetwork", "1"],
            stdout=subprocess.DEVNULL,
        )
        self.addCleanup(other.wait)
        self.addCleanup(other.terminate)
        await self.see("the lock", (data / "lock").exists)
        tor = self.tor(state)
        sentence = await self.see("the sentence", lambda: tor.status().sentence, lambda said: "Another tor" in said)
        self.assertIn("end that one", sentence)
        await tor.stopService()
        self.assertIsNone(other.poll())

    async def test_R15_a_truncated_key_is_refused(self) -> None:
        """No tor is started, and the address stays what it was."""
        state = self.folder()
        tor = self.tor(state)
        await self.connected(tor)
        await tor.stopService()
        hostname = (paths_in(state).service / "hostname").read_bytes()
        key = paths_in(state).service / "hs_ed25519_secret_key"
        os.truncate(key, 50)
        again = self.tor(state)
        await self.see("the refusal", lambda: again.state is State.FAILED)
        self.assertIn("hs_ed25519_secret_key must have 96 bytes and has 50", again.status().sentence)
        self.assertEqual((self.processes(), (paths_in(state).service / "hostname").read_bytes()), ([], hostname))
        await again.stopService()

    async def test_D85_a_wrong_bridge_is_a_sentence(self) -> None:
        """In tor's words, without the address of the bridge."""
        settings = Tor(allow_tmpfs=True, extra_torrc="UseBridges 1\nBridge 192.0.2.77:443 zzz")
        tor = self.tor(self.folder(), settings=settings)
        await self.see("the failure", lambda: tor.state is State.FAILED)
        self.assertIn("Bridge line", tor.status().sentence)
        self.assertNotIn("192.0.2.77", f"{tor.status()}")
        await tor.stopService()

    async def test_L23_other_settings_are_read_by_the_same_tor_and_bad_ones_are_not(self) -> None:
        """Whatever a configuration read again holds, tor runs on."""
        tor = self.tor(self.folder())
        pid = await self.connected(tor)
        for extra, streams in (("", 30), ("UseBridges 1\nBridge x", 31)):
            await tor.replace(Tor(allow_tmpfs=True, max_streams=streams, extra_torrc=extra))
        assert tor._run is not None
        assert tor._run.control is not None
        said = await tor._run.control.ask("GETCONF HiddenServiceOptions")
        self.assertIn("HiddenServiceMaxStreams=30", said)
        self.assertEqual(await self.connected(tor), pid)
        await tor.stopService()

    async def test_R13_without_a_network_it_stays_and_says_how_far_it_is(self) -> None:
        """Nobody is held up by that."""
        tor = self.tor(self.folder())
        await self.connected(tor)
        self.assertEqual(tor.status().sentence, "tor: 0 %, starting.")
        await tor.stopService()


class SystemTests(TorCase):
    """A tor that somebody else has started."""

    async def test_our_service_comes_and_goes_and_the_tor_stays(self) -> None:
        """With its port for others; our key is where it always is, and guests are read by it too."""
        state, theirs = self.folder(), self.folder()
        socket = theirs / "control"
        options = f"DataDirectory {theirs}/data ControlPort unix:{socket} SocksPort auto CookieAuthentication 1"
        other = subprocess.Popen([*START, *options.split(" "), "DisableNetwork", "1"], stdout=subprocess.DEVNULL)
        self.addCleanup(other.wait)
        self.addCleanup(other.terminate)
        await self.see("its socket", socket.exists)
        addresses = {(await self.attached(state, f"unix:{socket}")) for _ in range(2)}
        self.assertEqual(addresses, {(paths_in(state).service / "hostname").read_text().strip()})
        self.assertIsNone(other.poll())

    async def attached(self, state: Path, control: str) -> str:
        """:return: the address of a service that came and went."""
        tor = self.tor(state, settings=Tor(allow_tmpfs=True, control=control))
        await self.see("the service", lambda: tor.status().sentence, lambda said: "tor: 0 %" in said)
        await tor.reload()
        await tor.stopService()
        return tor.status().address


class OptionsTests(TorCase):
    """What we believe of tor's options."""

    def test_D85_every_allowed_option_is_one_of_tors(self) -> None:
        """In its own spelling."""
        said = subprocess.run([START[0], "--list-torrc-options"], capture_output=True, text=True, check=True)
        self.assertEqual(_ALLOWED - set(said.stdout.split()), set())
