"""What the engine is asked to say: symbols and numbers in words, Korean as it sounds."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from pyojeong.speech.korean import pronounce
from pyojeong.speech.latin import spell_latin
from pyojeong.speech.numbers import spell_numbers
from pyojeong.speech.pronounced import Pronounced
from pyojeong.speech.symbols import compose, spell_symbols

_AMOUNT = re.compile(r"([$€£¥₩]) ?(\d[\d,]*(?:\.\d+)?)( (?:thousand|million|billion|trillion))?")
_OVERLONG = re.compile(r"\S{30}(?=\S{10})")
_MONEY = {"$": "dollars", "€": "euros", "£": "pounds", "¥": "yen", "₩": "won"}


def spell_out(text: str, lang: Literal["ko", "en"]) -> Pronounced:
    """The text as espeak should get it, each character traced back to the text given.

    Nothing but letters, figures, spaces and sentence marks is left. Korean is spelled as it
    sounds in English text, too; English keeps its figures, which espeak reads well.
    """
    spelled = compose(text)
    for respell in _RESPELLINGS[lang]:
        spelled = spelled.then(respell(spelled.text))
    return spelled.then(_loosened(spelled.text))


def _loosened(text: str) -> Pronounced:
    """With spaces in overlong words: espeak leaves out what does not fit its word buffer."""
    return Pronounced.replaced(text, _OVERLONG, lambda match: match.group() + " ")


def _spell_money(text: str) -> Pronounced:
    """$5 million → 5 million dollars: espeak reads signs where they stand."""
    return Pronounced.replaced(text, _AMOUNT, _read_amount)


def _read_amount(match: re.Match[str]) -> str:
    sign, amount, scale = match.groups()
    unit = _MONEY[sign]
    one = amount == "1" and not scale
    return f"{amount}{scale or ''} {unit.removesuffix('s') if one else unit}"


_RESPELLINGS: dict[str, tuple[Callable[[str], Pronounced], ...]] = {
    "ko": (spell_latin, spell_numbers, lambda text: spell_symbols(text, "ko"), pronounce),
    "en": (_spell_money, lambda text: spell_symbols(text, "en"), pronounce),
}
