"""Comparisons as files, written picture by picture: JSON and CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TextIO

from pyojeong.face.comparison.compared import Compared
from pyojeong.face.comparison.tally import Tally
from pyojeong.face.report.data_files import harmless
from pyojeong.face.types import Image


class Output(Protocol):
    """A file being written. What was written is whole only after `finish`."""

    def add(self, compared: Compared, image: Image | None) -> None: ...

    def finish(self, tally: Tally) -> None: ...

    def close(self) -> None:
        """Let go of the file, finished or not; may be called again."""
        ...


class JsonOutput:
    """One object: "pictures", then what `Tally.as_item` gives."""

    def __init__(self, stream: TextIO, names: Sequence[str], own: bool = False) -> None:
        """own: whether the stream is closed at the end."""
        self._stream, self._names, self._own = stream, names, own
        self._between = '{\n  "pictures": [\n'

    @classmethod
    def at(cls, path: Path, names: Sequence[str]) -> JsonOutput:
        return cls(path.open("w", encoding="utf-8", newline="\n"), names, own=True)

    def add(self, compared: Compared, image: Image | None) -> None:
        item = json.dumps(compared.as_item(self._names), ensure_ascii=False)
        self._stream.write(f"{self._between}    {item}")
        self._between = ",\n"

    def finish(self, tally: Tally) -> None:
        rest = json.dumps(tally.as_item(), ensure_ascii=False, indent=2)
        start = self._between if self._between.startswith("{") else "\n"
        # The tally's own opening brace goes: its entries follow the pictures.
        self._stream.write(f"{start}  ],\n{rest[2:]}\n")
        self.close()

    def close(self) -> None:
        if self._own:
            self._stream.close()
        else:
            self._stream.flush()


COLUMNS = (
    "image", "width", "height", "detector", "faces", "alone", "missed", "ms", "label", "error",
)  # fmt: skip


class CsvOutput:
    """One row per picture and detector; one with the error for a picture that cannot be read.

    UTF-8 with a byte order mark, by which Excel knows Korean. A text that a spreadsheet would take
    for a formula gets an apostrophe before it.
    """

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self._names = names
        self._stream = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._stream)
        self._writer.writerow(COLUMNS)

    def add(self, compared: Compared, image: Image | None) -> None:
        name = harmless(compared.image)
        if compared.error is not None:
            empty = [""] * (len(COLUMNS) - 2)
            self._writer.writerow([name, *empty, harmless(compared.error.en)])
            return
        for number, (detector, look) in enumerate(zip(self._names, compared.looks, strict=True)):
            error = "" if look.error is None else harmless(look.error.en)
            counts = [len(look.faces), compared.alone(number), compared.missed(number)]
            ms, label = round(look.ms, 2), compared.label or ""
            self._writer.writerow([name, *compared.size, detector, *counts, ms, label, error])

    def finish(self, tally: Tally) -> None:
        self.close()

    def close(self) -> None:
        self._stream.close()
