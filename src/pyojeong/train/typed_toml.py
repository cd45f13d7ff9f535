"""Settings typed by dataclasses and read from TOML, every mistake named with the nearest right name.

A subclass of `Settings` is a frozen dataclass whose fields are the sections of the file, each a
frozen dataclass of values with defaults.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Self

from pyojeong.errors import BadSettings
from pyojeong.media.files import read_text_file


class Settings:
    """RANGES, CHOICES: by `section.name`. ITEMS: types of the items of lists that are not texts.
    TEXTS: texts that people write as whole numbers."""

    __slots__ = ()
    RANGES: ClassVar[Mapping[str, tuple[float, float]]] = {}
    CHOICES: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    ITEMS: ClassVar[Mapping[str, type]] = {}
    TEXTS: ClassVar[tuple[str, ...]] = ("train.precision", "train.devices")

    def check(self) -> None:
        """Raises BadSettings for a value outside RANGES and CHOICES."""
        for name, (low, high) in self.RANGES.items():
            value = self.get(name)
            # A NaN is in no range.
            if not low <= value <= high:
                raise wrong(name, value, f"{low} - {high}")
        for name, choices in self.CHOICES.items():
            if self.get(name) not in choices:
                raise wrong(name, self.get(name), guess(self.get(name), choices))

    def get(self, name: str) -> Any:
        """The value called `section.name`."""
        section, _, key = name.partition(".")
        return getattr(getattr(self, section), key)

    @classmethod
    def from_toml(cls, text: str, base: Self | None = None) -> Self:
        """The settings in a TOML text; what it does not name is as in `base`, else the default.

        Raises BadSettings for broken TOML, an unknown section or name, a wrong type, a value out
        of range.
        """
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadSettings(
                f"The settings are no TOML: {error}.", f"설정이 TOML이 아닙니다: {error}."
            ) from error
        return (base or cls()).with_values(_flat(cls, table))

    @classmethod
    def read(cls, path: Path, base: Self | None = None) -> Self:
        """The settings in a TOML file. Raises BadInput, BadSettings."""
        return cls.from_toml(read_text_file(path).text, base)

    def with_values(self, values: Mapping[str, Any]) -> Self:
        """A copy with other values, named `section.name`. Raises BadSettings."""
        own: Any = self
        changed: dict[str, dict[str, Any]] = {}
        for name, value in values.items():
            section, _, key = name.partition(".")
            changed.setdefault(section, {})[key] = _typed(type(self), name, value)
        sections = {s: replace(getattr(self, s), **given) for s, given in changed.items()}
        made: Self = replace(own, **sections)
        return made

    def to_toml(self) -> str:
        """The whole of the settings; `from_toml` reads the same back."""
        lines: list[str] = []
        own: Any = self
        for section in fields(own):
            values = getattr(self, section.name)
            lines += [f"[{section.name}]"]
            lines += [f"{f.name} = {_written(getattr(values, f.name))}" for f in fields(values)]
            lines += [""]
        return "\n".join(lines)


def assignment(text: str, settings: type[Settings]) -> tuple[str, Any]:
    """Name and value of `section.name=value`, as on the command line: a TOML value, or plain text.

    Raises BadSettings where there is no `=`.
    """
    name, found, value = text.partition("=")
    if not found:
        raise BadSettings(
            f"--set takes section.name=value, not {text!r}.",
            f"--set은 섹션.이름=값 꼴입니다: {text!r}.",
        )
    name = name.strip()
    if _kind(settings, name) is str:
        return name, value.strip().strip('"')
    try:
        return name, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name, value.strip()


def _flat(settings: type[Settings], table: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for section, values in table.items():
        if section not in _sections(settings) or not isinstance(values, dict):
            raise _unknown(section, tuple(_sections(settings)))
        flat |= {f"{section}.{name}": value for name, value in values.items()}
    return flat


def _sections(settings: type[Settings]) -> dict[str, Any]:
    made: Any = settings
    return {f.name: f.default_factory for f in fields(made)}


def _kind(settings: type[Settings], name: str) -> type:
    """Type of a setting; tuples are told apart by their items. Raises BadSettings."""
    section, _, key = name.partition(".")
    if section not in _sections(settings):
        raise _unknown(name, _names(settings))
    defaults = _sections(settings)[section]()
    if key not in {f.name for f in fields(defaults)}:
        raise _unknown(name, _names(settings))
    return type(getattr(defaults, key))


def _names(settings: type[Settings]) -> tuple[str, ...]:
    return tuple(f"{s}.{f.name}" for s, kind in _sections(settings).items() for f in fields(kind()))


def _typed(settings: type[Settings], name: str, value: Any) -> Any:
    kind = _kind(settings, name)
    if kind is tuple:
        item = settings.ITEMS.get(name, str)
        if isinstance(value, list | tuple):
            return tuple(_one(settings, name, part, item) for part in value)
        return (_one(settings, name, value, item),)
    return _one(settings, name, value, kind)


def _one(settings: type[Settings], name: str, value: Any, kind: type) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if kind is float and whole:
        return float(value)
    # `precision = 16` and `devices = 2` are what people write.
    if name in settings.TEXTS and whole:
        return str(value)
    if type(value) is kind:
        return value
    kinds = {bool: "true, false", int: "1, 2, 3 ...", float: "0.5", str: '"text"'}
    raise wrong(name, value, kinds[kind])


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON leaves the one control character alone that TOML does not allow.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def guess(value: Any, choices: tuple[str, ...]) -> str:
    close = get_close_matches(str(value), choices, n=1)
    return ", ".join(choices) + (f" ({close[0]}?)" if close else "")


def _unknown(name: str, known: tuple[str, ...]) -> BadSettings:
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    section = name.partition(".")[0]
    near = [k for k in known if k.startswith(f"{section}.")] or known
    hint_en = f" Did you mean {close[0]}?" if close else ""
    hint_ko = f" 혹시 {close[0]}인가요?" if close else ""
    listed = ", ".join(near)
    return BadSettings(
        f"There is no setting {name!r}; there are: {listed}.{hint_en}",
        f"{name!r} 설정은 없습니다. 사용 가능: {listed}.{hint_ko}",
    )


def wrong(name: str, value: Any, wanted: str) -> BadSettings:
    return BadSettings(
        f"{value!r} is no value for {name}; it takes {wanted}.",
        f"{name} 값이 잘못되었습니다: {value!r}. 가능: {wanted}.",
    )
