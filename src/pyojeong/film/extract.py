"""Frames of a film as pictures in a folder, with a table of all that was looked at.

The film is worked through in parts of some hundred frames. Of each part the pictures are written
first and then, in one file, what was found; so a run that was stopped, however it was stopped,
goes on after the last whole part and ends with the same folder as one that was not.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.film.contact import write_contact_sheet
from pyojeong.film.filters import FrameFilter, Rules
from pyojeong.film.frame_folder import (
    DONE,
    WORK,
    Extracted,
    Wanted,
    folder_key,
    open_folder,
    write_json,
)
from pyojeong.film.frame_table import FrameRow, picture_name, write_frame_table, write_shot_table
from pyojeong.film.frames import Ints, read_frames, sampled
from pyojeong.film.looks import Watcher, joined, load_looks, save_looks
from pyojeong.film.shots import Cutting, best_frames, find_shots
from pyojeong.film.types import Frame
from pyojeong.media.files import atomic_path, check_input
from pyojeong.media.image import Picture, write_image
from pyojeong.media.picture_order import PictureOrder, picture_order

PART = 1200
"""Frames of the film in a part."""

THUMBS = 12
"""Most dropped frames of a part and reason that are kept small, to be shown."""

_THUMB = 160, 90
"""Largest width and height of a small one, px."""


def extract_frames(
    film: Path,
    folder: Path,
    wanted: Wanted,
    rules: Rules,
    *,
    lang: str = "en",
    overwrite: bool = False,
    progress: Callable[[float], None] = lambda share: None,
) -> Extracted:
    """Write the frames wanted into `folder`: pictures named by number and time, frames.csv,
    shots.csv, and dropped.png, which shows what was left out.

    A folder of the same film and choice is completed; of others, refused unless `overwrite`.
    Raises BadInput, BadSettings, OutputFailed.
    """
    film = check_input(film)
    order = picture_order(film)
    sampled(order, wanted.every, wanted.seconds)
    key = folder_key(film, order, wanted, rules)
    done, resumed = open_folder(folder, key, overwrite)
    if done is not None:
        return done
    run = _Run(film, folder, order, wanted, rules)
    spans = [(at, min(at + PART, len(order))) for at in range(0, len(order), PART)]
    share = 0.8 if wanted.best else 1.0
    for number, span in enumerate(spans):
        run.part("look", number, span, None if wanted.best else run.chosen)
        progress(share * span[1] / len(order))
    looks = joined([load_looks(run.place("look", n, "npz")) for n in range(len(spans))])
    cutting = find_shots(looks, order.duration)
    rows = run.rows("look", len(spans))
    if wanted.best:
        picks = best_frames(looks, cutting)
        groups = np.array_split(picks, max(1, -(-len(picks) // 50)))
        for number, group in enumerate(groups):
            run.part("pick", number, (0, len(order)), group, watched=False)
            progress(share + (1 - share) * (number + 1) / len(groups))
        rows = run.rows("pick", len(groups))
    return _finish(run, rows, cutting, key, lang, resumed)


class _Run:
    """One film, one folder, one choice of frames."""

    def __init__(
        self, film: Path, folder: Path, order: PictureOrder, wanted: Wanted, rules: Rules
    ) -> None:
        self.film, self.folder, self.order = film, folder, order
        self.wanted, self.rules = wanted, rules
        self.chosen = sampled(order, wanted.every, wanted.seconds)

    def place(self, kind: str, number: int, suffix: str) -> Path:
        return self.folder / WORK / f"{kind}-{number:05d}.{suffix}"

    def part(
        self,
        kind: str,
        number: int,
        span: tuple[int, int],
        picks: Ints | None,
        watched: bool = True,
    ) -> None:
        """Do a part, unless that has been done: the file of its rows is written last."""
        if self.place(kind, number, "json").is_file():
            return
        watcher = Watcher() if watched else None
        frames = read_frames(
            self.film,
            span=span,
            picks=np.zeros(0, np.int64) if picks is None else picks,
            order=self.order,
            watch=watcher,
        )
        judge, rows, small = FrameFilter(self.rules), [], _Small()
        for frame in frames:
            rows.append(self._row(frame, judge, small))
        seen, times = {row.index for row in rows}, self.order.times()
        for index in frames.wanted.tolist():
            if index not in seen:
                rows.append(FrameRow(index, float(times[index]), "", "unreadable"))
        if watcher is not None:
            save_looks(self.place(kind, number, "npz"), watcher.looks(span[0]))
        small.save(self.place(kind, number, "thumbs.npz"))
        rows.sort(key=lambda row: row.index)
        found = {"rows": [row.as_list() for row in rows], "damaged": len(frames.damaged)}
        write_json(self.place(kind, number, "json"), found)

    def _row(self, frame: Frame, judge: FrameFilter, small: _Small) -> FrameRow:
        reason = judge.judge(frame.image)
        if reason is not None:
            small.add(reason, frame)
            return FrameRow(frame.index, frame.time, "", reason)
        name = picture_name(frame.index, frame.time, self.wanted.format)
        write_image(self.folder / name, Picture(frame.image))
        return FrameRow(frame.index, frame.time, name, "")

    def rows(self, kind: str, parts: int) -> list[list[Any]]:
        """What was found in each part: rows and number of damaged frames."""
        return [
            [kind, number, json.loads(self.place(kind, number, "json").read_text("utf-8"))]
            for number in range(parts)
        ]


class _Small:
    """Small copies of some of a part's dropped frames, for each reason spread over the part."""

    def __init__(self) -> None:
        self._kept: dict[str, list[tuple[int, float, NDArray[np.uint8]]]] = {}
        self._seen: Counter[str] = Counter()
        self._steps: dict[str, int] = {}

    def add(self, reason: str, frame: Frame) -> None:
        kept, step = self._kept.setdefault(reason, []), self._steps.setdefault(reason, 1)
        self._seen[reason] += 1
        if (self._seen[reason] - 1) % step:
            return
        height, width = frame.image.shape[:2]
        scale = min(_THUMB[0] / width, _THUMB[1] / height)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        image = cv2.resize(frame.image, size, interpolation=cv2.INTER_AREA)
        kept.append((frame.index, frame.time, np.asarray(image, np.uint8)))
        if len(kept) > THUMBS:
            self._kept[reason], self._steps[reason] = kept[::2], 2 * step

    def save(self, path: Path) -> None:
        """As NPZ: a table of reason, number and seconds, then the images."""
        kept = [(reason, *row) for reason, rows in self._kept.items() for row in rows]
        about = [[reason, str(index), repr(seconds)] for reason, index, seconds, _ in kept]
        table = np.array(about, "U24").reshape(-1, 3)
        with atomic_path(path) as part, part.open("wb") as stream:
            np.savez(stream, table, *(row[-1] for row in kept))


def _finish(
    run: _Run,
    found: list[list[Any]],
    cutting: Cutting,
    key: dict[str, Any],
    lang: str,
    resumed: bool,
) -> Extracted:
    """The tables and the sheet, then the mark that all is done; then the parts go."""
    rows = [FrameRow(*row) for _, _, part in found for row in part["rows"]]
    dropped = Counter(row.dropped for row in rows if row.dropped)
    write_shot_table(run.folder / "shots.csv", cutting.shots)
    write_frame_table(run.folder / "frames.csv", rows, cutting.shots)
    sheet = run.folder / "dropped.png"
    files = [run.place(kind, number, "thumbs.npz") for kind, number, _ in found]
    if dropped:
        write_contact_sheet(sheet, files, dict(dropped), len(rows), lang)
    else:
        sheet.unlink(missing_ok=True)
    counts = {
        "frames": sum(not row.dropped for row in rows),
        "looked_at": len(rows),
        "dropped": dict(dropped),
        "damaged": sum(part["damaged"] for _, _, part in found),
        "shots": len(cutting.shots),
    }
    write_json(run.folder / DONE, {"of": key, "found": counts})
    shutil.rmtree(run.folder / WORK, ignore_errors=True)
    return Extracted(**counts, resumed=resumed)
