"""The grid file of a comparison: a base, factors that are varied, seeds; and the runs it means.

title = "..."            mode = "one-at-a-time" or "full"        seeds = [1, 2, 3]
presets = ["sgd-step"]   # laid under the base
[base.model]             # as in the settings of a run; or, further up, base = "config.toml"
name = "resnet50"
[[factor]]               # a single setting
name = "model.name"
values = ["resnet50", "vgg16"]
[[factor]]               # several settings at once: presets, or levels that set what they like
name = "preset"
values = ["sgd-step", "adam-plateau"]
[[factor]]
name = "augmentation"
level = [{ name = "pose", set = { "augment.pose" = 0.7 } }]
[[run]]                  # one more run
name = "all the best"
set = { "model.name" = "vgg16", "train.batch" = 16 }
[[ensemble]]             # runs that read together, one per seed that all of them have
name = "both"
members = ["base", "model=vgg16"]
kind = "soft"            # or "stacked"
[[published]]            # a number from elsewhere, shown beside ours
name = "ResNet-50"
accuracy = 0.7333
set = { "model.name" = "resnet50" }
"""

from __future__ import annotations

import hashlib
import itertools
import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyojeong.errors import BadSettings, PyojeongError
from pyojeong.media.files import read_text_file
from pyojeong.train.classifier.config import Config
from pyojeong.train.classifier.presets import PRESETS, preset
from pyojeong.train.experiment.planned import (
    METHODS,
    Changed,
    Factor,
    Grid,
    Level,
    Planned,
    Published,
    Together,
)
from pyojeong.train.experiment.tables import Text, Values, section, wrong

MODES = ("one-at-a-time", "full")
MOST = 5000
"""Runs of one grid."""
_ASIDE = ("data.source", "data.cache", "train.workers", "train.save_seconds", "train.loggers")
"""Settings that do not change what a run comes to, so that its name does not depend on them."""


def read_grid(path: Path, changed: Changed | None = None) -> Grid:
    """The grid of a file. Raises BadInput, BadSettings."""
    return parse_grid(read_text_file(path).text, path.parent, changed)


def parse_grid(text: str, folder: Path | None = None, changed: Changed | None = None) -> Grid:
    """The grid of a TOML text. folder: where `base = "file.toml"` is looked for. changed: what is
    laid over its base. Raises BadInput, BadSettings with the place of the mistake."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(
            f"The grid is no TOML: {error}.", f"실험 파일이 TOML이 아닙니다: {error}."
        ) from error
    top = section(table, "", _TOP)
    mode = top.text("mode", "one-at-a-time")
    if mode not in MODES:
        raise wrong("mode", mode, ", ".join(MODES))
    changed = changed or Changed()
    base = _settings(_base(top, folder), changed.values, "--set")
    factors = tuple(_factor(part) for part in top.parts("factor", _FACTOR))
    seeds = changed.seeds or tuple(top.whole_numbers("seeds")) or (base.train.seed,)
    extra = tuple(_level(part) for part in top.parts("run", _LEVEL))
    runs = tuple(_plan(mode, base, factors, seeds, extra))
    published = tuple(_published(part) for part in top.parts("published", _PUBLISHED))
    for one in published:
        _settings(base, one.values, f"published {one.name!r}")
    title = top.both("title", "Comparison", "비교 실험")
    about = top.both("about")
    together = tuple(
        made for part in top.parts("ensemble", _ENSEMBLE) for made in _together(part, runs)
    )
    return Grid(title, about, mode, base, factors, seeds, runs, together, published, text)


_TOP = frozenset(
    [
        "title",
        "title_ko",
        "about",
        "about_ko",
        "mode",
        "seeds",
        "presets",
        "base",
        "factor",
        "run",
        "ensemble",
        "published",
    ]
)
_ENSEMBLE = frozenset(["name", "name_ko", "members", "kind"])
_WORDS = {
    "none": "없음",
    "basic": "기본",
    "autoaugment": "AutoAugment",
    "advanced": "고급 혼합",
    "linear": "선형",
    "dropout": "드롭아웃",
    "deep": "깊은 FC",
    "densenet-512-256": "512-256",
    "whole": "전체",
    "head": "마지막 층만",
}
"""Values of settings in Korean."""
_FACTOR = frozenset(["name", "title", "title_ko", "values", "level"])
_LEVEL = frozenset(["name", "name_ko", "set", "presets"])
_PUBLISHED = frozenset(["name", "accuracy", "set", "note", "note_ko"])


def _base(top: Values, folder: Path | None) -> Config:
    laid_under = preset(top.texts("presets"))
    if top.is_text("base"):
        return Config.read((folder or Path()) / top.text("base"), laid_under)
    written = top.table("base")
    unknown = [f"{name} = ..." for name, part in written.items() if not isinstance(part, dict)]
    if unknown:
        raise wrong("base", unknown[0], "[base.model], [base.train], ...")
    flat = {f"{s}.{key}": value for s, part in written.items() for key, value in part.items()}
    return _settings(laid_under, flat, "[base]")


def _factor(part: Values) -> Factor:
    name = part.text("name")
    levels = [_value_level(name, value) for value in part.items("values")]
    levels += [_level(level) for level in part.parts("level", _LEVEL)]
    if not levels:
        raise wrong(f"factor {name!r}", [], "values = [...]")
    names = [level.name for level in levels]
    if len(set(names)) < len(names):
        raise wrong(f"factor {name!r}", names, "1, 2, 3 (!= 1, 1, 2)")
    return Factor(name, part.both("title", name, name), tuple(levels))


def _value_level(name: str, value: Any) -> Level:
    if name == "preset":
        return Level(str(value), Text(str(value), str(value)), _preset(value))
    shown = value if isinstance(value, str) else as_written(value)
    return Level(shown, Text(shown, _WORDS.get(shown, shown)), {name: value})


def as_written(value: Any) -> str:
    """A value as a person writes it in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(as_written, value))
    return str(value)


