"""Which characters look like a Latin letter or a digit; for comparisons only (D-12)."""

from __future__ import annotations

LOOKALIKES: dict[int, str] = {ord("0"): "o", ord("1"): "l", ord("i"): "l", ord("|"): "l"}
