"""
The filters ffmpeg draws the picture with, as the text of a filter graph (ffmpeg-filters(1)).

Each function here gives one chain of filters; chains are joined with commas.
"""

from __future__ import annotations

from dataclasses import dataclass

_CODE_SQUARES = 32
_CODE_BITS = 24
_CODE_SALT = 0x5A


@dataclass(frozen=True, slots=True)
class Size:
    """
    How large a picture is, in pixels.

    :ivar width: across.
    :ivar height: down.
    """

    width: int
    height: int

    @classmethod
    def parse(cls, text: str) -> Size:
        """:param text: ``WIDTHxHEIGHT``."""
        width, _, height = text.partition("x")
        return cls(int(width), int(height))

    def __str__(self) -> str:
        """:return: ``WIDTHxHEIGHT``, as ffmpeg and people write it."""
        return f"{self.width}x{self.height}"


def quoted(value: str) -> str:
    """
    :return: a value that reaches an option of a filter unchanged.

    ffmpeg reads a graph twice: once to cut it into filters, and once to cut a filter's options apart.
    """
    for special in (r"\':", r"\'[],;"):
        value = "".join(f"\\{one}" if one in special else one for one in value)
    return value


def fitted(size: Size) -> str:
    """
    :return: any picture shown whole in a picture of this size, with black bars and square pixels, in the colours of
        BT.709, which browsers take for granted: Firefox showed others wrong (measured: green 216 instead of 255).
    """
    width, height = size.width, size.height
    scale = f"scale=w=round(min({width}\\,{height}*dar)/2)*2:h=round(min({height}\\,{width}/dar)/2)*2"
    scale += ":out_color_matrix=bt709:out_range=tv"
    return f"{scale},pad={width}:{height}:(ow-iw)/2:(oh-ih)/2,setsar=1"


def running_clock(font: str) -> str:
    """
    :param font: path of a font file.
    :return: the time since this run began, large. It tells nothing about the machine.
    """
    return _text(font, "%{pts:hms}", "fontsize=h/7:x=(w-tw)/2:y=h/9")


def wall_clock(font: str) -> str:
    """
    :param font: path of a font file.
    :return: date and time of this machine, in UTC, in a corner.
    """
    return _text(font, "%{gmtime:%F %T} UTC", "fontsize=h/20:x=w-tw-h/40:y=h/40")


def sign(font: str, words: str) -> str:
    """
    :param font: path of a font file.
    :param words: for viewers.
    :return: them in the middle of the picture.
    """
    escaped = words.replace("\\", "\\\\").replace("%", "\\%")  # drawtext expands what follows a percent sign
    return _text(font, escaped, "fontsize=h/12:x=(w-tw)/2:y=(h-th)/2")


def _text(font: str, text: str, place: str) -> str:
    """:return: light text on a dark box."""
    look = "fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=6"
    return f"drawtext=fontfile={quoted(font)}:text={quoted(text)}:{look}:{place}"


def clock_code(size: Size, rate: int) -> str:
    """
    The wall clock in a row of squares along the top, where no player lays its controls, for programs that measure the
    delay.

    32 squares, white for 1 and black for 0: first the milliseconds since the Unix epoch, modulo 2**24, most
    significant bit first; then in 8 squares the sum of that number's three bytes and 0x5A, modulo 256.

    The clock is read once for each frame, as late as possible: ``setpts`` makes the time the frame's own timestamp, of
    which ``geq`` computes 32 pixels; those are blown up and laid over the picture. After that the frame gets its place
    in a constant rate back, so this is only for sources whose every frame is there. Measured against the same picture
    without: 1 % more CPU.

    :param size: of the encoded picture; a square is a 32nd of its width.
    :param rate: frames a second.
    """
    pixels = quoted(_code_pixels())
    strip = f"crop=32:2:0:0,geq=lum={pixels}:cb=128:cr=128,scale={size.width}:{square(size)}:flags=neighbor"
    stamped = "settb=1/1000000,setpts=RTCTIME,split[picture][corner]"
    laid = f"[picture][code]overlay=0:0,settb=1/{rate},setpts=N"
    return f"format=yuv420p,{stamped};[corner]{strip}[code];{laid}"


def square(size: Size) -> int:
    """:return: pixels: how high the row of squares is."""
    return max(1, round(size.width / _CODE_SQUARES))


def _code_pixels() -> str:
    """:return: the brightness of pixel X of the code at time T (seconds since the epoch), as an expression."""
    number = f"st(0,mod(floor(T*1000),{2**_CODE_BITS}))"
    total = f"floor(ld(0)/65536)+mod(floor(ld(0)/256),256)+mod(ld(0),256)+{_CODE_SALT}"
    first, last = _CODE_BITS - 1, _CODE_SQUARES - 1
    shifted = f"if(lt(X,{_CODE_BITS}),ld(0)/pow(2,{first}-X),ld(1)/pow(2,{last}-X))"
    return f"{number};st(1,mod({total},256));16+219*mod(floor({shifted}),2)"
