"""The folder that frames are extracted into: whose it is, whether it is done, starting anew."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pyojeong.errors import OutputFailed
from pyojeong.film.filters import Rules
from pyojeong.media.files import atomic_path, output_failed
from pyojeong.media.picture_order import PictureOrder

WORK, DONE = ".parts", "frames.json"
"""Folder of the parts of a run that goes on; the file that says that all is done."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is taken from a film. every, seconds: as in `sampled`; best: the best frame of each
    shot instead. format: of the pictures. nobody: names what `Rules.finder` looks for, so that a
    folder is not gone on with by another."""

    every: int | None = 4
    seconds: float | None = None
    best: bool = False
    format: Literal["jpg", "png"] = "jpg"
    nobody: str = ""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a folder holds. frames: pictures kept. looked_at: frames judged. dropped: {reason:
    number}, "unreadable" among them. damaged: frames that the decoder made up in part. shots:
    in the film. resumed: whether an earlier run was gone on with."""

    frames: int
    looked_at: int
    dropped: dict[str, int]
    damaged: int
    shots: int
    resumed: bool


def folder_key(film: Path, order: PictureOrder, wanted: Wanted, rules: Rules) -> dict[str, Any]:
    """What a folder is made of: the film by its content, the choice of frames, the rules."""
    digest = hashlib.blake2b(order.ticks.tobytes(), digest_size=16)
    with film.open("rb") as stream:
        digest.update(stream.read(1 << 20))
    facts = {"bytes": film.stat().st_size, "frames": len(order), "digest": digest.hexdigest()}
    kinds = {name: getattr(rules, name) for name in ("black", "credits", "blurred", "duplicates")}
    return {"film": facts, "wanted": asdict(wanted), "rules": kinds}


def open_folder(folder: Path, key: dict[str, Any], over: bool) -> tuple[Extracted | None, bool]:
    """What was done already, if all was, and whether something was."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = _read_json(folder / DONE).get("of") or _read_json(folder / WORK / DONE).get("of")
        if before is not None and before != key and not over:
            raise OutputFailed(
                f"{folder} holds frames of another film or choice. Name another folder, or add "
                "--overwrite to replace them.",
                f"{folder}에는 다른 영상이나 설정의 프레임이 있습니다. 다른 폴더를 지정하거나 "
                "--overwrite로 바꾸세요.",
            )
        if over:
            _clear(folder)
            before = None
        done = _read_json(folder / DONE)
        if done:
            shutil.rmtree(folder / WORK, ignore_errors=True)
            return Extracted(**done["found"], resumed=True), True
        for half in folder.glob(".part-????????.*"):
            half.unlink()
        (folder / WORK).mkdir(exist_ok=True)
        write_json(folder / WORK / DONE, {"of": key})
    except OSError as error:
        raise output_failed(folder / DONE, error) from error
    return None, before is not None


def _clear(folder: Path) -> None:
    """Remove what earlier runs wrote, and nothing else."""
    for name in (DONE, "frames.csv", "shots.csv", "dropped.png"):
        (folder / name).unlink(missing_ok=True)
    for path in _pictures(folder.iterdir()):
        path.unlink()
    shutil.rmtree(folder / WORK, ignore_errors=True)


def _pictures(paths: Iterable[Path]) -> list[Path]:
    """Those named as pictures of this command."""
    found = []
    for path in paths:
        number, _, rest = path.stem.partition("_")
        if number.isdigit() and len(number) == 7 and rest.endswith("s") and rest[2:3] == "h":
            found.append(path)
    return found


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(path: Path, value: dict[str, Any]) -> None:
    with atomic_path(path) as part:
        part.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
