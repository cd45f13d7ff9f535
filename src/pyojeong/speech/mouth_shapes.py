"""Which mouth shape each speech sound has, as ARKit coefficients.

The classes follow the 15 Oculus/MPEG-4 visemes, with the vowels split further so that Korean
ㅏ ㅓ ㅗ ㅜ ㅡ ㅣ ㅐ differ to the eye. Spread lips use mouthStretch, never mouthSmile, and the upper
lip is hardly raised: a sad face must not smile at every ㅣ. Weights are for careful speech; loudness scales how far the
mouth opens (`visemes.py`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

from pyojeong.expression import both_sides


@dataclass(frozen=True, slots=True)
class MouthShape:
    """Target of one sound.

    coefficients: ARKit name → weight. open_grip, lip_grip: how strongly the sound imposes its
    opening and its lip shape on its neighbours (the α of Cohen & Massaro). closed: the lips
    must touch. vowel: loudness opens it wider.
    """

    name: str
    coefficients: dict[str, float]
    open_grip: float = 1.0
    lip_grip: float = 1.0
    closed: bool = False
    vowel: bool = False


def _vowel(name: str, **weights: float) -> MouthShape:
    return MouthShape(name, both_sides(weights), 1.0, 1.0, vowel=True)


def _consonant(name: str, open_grip: float, lip_grip: float, **weights: float) -> MouthShape:
    return MouthShape(name, both_sides(weights), open_grip, lip_grip)


REST = MouthShape("sil", {}, 1.0, 1.0)

_SHAPES: dict[str, MouthShape] = {
    shape.name: shape
    for shape in (
        REST,
        _vowel("aa", jawOpen=0.62, mouthLowerDown=0.38, mouthUpperUp=0.10, mouthStretch=0.04),
        _vowel("ae", jawOpen=0.46, mouthLowerDown=0.36, mouthUpperUp=0.10, mouthStretch=0.22),
        _vowel("eh", jawOpen=0.34, mouthLowerDown=0.30, mouthUpperUp=0.08, mouthStretch=0.26),
        _vowel("uh", jawOpen=0.46, mouthLowerDown=0.24, mouthUpperUp=0.08, mouthFunnel=0.16),
        _vowel("aw", jawOpen=0.46, mouthFunnel=0.40, mouthPucker=0.22, mouthLowerDown=0.12),
        _vowel("schwa", jawOpen=0.28, mouthLowerDown=0.20, mouthUpperUp=0.08),
        _vowel("oh", jawOpen=0.32, mouthFunnel=0.56, mouthPucker=0.52, mouthLowerDown=0.04),
        _vowel("ou", jawOpen=0.15, mouthPucker=0.85, mouthFunnel=0.32),
        _vowel("eu", jawOpen=0.16, mouthLowerDown=0.20, mouthStretch=0.26, mouthUpperUp=0.04),
        _vowel("ih", jawOpen=0.16, mouthLowerDown=0.28, mouthStretch=0.42, mouthUpperUp=0.06),
        MouthShape("PP", both_sides({"mouthPress": 0.35, "mouthRollLower": 0.22,
                                     "mouthRollUpper": 0.16}), 1.2, 0.8, closed=True),
        _consonant("FF", 2.6, 1.4, jawOpen=0.06, mouthRollLower=0.75, mouthUpperUp=0.30,
                   mouthShrugLower=0.12),
        _consonant("TH", 1.5, 0.4, jawOpen=0.20, tongueOut=0.32, mouthLowerDown=0.14,
                   mouthUpperUp=0.06),
        _consonant("DD", 0.9, 0.15, jawOpen=0.13, mouthLowerDown=0.16, mouthUpperUp=0.05),
        _consonant("LL", 0.9, 0.2, jawOpen=0.22, mouthLowerDown=0.20, mouthUpperUp=0.06,
                   tongueOut=0.06),
        _consonant("kk", 0.5, 0.1, jawOpen=0.20, mouthLowerDown=0.10),
        _consonant("CH", 1.3, 1.0, jawOpen=0.10, mouthFunnel=0.42, mouthPucker=0.12,
                   mouthUpperUp=0.14, mouthLowerDown=0.12),
        _consonant("SS", 1.3, 0.45, jawOpen=0.05, mouthStretch=0.24, mouthLowerDown=0.28,
                   mouthUpperUp=0.10),
        _consonant("nn", 0.8, 0.15, jawOpen=0.14, mouthLowerDown=0.14),
        _consonant("RR", 1.0, 0.8, jawOpen=0.16, mouthPucker=0.30, mouthFunnel=0.24),
        _consonant("ww", 1.2, 1.6, jawOpen=0.10, mouthPucker=0.85, mouthFunnel=0.22),
        _consonant("jj", 0.8, 0.8, jawOpen=0.12, mouthStretch=0.36, mouthLowerDown=0.18),
        _consonant("hh", 0.12, 0.08, jawOpen=0.24, mouthLowerDown=0.12),
    )
}  # fmt: skip

# Observed over 3 MB of Korean and English text with espeak-ng 1.52, and their IPA relatives.
_BY_SYMBOL: dict[str, str] = {
    symbol: name
    for name, symbols in {
        "aa": "a ɐ ɑ ɒ aɪ aʊ",
        "ae": "æ",
        "eh": "e ɛ œ ø",
        "uh": "ʌ",
        "aw": "ɔ",
        "schwa": "ə ɜ ɚ ɝ ɘ ɵ ɤ",
        "oh": "o",
        "ou": "u ʊ y ʉ ʏ",
        "eu": "ɯ ɨ ᵻ ɪ̈",
        "ih": "i ɪ ɩ",
        "PP": "m b p ɓ",
        "FF": "f v ɱ ʋ",
        "TH": "θ ð",
        "DD": "t d ʈ ɖ ɗ ɾ ʔ",
        "LL": "l ɫ ɭ ɬ ʎ",
        "kk": "k ɡ g q x ɣ ŋ ɢ χ ʁ c ɟ ɴ",
        "CH": "ʃ ʒ tʃ dʒ ɕ ʑ tɕ dʑ",
        "SS": "s z ts dz ʂ ʐ ç",
        "nn": "n ɲ ɳ",
        "RR": "ɹ r ɻ ʀ",
        "ww": "w ʍ ɥ",
        "jj": "j ʝ ɰ",
        "hh": "h ɦ ħ",
    }.items()
    for symbol in symbols.split()
}


@cache
def mouth_shapes(phone: str) -> tuple[MouthShape, ...]:
    """The shape of a sound named in IPA; two for a diphthong, in order.

    Length, stress and tone marks are ignored; a sound that is not known goes by its first
    known letter, and one without any is the rest shape.
    """
    name = _bare(phone)
    if name in _BY_SYMBOL and not _is_diphthong(name):
        return (_SHAPES[_BY_SYMBOL[name]],)
    known = [_SHAPES[_BY_SYMBOL[letter]] for letter in name if letter in _BY_SYMBOL]
    if not known:
        return (REST,)
    if len(known) > 1 and known[0].vowel:
        return (known[0], known[-1])
    return (known[0],)


def _is_diphthong(name: str) -> bool:
    return len(name) > 1 and all(_SHAPES[_BY_SYMBOL.get(c, "sil")].vowel for c in name)


def _bare(phone: str) -> str:
    """Without combining marks, modifiers (length, stress, aspiration) and hyphens."""
    decomposed = unicodedata.normalize("NFD", phone)
    return "".join(c for c in decomposed if unicodedata.category(c) in ("Ll", "Lo"))
