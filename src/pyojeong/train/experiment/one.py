"""One run of a comparison in a process of its own: `python -m pyojeong.train.experiment.one
FOLDER PARENT`.

Whatever goes wrong is kept in the folder, and a run that crashes takes nothing else with it. It
ends when its parent does, so that a killed comparison leaves no run behind that still trains.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from pathlib import Path

from pyojeong.errors import InferenceFailed, MissingExtra, PyojeongError
from pyojeong.train.classifier.config import Config
from pyojeong.train.experiment.folder import LAST, RESULT, SETTINGS, locked, record_failure

STOPPED = 130
"""Exit status after Ctrl-C."""
_LOOK = 0.2
"""Seconds between two looks at the parent."""


def main(folder: Path, parent: int) -> int:
    """Train or go on; the exit status is 0, 1 after a recorded failure, or STOPPED."""
    first = "LOCAL_RANK" not in os.environ
    _end_with(parent if first else os.getppid())
    try:
        if not first:
            return _train(folder)
        # A run whose parent was just killed may need a moment to notice.
        with locked(folder / ".lock", wait=True):
            return _train(folder)
    except KeyboardInterrupt:
        return STOPPED
    except PyojeongError as error:
        record_failure(folder, error)
    except ModuleNotFoundError as error:
        record_failure(folder, _missing(error))
    except Exception as error:  # a run must not end the comparison, whatever a library raises
        traceback.print_exc()
        name = f"{type(error).__name__}: {error}"
        record_failure(folder, InferenceFailed(name, f"예상하지 못한 오류: {name}"))
    return 1


def _train(folder: Path) -> int:
    if (folder / RESULT).is_file():
        # The run of a killed comparison came to its end after all.
        return 0
    from pyojeong.train.classifier.run import run

    config = Config.read(folder / SETTINGS)
    run(config, folder, resume=(folder / LAST).is_file())
    return 0


def _missing(error: ModuleNotFoundError) -> MissingExtra:
    from pyojeong.registry import missing_extra

    return missing_extra("pyojeong experiment", "train")


def _end_with(parent: int) -> None:
    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK)
        os._exit(1)

    # On Windows the id of the parent stays after its end, so nothing would be seen.
    if os.name == "posix":
        threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