def _preset(name: Any) -> Mapping[str, Any]:
    preset([str(name)])
    return PRESETS[str(name)]


def _level(part: Values) -> Level:
    values: dict[str, Any] = {}
    for name in part.texts("presets"):
        values |= _preset(name)
    name = part.text("name")
    return Level(name, part.both("name", name, name), values | part.table("set"))


def _together(part: Values, runs: Sequence[Planned]) -> Iterator[Together]:
    """One for each seed that all members have. Raises BadSettings."""
    name, members = part.text("name"), part.texts("members")
    kind = part.text("kind", "soft")
    if kind not in METHODS:
        raise wrong(f"ensemble {name!r} kind", kind, ", ".join(METHODS))
    labels = {run.label for run in runs}
    unknown = [member for member in members if member not in labels]
    if unknown or len(members) < 2:
        raise wrong(f"ensemble {name!r} members", unknown or members, ", ".join(sorted(labels)))
    for seed in dict.fromkeys(run.seed for run in runs):
        found = [[r.name for r in runs if r.label == m and r.seed == seed] for m in members]
        if all(found):
            names = tuple(one[0] for one in found)
            code = hashlib.sha256("\n".join([kind, *names]).encode()).hexdigest()[:8]
            shown = part.both("name", name, name)
            yield Together(f"{_slug(name)}-s{seed}-{code}", name, shown, seed, names, kind)


def _published(part: Values) -> Published:
    accuracy = part.number("accuracy")
    if not 0 <= accuracy <= 1:
        raise wrong("published.accuracy", accuracy, "0 - 1")
    return Published(part.text("name"), accuracy, part.table("set"), part.both("note"))


def _settings(base: Config, values: Mapping[str, Any], place: str) -> Config:
    """`base` with other values; an error also says where in the grid it is."""
    try:
        return base.with_values(values)
    except PyojeongError as error:
        raise BadSettings(
            f"In the grid, {place}: {error.en}", f"실험표의 {place}: {error.ko}"
        ) from error


def _plan(
    mode: str,
    base: Config,
    factors: tuple[Factor, ...],
    seeds: tuple[int, ...],
    extra: tuple[Level, ...],
) -> Iterator[Planned]:
    counts = [len(factor.levels) for factor in factors]
    if (math.prod(counts) if mode == "full" else 0) * len(seeds) > MOST:
        raise wrong("factor", f"{' x '.join(map(str, counts))} x {len(seeds)}", f"<= {MOST}")
    known: set[str] = set()
    for label, korean, values in itertools.chain(
        _combined(mode, factors), ((level.name, level.shown.ko, level.values) for level in extra)
    ):
        config = _settings(base, values, label or "base")
        for seed in seeds:
            seeded = config.with_values({"train.seed": seed})
            code = fingerprint(seeded)
            if code in known:
                continue
            known.add(code)
            changed = differences(base, config)
            levels = dict(_levels(factors, base, config))
            shown = label or "base"
            name = f"{_slug(shown)}-s{seed}-{code}"
            both = Text(shown, korean or "기준")
            yield Planned(name, shown, both, seed, levels, changed, seeded)


def _combined(
    mode: str, factors: tuple[Factor, ...]
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Label, in Korean too, and settings of each combination; one at a time, the base is first."""
    if mode == "one-at-a-time":
        yield "", "", {}
        for factor in factors:
            for level in factor.levels:
                yield f"{_short(factor)}={level.name}", _korean(factor, level), level.values
        return
    for levels in itertools.product(*(factor.levels for factor in factors)):
        named = list(zip(factors, levels, strict=True))
        label = ", ".join(f"{_short(factor)}={level.name}" for factor, level in named)
        values: dict[str, Any] = {}
        for level in levels:
            values |= level.values
        yield label, ", ".join(_korean(*pair) for pair in named), values


def _korean(factor: Factor, level: Level) -> str:
    return f"{factor.title.ko} {level.shown.ko}"


def _short(factor: Factor) -> str:
    """`model.name` is called model, `augment.kind` augment, `train.batch` batch."""
    room, _, key = factor.name.rpartition(".")
    return room if room and key in ("name", "kind") else key


def _levels(factors: tuple[Factor, ...], base: Config, config: Config) -> Iterator[tuple[str, str]]:
    """Which level of each factor these settings are; where none fits exactly, "-"."""
    for factor in factors:
        for level in factor.levels:
            if config.with_values(level.values) == config:
                yield factor.name, level.name
                break
        else:
            yield factor.name, "-"


def differences(base: Config, config: Config) -> dict[str, Any]:
    """The settings in which `config` is not as `base`: name → its value."""
    before = flat(base)
    return {name: value for name, value in flat(config).items() if value != before[name]}


def flat(config: Config) -> dict[str, Any]:
    """All settings, `section.name` → value as TOML has it."""
    table = tomllib.loads(config.to_toml())
    return {f"{s}.{name}": value for s, part in table.items() for name, value in part.items()}


def fingerprint(config: Config) -> str:
    """Eight hexadecimal digits of the settings that decide what a run comes to."""
    plain = flat(Config())
    neutral = config.with_values({name: plain[name] for name in _ASIDE})
    return hashlib.sha256(neutral.to_toml().encode()).hexdigest()[:8]


def with_source(run: Planned, source: str) -> Planned:
    return replace(run, config=run.config.with_values({"data.source": source}))


def _slug(label: str) -> str:
    return re.sub(r"[^0-9a-z가-힣.]+", "-", label.casefold()).strip("-.")[:60] or "run"
