"""The slate, made by a real ffmpeg: it goes on where the encoder's own stream ends."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import cast

from twisted.internet.interfaces import IReactorProcess

from onionstream.encoder.commands import Command, slate
from onionstream.encoder.confinement import find_confinement
from onionstream.encoder.slatemaker import SlateMaker
from onionstream.encoder.surroundings import look_around
from onionstream.settings.config import Audio, Config, Stream, Video
from onionstream.video.demux import Demuxer
from onionstream.video.samples import Kind, Sample, Tracks
from onionstream.video.slate import Slate
from tests.real.encoding import EncoderTestCase, prepared

SMALL = Video(size="320x180", preset="ultrafast", bitrate=150)


def slate_command(settings: Config) -> Command:
    """:return: a command as the daemon makes it."""
    return find_confinement().around(slate(settings, look_around("ffmpeg", os.environ)))


class SlateTests(EncoderTestCase):
    """What is asked for with some settings."""

    async def made(self, settings: Config) -> Slate:
        """The slate for these settings."""
        put: list[Slate | None] = []
        maker = SlateMaker(lambda: slate_command(settings), put.append, cast("IReactorProcess", self.reactor))
        maker.startService()
        self.addCleanup(maker.stopService)
        await self.see("the slate", lambda: put)
        assert put[0] is not None
        return put[0]

    async def tracks(self, settings: Config) -> Tracks:
        """Those of the encoder's stream with these settings."""
        supervisor = self.start(prepared(settings))
        await self.see_pictures(supervisor, 5)
        await supervisor.stopService()
        return next(one for one in Demuxer().feed(bytes(self.air.raw)) if isinstance(one, Tracks))

    async def check(self, settings: Config) -> Slate:
        """It can stand in the encoder's stream, and has all that is asked of it."""
        made, sent = await self.made(settings), await self.tracks(settings)
        fitting = made.like(sent)
        assert fitting is not None
        self.assertTrue(fitting.tracks.continues(sent))
        assert made.tracks.video is not None
        self.assertEqual(f"{made.tracks.video.width}x{made.tracks.video.height}", settings.video.size)
        self.assertEqual(fitting.silence is not None, sent.audio is not None)
        for kind in fitting.tracks.kinds:
            first = next(one for one in fitting.samples if one.kind is kind)
            self.assertTrue(first.keyframe)
        return fitting

    async def test_R01_with_the_default_configuration(self) -> None:
        """A second of picture and silence, in a few kilobytes."""
        made = await self.check(Config())
        pictures = [one for one in made.samples if one.kind is Kind.VIDEO]
        self.assertEqual((len(pictures), sum(one.keyframe for one in pictures)), (30, 1))
        self.assertLess(sum(len(one.data) for one in made.samples), 30_000)

    async def test_R01_without_sound(self) -> None:
        """The picture alone."""
        made = await self.check(Config(video=SMALL, audio=Audio(enabled=False)))
        self.assertEqual(made.tracks.kinds, {Kind.VIDEO})

    async def test_R01_with_two_channels_and_another_size_and_rate(self) -> None:
        """As the stream is."""
        await self.check(Config(video=replace(SMALL, size="640x480", rate=25, keyframes=2.0), audio=Audio(channels=2)))

    async def test_R01_with_frames_far_apart(self) -> None:
        """One a second: there is a picture in it all the same."""
        made = await self.check(Config(video=replace(SMALL, rate=1)))
        self.assertGreaterEqual(sum(one.kind is Kind.VIDEO for one in made.samples), 1)

    async def test_B20_any_words(self) -> None:
        """They are drawn, each as something else, and ffmpeg fails on none of them; without any the picture is bare."""
        bare = _picture(await self.made(Config(video=SMALL, stream=Stream(slate=""))))
        seen = {bare}
        for words in (
            "100 %",
            "%{pts}",
            "it's: \\ back, [soon]; 'ok'",
            'say "hm" \\n',
            "\U0001f9c5 \N{SNOWMAN}",
            "a:b=c",
        ):
            picture = _picture(await self.made(Config(video=SMALL, stream=Stream(slate=words))))
            self.assertNotIn(picture, seen, words)
            seen.add(picture)


def _picture(made: Slate) -> bytes:
    """Its first picture, encoded."""
    return bytes(next(one for one in made.samples if isinstance(one, Sample) and one.kind is Kind.VIDEO).data)
