"""What a browser makes of a page, by the rules of the HTML standard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import tinyhtml5  # type: ignore[import-untyped]

from onionstream.web.templates import SCRIPT_ADDRESS

_ALL = {"class", "id", "lang", "dir", "role", "tabindex", "aria-label", "aria-labelledby", "slot"}
ALLOWED = {
    "html": {"data-theme"},
    "head": set(),
    "meta": {"charset", "name", "content"},
    "title": set(),
    "link": {"rel", "href"},
    "style": {"nonce"},
    "script": {"src", "async"},
    "body": set(),
    "template": {"shadowrootmode"},
    "slot": {"name"},
    "time": {"datetime"},
    "a": {"href", "target"},
    "img": {"src", "alt", "title", "width", "height"},
    **{tag: set[str]() for tag in ("div", "main", "section", "h1", "h2", "h3", "p", "ul", "li", "details", "summary")},
    **{tag: set[str]() for tag in ("span", "b", "bdi", "br")},
}
"""What may stand in the pages that show what people have typed, and with which attributes."""

_OURS = {"script": re.compile(re.escape(SCRIPT_ADDRESS)), "img": re.compile(r"/emote/[0-9a-f]{32}\.png")}
"""Addresses that a ``src`` may have there."""

_NAMESPACE = "{http://www.w3.org/1999/xhtml}"


def parsed(page: bytes | str) -> Element:
    """:return: the page's root; what is wrong with it is mended as browsers do."""
    root = tinyhtml5.parse(page)
    assert isinstance(root, Element)
    return root


def name(element: Element) -> str:
    """:return: the element's name; other languages than HTML keep their namespace, and comments have none."""
    return element.tag.removeprefix(_NAMESPACE) if isinstance(element.tag, str) else "comment"


def strangers(root: Element) -> Iterator[str]:
    """:return: a sentence for everything in a page that has no business there."""
    for element in root.iter():
        tag = name(element)
        if tag not in ALLOWED:
            yield f"there is a {tag}"
            continue
        if tag == "script" and "src" not in element.attrib:
            yield "there is a script in the page itself"
        for attribute, value in element.attrib.items():
            if attribute not in ALLOWED[tag] | _ALL:
                yield f"{tag} has {attribute}"
            if attribute == "src" and (not _OURS[tag].fullmatch(value) or text(element)):
                yield f"a {tag} of {value}"
            if attribute == "href" and not value.startswith("/"):
                yield f"{tag} leads to {value}"


def found(root: Element, tag: str, **attributes: str) -> list[Element]:
    """
    :param root: of a page.
    :param tag: of the elements.
    :param attributes: that they have; ``class_`` for one of their classes.
    """
    wanted = attributes.pop("class_", "")
    return [
        one
        for one in root.iter(_NAMESPACE + tag)
        if all(one.get(key) == value for key, value in attributes.items())
        and (not wanted or wanted in one.get("class", "").split())
    ]


def text(element: Element) -> str:
    """:return: all the text in an element; ``br`` is the end of a line."""
    pieces = [element.text or ""]
    for child in element:
        pieces += ["\n" if name(child) == "br" else text(child), child.tail or ""]
    return "".join(pieces)
