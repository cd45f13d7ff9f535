"""What the engine is asked to say: symbols and numbers in words, Korean as it sounds."""

from __future__ import annotations

from typing import Literal

from pyojeong.speech.korean import pronounce
from pyojeong.speech.pronounced import Pronounced


def spell_out(text: str, lang: Literal["ko", "en"]) -> Pronounced:
    """The text as espeak should get it, each character traced back to the text given."""
    clean = Pronounced.joined(
        (c if c.isprintable() else " ", (i, i + 1)) for i, c in enumerate(text)
    )
    return clean.then(pronounce(clean.text))
