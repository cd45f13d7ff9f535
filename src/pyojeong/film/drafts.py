"""Outlines kept picture by picture while a network draws them, so that a run may be stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from pyojeong.data.instances.types import Outline
from pyojeong.media.files import check_input, output_failed


class Drafts:
    """A file of lines beside the folder that is to be written: what was found in each picture.

    A line that was cut off when the run was killed is passed over, and its picture done again; so
    is a picture that has changed. Raises OutputFailed.
    """

    def __init__(self, out: Path, characters: Path, threshold: float, segmenter: str = "") -> None:
        self.path = out.resolve().parent / f".{out.name}.parts"
        self._of = _key(characters, threshold, segmenter)
        self._known: dict[str, Any] = {}
        self._stream: IO[str] | None = None
        if self.path.is_file():
            with self.path.open(encoding="utf-8", errors="replace") as stream:
                for line in stream:
                    self._take(line)

    def _take(self, line: str) -> None:
        try:
            entry = json.loads(line)
            if entry["of"] == self._of:
                self._known[entry["name"]] = entry["picture"], entry["figures"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return

    def found(self, way: str, file: Path) -> tuple[tuple[int, int], tuple[Outline, ...]] | None:
        """(width, height) and outlines of a picture that was done before. Raises BadInput."""
        (stamp, size), figures = self._known.get(way, ((None, None), None))
        if stamp != _stamp(file):
            return None
        made = tuple(
            Outline(label, tuple(np.array(ring, np.float32).reshape(-1, 2) for ring in rings))
            for label, rings in figures
        )
        return (size[0], size[1]), made

    def keep(
        self, way: str, file: Path, size: tuple[int, int], outlines: Sequence[Outline]
    ) -> None:
        """Add what was found in a picture of (width, height)."""
        figures = [
            (o.label, [np.round(ring, 2).ravel().tolist() for ring in o.rings]) for o in outlines
        ]
        entry = {
            "of": self._of,
            "name": way,
            "picture": (_stamp(file), size),
            "figures": figures,
        }
        try:
            if self._stream is None:
                self._stream = self.path.open("a", encoding="utf-8")
            # A line before may have been cut off.
            self._stream.write("\n" + json.dumps(entry, ensure_ascii=False))
            self._stream.flush()
        except OSError as error:
            raise output_failed(self.path, error) from error

    def close(self) -> None:
        """End writing; what was kept stays."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def remove(self) -> None:
        """All is done, and written elsewhere."""
        self.close()
        self.path.unlink(missing_ok=True)


def _key(characters: Path, threshold: float, segmenter: str) -> str:
    with check_input(characters).open("rb") as stream:
        return f"{hashlib.file_digest(stream, 'sha256').hexdigest()[:16]} {threshold} {segmenter}"


def _stamp(file: Path) -> list[int]:
    state = check_input(file).stat()
    return [state.st_size, state.st_mtime_ns]
