"""What a reading is of, by whom and how: so that a run that goes on continues that very reading."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

from pyojeong.errors import MissingWeights, OutputFailed
from pyojeong.film.segments import SegmentJob, cut, keep_order, kept_order, picks_of
from pyojeong.film.weights import backend_of
from pyojeong.media.files import atomic_path, check_input, output_failed
from pyojeong.media.picture_order import PictureOrder, picture_order
from pyojeong.registry import find

FORMAT = 2
"""Counted up when what segments hold changes, or whom tracking finds in them: people.toml names
tracks and people by their numbers."""

WORK, _PLAN = "work", "plan.json"
_SAMPLE = 1 << 20


@dataclass(frozen=True, slots=True)
class Choices:
    """How to read. every: one in so many frames; seconds: one in so many seconds instead.
    characters: a segmenter's file; None reads human faces. classifier: an exported classifier;
    None is the built-in one. segment_s: about how long segments are, None for the usual.
    segmenter: the backend that reads `characters`, None for the one of such a file."""

    every: int | None = 4
    seconds: float | None = None
    characters: Path | None = None
    classifier: Path | None = None
    segment_s: float | None = None
    segmenter: str | None = None

    @property
    def backend(self) -> str:
        """Name of the segmenter, "" where faces are read. Raises BadInput, MissingWeights,
        UnknownBackend."""
        if self.characters is None:
            return ""
        if self.segmenter:
            return find("Segmenter", self.segmenter).name
        return backend_of(self.characters)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """fingerprint: of film, weights and choices. order: of the film's pictures. jobs: one per
    segment, in order."""

    fingerprint: str
    order: PictureOrder
    jobs: tuple[SegmentJob, ...]

    @property
    def open_jobs(self) -> list[SegmentJob]:
        """Those not done yet."""
        return [job for job in self.jobs if not job.is_done]


def planned(film: Path, folder: Path, choices: Choices) -> tuple[Plan, bool]:
    """The plan of a reading in `folder`/work, and whether it goes on with one begun there.

    What is left of a reading of another film, or by other choices, is removed. Raises BadInput,
    BadSettings, OutputFailed.
    """
    work = folder / WORK
    fingerprint = fingerprint_of(film, choices)
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_failed(work / _PLAN, error) from error
    goes_on = _kept_fingerprint(work) == fingerprint
    if goes_on:
        order = kept_order(work)
    else:
        _clear(work)
        order = picture_order(film)
        keep_order(work, order)
    jobs = _jobs(film, work, choices, order)
    if not goes_on:
        with atomic_path(work / _PLAN) as part:
            part.write_text(json.dumps({"format": FORMAT, "fingerprint": fingerprint}), "utf-8")
    return Plan(fingerprint, order, tuple(jobs)), goes_on


def _jobs(film: Path, work: Path, choices: Choices, order: PictureOrder) -> list[SegmentJob]:
    characters, classifier = (
        str(file.absolute()) if file else "" for file in (choices.characters, choices.classifier)
    )
    whole = SegmentJob(
        str(film.absolute()), str(work.absolute()), 0, (0, 0), 0, 0,
        choices.every, choices.seconds, characters, classifier, choices.backend,
    )  # fmt: skip
    pieces = cut(picks_of(whole, order), order.times(), len(order), choices.segment_s)
    return [
        replace(whole, number=number, picks=picks, first=first, until=until)
        for number, (picks, first, until) in enumerate(pieces)
    ]


def fingerprint_of(film: Path, choices: Choices) -> str:
    """Of a film, the weights and the choices. Raises BadInput, MissingWeights."""
    told = [
        FORMAT,
        _of_file(film),
        choices.every,
        choices.seconds,
        choices.segment_s,
        *(_of_weights(file) if file else "" for file in (choices.characters, choices.classifier)),
        choices.backend,
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _of_weights(path: Path) -> str:
    if not path.is_file():
        raise MissingWeights(f"There is no file {path}.", f"파일이 없습니다: {path}")
    return _of_file(path)


def _of_file(path: Path) -> str:
    """Of its size, and of a sample from its start, middle and end: films have gigabytes."""
    size = check_input(path).stat().st_size
    found = hashlib.sha256(str(size).encode())
    with path.open("rb") as stream:
        for at in (0, size // 2, max(0, size - _SAMPLE)):
            stream.seek(at)
            found.update(stream.read(_SAMPLE))
    return found.hexdigest()


def _kept_fingerprint(work: Path) -> str | None:
    try:
        table = json.loads((work / _PLAN).read_text("utf-8"))
        return str(table["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _clear(work: Path) -> None:
    """Remove what an earlier reading left, and nothing else."""
    try:
        for pattern in ("segment-*.npz", "looks-*.npz", "order.npz", _PLAN, ".part-*"):
            for path in work.glob(pattern):
                path.unlink()
    except OSError as error:
        raise output_failed(work / _PLAN, error) from error


def check_folder(folder: Path, film: Path) -> None:
    """Fail before long work, where the folder cannot be used. Raises BadInput, OutputFailed."""
    check_input(film)
    if folder.exists() and not folder.is_dir():
        raise OutputFailed(
            f"{folder} is a file; name a folder.",
            f"{folder}은(는) 파일입니다. 폴더를 지정하세요.",
        )
    if folder.is_dir() and not (folder / WORK / _PLAN).exists() and any(folder.iterdir()):
        raise OutputFailed(
            f"{folder} holds other files; name a new folder, or the one of an earlier run.",
            f"{folder}에 다른 파일이 있습니다. 새 폴더나 이전에 쓴 폴더를 지정하세요.",
        )
