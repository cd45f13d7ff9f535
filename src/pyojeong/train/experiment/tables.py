"""Typed access to a TOML table, with mistakes named in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pyojeong.errors import BadSettings, Language


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages; Korean falls back on English."""

    en: str
    ko: str

    def text(self, lang: Language) -> str:
        return self.ko if lang == "ko" else self.en


def section(table: Mapping[str, Any], place: str, known: frozenset[str]) -> Values:
    """Access to a table that may hold only the known names. Raises BadSettings."""
    for name in table:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            listed = ", ".join(sorted(known))
            hint_en = f" Did you mean {close[0]}?" if close else ""
            hint_ko = f" 혹시 {close[0]}인가요?" if close else ""
            where = f"[[{place}]]" if place else "The grid"
            raise BadSettings(
                f"{where} takes no {name!r}; there are: {listed}.{hint_en}",
                f"{where}: {name!r} 항목은 없습니다. 사용 가능: {listed}.{hint_ko}",
            )
    return Values(table, place)


@dataclass(frozen=True, slots=True)
class Values:
    table_: Mapping[str, Any]
    place: str

    def _name(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name

    def text(self, name: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self.table_.get(name, default)
        if not isinstance(value, str) or not value.strip():
            raise wrong(self._name(name), value, '"..."')
        return value

    def is_text(self, name: str) -> bool:
        return isinstance(self.table_.get(name), str)

    def both(self, name: str, en: str = "", ko: str = "") -> Text:
        """`name` and `name_ko`."""
        first = self.table_.get(name, en)
        second = self.table_.get(f"{name}_ko", first if name in self.table_ else ko)
        for key, value in ((name, first), (f"{name}_ko", second)):
            if not isinstance(value, str):
                raise wrong(self._name(key), value, '"..."')
        return Text(first, second)

    def number(self, name: str) -> float:
        value = self.table_.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong(self._name(name), value, "0.5")
        return float(value)

    def items(self, name: str) -> list[Any]:
        value = self.table_.get(name, [])
        if not isinstance(value, list):
            raise wrong(self._name(name), value, "[..., ...]")
        return value

    def texts(self, name: str) -> list[str]:
        value = self.table_.get(name, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise wrong(self._name(name), value, '["...", "..."]')
        return value

    def whole_numbers(self, name: str) -> list[int]:
        value = self.items(name)
        if any(isinstance(v, bool) or not isinstance(v, int) or v < 0 for v in value):
            raise wrong(self._name(name), value, "[1, 2, 3]")
        return list(dict.fromkeys(value))

    def table(self, name: str) -> dict[str, Any]:
        """A table; `set.model.name` may be written with or without quotes."""
        value = self.table_.get(name, {})
        if not isinstance(value, dict):
            raise wrong(self._name(name), value, '{ "model.name" = "vgg16" }')
        return value if name == "base" else dict(_dotted(value))

    def parts(self, name: str, known: frozenset[str]) -> list[Values]:
        """The tables of a list of tables."""
        value = self.items(name)
        if not all(isinstance(part, dict) for part in value):
            raise wrong(self._name(name), value, f"[[{name}]]")
        return [section(part, self._name(name), known) for part in value]


def _dotted(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _dotted(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def wrong(name: str, value: Any, wanted: str) -> BadSettings:
    shown = "-" if value is None else repr(value)[:200]
    return BadSettings(
        f"{shown} is no value for {name}; it takes {wanted}.",
        f"{name} 값이 잘못되었습니다: {shown}. 가능: {wanted}.",
    )
