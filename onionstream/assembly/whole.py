"""
All areas of the site, joined behind the door.

A part of the composition root (``tap``). Tests take the site from here as well, so that no area is theirs alone, and
none is forgotten.
"""

from __future__ import annotations

from onionstream.assembly.livechat import LiveChat
from onionstream.assembly.seat import Seat
from onionstream.web.areas import Area, Areas
from onionstream.web.assets import Assets
from onionstream.web.gauge import Gauge


def whole(watch: Area, hls: Area, chat: LiveChat, seat: Seat, gauge: Gauge) -> Areas:
    """
    :param watch: the page and the video.
    :param hls: the video in segments.
    :param chat: what is not the video.
    :param seat: the broadcaster's.
    :param gauge: the self-test's.
    :return: the root of the site.
    """
    return Areas(watch, hls, *chat.areas, *seat.areas, gauge, Assets(), gate=chat.entrance.door)
