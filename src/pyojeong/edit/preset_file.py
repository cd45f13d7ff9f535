"""Expressions that users keep: JSON files with coefficients, head and gaze."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pyojeong.errors import BadInput
from pyojeong.expression import Expression, both_sides
from pyojeong.media.files import atomic_path, read_bytes
from pyojeong.settings import settings


def save_preset(path: Path | str, expression: Expression, alone: bool) -> None:
    """Write an expression as JSON: {"coefficients": {...}, "head": [pitch, yaw, roll],
    "gaze": [pitch, yaw], "alone": bool}, angles in degrees; alone: whether it takes the place of
    what a face shows or is added to that. Raises OutputFailed."""
    table = {
        "coefficients": dict(expression.coefficients),
        "head": list(expression.head),
        "gaze": list(expression.gaze),
        "alone": alone,
    }
    with atomic_path(path) as part:
        part.write_text(json.dumps(table, indent=1) + "\n", "utf-8")


def read_preset(path: Path | str) -> tuple[Expression, bool]:
    """An expression that `save_preset` wrote, or somebody by hand, and whether it stands alone:
    all but the coefficients may be absent, one without a side means both. Raises BadInput,
    BadSettings for unknown names."""
    data = read_bytes(path, settings().max_text_bytes, "max_text_bytes")
    try:
        table = json.loads(data)
        weights = {str(k): float(v) for k, v in table["coefficients"].items()}
        head = _angles(table.get("head", [0, 0, 0]), 3)
        gaze = _angles(table.get("gaze", [0, 0]), 2)
        alone = table.get("alone", True)
        if not isinstance(alone, bool):
            raise TypeError(f"alone: {alone!r}")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadInput(
            f"{path} is no preset: it needs a table 'coefficients' of numbers ({error}).",
            f"{path}은(는) 표정 프리셋이 아닙니다. 'coefficients' 표에 숫자가 있어야 합니다({error}).",
        ) from error
    made = Expression(both_sides(weights), (head[0], head[1], head[2]), (gaze[0], gaze[1]))
    return made, alone


def _angles(values: Any, count: int) -> list[float]:
    angles = [float(v) for v in values]
    if len(angles) != count:
        raise ValueError(f"{len(angles)} angles instead of {count}")
    return angles
