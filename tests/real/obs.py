"""An OBS-like writer: ffmpeg with the muxer settings of the recipe, into a folder."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

RECIPE = "hls_init_time=0 hls_time=2 hls_list_size=120 hls_flags=delete_segments hls_segment_type=fmp4"
"""Muxer settings, as people type them into OBS ("Custom Output (FFmpeg)")."""


def muxer(settings: str) -> list[str]:
    """OBS's muxer settings as arguments of ffmpeg."""
    return [word for setting in settings.split() for word in (f"-{setting.split('=')[0]}", setting.split("=")[1])]


def _words(text: str) -> list[str]:
    """One argument each."""
    return text.split()


class Obs:
    """
    A writer that runs: a test picture and a tone, with B-frames and the names of its encoders in it, as OBS has them.

    :ivar process: ffmpeg.
    """

    def __init__(self, folder: Path, *, size: str = "320x180", settings: str = RECIPE, more: str = "") -> None:
        """
        :param folder: for the segments.
        :param size: of the picture.
        :param settings: of the muxer.
        :param more: arguments for the encoders.
        """
        picture = ["-re", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=30"]
        sound = ["-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
        video = _words("-c:v libx264 -preset ultrafast -bf 2 -b:v 200k -g 30 -keyint_min 30 -pix_fmt yuv420p")
        audio = _words("-c:a aac -b:a 96k -ac 2")
        named = ["-metadata", "title=TITLE_MARK", "-metadata", "encoder=OBS_MARK"]
        encoded = [*video, *audio, *_words(more), *named]
        output = ["-f", "hls", *muxer(settings), str(folder / "stream.m3u8")]
        self.process = subprocess.Popen(
            ["ffmpeg", "-nostdin", "-loglevel", "error", *picture, *sound, *encoded, *output],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        """Stop recording: the playlist gets its last line."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10)

    def kill(self) -> None:
        """It crashes; nothing is tidied up."""
        self.process.kill()
        self.process.wait(10)
