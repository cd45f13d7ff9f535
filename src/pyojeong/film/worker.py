"""`python -m pyojeong.film.worker`: reads segments of films, told by lines of JSON.

A line of standard input is a `SegmentJob`. Answers are lines of standard output: {"share": s} with s
up to 1 while it reads, {"share": 2.0} when its files are there, {"error", "en", "ko"} when it
cannot. Ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any, TextIO

from pyojeong.errors import InferenceFailed, PyojeongError
from pyojeong.film.executor import DONE
from pyojeong.film.segments import SegmentJob, kept_order, perform, reader_of


def main() -> None:
    # Whatever a library prints must not stand among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        _do(line, answers)


def _do(line: str, answers: TextIO) -> None:
    try:
        job = SegmentJob.from_json(line)
        reader = reader_of(job.characters, job.classifier, job.segmenter)
        order = kept_order(Path(job.folder))
        perform(job, reader, order, lambda share: _tell(answers, {"share": min(share, 1.0)}))
        _tell(answers, {"share": DONE})
    except PyojeongError as error:
        _tell(answers, {"error": type(error).__name__, "en": error.en, "ko": error.ko})
    except BrokenPipeError:
        # Who asked is gone.
        sys.exit(1)
    # A bug here must reach the one who waits, or they would wait for ever.
    except Exception as error:
        traceback.print_exc()
        failed = InferenceFailed(
            f"Reading a segment failed: {error!r}", f"구간을 읽지 못했습니다: {error!r}"
        )
        _tell(answers, {"error": "InferenceFailed", "en": failed.en, "ko": failed.ko})


def _tell(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
