"""What keeps ffmpeg running, on invented processes and an invented clock; faults have a module of their own."""

from __future__ import annotations

from onionstream.encoder.sources import CommandError
from onionstream.encoder.supervisor import State
from tests.encoder.fakes import FRAME, GARBAGE, a_command
from tests.encoder.supervised import SupervisorTestCase


class RunningTests(SupervisorTestCase):
    """A healthy run."""

    def test_it_starts_ffmpeg_with_the_command_given(self) -> None:
        """The command line, the environment and the three descriptors are those of the command, and no others."""
        self.assertEqual(self.process.arguments, ["/usr/bin/ffmpeg", "-i", "it"])
        self.assertEqual(self.reactor.executable, "/usr/bin/ffmpeg")
        self.assertEqual(self.reactor.environment, {"PATH": "/bin"})
        self.assertEqual(self.reactor.descriptors, {0: "w", 1: "r", 2: "r"})

    def test_it_is_starting_until_the_first_frame(self) -> None:
        """Bytes that complete no frame are no picture yet."""
        self.process.says(b"header")
        self.assertEqual(self.state, State.STARTING)
        self.process.says(FRAME)
        self.assertEqual(self.state, State.RUNNING)

    def test_runs_are_numbered_from_1(self) -> None:
        """The video side learns each run's number, and the status shows the newest."""
        self.process.says(FRAME)
        self.process.end()
        self.reactor.pass_time(1)
        self.assertEqual(self.air.heard, ["run 1", "end 1", "back soon", "run 2"])
        self.assertEqual(self.supervisor.status().generation, 2)

    def test_the_status_says_what_runs_and_since_when(self) -> None:
        """A person reads what is sent, how long already, and ffmpeg's last words."""
        self.process.complains(b"[warning] hm\n")
        self.stream(3)
        status = self.supervisor.status()
        self.assertEqual(
            (status.sentence, status.seconds, status.lines), ("ffmpeg runs: a picture.", 3, ("[warning] hm",))
        )

    def test_a_run_that_gives_frames_is_left_alone(self) -> None:
        """Frames that come a little less often than the stall allows are enough."""
        for _ in range(20):
            self.process.says(FRAME)
            self.reactor.pass_time(7)
        self.assertEqual(len(self.reactor.processes), 1)
        self.assertEqual(self.process.signals, [])

    def test_one_line_is_logged_when_the_picture_is_there(self) -> None:
        """Who looks at the terminal learns that it works."""
        self.stream(5)
        self.assertEqual([event["log_format"] for event in self.logged], ["Encoder run {generation}: {text}"])


class UnusableTests(SupervisorTestCase):
    """What cannot even be started (R-06)."""

    def test_R06_a_missing_ffmpeg_is_named_and_looked_for_again(self) -> None:
        """Nothing is started; the sentence says what is missing and what to do; once it is there, it runs."""
        self.there = False
        self.restart()
        self.assertEqual((self.state, len(self.reactor.processes)), (State.UNUSABLE, 1))
        sentence = self.supervisor.status().sentence
        self.assertIn('There is no program "/usr/bin/ffmpeg" that this user may run.', sentence)
        self.assertIn("apt install ffmpeg", sentence)
        self.there = True
        self.reactor.pass_time(1)
        self.assertEqual(self.state, State.STARTING)

    def setUp(self) -> None:
        """Start it, and let its first run end by itself when it is to be restarted."""
        super().setUp()
        self.process.says(FRAME)

    def test_R06_viewers_are_not_asked_to_wait_for_it(self) -> None:
        """Nobody knows when it will be installed."""
        self.there = False
        self.restart()
        self.assertEqual(self.air.heard[-1], "off")

    def test_R06_the_tries_become_rare(self) -> None:
        """Waits and log lines are those of any failure."""
        self.there = False
        self.restart()
        self.logged.clear()
        self.reactor.pass_time(1 + 2 + 4 + 8 - 1)
        self.assertEqual(len(self.logged), 3)

    def test_a_source_that_lacks_something_says_so(self) -> None:
        """The command's own sentence is shown."""
        self.problem = CommandError("There is no screen.")
        self.restart()
        self.assertEqual(self.state, State.UNUSABLE)
        self.assertEqual(self.supervisor.status().sentence, "There is no screen. Next try in 1 s.")

    def test_what_went_wrong_last_is_remembered(self) -> None:
        """Also while the next run goes well; there is nothing of the kind before."""
        self.assertEqual(self.supervisor.status().trouble, "")
        self.problem = CommandError("There is no screen.")
        self.restart()
        self.problem = None
        self.reactor.pass_time(2)
        self.stream(10)
        status = self.supervisor.status()
        self.assertEqual((status.state, status.trouble), (State.RUNNING, "There is no screen."))
        self.assertApproximates(status.trouble_age, 12.0, 0.5)

    def test_a_machine_without_room_for_a_process_is_tried_again(self) -> None:
        """The system's own words are shown, and no run is counted."""
        self.reactor.exhausted = True
        self.restart()
        self.assertEqual((self.state, self.supervisor.status().generation), (State.UNUSABLE, 1))
        self.assertIn("Too many open files", self.supervisor.status().sentence)
        self.assertEqual(self.air.heard.count("run 2"), 0)


