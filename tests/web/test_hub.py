"""Open documents, and the bounds of each."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.people import Role
from onionstream.web.hub import AT_ONCE, MOST, REMEMBERED, REST, SILENT, UNSENT, Hub, OpenDocument
from onionstream.web.pieces import Fragment, Hole, Holed, Twofold
from tests.fakes import FakeResponse


class HubCase(SynchronousTestCase):
    """A hub, and documents whose responses are in memory."""

    def setUp(self) -> None:
        """Nobody reads yet."""
        self.clock = Clock()
        self.hub = Hub(self.clock, b"elsewhere")

    def open(
        self,
        key: bytes | None = None,
        *,
        serial: str = "",
        prompt: bool = True,
        head: bytes = b"head ",
        most: int = MOST,
        role: Role = Role.VIEWER,
    ) -> tuple[OpenDocument, FakeResponse]:
        """A document that has begun and is in the hub."""
        response = FakeResponse(prompt=prompt)
        fillings = {Hole.NONCE: f"nonce-{serial}".encode()}
        document = OpenDocument(response, key, serial, fillings, most, role)
        response.producer = document
        document.begin(head)
        self.hub.join(document)
        return document, response

    def publish(self, *fragments: Fragment) -> None:
        """Publish, and wait till all is written."""
        self.hub.publish(*fragments)
        self.clock.advance(REST)


class FanOutTests(HubCase):
    """From one to all."""

    def test_all_get_the_same(self) -> None:
        """In the order in which it was published."""
        responses = [self.open()[1] for _ in range(5)]
        self.publish(b"one ")
        self.publish(b"two")
        self.assertEqual({response.data for response in responses}, {b"head one two"})

    def test_a_line_goes_out_at_once(self) -> None:
        """No timer is waited for while little happens."""
        _, response = self.open()
        self.hub.publish(b"line")
        self.assertEqual(response.pieces, [b"head ", b"line"])

    def test_many_lines_go_out_in_few_writes(self) -> None:
        """A raid of lines does not make as many writes to everybody."""
        _, response = self.open()
        for _ in range(100):
            self.hub.publish(b"x")
            self.clock.advance(0.001)
        self.clock.advance(REST)
        self.assertEqual(response.data, b"head " + b"x" * 100)
        self.assertLess(len(response.pieces), 6)

    def test_S73_the_staff_gets_something_else(self) -> None:
        """Among what all get, in the order in which it was published, also where its holes are filled."""
        responses = [self.open(role=role, serial="s")[1] for role in Role]
        self.publish(
            b"one ",
            Twofold(None, b"secret "),
            Twofold(b"theirs ", Holed((b"<", b"> "), Hole.NONCE)),
            Twofold(b"gone", None),
            b" two",
        )
        viewer, *staff = (response.data for response in responses)
        self.assertEqual(viewer, b"head one theirs gone two")
        self.assertEqual(staff, [b"head one secret <nonce-s>  two"] * 2)

    def test_S73_what_only_the_staff_gets_does_not_count_for_others(self) -> None:
        """Nor is anything written to them."""
        document, response = self.open(most=2)
        _, staff = self.open(most=2, role=Role.MODERATOR)
        self.publish(Twofold(None, b"1"), Twofold(None, b"2"))
        self.assertEqual((response.pieces, response.ending, staff.ending), ([b"head "], "", "finished"))
        self.assertFalse(document.staff)

    def test_S26_all_of_one_person_end(self) -> None:
        """With what was on its way to all, and a last word."""
        _, his = self.open(b"he")
        _, also = self.open(b"he")
        _, hers = self.open(b"she")
        self.hub.publish(b"one ")
        self.hub.publish(b"two ")
        self.hub.end(b"he", b"go")
        for response in (his, also):
            self.assertEqual((response.data, response.ending), (b"head one two go", "finished"))
        self.publish(b"three")
        self.assertEqual((hers.data, hers.ending), (b"head one two three", ""))

    def test_who_comes_between_gets_nothing_twice(self) -> None:
        """What waits to be written is written before somebody begins with all that is known."""
        self.hub.publish(b"one")
        self.hub.publish(b"two")
        self.hub.flush()
        _, response = self.open(head=b"one two ")
        self.clock.advance(REST)
        self.assertEqual(response.data, b"one two ")

    def test_each_has_its_own_nonce(self) -> None:
        """A style applies in a document only if it names that document's nonce."""
        _, one = self.open(serial="1")
        _, two = self.open(serial="2")
        self.hub.publish(Holed((b"<", b">"), Hole.NONCE))
        self.assertEqual((one.pieces[-1], two.pieces[-1]), (b"<nonce-1>", b"<nonce-2>"))

    def test_what_differs_keeps_its_place_among_what_does_not(self) -> None:
        """What all get alike is joined once for all, and goes out in the order in which it was published."""
        _, one = self.open(serial="1")
        _, two = self.open(serial="2")
        self.hub.publish(b"now ")
        self.publish(b"a", b"b", Holed((b"<", b">"), Hole.NONCE), b"c", Holed((b"(", b")"), Hole.NONCE), b"d", b"e")
        self.assertEqual(one.data, b"head now ab<nonce-1>c(nonce-1)de")
        self.assertEqual(two.data, b"head now ab<nonce-2>c(nonce-2)de")

    def test_one_that_breaks_hurts_nobody(self) -> None:
        """Its error is noted, it is out, and the others have got everything."""
        _, before = self.open()
        _, broken = self.open()
        _, after = self.open()
        broken.broken = True
        self.hub.publish(b"news")
        self.assertEqual((before.data, after.data), (b"head news", b"head news"))
        self.assertEqual((len(self.flushLoggedErrors(OSError)), len(self.hub)), (1, 2))

    def test_one_that_another_has_ended_is_passed_over(self) -> None:
        """What is done with one may be the end of another one, for which it is too late then."""
        first, second, third = (self.open()[0] for _ in range(3))
        done = []

        def act(document: OpenDocument) -> None:
            done.append(document)
            self.hub.leave(second)

        self.hub.each(act)
        self.assertEqual(done, [first, third])

    def test_one_whose_reader_has_gone_is_not_written_to(self) -> None:
        """The connection has told it before it has left."""
        _, response = self.open()
        response.lose()
        self.publish(b"news")
        self.assertEqual((response.data, response.ending), (b"head ", "lost"))


