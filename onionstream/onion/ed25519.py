"""
The public key that belongs to a secret key of tor's: Ed25519 (RFC 8032), in as much as tor stores it.

tor keeps the secret key expanded: the number itself and not the seed it came from. Libraries take seeds only. This is
no code to sign with: it takes a different time for each key, and is used once, at a start, on a file of our own.
"""

from __future__ import annotations

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P

Point = tuple[int, int, int, int]  # extended coordinates: x = X/Z, y = Y/Z, and T = XY/Z


def _base() -> Point:
    """:return: the point that all keys are multiples of: y is 4/5, and x is even (RFC 8032, section 5.1)."""
    y = 4 * pow(5, -1, _P) % _P
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)  # for this y it is a root; the test compares keys with a library's
    x = x if x % 2 == 0 else _P - x
    return x, y, 1, x * y % _P


def _sum(one: Point, other: Point) -> Point:
    """:return: two points added (RFC 8032, section 5.1.4)."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def public_key(scalar: bytes) -> bytes:
    """
    :param scalar: the first 32 bytes of an expanded secret key.
    :return: the 32 bytes of its public key.
    """
    left, point, total = int.from_bytes(scalar, "little"), _base(), (0, 1, 1, 0)
    while left:
        if left & 1:
            total = _sum(total, point)
        point = _sum(point, point)
        left >>= 1
    inverse = pow(total[2], -1, _P)
    x, y = total[0] * inverse % _P, total[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")
