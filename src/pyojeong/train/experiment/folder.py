"""The folder of a comparison: its plan, the runs in it, and what became of each.

    experiment.json  grid.toml  runs/NAME/  ranking.csv  ranking.json  report.html

Of runs/NAME the training writes all but settings.toml (what was asked for), output.txt (what it
said) and failed.json (why it ended, where it did).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyojeong.errors import BadInput, BadSettings, PyojeongError
from pyojeong.media.files import atomic_path, output_failed, read_bytes
from pyojeong.train.experiment.grid import flat
from pyojeong.train.experiment.planned import Grid, Planned, Together
from pyojeong.train.experiment.tables import Text

PLAN, GRID, RUNS = "experiment.json", "grid.toml", "runs"
SETTINGS, OUTPUT, FAILED = "settings.toml", "output.txt", "failed.json"
RESULT, LAST = "result.json", "checkpoints/last.ckpt"
STATES = ("finished", "half", "failed", "open")
_LARGEST = 100_000_000


def run_folder(folder: Path, name: str) -> Path:
    return folder / RUNS / name


def state_of(folder: Path) -> str:
    """What became of the run in this folder, one of STATES. "half" runs can go on."""
    if (folder / RESULT).is_file():
        return "finished"
    if (folder / FAILED).is_file():
        return "failed"
    return "half" if (folder / LAST).is_file() else "open"


def shown(plan: Mapping[str, Any], lang: str) -> str:
    """What the reader sees a run of a plan called."""
    names = plan.get("shown")
    found = names.get(lang) if isinstance(names, dict) else None
    return found if isinstance(found, str) else str(plan["label"])


def write_plan(folder: Path, grid: Grid, source: str) -> None:
    """Make the folder, or check that it is of an experiment on the same pictures.

    Raises BadSettings, OutputFailed.
    """
    try:
        (folder / RUNS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_failed(folder, error) from error
    if (folder / PLAN).is_file():
        before = read_plan(folder).get("source", "")
        if before != source:
            raise BadSettings(
                f"{folder} holds an experiment on other pictures ({before}); choose another folder.",
                f"{folder}에는 다른 사진의 실험이 있습니다({before}). 다른 폴더를 고르세요.",
            )
    write_json(folder / PLAN, _plan(grid, source))
    with atomic_path(folder / GRID) as part:
        part.write_text(grid.text, "utf-8")


def _plan(grid: Grid, source: str) -> dict[str, Any]:
    return {
        "title": _both(grid.title),
        "about": _both(grid.about),
        "mode": grid.mode,
        "source": source,
        "base": flat(grid.base),
        "seeds": list(grid.seeds),
        "factors": [
            {
                "name": f.name,
                "title": _both(f.title),
                "levels": [level.name for level in f.levels],
                "shown": {level.name: _both(level.shown) for level in f.levels},
                "settings": sorted({key for level in f.levels for key in level.values}),
            }
            for f in grid.factors
        ],
        "runs": [*map(_planned, grid.runs), *map(_together, grid.ensembles)],
        "published": [
            {
                "name": p.name,
                "accuracy": p.accuracy,
                "set": dict(p.values),
                "note": _both(p.note),
                "runs": [r.name for r in grid.runs if r.config.with_values(p.values) == r.config],
            }
            for p in grid.published
        ],
    }


def _planned(run: Planned) -> dict[str, Any]:
    return {
        "name": run.name,
        "label": run.label,
        "shown": _both(run.shown),
        "seed": run.seed,
        "levels": dict(run.levels),
        "changed": dict(run.changed),
    }


def _together(one: Together) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": one.label,
        "shown": _both(one.shown),
        "seed": one.seed,
        "levels": {},
        "changed": {},
        "members": list(one.members),
        "kind": one.kind,
    }


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "ko": text.ko}


def read_plan(folder: Path) -> dict[str, Any]:
    """What `write_plan` wrote. Raises BadInput where there is none."""
    path = folder / PLAN
    if not path.is_file():
        raise BadInput(
            f"{folder} holds no experiment (there is no {PLAN}).",
            f"{folder}에는 실험이 없습니다({PLAN} 없음).",
        )
    plan = read_json(path)
    if not _whole(plan):
        raise broken(path)
    return plan


_BASE = (
    *("model.name", "model.head", "augment.kind", "optimizer.name", "optimizer.rate"),
    *("schedule.name", "train.batch", "train.epochs"),
)


def _whole(plan: dict[str, Any]) -> bool:
    """Whether a plan has all that a report needs, and its runs lie in its own folder."""
    base, runs = plan.get("base"), plan.get("runs")
    lists = all(_tables(plan.get(key)) for key in ("runs", "factors", "published"))
    if not lists or not isinstance(base, dict) or not isinstance(plan.get("seeds"), list):
        return False
    rate = base.get("optimizer.rate")
    if not all(key in base for key in _BASE) or not isinstance(rate, int | float):
        return False
    texts = _in_both(plan.get("title")) and _in_both(plan.get("about"))
    return texts and all(
        (
            *(_whole_run(run) for run in runs or ()),
            *(_whole_factor(factor) for factor in plan["factors"]),
            *(_whole_published(one) for one in plan["published"]),
        )
    )


def _whole_run(run: dict[str, Any]) -> bool:
    name, seed = run.get("name"), run.get("seed")
    plain = isinstance(name, str) and bool(
        re.fullmatch(r"[0-9A-Za-z가-힣_-][0-9A-Za-z가-힣._-]*", name)
    )
    tables = isinstance(run.get("levels"), dict) and isinstance(run.get("changed"), dict)
    return plain and isinstance(run.get("label"), str) and isinstance(seed, int) and tables


def _whole_factor(factor: dict[str, Any]) -> bool:
    lists = _texts(factor.get("levels")) and _texts(factor.get("settings"))
    return isinstance(factor.get("name"), str) and _in_both(factor.get("title")) and lists


def _whole_published(one: dict[str, Any]) -> bool:
    accuracy = one.get("accuracy")
    known = isinstance(accuracy, int | float) and 0 <= accuracy <= 1
    named = isinstance(one.get("name"), str) and _texts(one.get("runs"))
    return known and named and _in_both(one.get("note"))


def _tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, dict) for v in value)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _in_both(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(k), str) for k in ("en", "ko"))


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object. Raises BadInput."""
    try:
        text = read_bytes(path, _LARGEST, "max_text_bytes")
        # Halves of a sign, which JSON can write and no file can hold, are refused here.
        made = json.loads(text)
        json.dumps(made, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise broken(path) from error
    if not isinstance(made, dict):
        raise broken(path)
    return made


def broken(path: Path) -> BadInput:
    return BadInput(
        f"{path} is damaged; remove it and run again.",
        f"{path}이(가) 손상되었습니다. 지우고 다시 실행하세요.",
    )


def write_json(path: Path, value: Any) -> None:
    with atomic_path(path) as part:
        part.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")


def record_failure(folder: Path, error: PyojeongError) -> None:
    """Keep why a run ended."""
    write_json(folder / FAILED, {"en": error.en, "ko": error.ko})


def failure(folder: Path, lang: str) -> str:
    """Why the run in this folder failed, "" where it did not."""
    if not (folder / FAILED).is_file():
        return ""
    reason = read_json(folder / FAILED)
    return str(reason.get(lang) or reason.get("en") or "")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Within it no second process works in the folder. Raises BadSettings where one does."""
    with locked(folder / ".lock", wait=False):
        yield


@contextmanager
def locked(path: Path, wait: bool) -> Iterator[None]:
    """A lock that goes with its process, whatever ends it. Systems without flock have none."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BadSettings(
                f"Another process works in {path.parent}.",
                f"다른 프로세스가 {path.parent}에서 실행 중입니다.",
            ) from error
        yield


def states(folder: Path, runs: Sequence[Planned]) -> list[str]:
    """The state of each run."""
    return [state_of(run_folder(folder, run.name)) for run in runs]
