"""What a run leaves on disk while it goes: checkpoints and the log, each whole or not at all."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyojeong.media.files import atomic_path, output_failed
from pyojeong.train.classifier.lesson import Lesson
from pyojeong.train.classifier.quiet import Checkpoint, LightningModule, Trainer
from pyojeong.train.classifier.teaching import best_epoch

LOG, LAST, BEST = "log.jsonl", "checkpoints/last.ckpt", "checkpoints/best.ckpt"
_ASKED = 50
"""Steps after which several devices agree on whether to save."""


class Keeping(Checkpoint):
    """Writes checkpoints after each epoch and every `seconds`, and a line of log per epoch.

    As a `Checkpoint` it is called after everything else of an epoch is done.
    """

    def __init__(self, folder: Path, seconds: float, tell: Callable[[str], None]) -> None:
        super().__init__()
        self.folder, self.seconds, self.tell = folder, seconds, tell
        self.saved = time.monotonic()

    def on_train_batch_end(
        self, trainer: Trainer, lesson: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        late = time.monotonic() - self.saved >= self.seconds
        if trainer.world_size > 1:
            # All devices save together, so the first decides; asking it takes time.
            late = batch_idx % _ASKED == 0 and trainer.strategy.broadcast(late)
        # The last batch belongs to the epoch's own checkpoint.
        if late and not trainer.is_last_batch:
            self._save(trainer, LAST)

    def on_train_epoch_end(self, trainer: Trainer, lesson: Lesson) -> None:  # type: ignore[override]
        if best_epoch(lesson.history) == len(lesson.history) - 1:
            self._save(trainer, BEST, weights_only=True)
        self._save(trainer, LAST)
        if trainer.is_global_zero:
            with atomic_path(self.folder / LOG) as part:
                part.write_text(log_lines(lesson.history), "utf-8")
            self.tell(log_lines(lesson.history[-1:]).strip())

    def _save(self, trainer: Trainer, name: str, weights_only: bool = False) -> None:
        """Lightning writes in place; a kill in the middle must leave the older file whole."""
        path = self.folder / name
        part = path.with_suffix(".part")
        try:
            trainer.save_checkpoint(part, weights_only)
            if trainer.is_global_zero:
                with part.open("r+b") as stream:
                    os.fsync(stream.fileno())
                part.replace(path)
        except OSError as error:
            raise output_failed(path, error) from error
        self.saved = time.monotonic()


def log_lines(history: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(line) + "\n" for line in history)
