"""The onion service on a private Tor network: it is reached, it comes back, and it keeps out who may not come."""

from __future__ import annotations

import os
import signal

from twisted.internet.defer import CancelledError
from twisted.internet.threads import deferToThread

from onionstream.onion.clients import invite, revoke
from onionstream.onion.guests import Guests
from onionstream.onion.progress import State
from onionstream.onion.report import Outcome
from tests.real.daemon import running as running_process
from tests.real.listeners import listening
from tests.real.onioncase import OnionCase
from tests.real.onionsite import PAGE
from tests.real.test_tor import SHOUTING
from tests.real.torcase import paths_in
from tests.tornet.socks import WayError, fetch


class ServiceTests(OnionCase):
    """The service itself."""

    async def test_a_page_comes_through_the_network(self) -> None:
        """Some seconds after the start."""
        tor = await self.published()
        self.assertIn(PAGE, await self.page(tor))
        await tor.stopService()

    async def test_two_clients_have_two_circuits_and_the_one_goes_on_when_the_other_is_closed(self) -> None:
        """So a flooder can be put out and nobody else is touched."""
        tor = await self.published()
        await self.page(tor)
        one, other = [await self.download(tor, identity=identity) for identity in ("one", "other")]
        circuits = await self.see("both", lambda: self.site.circuits[1:], lambda seen: len(seen) == 2)
        self.assertEqual(len({*circuits}), 2)
        await self.see("their data", lambda: min(one.total, other.total))
        await tor.close_circuit(circuits[0])
        await one.ended
        before = other.total
        await self.see("more for the other", lambda: other.total > before + 20000)
        await tor.stopService()

    async def test_R10_a_tor_that_was_killed_comes_back_with_the_same_address(self) -> None:
        """And a client who has come before comes again, after he has asked for new circuits."""
        tor = await self.published()
        address = tor.status().address
        await self.page(tor)
        os.kill(self.service_pid(), signal.SIGKILL)
        await self.see("its end", lambda: tor.state is State.FAILED)
        await self.reachable(tor)
        self.assertEqual(tor.status().address, address)
        self.network.client.control.command("SIGNAL NEWNYM")
        self.assertIn(PAGE, await self.page(tor))
        await tor.stopService()


class GuestTests(OnionCase):
    """Client authorization."""

    async def test_who_is_invited_comes_in_and_nobody_else(self) -> None:
        """A client that came before is put out when the first guest is invited."""
        tor = await self.published()
        await self.page(tor)
        guests = Guests(paths_in(self.state).service, tor)
        alice = await self.invited("alice")
        guests.look()
        await self.anew(tor)
        self.assertIn(PAGE, await self.page(tor, alice))
        self.network.client.control.command("SIGNAL NEWNYM")
        with self.assertRaises(WayError):
            await deferToThread(fetch, self.network.socks_port, tor.status().address)
        await tor.stopService()

    async def test_whose_invitation_is_taken_back_is_out(self) -> None:
        """His connection ends and his key opens nothing more, while another guest comes in as before."""
        tor = await self.published()
        alice, bob = await self.invited("alice"), await self.invited("bob")
        await tor.offer_anew()
        await self.anew(tor)
        await self.page(tor, alice)
        download = await self.download(tor, client=alice)
        guests = Guests(paths_in(self.state).service, tor)
        revoke(paths_in(self.state).service, "alice")
        guests.look()
        await download.ended
        await self.anew(tor)
        self.assertIn(PAGE, await self.page(tor, bob))
        with self.assertRaises(WayError):
            await deferToThread(fetch, alice.socks_port, tor.status().address)
        await tor.stopService()


class SelfTestTests(OnionCase):
    """The daemon as its own viewer."""

    async def test_it_measures_the_page_the_video_and_the_way(self) -> None:
        """The stream has its 400 kbit/s, and the way carries more; whatever the state directory is called."""
        tor = await self.published(SHOUTING)
        report = await self.self_test(tor).run()
        self.assertEqual((report.outcome, report.no_video), (Outcome.REACHED, ""))
        self.assertEqual(self.site.paths, ["/", "/stream.mp4?mode=plain", "/fill?0"])
        page, video, fill = self.site.circuits
        self.assertEqual((page == video, video == fill), (True, False))
        assert report.stream is not None
        assert report.carries is not None
        self.assertGreater(report.carries, report.stream)
        await tor.stopService()

    async def test_L06_nothing_listens_for_SOCKS_before_and_after(self) -> None:
        """And while it does, only in the state directory."""
        tor = await self.published()
        control, socks = str(paths_in(self.state).control), str(paths_in(self.state).socks)
        self.assertEqual(listening(self.service_pid()), [control])
        running = self.self_test(tor).run()
        await self.see("the video", lambda: len(self.site.paths) == 2)
        self.assertEqual(sorted(listening(self.service_pid())), sorted([control, socks]))
        running.cancel()
        await self.see("the end", lambda: listening(self.service_pid()), lambda seen: seen == [control])
        await tor.stopService()
        self.failureResultOf(running, CancelledError)

    async def test_R10_it_follows_each_publication(self) -> None:
        """Also when tor was killed in the middle of a test, and has left its socket behind."""
        tor = await self.published()
        test = self.self_test(tor)
        test.startService()
        broken = test.run()
        await self.see("the video", lambda: len(self.site.paths) == 2)
        os.kill(self.service_pid(), signal.SIGKILL)
        self.assertEqual((await broken).outcome, Outcome.NOT_TESTED)
        self.assertTrue(paths_in(self.state).socks.is_socket())
        await self.see("a test by itself", lambda: test.last)
        assert test.last is not None
        self.assertEqual(test.last.outcome, Outcome.REACHED)
        await tor.stopService()

    async def test_a_site_that_is_gone_is_told(self) -> None:
        """The way leads to the service, and nobody is behind it."""
        tor = await self.published()
        await self.site.close()
        report = await self.self_test(tor).run()
        self.assertEqual((report.outcome, report.tries), (Outcome.NOT_REACHED, 2))
        self.assertIn("it may not be listening", report.summary)
        await tor.stopService()

    async def test_a_service_that_tor_has_lost_is_told(self) -> None:
        """It is published still, and leads nowhere."""
        tor = await self.published()
        await self.page(tor)
        assert tor.own_control is not None
        await tor.own_control.withdraw()
        report = await self.self_test(tor).run()
        self.assertEqual((report.outcome, report.tries), (Outcome.NOT_REACHED, 2))
        await tor.stopService()

    async def test_a_service_for_guests_is_told(self) -> None:
        """The daemon is not its own guest."""
        tor = await self.published()
        invite(paths_in(self.state).service, "alice")
        await tor.offer_anew()
        await self.anew(tor)
        report = await self.self_test(tor).run()
        self.assertEqual(report.outcome, Outcome.INVITED_ONLY)
        await tor.stopService()

    async def test_R40_the_end_in_the_middle_of_a_test_leaves_nothing(self) -> None:
        """No process, no socket, no report."""
        tor = await self.published()
        test = self.self_test(tor)
        running = test.run()
        await self.see("the video", lambda: len(self.site.paths) == 2)
        pid = self.service_pid()
        test.stopService()
        await tor.stopService()
        self.assertEqual((await running).outcome, Outcome.NOT_TESTED)
        self.assertEqual((running_process(pid), paths_in(self.state).socks.exists()), (False, False))
        self.assertIsNone(test.last)
