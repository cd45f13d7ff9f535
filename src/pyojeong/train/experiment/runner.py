"""Running a grid: one process and one folder per run, one or several at a time.

A finished run is kept, one that was interrupted goes on from its last checkpoint, one that failed
is tried again, and one that fails now is recorded and the rest goes on.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from threading import Lock
from typing import IO

from pyojeong.errors import InferenceFailed, Language, MissingExtra
from pyojeong.media.files import atomic_path
from pyojeong.train.experiment.ensembles import make_ensembles
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
from pyojeong.train.experiment.grid import with_source
from pyojeong.train.experiment.one import STOPPED
from pyojeong.train.experiment.planned import Grid, Planned

PROGRAM = (sys.executable, "-m", "pyojeong.train.experiment.one")
Tell = Callable[[str], None]
_PATIENCE = 10.0
"""Seconds that runs have to leave in order."""


def run_grid(
    grid: Grid,
    folder: Path,
    *,
    source: str = "",
    only: Sequence[str] = (),
    jobs: int = 1,
    tell: Tell = print,
    lang: Language = "en",
    program: Sequence[str] = PROGRAM,
) -> None:
    """Do the runs of `grid` that `folder` does not hold yet, then its ensembles.

    source: where the pictures are, for those of the file. only: words that a run's name must hold
    one of. jobs: runs at a time, which share the cores; each takes its own memory. program: what
    starts a run, given its folder and this process's id. Raises BadSettings, OutputFailed;
    InferenceFailed where no run at all has finished; KeyboardInterrupt after Ctrl-C, when the same
    call goes on.
    """
    runs = grid.chosen(tuple(only))
    source = source or grid.base.data.source
    write_plan(folder, grid, source)
    left = [r for r in runs if state_of(run_folder(folder, r.name)) != "finished"]
    desk = _Desk(folder, source, program, jobs)
    with alone(folder):
        told = len(runs) - len(left)
        for run, words in desk.work(left, lang):
            told += 1
            tell(f"[{told}/{len(runs)}] {run.label} · {run.seed}: {words}")
        for label, words in make_ensembles(grid, folder, lang):
            tell(f"{label}: {words}")
    if not any(state_of(run_folder(folder, run.name)) == "finished" for run in runs):
        reason = {part: failure(run_folder(folder, runs[0].name), part) for part in ("en", "ko")}
        raise InferenceFailed(
            f"No run finished; the first: {reason['en']}",
            f"끝난 실험이 없습니다. 첫 실험: {reason['ko']}",
        )


class _Desk:
    """Starts runs, `jobs` at a time, and ends those it has started when it is interrupted."""

    def __init__(self, folder: Path, source: str, program: Sequence[str], jobs: int) -> None:
        self._folder, self._source, self._program = folder, source, program
        self._jobs = max(1, jobs)
        self._children: set[subprocess.Popen[bytes]] = set()
        self._lock, self._stopped = Lock(), False

    def work(self, runs: Sequence[Planned], lang: Language) -> Iterator[tuple[Planned, str]]:
        """Each run with what became of it, in the order in which they end."""
        with ThreadPoolExecutor(self._jobs) as pool:
            waiting = {pool.submit(self._one, run, lang): run for run in runs}
            try:
                for done in as_completed(waiting):
                    yield waiting[done], done.result()
            except BaseException:
                self._stop()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _one(self, run: Planned, lang: Language) -> str:
        where = run_folder(self._folder, run.name)
        before, began = state_of(where), time.monotonic()
        self._start(with_source(run, self._source), where)
        return _outcome(where, before, time.monotonic() - began, lang)

    def _start(self, run: Planned, where: Path) -> None:
        """Do one run to its end, or record why that failed."""
        if self._stopped:
            raise KeyboardInterrupt
        where.mkdir(exist_ok=True)
        (where / FAILED).unlink(missing_ok=True)
        with atomic_path(where / SETTINGS) as part:
            part.write_text(run.config.to_toml(), "utf-8")
        with (where / OUTPUT).open("ab") as output:
            child = self._launch([*self._program, str(where), str(os.getpid())], output)
            code = child.wait()
        with self._lock:
            self._children.discard(child)
        # A run may leave before this process has heard of the Ctrl-C; no other is begun then.
        self._stopped |= code in (STOPPED, -signal.SIGINT)
        if self._stopped:
            raise KeyboardInterrupt
        if state_of(where) not in ("finished", "failed"):
            record_failure(where, _ended(code, where))

    def _launch(self, words: Sequence[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
        # What it said is there even when it is killed.
        env = os.environ | {"PYTHONUNBUFFERED": "1"}
        if self._jobs > 1:
            share = max(1, (os.cpu_count() or 1) // self._jobs)
            env = {"OMP_NUM_THREADS": str(share)} | env
        with self._lock:
            if self._stopped:
                raise KeyboardInterrupt
            child = subprocess.Popen(  # noqa: S603 - this very program
                words, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=env
            )
            self._children.add(child)
        return child

    def _stop(self) -> None:
        """Ctrl-C reaches the runs as well; they are given time to leave in order."""
        with self._lock:
            self._stopped = True
            children = list(self._children)
        until = time.monotonic() + _PATIENCE
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, until - time.monotonic()))
            child.kill()


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
