"""The configuration as the parts of the chat and the door take it."""

from __future__ import annotations

from onionstream.captcha import captchas
from onionstream.chat.filters import Filters
from onionstream.chat.rules import Mode, Rules, When
from onionstream.chat.tripcode import Tripcode
from onionstream.settings import config
from onionstream.settings.config import Config
from onionstream.web.fragments import Words
from onionstream.web.lock import Kind, Lock


def rules(settings: Config) -> Rules:
    """:return: the figures of the chat."""
    chat, captcha = settings.chat, settings.captcha
    return Rules(
        characters=chat.characters,
        lines=chat.lines,
        between=chat.between,
        burst=chat.burst,
        burst_lines=chat.burst_lines,
        burst_seconds=chat.burst_seconds,
        every=captcha.every,
        captcha=When(captcha.when),
        mode=Mode(chat.mode),
        slow=chat.slow,
        members=members(settings.doors),
        kept=chat.kept,
        reserved=(chat.broadcaster, chat.anonymous),
        unnamed=chat.anonymous,
    )


def filters(chat: config.Chat) -> Filters:
    """:return: what may not stand in a message."""
    said = chat.filters
    return Filters(said.censor, said.block, said.ban, said.ignore_case, said.tyranny)


def pictures(captcha: config.Captcha) -> captchas.Settings:
    """:return: what captchas are like."""
    return captchas.Settings(length=captcha.letters, lifetime=captcha.lifetime, fonts=captcha.fonts)


def words(chat: config.Chat) -> Words:
    """:return: what people are called who have no name."""
    return Words(unnamed=chat.anonymous, broadcaster=chat.broadcaster)


def members(doors: config.Doors) -> frozenset[bytes]:
    """:return: the digests of the members' tripcodes."""
    return frozenset(Tripcode.of(one).digest for one in doors.members)


def moderators(chat: config.Chat) -> frozenset[bytes]:
    """:return: the digests of the moderators' tripcodes."""
    return frozenset(Tripcode.of(one).digest for one in chat.moderators)


def door(doors: config.Doors) -> Lock:
    """:return: the door's lock."""
    return Lock(kind=Kind(doors.kind), members=members(doors), password=doors.password)
