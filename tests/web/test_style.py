"""The stylesheet, read as text: what must be in it, and what must not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from onionstream.chat.looks import PALETTE, contrast
from onionstream.web.templates import STYLE

TEMPLATES = Path(__file__).parents[2] / "templates"

SHEET = re.sub(r"/\*.*?\*/", "", STYLE.decode(), flags=re.DOTALL)
"""Without its comments."""

COLOUR = re.compile(r"--([\w-]+):(#[0-9a-f]{3,6})\b")


GENERATED = re.compile("[ctk][0-9a-f]|y[0-9]{1,2}|by-(?:moderator|broadcaster)")
"""Classes that are put together: colours by number, the newest of a kind, heights of bars, whose buttons they are."""


def classes(template: str) -> Iterator[str]:
    """
    :param template: with its tags.
    :return: the classes that it may give to something: in attributes, by the macro for buttons, in the block for it.
    """
    tag = r"\{\{.*?\}\}|\{%.*?%\}"
    for attribute in re.findall(rf'class="((?:{tag}|[^"{{])*)"', template, re.DOTALL):
        yield from re.sub(tag, " ", attribute).split()
        for inside in re.findall(tag, attribute, re.DOTALL):
            # What stands before a colon or after "==" is compared only.
            for compared, word, key in re.findall(r'(== )?"([^"]*)"(:?)', inside):
                yield from [] if compared or key else word.split()
    yield from re.findall(r'\bbutton\("(\w+)"', template)
    for block in re.findall(r"\{% block look %\}(.*?)\{%", template):
        yield from block.split()


def long(colour: str) -> str:
    """``#rgb`` as ``#rrggbb``."""
    return colour if len(colour) > 4 else "#" + "".join(digit * 2 for digit in colour[1:])


def variables(theme: str) -> dict[str, str]:
    """
    :param theme: ``dark`` or ``light``.
    :return: the colours that have a name.
    """
    dark, light = re.findall(r":root(?:\[data-theme=light\])?\{(.*?)\}", SHEET, re.DOTALL)[:2]
    found = dict(COLOUR.findall(dark)) | (dict(COLOUR.findall(light)) if theme == "light" else {})
    return {name: long(colour) for name, colour in found.items()}


class StyleTests(SynchronousTestCase):
    """What every document looks like."""

    def test_D01_nothing_in_it_loads_anything(self) -> None:
        """No address, no other sheet, no font: the sheet is all that is asked for."""
        for word in ("url(", "@import", "@font-face", "image-set(", "src("):
            self.assertNotIn(word, SHEET)

    def test_the_theme_is_chosen_and_not_asked_for(self) -> None:
        """Tor Browser says to all that its user prefers light."""
        self.assertNotIn("prefers-color-scheme", SHEET)

    def test_names_and_tripcodes_have_the_colours_of_the_palette(self) -> None:
        """A class for each, by its number as a hexadecimal digit, and both themes in one rule."""
        for number, own in enumerate(PALETTE):
            self.assertIn(f".c{number:x},.t{number:x}{{color:light-dark({own.light},{own.dark})}}", SHEET)

    def test_words_can_be_read_on_whatever_they_stand(self) -> None:
        """WCAG 2.2, 1.4.3: 4.5 to 1, in both themes."""
        for theme in ("dark", "light"):
            colours = variables(theme)
            for word in ("text", "dim", "accent", "warn", "bad"):
                for ground in ("bg", "panel", "raise"):
                    ratio = contrast(colours[word], colours[ground])
                    self.assertGreaterEqual(ratio, 4.5, f"{theme}: {word} on {ground} is {ratio:.2f}")
            for ground in ("deed", "deed-over", "live"):
                self.assertGreaterEqual(contrast("#ffffff", colours[ground]), 4.5, f"{theme}: white on {ground}")

    def test_what_can_be_pressed_has_an_edge_that_is_seen(self) -> None:
        """WCAG 2.2, 1.4.11: 3 to 1."""
        for theme in ("dark", "light"):
            colours = variables(theme)
            for ground in ("bg", "panel", "raise"):
                self.assertGreaterEqual(contrast(colours["edge"], colours[ground]), 3, f"{theme}: edge on {ground}")

    def test_every_class_in_it_is_used(self) -> None:
        """By a template, or it is one of those that are put together: what nobody has needs no look."""
        sheets = SHEET + re.sub(r"/\*.*?\*/", "", (TEMPLATES / "places.css").read_text(), flags=re.DOTALL)
        named = set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"\{[^{}]*\}", "{}", sheets)))
        used = set(chain.from_iterable(classes(path.read_text()) for path in TEMPLATES.glob("*.html")))
        self.assertEqual(sorted(one for one in named - used if not GENERATED.fullmatch(one)), [])
