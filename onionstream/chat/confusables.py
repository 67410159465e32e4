"""
Which characters look like a Latin letter or a digit; for comparisons only (D-12).

The idea is that of UTS #39, the table is our own: what a screen shows of a letter, small or capital, whatever its
script. Full-width, mathematical, circled and superscript letters are not here, nor letters with accents: NFKD tells
what those are. Letters with a stroke or a hook are here: it does not. Of the digits only ``0`` and ``1`` look like
letters; ``4`` for ``a`` is a way of spelling.
"""

from __future__ import annotations

_LATIN = {
    "a": "0251 1d00 1d8f 2c65",
    "ae": "00e6 00c6 1d01",
    "b": "0180 0183 0185 0253 0299 1d6c",
    "c": "0188 0255 023c 1d04 a73f",
    "d": "00f0 00d0 0111 0110 018c 0189 0256 0257 0221 1d05",
    "e": "01dd 0247 0258 025b 0190 1d07 2c78 ab34",
    "f": "0192 0191 a730 1e9d",
    "g": "01e5 0260 0261 0262 1d83",
    "h": "0127 0126 0266 029c a727 2c68",
    "j": "0237 0249 029d 1d0a",
    "k": "0199 0138 1d0b 2c6a",
    "l": "0069 0049 0031 007c 0131 0142 0141 0197 019a 0268 0269 026a 026b 026c 029f 01c0 2c61 a7ae",
    "m": "0271 1d0d 1d6f",
    "n": "014b 014a 019e 0272 0273 0274 1d0e",
    "o": "0030 00f8 00d8 0275 0298 019f 1d0f 1d11 2c7a",
    "oe": "0153 0152 0276",
    "p": "00fe 00de 01a5 01bf 01f7 1d18 1d7d",
    "q": "024b 02a0",
    "r": "027c 027d 027e 0280 024d 1d72 ab47 ab48",
    "s": "01a8 01bd 023f 0282 a731",
    "t": "0167 0166 01ab 01ad 0288 1d1b 2c66",
    "u": "0289 028a 1d1c ab4e ab52",
    "v": "028b 1d20",
    "w": "026f 1d21 2c73",
    "x": "ab56 ab57",
    "y": "01b4 024f 0263 028f 1eff",
    "z": "01b6 0225 0240 0290 0291 1d22 2c6c",
}
_GREEK = {
    "a": "03b1 0391",
    "b": "03b2 0392 03d0",
    "c": "03f2 03f9 03c2",
    "e": "03b5 0395 03f5",
    "f": "03dd 03dc",
    "h": "0397",
    "j": "03f3 037f",
    "k": "03ba 039a 03f0 03d7",
    "l": "03b9 0399",
    "m": "039c 03fb",
    "n": "03b7 039d",
    "o": "03bf 039f 03c3 0398 03b8 03d1 03f4",
    "p": "03c1 03a1 03f1 03f8 03f7",
    "t": "03c4 03a4",
    "u": "03c5 03bc 00b5",
    "v": "03bd",
    "w": "03c9 03d6",
    "x": "03c7 03a7",
    "y": "03b3 03a5 03d2",
    "z": "0396",
}
_CYRILLIC = {
    "a": "0430",
    "ae": "04d5",
    "b": "0432 044c 044a 0463 048d",
    "c": "0441 04ab",
    "d": "0501",
    "e": "0435 0454 04bd 04bf",
    "f": "0493",
    "g": "050d",
    "h": "043d 04bb 04a3 04c8 04ca 0527 04a5",
    "j": "0458",
    "k": "043a 049b 049d 049f 04a1 04c4",
    "l": "0456 04cf 04c0",
    "m": "043c 04ce",
    "n": "043f 0525",
    "o": "043e 04e9 0473",
    "p": "0440 048f",
    "q": "051b",
    "r": "0433 0491 044f 0453",
    "s": "0455",
    "t": "0442 04ad",
    "u": "0446",
    "v": "0475",
    "w": "051d 0448 0449 0461",
    "x": "0445 04b3 04fd 04ff",
    "y": "0443 04af 04b1",
    "3": "0437 0499 04e1",
    "6": "0431",
}
_ARMENIAN_AND_GEORGIAN = {
    "f": "0556 0586",
    "g": "0581",
    "h": "0570",
    "j": "0575",
    "l": "053c 0582 056c",
    "n": "0578 057c 0548 0572",
    "o": "0585 0555 10ff",
    "p": "0584",
    "q": "0566 0563",
    "s": "054f",
    "u": "057d 054d",
    "w": "0561",
}
_CHEROKEE = {
    "a": "13aa",
    "b": "13cf 13f4",
    "c": "13df",
    "d": "13a0 13e7",
    "e": "13ac",
    "g": "13c0 13f3",
    "h": "13bb 13c2",
    "j": "13ab",
    "k": "13e6",
    "l": "13a5 13de",
    "m": "13b7",
    "p": "13e2",
    "r": "13a1 13d2",
    "s": "13d5 13da",
    "t": "13a2",
    "v": "13d9",
    "w": "13b3 13d4",
    "y": "13a9 13bd",
    "z": "13c3",
    "4": "13ce",
}
_COPTIC = {
    "a": "2c81",
    "b": "2c83",
    "c": "2ca5",
    "e": "2c89",
    "h": "2c8f",
    "k": "2c95",
    "l": "2c93",
    "m": "2c99",
    "n": "2c9b",
    "o": "2c9f",
    "p": "2ca3",
    "r": "2c85",
    "t": "2ca7",
    "w": "2cb1",
    "x": "2cad",
    "y": "2ca9",
}
_LISU = {
    "a": "a4ee",
    "b": "a4d0",
    "c": "a4da",
    "d": "a4d3",
    "e": "a4f0",
    "f": "a4dd",
    "g": "a4d6",
    "h": "a4e7",
    "j": "a4d9",
    "k": "a4d7",
    "l": "a4e1 a4f2",
    "m": "a4df",
    "n": "a4e0",
    "o": "a4f3",
    "p": "a4d1",
    "r": "a4e3",
    "s": "a4e2",
    "t": "a4d4",
    "u": "a4f4",
    "v": "a4e6",
    "w": "a4ea",
    "x": "a4eb",
    "y": "a4ec",
    "z": "a4dc",
}
_SYLLABICS_AND_RUNES = {
    "a": "15c5",
    "b": "15f7 1472 16d2",
    "c": "1455",
    "d": "15de 15ea 146f",
    "f": "15b4 16a0",
    "h": "157c",
    "j": "148d",
    "k": "16d5",
    "l": "14aa 16c1",
    "m": "15f0 16d6",
    "n": "144e",
    "p": "146d",
    "r": "1587 16b1",
    "s": "1515",
    "u": "144c",
    "v": "142f",
    "x": "166d 16b7",
}
_OTHERS = {
    "a": "237a",
    "c": "00a9 00a2",
    "e": "212e",
    "l": "05d5 05df 0627 2d4f 2223 23d0 2502",
    "o": "05e1 0647 0d20 101d 10404 1042c 2d54 3007 25cb 25cf 25ef 2b55 26aa 26ab 24ff",
    "r": "00ae",
    "x": "00d7 2d5d 2715 2717",
}
_ALPHABETS = (0x1F150, 0x1F170, 0x1F1E6)
"""Where an alphabet of letters in black circles begins, one in black boxes, and the letters that flags are made of."""


def _table() -> dict[int, str]:
    """:return: all of it, as ``str.translate`` wants it."""
    scripts = (_LATIN, _GREEK, _CYRILLIC, _ARMENIAN_AND_GEORGIAN, _CHEROKEE, _COPTIC, _LISU, _SYLLABICS_AND_RUNES)
    table = {
        int(code, 16): letter
        for script in (*scripts, _OTHERS)
        for letter, codes in script.items()
        for code in codes.split()
    }
    table |= {start + place: chr(ord("a") + place) for start in _ALPHABETS for place in range(26)}
    return {code: letter.translate(table) for code, letter in table.items()}


LOOKALIKES = _table()
"""Code points, and the small letter or digit that each looks like; of ``i``, ``l``, ``1`` and ``|`` that is ``l``."""