class BoundTests(HubCase):
    """What one reader can cost."""

    def test_D42_one_who_does_not_read_is_cut_off(self) -> None:
        """When 64 KiB of news wait for him."""
        _, response = self.open(prompt=False)
        for _ in range(UNSENT // 1024):
            self.publish(bytes(1024))
        self.assertEqual(response.ending, "")
        self.publish(bytes(1024))
        self.assertEqual((response.ending, len(self.hub)), ("aborted", 0))

    def test_D42_a_large_beginning_is_not_held_against_him(self) -> None:
        """It takes its time on a slow line; the bound is of what comes after it."""
        _, response = self.open(prompt=False, head=bytes(3 * UNSENT))
        self.publish(bytes(1024))
        self.assertEqual(response.ending, "")
        response.take()
        self.publish(bytes(UNSENT))
        self.assertEqual(response.ending, "")
        self.publish(b"x")
        self.assertEqual(response.ending, "aborted")

    def test_R22_one_who_takes_nothing_is_cut_off(self) -> None:
        """After 45 s, however little waits for him."""
        _, response = self.open(prompt=False)
        self.hub.check()
        self.clock.advance(SILENT - 1)
        self.hub.check()
        self.assertEqual(response.ending, "")
        self.clock.advance(1)
        self.hub.check()
        self.assertEqual((response.ending, len(self.hub)), ("aborted", 0))

    def test_R22_the_45_seconds_begin_when_something_waits(self) -> None:
        """However long there was nothing to take before."""
        _, response = self.open()
        for _ in range(12):
            self.hub.check()
            self.clock.advance(5)
        self.hub.check()
        response.prompt = False
        self.publish(b"x" * 10)
        self.clock.advance(SILENT - REST - 1)
        self.hub.check()
        self.assertEqual(response.ending, "")
        self.clock.advance(1)
        self.hub.check()
        self.assertEqual(response.ending, "aborted")

    def test_R22_one_who_takes_a_little_stays(self) -> None:
        """A slow line is no reason."""
        _, response = self.open(prompt=False, head=bytes(1000))
        for _ in range(30):
            self.hub.check()
            self.clock.advance(5)
            response.take(10)
        self.assertEqual(response.ending, "")

    def test_a_quiet_chat_cuts_nobody_off(self) -> None:
        """Who has taken all there is has nothing to take."""
        _, response = self.open()
        for _ in range(30):
            self.hub.check()
            self.clock.advance(5)
        self.assertEqual(response.ending, "")

    def test_it_ends_after_so_many_pieces(self) -> None:
        """Cleanly, with the last of them: the browser loads it anew and need not keep so much."""
        _, response = self.open(most=3)
        self.publish(b"1", b"2")
        self.assertEqual(response.ending, "")
        self.publish(b"3")
        self.publish(b"4")
        self.assertEqual((response.data, response.ending, len(self.hub)), (b"head 123", "finished", 0))


class TabTests(HubCase):
    """Several documents of one reader."""

    def test_a_third_ends_the_oldest(self) -> None:
        """With a sentence; the two newest go on."""
        responses = [self.open(b"anna", serial=str(number))[1] for number in range(3)]
        self.assertEqual([response.ending for response in responses], ["finished", "", ""])
        self.assertEqual(responses[0].pieces[-1], b"elsewhere")
        self.assertEqual(len(self.hub), AT_ONCE)

    def test_what_has_ended_so_is_known_by_its_serial(self) -> None:
        """And what goes on, or has ended otherwise, is not."""
        documents = [self.open(b"anna", serial=str(number))[0] for number in range(3)]
        self.hub.leave(documents[1])
        documents[1].end()
        self.assertEqual([self.hub.was_older(str(number)) for number in range(3)], [True, False, False])

    def test_others_do_not_count(self) -> None:
        """Neither other people's, nor those of nobody."""
        responses = [self.open(key)[1] for key in (b"anna", b"ben", None, None, None, b"anna")]
        self.assertEqual({response.ending for response in responses}, {""})

    def test_D50_so_many_are_remembered(self) -> None:
        """Of the others it is forgotten that they had ended: their tabs end each other once more."""
        for number in range(REMEMBERED + 10):
            self.open(b"anna", serial=str(number))
        self.assertEqual((self.hub.was_older("0"), self.hub.was_older(str(REMEMBERED))), (False, True))

    def test_the_end_of_all(self) -> None:
        """Nothing is lost that was published, and all end cleanly."""
        responses = [self.open()[1] for _ in range(3)]
        self.hub.publish(b"1")
        self.hub.publish(b"2")
        self.hub.close(b" end")
        self.assertEqual({response.data for response in responses}, {b"head 12 end"})
        self.assertEqual({response.ending for response in responses}, {"finished"})
        self.assertEqual((len(self.hub), self.clock.getDelayedCalls()), (0, []))