class OrderTests(SupervisorTestCase):
    """Starting, stopping and replacing, in every order."""

    def test_stopping_ends_the_run_and_tells_when_it_has_ended(self) -> None:
        """One TERM, and the stream is off."""
        self.stop()
        self.assertEqual((self.process.signals, self.state), (["TERM", "CONT"], State.STOPPED))
        self.assertEqual(self.air.heard[-1], "off")
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_stopping_while_waiting_cancels_the_next_try(self) -> None:
        """Nothing is left that could start a process."""
        self.process.end(1)
        self.assertIsNone(self.successResultOf(self.supervisor.stopService()))
        self.assertEqual((self.state, self.reactor.getDelayedCalls()), (State.STOPPED, []))

    def test_stopping_twice_tells_both(self) -> None:
        """Who asks later waits for the same end."""
        self.process.obedient = False
        first, second = self.supervisor.stopService(), self.supervisor.stopService()
        self.process.end()
        self.assertEqual([self.successResultOf(one) for one in (first, second)], [None, None])

    def test_starting_while_it_stops_lets_another_follow(self) -> None:
        """Who waited for the end hears of it, and the next run begins at once."""
        self.process.obedient = False
        stopped = self.supervisor.stopService()
        self.supervisor.startService()
        self.process.end()
        self.assertIsNone(self.successResultOf(stopped))
        self.assertEqual((self.state, len(self.reactor.processes)), (State.STARTING, 2))

    def test_starting_again_after_a_stop_begins_the_next_run(self) -> None:
        """The numbers go on."""
        self.stop()
        self.supervisor.startService()
        self.assertEqual((self.state, self.supervisor.status().generation), (State.STARTING, 2))

    def test_another_command_begins_as_soon_as_the_old_run_has_ended(self) -> None:
        """No failure is counted, nothing is waited for, and viewers are asked to stay."""
        self.process.says(FRAME)
        self.supervisor.replace(lambda: a_command("/usr/bin/ffmpeg", "-i", "other"))
        self.reactor.advance(0)
        self.assertEqual(self.process.arguments[-1], "other")
        self.assertEqual(self.air.heard, ["run 1", "end 1", "back soon", "run 2"])
        self.process.end(1)
        self.assertIn("Next try in 1 s.", self.supervisor.status().sentence)

    def test_another_command_does_not_wait_for_the_old_one_s_turn(self) -> None:
        """In a long wait after failures it is started at once."""
        self.process.end(1)
        self.supervisor.replace(lambda: a_command("/usr/bin/ffmpeg", "-i", "other"))
        self.assertEqual((self.process.arguments[-1], self.state), ("other", State.STARTING))
        self.assertEqual(len(self.reactor.processes), 2)
        self.reactor.pass_time(5)
        self.assertEqual(len(self.reactor.processes), 2)

    def test_another_command_for_a_stopped_encoder_is_only_kept(self) -> None:
        """It stays off until somebody starts it."""
        self.stop()
        self.supervisor.replace(lambda: a_command("/usr/bin/ffmpeg", "-i", "other"))
        self.assertEqual((self.state, len(self.reactor.processes)), (State.STOPPED, 1))
        self.supervisor.startService()
        self.assertEqual(self.process.arguments[-1], "other")

    def test_another_command_while_a_stuck_run_is_being_ended(self) -> None:
        """It takes the place of the restart that was to follow."""
        self.process.obedient = False
        self.process.says(GARBAGE)
        self.supervisor.replace(lambda: a_command("/usr/bin/ffmpeg", "-i", "other"))
        self.assertEqual(self.state, State.REPLACING)
        self.reactor.pass_time(3)
        self.assertEqual((self.process.arguments[-1], self.state), ("other", State.STARTING))

    def test_stopping_while_it_is_being_replaced(self) -> None:
        """The last word counts."""
        self.process.obedient = False
        self.supervisor.restart()
        stopped = self.supervisor.stopService()
        self.process.end()
        self.assertIsNone(self.successResultOf(stopped))
        self.assertEqual((self.state, len(self.reactor.processes)), (State.STOPPED, 1))
