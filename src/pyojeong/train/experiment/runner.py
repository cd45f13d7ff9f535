"""Running a grid: one process and one folder per run, in order, whatever was done before.

A finished run is kept, one that was interrupted goes on from its last checkpoint, one that failed
is tried again, and one that fails now is recorded and the rest goes on.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pyojeong.errors import InferenceFailed, Language, MissingExtra
from pyojeong.media.files import atomic_path
from pyojeong.train.experiment.folder import (
    FAILED,
    OUTPUT,
    RESULT,
    SETTINGS,
    alone,
    failure,
    read_json,
    record_failure,
    run_folder,
    state_of,
    write_plan,
)
from pyojeong.train.experiment.grid import Grid, Planned, with_source
from pyojeong.train.experiment.one import STOPPED

PROGRAM = (sys.executable, "-m", "pyojeong.train.experiment.one")
Tell = Callable[[str], None]


def run_grid(
    grid: Grid,
    folder: Path,
    *,
    source: str = "",
    only: Sequence[str] = (),
    tell: Tell = print,
    lang: Language = "en",
    program: Sequence[str] = PROGRAM,
) -> None:
    """Do the runs of `grid` that `folder` does not hold yet.

    source: where the pictures are, for those of the file. only: words that a run's name must hold
    one of. program: what starts a run, given its folder and this process's id. Raises BadSettings,
    OutputFailed; InferenceFailed where no run at all has finished; KeyboardInterrupt after Ctrl-C,
    when the same call goes on.
    """
    runs = grid.chosen(tuple(only))
    source = source or grid.base.data.source
    write_plan(folder, grid, source)
    with alone(folder):
        for number, run in enumerate(runs, 1):
            where = run_folder(folder, run.name)
            before = state_of(where)
            if before != "finished":
                began = time.monotonic()
                _start(with_source(run, source), where, program)
                told = _outcome(where, before, time.monotonic() - began, lang)
                tell(f"[{number}/{len(runs)}] {run.label} · {run.seed}: {told}")
    if not any(state_of(run_folder(folder, run.name)) == "finished" for run in runs):
        reason = {part: failure(run_folder(folder, runs[0].name), part) for part in ("en", "ko")}
        raise InferenceFailed(
            f"No run finished; the first: {reason['en']}",
            f"끝난 실험이 없습니다. 첫 실험: {reason['ko']}",
        )


def _start(run: Planned, where: Path, program: Sequence[str]) -> None:
    """Do one run to its end, or record why that failed."""
    where.mkdir(exist_ok=True)
    (where / FAILED).unlink(missing_ok=True)
    with atomic_path(where / SETTINGS) as part:
        part.write_text(run.config.to_toml(), "utf-8")
    with (where / OUTPUT).open("ab") as output:
        words = [*program, str(where), str(os.getpid())]
        child = subprocess.Popen(  # noqa: S603 - this very program
            words,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # What it said is there even when it is killed.
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        code = _wait(child)
    if code == STOPPED:
        raise KeyboardInterrupt
    if state_of(where) not in ("finished", "failed"):
        record_failure(where, _ended(code, where))


def _wait(child: subprocess.Popen[bytes]) -> int:
    """Ctrl-C reaches the run as well; it is given time to leave in order."""
    try:
        return child.wait()
    except BaseException:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(10)
        child.kill()
        child.wait()
        raise


def _ended(code: int, where: Path) -> InferenceFailed:
    """The error of a run that left no reason: killed from outside, or not even begun."""
    last = (where / OUTPUT).read_text("utf-8", "replace").strip().splitlines()[-1:]
    if code < 0:
        return InferenceFailed(
            f"The run was ended by signal {-code}; perhaps there was too little memory.",
            f"신호 {-code}(으)로 끝났습니다. 메모리가 부족했을 수 있습니다.",
        )
    said = "".join(last)[:500]
    return InferenceFailed(
        f"The run ended with status {code}: {said}", f"상태 {code}(으)로 끝났습니다: {said}"
    )


def _outcome(where: Path, before: str, seconds: float, lang: Language) -> str:
    reason = failure(where, lang)
    if reason:
        return f"{'실패' if lang == 'ko' else 'failed'}: {reason}"
    accuracy = read_json(where / RESULT).get("accuracy", 0.0)
    if lang == "ko":
        on = "이어서 " if before == "half" else ""
        return f"{on}정확도 {accuracy:.2%}, {seconds:.0f}초"
    on = "went on, " if before == "half" else ""
    return f"{on}accuracy {accuracy:.2%} in {seconds:.0f} s"


def needs_training() -> None:
    """Fail at once where the extra is not installed. Raises MissingExtra."""
    from importlib.util import find_spec

    for package in ("torch", "torchvision", "lightning"):
        if find_spec(package) is None:
            raise MissingExtra(
                'This needs more packages: pip install "pyojeong[train]"',
                '추가 패키지가 필요합니다: pip install "pyojeong[train]"',
            )
