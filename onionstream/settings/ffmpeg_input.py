"""
What a person may hand to ffmpeg himself: ``[source.command] input``, checked word by word.

ffmpeg can open addresses, write files and load code through hundreds of options, and each version has more. So we do
not search for bad words; only what is known to stay on this machine and on the input side may pass (D-72, L-04):

* the options in the tables below, with values that cannot be an address;
* ``-f`` before each ``-i``, with a format from the tables: ffmpeg would otherwise guess, and some of what it guesses
  are playlists, which can name addresses;
* behind ``-i`` a name that fits the format: a path in full, a device, or a ``lavfi`` graph of filters that send and
  write nothing. ``movie`` and ``amovie`` are not among them: they open what they like, whatever
  ``-protocol_whitelist`` says (seen in ffmpeg 5.1).

The words are read as ffmpeg reads them: a flag stands alone, every other option takes the next word, whatever it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from onionstream.settings.schema import one_line


def _names(text: str) -> frozenset[str]:
    """:return: the words of a text."""
    return frozenset(text.split())


# Without -autorotate: in some versions of ffmpeg it stands alone, in others it takes a value.
_FLAGS = _names("accurate_seek an dn noaccurate_seek noautorotate re sn vn")
_OPTIONS = _names(
    """
    ac acodec analyzeduration ar audio_input avioflags c ch_layout channel channel_layout channels codec crtc_id device
    discard draw_mouse duplex_mode err_detect extra_hw_frames f fflags flags flags2 follow_mouse format format_code
    format_modifier fpsprobesize fragment_size frame_size framerate grab_x grab_y guess_layout_max hwaccel
    hwaccel_device hwaccel_output_format i ignore_loop input_format isync itsoffset itsscale loop max_delay name
    pattern_type pix_fmt pixel_format plane_id probesize r raw_format readrate readrate_initial_burst region_border
    rtbufsize s sample_fmt sample_rate seek_timestamp show_region skip_frame ss sseof standard start_number
    start_number_range stream_loop stream_name strict t thread_queue_size thread_type threads timestamps to ts
    use_libv4l2 use_wallclock_as_timestamps vcodec video_input video_size wallclock window_id
    """
)
_REFUSED = {
    "af": "filters are no part of the input",
    "filter_complex": "filters are no part of the input; a lavfi input has its own graph",
    "lavfi": "filters are no part of the input; write -f, lavfi, -i and the graph",
    "map": "onionstream chooses among the streams itself",
    "progress": "it writes to a file or an address",
    "protocol_whitelist": "onionstream itself says which protocols ffmpeg may use",
    "report": "it writes a file",
    "safe": "it lets a list of files name addresses",
    "vf": "filters are no part of the input",
    "y": "it is for output files",
}
_FILE_FORMATS = _names(
    """
    aac ac3 aiff apng asf au av1 avi caf dts dv eac3 flac flv gif h264 hevc image2 ivf m4a m4v matroska mjpeg mov mp3
    mp4 mpeg mpegts mxf nut obu ogg rawvideo wav webm wv yuv4mpegpipe s16le s24le s32le f32le u8
    """
)
_DEVICE = (r"/.+", 'a device file, such as "/dev/video0"')
# What may stand behind -i: for each format a pattern and the same in words. The pattern of lavfi is _FILTER.
_INPUTS = dict.fromkeys(_FILE_FORMATS, (r"(file:)?/.+", 'a path in full on this machine, which begins with "/"')) | {
    "alsa": (r"\w[\w.-]*|(default|dsnoop|front|hw|plughw|sysdefault):[\w.,=-]+", 'a sound device, such as "hw:1,0"'),
    "decklink": (r"[\w.@+ ()-]+", "the name of a card"),
    "fbdev": _DEVICE,
    "jack": (r"[\w.@+ -]+", "a name for this client"),
    "kmsgrab": (r"-", '"-"'),
    "lavfi": (r".+", "a graph"),
    "pulse": (r"[\w.@:+ -]+", 'the name of a sound source, such as "default"'),
    "v4l2": _DEVICE,
    "video4linux2": _DEVICE,
    "x11grab": (r":\d{1,4}(\.\d{1,2})?(\+\d+,\d+)?", 'a screen of this machine, such as ":0"'),
}
_FILTERS = _names(
    """
    aecho aevalsrc aformat afade allrgb allyuv amerge amix anoisesrc anull anullsrc apad aphaser arealtime aresample
    asetnsamples asetpts asetrate asplit atempo atrim avgblur bandpass blend boxblur chorus color colorbalance
    colorchannelmixer colorchart colorkey colorspectrum compand concat crop drawbox drawgrid drawtext dynaudnorm eq fade
    format fps framerate gblur geq gradients haldclutsrc hflip highpass hstack hue lowpass lutrgb lutyuv mandelbrot
    negate noise null nullsrc overlay pad pal100bars pal75bars pan pixelize random realtime rgbtestsrc rotate scale
    setdar setpts setrange setsar settb showspectrum showwaves sierpinski sine smptebars smptehdbars split testsrc
    testsrc2 tile tpad transpose tremolo trim vflip vibrato vignette volume vstack xstack yuvtestsrc zoompan
    """
)
_WORD = r"(?:'[^']*'|\\.|[^'\\,;\[\]])*"
_LABELS = r"\s*(?:\[[\w:+.-]*\]\s*)*"
_FILTER = re.compile(rf"{_LABELS}(?P<name>\w+)(?:@\w+)?\s*(?:={_WORD})?{_LABELS}(?P<end>[,;]|\Z)", re.DOTALL)
_TIME = r"-?\d{1,2}(:\d{1,2}){1,2}(\.\d+)?"
_VALUE = re.compile(rf"(?!-)[^:|]+|-\d+(\.\d+)?|{_TIME}")


class InputError(Exception):
    """These words cannot be ffmpeg's input; the text is one sentence that says which word and why."""


