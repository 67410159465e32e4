"""
Browsers that show text and no frames.

They wait for the end of a document before they show any of it, so nothing without an end may be offered to them. They
are known by what they call themselves. Who calls himself by another name is offered what graphical browsers are.
"""

from __future__ import annotations

import re

from onionstream.web.request import BoundedRequest

_NAMES = re.compile(rb"(w3m|lynx|e?links|edbrowse|url)[/ ]", re.IGNORECASE)  # the last one is that of Emacs
"""How the names of text browsers begin."""


def shows_text(request: BoundedRequest) -> bool:
    """
    :param request: any; the name in it is looked at and not kept.
    :return: whether it comes from a text browser.
    """
    return _NAMES.match(request.getHeader(b"User-Agent") or b"") is not None
