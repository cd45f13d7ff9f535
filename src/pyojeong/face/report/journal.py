"""The progress of a report, kept on disk so that a run that was stopped can go on.

Beside the report lies the folder `NAME.progress` with `journal.jsonl`: a header, then one line per
picture. Lines are only ever appended; a line that a crash cut short is dropped. When the report
is written the folder goes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import time
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from pyojeong.errors import OutputFailed
from pyojeong.face.report.record import Record, Stamp, from_line
from pyojeong.face.report.thumbnails import ThumbnailFile
from pyojeong.media.files import Note, output_failed

FORMAT = 1
JOURNAL, THUMBNAILS, SCRATCH = "journal.jsonl", "thumbnails.bin", "tmp"

SYNC_EVERY, SYNC_SECONDS = 200, 5.0
"""What is lost at worst when the power goes; a killed process loses nothing."""


def progress_folder(output: Path) -> Path:
    """Where the progress of a report is kept."""
    return output.with_name(output.name + ".progress")


class Journal:
    """Records on disk. In memory: eight bytes for each of this run, about a hundred for each of
    an earlier one."""

    def __init__(
        self, folder: Path, settings: Mapping[str, Any], tell: Callable[[Note], None]
    ) -> None:
        """Opens or makes the folder. settings: whatever makes old records worthless when it
        changes. tell: hears what became of an earlier run. Raises OutputFailed.
        """
        self.folder = folder
        # As JSON gives it back: tuples become lists.
        self._header = json.loads(json.dumps({"pyojeong": "faces", "format": FORMAT, **settings}))
        self._old: dict[int, int] = {}
        self._order = array("q")
        self._unsynced, self._synced_at = 0, time.monotonic()
        with ExitStack() as opened:
            try:
                folder.mkdir(exist_ok=True)
                _check_ours(folder)
                self._file: BinaryIO = opened.enter_context((folder / JOURNAL).open("a+b"))
                self.thumbnails = opened.enter_context(ThumbnailFile(folder / THUMBNAILS))
            except OSError as error:
                raise output_failed(folder, error) from error
            self._take_alone()
            self._load(tell)
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # A disk that is full now was reported when the line was written.
        with contextlib.suppress(OSError):
            self.sync()
        with contextlib.suppress(OSError):
            self._opened.close()

    @property
    def earlier(self) -> int:
        """How many records of an earlier run were found."""
        return len(self._old)

    def recall(self, image: str, stamp: Stamp | None, copy: Path | None) -> Record | None:
        """The record of an earlier run, if the file has not changed since and its annotated copy,
        where one is wanted, is there. It is then part of this run too."""
        at = self._old.get(_key(image))
        if at is None or stamp is None:
            return None
        record = self._at(at)
        if record.image != image or record.stamp != stamp:
            return None
        if record.error is None and copy is not None and not copy.exists():
            return None
        self._order.append(at)
        return record

    def knows(self, image: str) -> bool:
        """Whether an earlier run read that file, changed or not."""
        return _key(image) in self._old

    def add(self, record: Record) -> None:
        """Raises OutputFailed when the disk is full."""
        try:
            self.thumbnails.flush()
            self._file.seek(0, os.SEEK_END)
            at = self._file.tell()
            self._file.write(record.as_line())
            self._file.flush()
            self._order.append(at)
            self._unsynced += 1
            if self._unsynced >= SYNC_EVERY or time.monotonic() - self._synced_at > SYNC_SECONDS:
                self.sync()
        except OSError as error:
            raise output_failed(self.folder / JOURNAL, error) from error

    def keep_thumbnail(self, data: bytes) -> tuple[int, int]:
        """Where it lies. Raises OutputFailed when the disk is full."""
        try:
            return self.thumbnails.append(data)
        except OSError as error:
            raise output_failed(self.folder / THUMBNAILS, error) from error

    def sync(self) -> None:
        self._file.flush()
        self.thumbnails.flush()
        os.fsync(self._file.fileno())
        self._unsynced, self._synced_at = 0, time.monotonic()

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Record]:
        """The records of this run in the order they were added or recalled, one at a time."""
        for at in self._order:
            yield self._at(at)

    def scratch(self) -> Path:
        """A folder for files that are only needed while a report is being written."""
        path = self.folder / SCRATCH
        path.mkdir(exist_ok=True)
        return path

    def remove(self) -> None:
        """Delete the folder, once closed."""
        with contextlib.suppress(OSError):
            for name in (JOURNAL, THUMBNAILS):
                (self.folder / name).unlink(missing_ok=True)
            shutil.rmtree(self.folder / SCRATCH, ignore_errors=True)
            self.folder.rmdir()

    # --- opening -----------------------------------------------------------------------------

    def _take_alone(self) -> None:
        """Two runs at once would mix their lines. Windows refuses the removal instead."""
        try:
            import fcntl
        except ImportError:
            return
        try:
            fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # Some network drives know no locks.
            if error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES):
                return
            raise OutputFailed(
                f"Another run is already writing {self.folder}; wait for it or choose another "
                "output.",
                f"다른 실행이 {self.folder}에 쓰고 있습니다. 끝나기를 기다리거나 다른 출력을 고르세요.",
            ) from error

    def _load(self, tell: Callable[[Note], None]) -> None:
        self._file.seek(0)
        header = self._file.readline()
        if header and _header_of(header) == self._header:
            self._index()
            if self._old:
                tell(_continuing(len(self._old)))
            return
        # A run killed at once leaves less than a line; that is nobody's loss.
        if header.endswith(b"\n") and self._file.readline():
            tell(_STARTING_ANEW)
        self._file.truncate(0)
        self._file.seek(0)
        self._file.write(json.dumps(self._header).encode() + b"\n")
        self._file.flush()
        self.thumbnails.clear()

    def _index(self) -> None:
        good = self._file.tell()
        while line := self._file.readline():
            try:
                record = from_line(line if line.endswith(b"\n") else b"")
            except ValueError:
                break
            self._old[_key(record.image)] = good
            good = self._file.tell()
        self._file.truncate(good)

    def _at(self, position: int) -> Record:
        self._file.seek(position)
        return from_line(self._file.readline())


def _check_ours(folder: Path) -> None:
    names = set(os.listdir(folder))
    if names - {JOURNAL, THUMBNAILS, SCRATCH}:
        raise OutputFailed(
            f"{folder} holds other files, and the progress of the report is to be kept there. "
            "Choose another output name.",
            f"보고서 진행 상황을 저장할 {folder}에 다른 파일이 있습니다. 출력 이름을 바꾸세요.",
        )


def _header_of(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _key(image: str) -> int:
    return int.from_bytes(hashlib.blake2b(image.encode(), digest_size=8).digest(), "big")


def _continuing(count: int) -> Note:
    return Note(
        f"Going on with the run that stopped: {count:,} pictures were read before.",
        f"중단된 작업을 이어 합니다. 이미 읽은 사진: {count:,}장.",
    )


_STARTING_ANEW = Note(
    "Settings, models or the program have changed since the run that stopped; starting anew.",
    "중단된 뒤 설정이나 모델, 프로그램이 바뀌어 처음부터 다시 읽습니다.",
)
