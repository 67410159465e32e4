"""
Tells twistd that there is an ``onionstream``: data only, nothing of ours is imported before it is asked for.

This folder never has an ``__init__.py``: it is one of the many folders that together are ``twisted.plugins``.
"""

from twisted.application.service import ServiceMaker

service = ServiceMaker(
    "onionstream",
    "onionstream.tap",
    "Livestream over Tor to viewers without JavaScript.",
    "onionstream",
)
