"""The two looks of the page."""

from __future__ import annotations

from collections.abc import Mapping

from onionstream.web.errors import BadRequest

THEMES = ("", "light")
"""Dark, or light where a viewer has chosen that. Tor Browser does not tell what a system prefers."""


def themed(fields: Mapping[str, str]) -> str:
    """
    :param fields: of a query or a form, in which ``theme`` may stand.
    :return: one of ``THEMES``.
    :raises BadRequest: it is none.
    """
    theme = fields.get("theme", "")
    if theme not in THEMES:
        raise BadRequest
    return theme
