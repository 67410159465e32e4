"""``config.toml``: the defaults, what the file at the top says, and one line for each thing that is wrong (B-70)."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, get_type_hints

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.files.configfile import load
from onionstream.settings.config import Audio, Config, ConfigError, Source, Stream, Video, parse
from tests.bad_configs import BAD

EXAMPLE = Path(__file__).parents[2] / "config.toml"
README = EXAMPLE.with_name("README.md")

WRONG = {
    # for each type: values of another, and of none
    bool: ("1", "0", '"true"', "[]", "{}", "1.0"),
    int: ("true", "1.5", "nan", '"1"', "[1]", "{}", "1979-05-27", "07:32:00", "1e3"),
    float: ("true", "nan", "+nan", "inf", "-inf", "1e400", '"1"', "[1.0]", "{}", "1979-05-27"),
    str: ("true", "1", "1.5", '["a"]', "{}", "1979-05-27T07:32:00Z"),
    tuple[str, ...]: ("true", "1", '"a"', "[1]", '[["a"]]', '["a", 1]', "{}"),
}
NOUNS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text in quotes",
    tuple[str, ...]: "a list of texts",
}


def keys(cls: Any, table: str = "") -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401 - any dataclass
    """:return: every key of every table: the table's name, its own, and its type."""
    for key, kind in get_type_hints(cls).items():
        if is_dataclass(kind):
            yield from keys(kind, f"{table}.{key}" if table else key)
        else:
            yield table, key, kind


def complaint(text: str) -> str:
    """:return: what ``parse`` says about a text; empty when it is good."""
    try:
        parse(text, "my.toml")
    except ConfigError as problem:
        return str(problem)
    return ""


def is_one_line(said: str) -> bool:
    """:return: whether this is one line about the file, in which nothing hides."""
    return said.startswith("my.toml") and said.isprintable() and len(said) < 1000


