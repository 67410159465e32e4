"""
``--check`` on a real machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.encoder.hls import PLAYLIST, Writer
from tests.real.daemon import QUICK, DaemonCase, free_port


class CheckTests(DaemonCase):
    """``--check``."""

    def check(self, config: str, **environment: str) -> tuple[int, str]:
        """Run it; :return: status and output."""
        daemon = Path(self.mktemp()).absolute()
        daemon.mkdir()
        (daemon / "config.toml").write_text(config)
        words = ["--config", "config.toml", "--state", "state", "--port", str(free_port()), "--check"]
        done = subprocess.run(
            [Path(sys.executable).with_name("twistd"), "onionstream", *words],
            cwd=daemon,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stderr + done.stdout

    def test_all_is_there(self) -> None:
        """The encoders, a font, tor, the source's first picture, state, port: a line each, status 0."""
        status, text = self.check(QUICK)
        self.assertEqual(status, 0, text)
        for word in ("libx264 and aac", "font", "tor 0.", "first picture after", "state directory", "is free"):
            self.assertIn(word, text)

    def test_what_is_missing_is_said_with_what_to_do(self) -> None:
        """No ffmpeg: a line that names the package; status 1."""
        status, text = self.check('[encoder]\nprogram = "no-such-ffmpeg"\n')
        self.assertEqual(status, 1)
        self.assertIn("apt install ffmpeg", text)

    def test_a_screen_that_is_not_there(self) -> None:
        """The source is tried, and what ffmpeg says of it is shown."""
        status, text = self.check('[source]\nkind = "screen"\n[source.screen]\ndisplay = ":987"\nsound = ""\n')
        self.assertEqual(status, 1)
        self.assertRegex(text, r"PROBLEM +source screen: .*display")

    def test_a_file_that_is_not_there(self) -> None:
        """The same for a file."""
        status, text = self.check('[source]\nkind = "file"\n[source.file]\npaths = ["nowhere.mp4"]\n')
        self.assertEqual(status, 1)
        self.assertRegex(text, r"PROBLEM +source file: .*nowhere.mp4")

    def test_a_folder(self) -> None:
        """One that is not there, an empty one, one with a stream, and one with what cannot be used."""
        folder = self.folder()
        config = f'[source]\nkind = "folder"\n[source.folder]\npath = "{folder}/segments"\n'
        self.assertRegex(self.check(config)[1], r"PROBLEM +source: folder .*/segments: .* cannot be opened")
        (folder / "segments").mkdir()
        self.assertRegex(self.check(config)[1], r"warning +source: .*nothing is written yet")
        writer = Writer(lambda name, data: (folder / "segments" / name).write_bytes(data))
        writer.begin()
        writer.segment()
        status, text = self.check(config)
        self.assertEqual(status, 0, text)
        self.assertRegex(text, r"ok +source: .*in which a stream is written")
        (folder / "segments" / "stream0.m4s").write_bytes(b"no boxes at all")
        self.assertRegex(self.check(config)[1], r"PROBLEM +source: .*cannot be used")
        (folder / "segments" / PLAYLIST).write_text("nothing\n")
        self.assertRegex(self.check(config)[1], r"PROBLEM +source: .*the playlist is no playlist")
