"""What `pyojeong express` is told to draw, from its options."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pyojeong.errors import BadSettings

if TYPE_CHECKING:
    from pyojeong.edit.wish import Wish
    from pyojeong.expression import Expression

_POINT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*")


def wish_of(
    emotion: str | None,
    text: str | None,
    preset: str | None,
    coefficients: Sequence[str],
    head: str | None,
    gaze: str | None,
) -> Wish:
    """All options together; an emotion and a text exclude each other. Raises BadSettings,
    BadInput."""
    from pyojeong import api
    from pyojeong.edit.wish import Wish
    from pyojeong.emotion import parse_mix
    from pyojeong.expression import Expression, both_sides

    if emotion and text:
        raise BadSettings(
            "Give --emotion or --text, not both.", "--emotion과 --text 중 하나만 쓰세요."
        )
    mix = api.mix_of_text(text) if text else parse_mix(emotion) if emotion else {}
    own = Expression(both_sides(parse_coefficients(coefficients)))
    pitch, yaw, roll = parse_angles(head, 3) if head else (0.0, 0.0, 0.0)
    up, aside = parse_angles(gaze, 2) if gaze else (0.0, 0.0)
    turned = Expression({}, (pitch, yaw, roll), (up, aside))
    named, alone = _preset(preset)
    return Wish(mix, named + own + turned, alone)


def wish_from(words: str) -> Wish:
    """The wish of one face: an emotion mix, the name of a preset, or the path of one."""
    from pyojeong.edit.wish import Wish
    from pyojeong.emotion import parse_mix
    from pyojeong.expression import named_expressions

    if words.strip() in named_expressions() or words.strip().lower().endswith(".json"):
        return Wish({}, *_preset(words.strip()))
    return Wish(parse_mix(words))


def parse_each(items: Sequence[str]) -> dict[int | tuple[float, float] | None, Wish]:
    """["0=happiness:0.8", "340,220=wink"] → which face → its wish. Raises BadSettings."""
    found: dict[int | tuple[float, float] | None, Wish] = {}
    for item in items:
        which, equals, words = item.partition("=")
        if not equals:
            raise BadSettings(
                f"{item!r}: write a face and what it shows, as in 1=happiness:0.8.",
                f"{item!r}: 1=happiness:0.8처럼 얼굴과 표정을 쓰세요.",
            )
        face = parse_which(which)
        if face in found:
            raise BadSettings(
                f"Face {which} is named twice.", f"얼굴 {which}이(가) 두 번 나옵니다."
            )
        found[face] = wish_from(words)
    return found


def parse_which(text: str) -> int | tuple[float, float]:
    """ "2" → 2, "340,220" → (340.0, 220.0). Raises BadSettings."""
    if text.strip().isdecimal():
        return int(text)
    if point := _POINT.fullmatch(text):
        return float(point[1]), float(point[2])
    raise BadSettings(
        f"{text!r} is no face: give its number, or a point in it as X,Y in pixels.",
        f"{text!r}: 얼굴은 번호나 얼굴 안의 점 X,Y(픽셀)로 지정하세요.",
    )


def parse_coefficients(items: Sequence[str]) -> dict[str, float]:
    """["jawOpen=0.4"] → {"jawOpen": 0.4}. Raises BadSettings."""
    weights: dict[str, float] = {}
    for item in items:
        name, equals, value = item.partition("=")
        try:
            weights[name.strip()] = float(value)
        except ValueError as error:
            raise BadSettings(
                f"{item!r}: write a coefficient like jawOpen=0.4.",
                f"{item!r}: 계수는 jawOpen=0.4처럼 쓰세요.",
            ) from error
        if not equals or not -1 <= weights[name.strip()] <= 1.5:
            raise BadSettings(
                f"{item!r}: a coefficient lies between -1 and 1.5.",
                f"{item!r}: 계수는 -1에서 1.5 사이입니다.",
            )
    return weights


def parse_angles(text: str, count: int) -> tuple[float, ...]:
    """ "5,-8,0" → (5.0, -8.0, 0.0), degrees. Raises BadSettings."""
    try:
        angles = tuple(float(part) for part in text.split(","))
        if len(angles) != count or not all(abs(a) <= 90 for a in angles):
            raise ValueError(text)
    except ValueError as error:
        raise BadSettings(
            f"{text!r}: write {count} angles in degrees, as in {','.join(['5', '-8', '0'][:count])}.",
            f"{text!r}: 각도 {count}개를 {','.join(['5', '-8', '0'][:count])}처럼 쓰세요.",
        ) from error
    return angles


def _preset(name: str | None) -> tuple[Expression, bool]:
    """A named expression or one from a file, and whether it stands alone."""
    from pyojeong.edit.preset_file import read_preset
    from pyojeong.expression import Expression, named_expression

    if name is None:
        return Expression(), False
    if name.lower().endswith(".json"):
        return read_preset(Path(name))
    return named_expression(name), True