class ExampleTests(SynchronousTestCase):
    """The ``config.toml`` at the top."""

    def test_it_says_the_defaults(self) -> None:
        """Whoever reads it knows what the program does without it."""
        self.assertEqual(Config(), load(EXAMPLE))

    def test_it_names_every_key_of_every_table_in_order(self) -> None:
        """In the order of the dataclasses."""
        found, table = [], ""
        for line in EXAMPLE.read_text("utf-8").splitlines():
            if header := re.fullmatch(r"\[(.+)\]", line):
                table = header[1]
            elif assignment := re.match(r"(\w+) = ", line):
                found.append((table, assignment[1]))
        self.assertEqual([(table, key) for table, key, _ in keys(Config)], found)

    def test_every_key_has_a_comment(self) -> None:
        """Right above it."""
        lines = EXAMPLE.read_text("utf-8").splitlines()
        keys_of_it = [(above, line) for above, line in pairwise(lines) if re.match(r"\w+ = ", line)]
        self.assertEqual([], [line for above, line in keys_of_it if not above.startswith("#")])

    def test_its_example_of_a_command_is_good(self) -> None:
        """A person may take the comment sign away."""
        text = EXAMPLE.read_text("utf-8").replace("# input = ", "input = ").replace("\ninput = []", "")
        self.assertEqual("/dev/video2", parse(text, "my.toml").source.command.input[5])

    def test_its_example_of_a_word_filter_is_good(self) -> None:
        """The same."""
        text = EXAMPLE.read_text("utf-8").replace("# censor = ", "censor = ").replace("\ncensor = []", "", 1)
        self.assertEqual(("ham", "spam and eggs", "re:sausages?"), parse(text, "my.toml").chat.filters.censor)

    def test_those_of_the_README_are_good(self) -> None:
        """One for each kind of source but the test picture, to be copied as it stands."""
        examples = re.findall(r"```toml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
        kinds = [parse(text, "my.toml").source.kind for text in examples]
        self.assertEqual(["screen", "camera", "file", "command", "folder"], kinds)


class ParseTests(SynchronousTestCase):
    """``parse``: a good text."""

    def test_B70_an_empty_file_gives_the_defaults(self) -> None:
        """Also one of comments, or of empty tables."""
        texts = ("", "\n", "# nothing", "[video]\n[source.file]\n", "\r\n")
        self.assertEqual([Config()] * 5, [parse(text, "my.toml") for text in texts])

    def test_what_is_said_is_taken_and_the_rest_stays(self) -> None:
        """One key of some tables; texts with letters of any language; Windows' line ends."""
        text = '[stream]\r\ntitle = "Späti 📺"\r\ndescription = """a\r\nb"""\r\n[audio]\r\nenabled = false\r\n'
        expected = Config(stream=Stream(title="Späti 📺", description="a\nb"), audio=Audio(enabled=False))
        self.assertEqual(expected, parse(text, "my.toml"))

    def test_every_kind_of_source_can_be_had(self) -> None:
        """With what it needs."""
        texts = (
            '[source]\nkind = "test"',
            '[source]\nkind = "file"\n[source.file]\npaths = ["a: b.mkv", "/b.mp4"]\n[source.camera]\nsound = ""',
            '[source]\nkind = "screen"\n[source.screen]\ndisplay = ":1.0"\nregion = "640x361+1+0"\nsound = ""',
            '[source]\nkind = "camera"\n[source.camera]\nsize = "1280x720"\nrate = 25\nsound = "alsa:hw:1,0"',
            '[source]\nkind = "command"\n[source.command]\ninput = ["-f", "lavfi", "-i", "testsrc2=size=64x64:rate=5"]',
        )
        kinds = [parse(text, "my.toml").source.kind for text in texts]
        self.assertEqual(["test", "file", "screen", "camera", "command"], kinds)

    def test_limits_that_meet_go_together(self) -> None:
        """A fragment from keyframe to keyframe, a keyframe for each picture, a window for just the slowest."""
        text = (
            "[video]\nrate = 10\nkeyframes = 0.1\nbitrate = 20000\n[audio]\nenabled = false\n"
            "[encoder]\nfirst_wait = 5\nlongest_wait = 5\n"
            "[delivery]\nfragment = 100\nwindow = 10\nbehind = 10\nwindow_size = 24"
        )
        self.assertEqual("", complaint(text))


class BadFileTests(SynchronousTestCase):
    """What is wrong is said in one line: the file and its line, the table, the key, what would be right."""

    def test_B70_D72_every_bad_file_is_answered_with_its_own_sentence(self) -> None:
        """``tests/bad_configs.py`` has a file a row."""
        self.assertGreaterEqual(len(BAD), 50)
        self.assertEqual(
            [], [(text, said) for text, words in BAD if words not in (said := complaint(text)) or not said]
        )

    def test_B70_every_sentence_is_one_line_that_begins_with_the_file(self) -> None:
        """Whatever the file holds."""
        self.assertEqual([], [said for text, _ in BAD if not is_one_line(said := complaint(text))])

    def test_B70_a_wrong_type_is_refused_for_every_key(self) -> None:
        """With table, key and the right type."""
        wrong = []
        for table, key, kind in keys(Config):
            for value in WRONG[kind]:
                said = complaint(f"[{table}]\n{key} = {value}")
                if not is_one_line(said) or f"line 2: [{table}] {key} is " not in said or NOUNS[kind] not in said:
                    wrong.append((table, key, value, said))
        self.assertEqual([], wrong)

    def test_B70_a_number_below_nothing_or_beyond_all_bounds_is_refused_for_every_key(self) -> None:
        """Every number of the file has two ends."""
        numbers = [(table, key) for table, key, kind in keys(Config) if kind in (int, float)]
        values = ("-1", "-9223372036854775808", "9223372036854775807", "1" + "0" * 30, "0x" + "f" * 5000)
        rows = [f"[{table}]\n{key} = {value}" for table, key in numbers for value in values]
        self.assertEqual([], [row[:99] for row in rows if " from " not in complaint(row)])

    def test_B70_every_key_with_a_slip_of_the_pen_is_answered_with_the_right_one(self) -> None:
        """A letter too many at its end."""
        rows = [(f"[{table}]\n{key}x = 1", f"did you mean `{key}`?") for table, key, _ in keys(Config)]
        self.assertEqual([], [(text, said) for text, words in rows if words not in (said := complaint(text))])

    def test_no_text_reaches_a_command_line_with_a_control_character(self) -> None:
        """For each text of the file: a NUL, a line break, an escape sequence. A description may have lines."""
        texts = [(table, key) for table, key, kind in keys(Config) if kind is str]
        rows = [f'[{table}]\n{key} = "a{code}b"' for table, key in texts for code in ("\\u0000", "\\n", "\\u001b[0m")]
        good = [row for row in rows if "control character" not in complaint(row)]
        self.assertEqual(['[stream]\ndescription = "a\\nb"', '[tor]\nextra_torrc = "a\\nb"'], good)

    def test_a_name_that_breaks_the_line_does_not(self) -> None:
        """A file may be called anything."""
        problem = self.assertRaises(ConfigError, parse, "x", "a\nb\x1b[2J\udcff.toml")
        self.assertTrue(str(problem).startswith("a\\nb\\x1b[2J\\udcff.toml, line 1: "))
        self.assertTrue(str(problem).isprintable())


class AnyTextTests(SynchronousTestCase):
    """``parse`` raises nothing but ``ConfigError``."""

    @given(st.text())
    def test_any_text_at_all(self, text: str) -> None:
        """Nearly none of these is TOML."""
        said = complaint(text)
        self.assertTrue(not said or is_one_line(said), said)

    @given(st.data())
    def test_any_value_for_any_key(self, data: st.DataObject) -> None:
        """These are TOML more often than not."""
        table, key, _ = data.draw(st.sampled_from(list(keys(Config))))
        value = data.draw(
            st.one_of(
                st.integers().map(str),
                st.floats().map(str),
                st.booleans().map(lambda truth: str(truth).lower()),
                st.text(st.characters(exclude_characters="'")).map(lambda text: f"'{text}'"),
                st.lists(st.sampled_from(["'-f'", "'lavfi'", "'-i'", "'testsrc2'", "1", "[]", "{}"])).map(
                    lambda members: f"[{', '.join(members)}]"
                ),
                st.text(),
            )
        )
        said = complaint(f"[{table}]\n{key} = {value}\n")
        self.assertTrue(not said or is_one_line(said), said)


class LoadTests(SynchronousTestCase):
    """``load``: a file on the disk."""

    def setUp(self) -> None:
        """A folder of its own for each test."""
        self.folder = Path(self.mktemp()).absolute()
        self.folder.mkdir()
        self.path = self.folder / "my.toml"

    def complaint(self, path: Path) -> str:
        """:return: what is said about a file, without its name in front."""
        said = str(self.assertRaises(ConfigError, load, path))
        self.assertTrue(said.startswith(str(path)) and said.isprintable(), said)
        return said.removeprefix(str(path))

    def test_relative_paths_are_meant_from_the_files_own_folder(self) -> None:
        """Not from the folder in which the daemon was started."""
        self.path.write_text('[source.file]\npaths = ["a.mkv", "films/b.mkv", "/c.mkv"]', "utf-8")
        expected = (f"{self.folder}/a.mkv", f"{self.folder}/films/b.mkv", "/c.mkv")
        self.assertEqual(expected, load(self.path).source.file.paths)
        relative = os.path.relpath(self.path)
        self.assertEqual(expected, load(relative).source.file.paths)

    def test_fonts_of_captchas_are_such_paths_too(self) -> None:
        """As the files of a source are."""
        self.path.write_text('[captcha]\nfonts = ["a.ttf", "/b.ttf"]', "utf-8")
        self.assertEqual((f"{self.folder}/a.ttf", "/b.ttf"), load(self.path).captcha.fonts)

    def test_so_is_a_folder_of_segments(self) -> None:
        """And no path stays none."""
        self.path.write_text('[source.folder]\npath = "segments"', "utf-8")
        self.assertEqual(f"{self.folder}/segments", load(self.path).source.folder.path)
        self.path.write_text("# nothing\n", "utf-8")
        self.assertEqual("", load(self.path).source.folder.path)

    def test_the_folder_of_emotes_is_such_a_path_too(self) -> None:
        """Where there is one; no path stays no path."""
        for said, wanted in (("emotes", f"{self.folder}/emotes"), ("/emotes", "/emotes"), ("", "")):
            self.path.write_text(f'[chat]\nemotes = "{said}"', "utf-8")
            self.assertEqual(wanted, load(self.path).chat.emotes)

    def test_the_line_is_named_beside_the_file(self) -> None:
        """As an editor takes it."""
        self.path.write_text("[video]\nrate = 0\n", "utf-8")
        self.assertTrue(self.complaint(self.path).startswith(", line 2: [video] rate is 0, but must be "))

    def test_B70_a_file_that_cannot_be_read_is_answered_with_one_line(self) -> None:
        """tests/files/test_textfile.py has every reason."""
        self.assertEqual(": this file does not exist", self.complaint(self.path))
        self.assertEqual(": this file is a folder, not a file", self.complaint(self.folder))
        os.mkfifo(self.folder / "pipe")
        self.assertEqual(": this file is a FIFO or device, not a regular file", self.complaint(self.folder / "pipe"))
        (self.folder / "loop").symlink_to("loop")
        self.assertEqual(": this file is a symbolic link that leads in a circle", self.complaint(self.folder / "loop"))

    def test_B70_other_encodings_are_refused(self) -> None:
        """UTF-16 and a byte order mark, which some editors write without asking."""
        self.path.write_text("[video]\n", "utf-16")
        self.assertEqual(": this file is UTF-16 or UTF-32, but must be UTF-8", self.complaint(self.path))
        self.path.write_text("[video]\n", "utf-8-sig")
        self.assertIn("byte order mark", self.complaint(self.path))

    def test_R34_one_that_an_editor_has_just_emptied_is_no_configuration(self) -> None:
        """All defaults would open the doors; who wants them says so by a comment."""
        self.path.write_text("", "utf-8")
        said = ": this file is empty; if you want all defaults, write a comment into it"
        self.assertEqual(said, self.complaint(self.path))
        self.path.write_text("# all as it comes\n", "utf-8")
        self.assertEqual(Config(), load(self.path))

    def test_B70_one_MiB_is_read_and_no_more(self) -> None:
        """A file of 100 MB is refused without reading it."""
        self.path.write_text("#" * (1 << 20), "utf-8")
        self.assertEqual(Config(), load(self.path))
        with self.path.open("ab") as file:
            file.truncate(100_000_000)
        self.assertEqual(": this file is larger than 1024 KiB", self.complaint(self.path))


class ValueTests(SynchronousTestCase):
    """The values themselves."""

    def test_they_cannot_be_changed(self) -> None:
        """What was read stays as it was until it is read again."""
        with self.assertRaises(dataclasses.FrozenInstanceError):
            Video().rate = 5  # type: ignore[misc]  # which is what is tried

    def test_equal_tables_are_equal(self) -> None:
        """A part of the program is touched only where its table has changed."""
        self.assertEqual(Config().video, parse("[video]\nrate = 30", "my.toml").video)
        self.assertNotEqual(Config(), Config(source=Source(kind="file")))

    def test_every_table_has_a_field(self) -> None:
        """Which bears its name."""
        tables = {
            "stream",
            "source",
            "video",
            "audio",
            "encoder",
            "delivery",
            "players",
            "web",
            "chat",
            "captcha",
            "doors",
            "tor",
        }
        self.assertEqual(tables, _names(Config))


def _names(cls: Any) -> set[str]:  # noqa: ANN401 - any dataclass
    """:return: the names of a dataclass's fields."""
    return {one.name for one in fields(cls)}
