"""
The templates, and the stylesheet and the script they share, all read when the program starts.

Nothing is opened while a request is served, so a process that has run out of file descriptors still answers.
"""

from __future__ import annotations

from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined

_LOADER = PackageLoader("onionstream")

TEMPLATES = Environment(
    loader=_LOADER,
    autoescape=True,
    auto_reload=False,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
"""Escapes every value; a name that a template uses and nobody gives is an error, not an empty string."""

STYLE = "".join(_LOADER.get_source(TEMPLATES, name)[0] for name in ("places.css", "style.css")).encode()
"""The stylesheet. The page itself has ``places.css`` within it, and asks for no sheet."""

STYLE_ADDRESS = f"/style.{sha256(STYLE).hexdigest()[:16]}.css"
"""Where it is served: another address for each stylesheet, so browsers may keep it. Templates know it as ``style``."""

SCRIPT = _LOADER.get_source(TEMPLATES, "script.js")[0].encode()
"""The script. Every page is complete without it."""

SCRIPT_ADDRESS = f"/script.{sha256(SCRIPT).hexdigest()[:16]}.js"
"""Where it is served, as the stylesheet is. Templates know it as ``script``."""

TEMPLATES.globals["style"] = STYLE_ADDRESS
TEMPLATES.globals["script"] = SCRIPT_ADDRESS

for _name in TEMPLATES.list_templates(extensions=["html"]):
    TEMPLATES.get_template(_name)