def check(words: Sequence[str]) -> None:
    """
    Look at ffmpeg's arguments up to and including the last ``-i`` and its input.

    :raises InputError: one of them is not allowed, or they are no complete input.
    """
    form = name = ""
    for name, value in _options(words):
        if name == "f":
            form = _format(value)
        elif name == "i":
            _check_input(form, value)
            form = ""  # what stands before one -i is not for the next
        elif value and not _VALUE.fullmatch(value):
            raise InputError(f"`{one_line(value)}` behind -{name} could be an address or another option")
    if name != "i":
        raise InputError("the last two words must be -i and its input: ffmpeg takes whatever follows for output")


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """:return: each option, without its dash and the streams it is for, and its value; a flag has none."""
    rest = iter(words)
    for word in rest:
        name = _option_name(word)
        yield name, "" if name in _FLAGS else _value(name, next(rest, ""))


def _value(name: str, value: str) -> str:
    """:return: the same value, when there is one."""
    if not value:
        raise InputError(f"-{name} must have a value behind it")
    return value


def _option_name(word: str) -> str:
    """:return: the name of an option that may be used."""
    match = re.fullmatch(r"-(\w+)(:[\w:]+)?", word, re.ASCII)
    if not match:
        raise InputError(f"`{one_line(word)}` stands where an option must: ffmpeg would take it for an output file")
    name = match[1]
    if name in _FLAGS or name in _OPTIONS:
        return name
    near = get_close_matches(name[:100], _FLAGS | _OPTIONS, 1)
    reason = _REFUSED.get(name) or (f"did you mean -{near[0]}?" if near else "it is not among those for an input")
    raise InputError(f"the option `{one_line(word)}` is not allowed: {reason}")


def _format(name: str) -> str:
    """:return: the same name, when it is a format that opens nothing but what stands behind ``-i``."""
    if name in _INPUTS:
        return name
    near = get_close_matches(name[:100], _INPUTS, 1)
    hint = f"did you mean {near[0]}?" if near else "it is not among those that stay on this machine"
    raise InputError(f"the format `-f {one_line(name)}` is not allowed: {hint}")


def _check_input(form: str, name: str) -> None:
    """Look at what stands behind ``-i``."""
    if not form:
        raise InputError(f"-f and a format must stand before `-i {one_line(name)}`, such as -f matroska or -f v4l2")
    pattern, wanted = _INPUTS[form]
    if not re.fullmatch(pattern, name, re.DOTALL):
        raise InputError(f"`{one_line(name)}` behind -i is not {wanted}; -f {form} takes nothing else here")
    if form == "lavfi":
        _check_graph(name)


def _check_graph(graph: str) -> None:
    """Look at the names of a graph's filters; quotes, escapes and labels are read as ffmpeg's own parser does."""
    position, more = 0, True
    while more:
        match = _FILTER.match(graph, position)
        if not match:
            raise InputError(f"the graph cannot be read from `{one_line(graph[position:])}` on")
        if match["name"] not in _FILTERS:
            near = get_close_matches(match["name"][:100], _FILTERS, 1)
            hint = (
                f"did you mean {near[0]}?"
                if near
                else "it is not among those that only make or change a picture or sound"
            )
            raise InputError(f"the filter `{one_line(match['name'])}` is not allowed: {hint}")
        position, more = match.end(), bool(match["end"])
