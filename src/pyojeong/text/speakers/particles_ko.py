"""Korean particles: a word taken apart into what may be a noun and the role its particle gives."""

from __future__ import annotations

from pyojeong.text.speakers.clues import Role

# (particle, role, after a consonant: True, a vowel: False, any: None).
_PLAIN: tuple[tuple[str, Role, bool | None], ...] = (
    ("은", "topic", True),
    ("는", "topic", False),
    ("께서는", "topic", None),
    ("께서도", "topic", None),
    ("만은", "topic", None),
    ("만이", "topic", None),
    ("이", "subject", True),
    ("가", "subject", False),
    ("께서", "subject", None),
    ("도", "subject", None),
    ("마저", "subject", None),
    ("조차", "subject", None),
    ("에게", "addressee", None),
    ("에게는", "addressee", None),
    ("에게도", "addressee", None),
    ("에게로", "addressee", None),
    ("한테", "addressee", None),
    ("한테는", "addressee", None),
    ("한테도", "addressee", None),
    ("더러", "addressee", None),
    ("보고", "addressee", None),
    ("께", "addressee", None),
    ("을", "object", True),
    ("를", "object", False),
    ("과", "with", True),
    ("와", "with", False),
    ("이랑", "with", True),
    ("랑", "with", False),
    ("의", "owner", None),
    ("네", "owner", None),
)
_PARTICLES = sorted(_PLAIN, key=lambda row: -len(row[0]))
PERSONAL = ("에게", "한테", "께")
"""Particles for persons and animals only."""


def ends_in_consonant(word: str) -> bool:
    """Whether the last syllable is closed (받침)."""
    code = ord(word[-1]) - 0xAC00
    return 0 <= code < 11172 and code % 28 > 0


def splits(word: str) -> list[tuple[str, Role, str]]:
    """(stem, role, particle) for every way to take a particle off, the longest particle first."""
    found = []
    for particle, role, consonant in _PARTICLES:
        stem = word.removesuffix(particle)
        if stem and stem != word and (consonant is None or ends_in_consonant(stem) == consonant):
            found.append((stem, role, particle))
    return found
