"""What a StarGAN file says of itself; `train/stargan/export.py` writes such files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyojeong.errors import BadInput

KEY, KIND, FORMAT = "pyojeong", "stargan", 1
INPUTS, OUTPUTS = ("pictures", "wishes"), ("made", "read")
_MOST = 1000


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The labels of one data set. exclusive: exactly one holds of a face. groups: indices of those
    that exclude each other, else. start: where they lie among the labels of all sets."""

    title: str
    labels: tuple[str, ...]
    exclusive: bool
    groups: tuple[tuple[int, ...], ...]
    start: int


@dataclass(frozen=True, slots=True)
class StarGanCard:
    """side: of the squares, px. padding: share of the face box's longer side added all round."""

    side: int
    padding: float
    sets: tuple[LabelSet, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of all sets, in the order of the network."""
        return tuple(label for one in self.sets for label in one.labels)

    @property
    def wish_length(self) -> int:
        """All labels, and the mask where there are several sets."""
        return len(self.labels) + (len(self.sets) if len(self.sets) > 1 else 0)

    @classmethod
    def from_json(cls, text: str) -> StarGanCard:
        """Raises ValueError, TypeError, KeyError, OverflowError for what `export` does not write."""
        table = json.loads(text)
        if table["kind"] != KIND or table["format"] != FORMAT:
            raise ValueError(f"kind {table['kind']}, format {table['format']}")
        side, padding = int(table["side"]), float(table["padding"])
        sets, start = [], 0
        for one in table["sets"]:
            sets.append(_label_set(one, start))
            start += len(sets[-1].labels)
        if side not in (32, 64, 128, 256) or not 0 <= padding <= 4 or not 1 <= start <= _MOST:
            raise ValueError(f"side {side}, padding {padding}, {start} labels")
        card = cls(side, padding, tuple(sets))
        if len(set(card.labels)) != start:
            raise ValueError("a label twice")
        return card


def _label_set(table: Any, start: int) -> LabelSet:
    labels = tuple(map(str, table["labels"]))
    groups = tuple(tuple(map(int, group)) for group in table["groups"])
    if any(not 0 <= at < len(labels) for group in groups for at in group):
        raise ValueError(f"groups {groups} of {len(labels)} labels")
    return LabelSet(str(table["title"]), labels, bool(table["exclusive"]), groups, start)


def read_stargan_card(path: Path, session: Any) -> StarGanCard:
    """What a file says of itself, checked against its network. Raises BadInput."""
    try:
        told = session.get_modelmeta().custom_metadata_map.get(KEY)
        if told is None:
            raise ValueError("it says nothing of its labels")
        card = StarGanCard.from_json(told)
        _check(card, session)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise BadInput(
            f"{path} is no StarGAN file ({error}); make one with pyojeong train stargan.",
            f"{path}은(는) StarGAN 파일이 아닙니다({error}). pyojeong train stargan으로 만드세요.",
        ) from error
    return card


def _check(card: StarGanCard, session: Any) -> None:
    shapes = {given.name: given.shape[1:] for given in session.get_inputs()}
    made = tuple(output.name for output in session.get_outputs())
    expected = dict(zip(INPUTS, ([card.side, card.side, 3], [card.wish_length]), strict=True))
    if shapes != expected or made != OUTPUTS:
        raise ValueError(f"{shapes} -> {made}")
