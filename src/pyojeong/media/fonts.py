"""The fonts Pyojeong draws with, and text made fit to be drawn with them.

Pyojeong Gothic is NanumGothic (NAVER, SIL Open Font License 1.1, see `fonts/OFL.txt`) without its
hinting: all 11,172 Hangul syllables, Latin, common ideographs; no emoji.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources
from pathlib import Path

from PIL import ImageFont

FOLDER = Path(str(resources.files("pyojeong"))) / "media/fonts"

# Look-alikes for characters the fonts lack. Joiners, variation selectors and skin tones vanish
# with the emoji they change.
_STAND_INS = {"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u301c": "~", "\u2043": "-"}
_SPACES = re.compile(r"\s+")
# Probed at a size where no two shapes look alike.
_PROBE_SIZE = 40


@cache
def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Pyojeong Gothic at that size in px, made once. Size must be at least 1."""
    file = FOLDER / f"PyojeongGothic-{'Bold' if bold else 'Regular'}.ttf"
    # Basic layout draws the same on every machine, whether or not Raqm is installed.
    return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)


def drawable(text: str) -> str:
    """The text with only characters the fonts have, on one line.

    Syllables typed as separate jamo are joined (NFC), look-alikes stand in, emoji and invisible
    characters go, other unknown letters become □. White space of any kind becomes one space.
    """
    shown = "".join(_shown(c) for c in unicodedata.normalize("NFC", text))
    return _SPACES.sub(" ", shown).strip()


@cache
def _shown(character: str) -> str:
    if character.isspace():
        return " "
    if has_glyph(character):
        return character
    if character in _STAND_INS:
        return _STAND_INS[character]
    plain = unicodedata.normalize("NFKD", character)
    # A letter with an accent the fonts lack keeps its base.
    if plain != character and has_glyph(plain[0]):
        return "".join(c for c in plain if has_glyph(c))
    # Letters (L) and numbers (N) carry meaning; symbols, marks and controls are left out.
    return "□" if unicodedata.category(character)[0] in "LN" else ""


@cache
def has_glyph(character: str) -> bool:
    """Whether the fonts can draw it: its shape differs from the one for unknown characters."""
    if character == " ":
        return True
    return _shape(character) not in (_shape("\U0010ffff"), b"")


def _shape(character: str) -> bytes:
    mask = font(_PROBE_SIZE).getmask(character)
    return bytes(mask) + repr(mask.size).encode() if any(mask) else b""
