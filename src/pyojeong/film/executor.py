"""Who reads the segments of a film: this process, several here, or machines elsewhere.

`Executor` is the seam. A `SegmentJob` is plain JSON and leaves files in a folder, so an executor for
many machines sends the job's text anywhere that sees the film, the weights and the folder, runs
`python -m pyojeong.film.worker` there, and waits for its answer.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from pyojeong import errors
from pyojeong.errors import BadSettings, InferenceFailed, PyojeongError
from pyojeong.film.readers import BlockReader
from pyojeong.film.segments import SegmentJob, kept_order, perform, reader_of
from pyojeong.settings import settings

Progress = Callable[[int, float], None]
"""Called with the number of a segment and the share of it that is read."""


class Executor(Protocol):
    """Reads segments."""

    def run(self, jobs: Sequence[SegmentJob], progress: Progress) -> Iterator[int]:
        """Does each job once, in any order, and gives its number when its files are there.

        Raises what `segments.perform` raises; jobs that were done by then stay done.
        """
        ...


class Here:
    """One segment after the other, in this process. reader: else the one the jobs name."""

    def __init__(self, reader: BlockReader | None = None) -> None:
        self._reader = reader

    def run(self, jobs: Sequence[SegmentJob], progress: Progress) -> Iterator[int]:
        for job in jobs:
            reader = self._reader or reader_of(job.characters, job.classifier, job.segmenter)
            number = job.number
            perform(
                job,
                reader,
                kept_order(Path(job.folder)),
                lambda share, number=number: progress(number, share),  # type: ignore[misc]
            )
            yield number


class LocalProcesses:
    """Several processes on this machine, each with its share of the cores.

    A worker gets its jobs by its standard input, and ends when that ends: none is left behind by a
    killed run, and what one was reading just then does no harm, since files appear whole.
    """

    def __init__(self, workers: int) -> None:
        if not 1 <= workers <= 256:
            raise BadSettings(
                f"workers must be from 1 to 256, got {workers}.",
                f"workers는 1에서 256까지입니다: {workers}.",
            )
        self._count = workers

    def run(self, jobs: Sequence[SegmentJob], progress: Progress) -> Iterator[int]:
        waiting: queue.SimpleQueue[SegmentJob] = queue.SimpleQueue()
        told: queue.SimpleQueue[tuple[int, float] | PyojeongError] = queue.SimpleQueue()
        for job in jobs:
            waiting.put(job)
        workers = [_Worker(waiting, told, self._count) for _ in range(min(self._count, len(jobs)))]
        done = 0
        try:
            while done < len(jobs):
                event = told.get()
                if isinstance(event, PyojeongError):
                    raise event
                number, share = event
                progress(number, min(share, 1.0))
                if share > 1:
                    done += 1
                    yield number
        finally:
            for worker in workers:
                worker.stop()


DONE = 2.0
"""Reported as the share of a segment whose files are there."""


class _Worker:
    """One process, and the thread that talks to it."""

    def __init__(
        self,
        waiting: queue.SimpleQueue[SegmentJob],
        told: queue.SimpleQueue[tuple[int, float] | PyojeongError],
        count: int,
    ) -> None:
        self._waiting, self._told = waiting, told
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pyojeong.film.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(count),
        )
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._thread.join(5)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _talk(self) -> None:
        with suppress(queue.Empty):
            while True:
                job = self._waiting.get_nowait()
                try:
                    self._do(job)
                except PyojeongError as error:
                    self._told.put(error)
                    return

    def _do(self, job: SegmentJob) -> None:
        sent, answers = self._process.stdin, self._process.stdout
        if sent is None or answers is None:
            return
        with suppress(OSError):
            sent.write(job.as_json().encode() + b"\n")
            sent.flush()
        for line in answers:
            answer: dict[str, Any] = json.loads(line)
            if "error" in answer:
                raise _error(answer)
            self._told.put((job.number, float(answer["share"])))
            if answer["share"] == DONE:
                return
        code = self._process.wait()
        raise InferenceFailed(
            f"A process that read the film ended ({code}), perhaps for want of memory. Start again "
            "with fewer --workers; what was read is kept.",
            f"영상을 읽던 프로세스가 끝났습니다({code}). 메모리가 모자랐을 수 있습니다. --workers를 "
            "줄여 다시 시작하세요. 읽은 부분은 남아 있습니다.",
        )


def _environment(count: int) -> dict[str, str]:
    """The same settings; cores are shared out unless the user shared them out."""
    share = settings().threads or max(1, (os.cpu_count() or 1) // count)
    return {**os.environ, "PYOJEONG_THREADS": str(share)}


def _error(answer: dict[str, Any]) -> PyojeongError:
    """The worker's error, in this process."""
    kind = getattr(errors, str(answer["error"]), InferenceFailed)
    if not (isinstance(kind, type) and issubclass(kind, PyojeongError)):
        kind = InferenceFailed
    made: PyojeongError = kind(str(answer["en"]), str(answer["ko"]))
    return made
