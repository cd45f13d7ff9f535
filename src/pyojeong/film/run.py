"""A film read from start to end: segments, shots, tracks, people, emotions over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadInput, BadSettings
from pyojeong.film.cast import Cast, cast_roles, read_cast, write_cast
from pyojeong.film.executor import Executor, Here
from pyojeong.film.figures import Figures, Part, read_part, read_thumbs
from pyojeong.film.gaps import closed
from pyojeong.film.identity import Identities, identified
from pyojeong.film.looks import joined, load_looks
from pyojeong.film.people_sheet import MOST, spread, write_sheet
from pyojeong.film.plan import Choices, Plan, fingerprint_of, planned
from pyojeong.film.readers import BlockReader
from pyojeong.film.seen import seen
from pyojeong.film.segments import reader_of
from pyojeong.film.shots import faded_out, find_shots
from pyojeong.film.sightings import chosen_thumbs, sightings_of
from pyojeong.film.tracks import tracked
from pyojeong.film.types import FilmReading, Sightings
from pyojeong.media.decode import probe
from pyojeong.media.files import Note

PEOPLE, SHEET = "people.toml", "people.jpg"

Ints = NDArray[np.int64]
Progress = Callable[[float], None]
Pictures = Callable[[Ints], dict[int, bytes]]


def read_film(
    film: Path,
    folder: Path,
    choices: Choices | None = None,
    *,
    people: Path | None = None,
    executor: Executor | None = None,
    reader: BlockReader | None = None,
    progress: Progress = lambda share: None,
) -> FilmReading:
    """What is seen in a film; lines are left to `words.py`.

    folder: where what was read is kept, under "work": a run that was stopped goes on, and one that
    had ended reads nothing again. people: who is who (`cast.py`), else people.toml in the folder,
    which is written where there is none. executor: who reads the segments, else this process.
    reader: instead of the one the choices name. Raises BadInput, BadSettings, MissingWeights,
    InferenceFailed, OutputFailed.
    """
    choices = choices or Choices()
    reader = reader or reader_of(*_names(choices))
    # Before anything of an earlier reading is given up.
    given = _given_cast(folder, people, fingerprint_of(film, choices))
    plan, _ = planned(film, folder, choices)
    _perform(plan, executor or Here(reader), progress)
    parts = [read_part(job.figures_path) for job in plan.jobs]
    figures = Figures.joined([part.figures for part in parts])
    sampled = np.concatenate([part.frames for part in parts])
    times = np.concatenate([part.times for part in parts])
    looks = joined([load_looks(job.looks_path) for job in plan.jobs])
    cutting = find_shots(looks, plan.order.duration)
    info = probe(film)
    followed = tracked(figures, cutting.shots, sampled)
    whole = closed(figures, followed, sampled, times)
    shown = seen(whole.figures, whole.tracked, faded_out(looks, cutting))
    found = identified(whole.figures, shown, times, reader.labels)
    pictures = partial(_pictures, plan, parts)
    _write_sheet(folder / SHEET, found, whole.origin, pictures)
    cast = given or Cast(plan.fingerprint, found.people)
    roles = cast_roles(cast, found.person_of_track, found.people)
    if given is None:
        write_cast(folder / PEOPLE, cast)
    sightings, rows = sightings_of(whole.figures, found, roles)
    dropped = _summed([part.dropped for part in parts])
    return FilmReading(
        title=film.name,
        duration=plan.order.duration,
        width=info.width,
        height=info.height,
        step=float(np.diff(times).mean()) if len(times) > 1 else plan.order.duration,
        frames=sampled,
        times=times,
        shots=cutting.shots,
        characters=roles.characters,
        emotions=reader.emotions,
        sightings=sightings,
        lines=(),
        thumbs=_thumbs(sightings, whole.origin[rows], pictures),
        dropped=dropped,
        notes=(*found.notes, *_doubts(plan, dropped)),
    )


def _names(choices: Choices) -> tuple[str, str, str]:
    files = (choices.characters, choices.classifier)
    first, second = (str(file.absolute()) if file else "" for file in files)
    return first, second, choices.backend


def _perform(plan: Plan, executor: Executor, progress: Progress) -> None:
    """Read the segments that are not there yet."""
    total = max(1, sum(job.picks[1] - job.picks[0] for job in plan.jobs))
    left = plan.open_jobs
    sizes = {job.number: (job.picks[1] - job.picks[0]) / total for job in left}
    shares = dict.fromkeys(sizes, 0.0)
    before = 1 - sum(sizes.values())

    def told(number: int, share: float) -> None:
        shares[number] = share
        progress(min(1.0, before + sum(sizes[n] * s for n, s in shares.items())))

    for _ in executor.run(left, told):
        pass
    if missing := plan.open_jobs:
        raise BadInput(
            f"{len(missing)} segments were not read; start again.",
            f"구간 {len(missing)}개를 읽지 못했습니다. 다시 시작하세요.",
        )
    for part in (Path(plan.jobs[0].folder)).glob(".part-*"):
        # What a killed run was writing.
        with suppress(OSError):
            part.unlink()


def _given_cast(folder: Path, people: Path | None, fingerprint: str) -> Cast | None:
    """The user's, or the one of an earlier run; None where there is none."""
    path = people or folder / PEOPLE
    if people is None and not path.is_file():
        return None
    cast = read_cast(path)
    if cast.reading != fingerprint:
        raise BadSettings(
            f"{path} is of another film, or of a reading with other options (--every, "
            "--characters, --classifier). Delete it, or give the same options.",
            f"{path}은(는) 다른 영상이나 다른 옵션(--every, --characters, --classifier)으로 읽은 "
            "결과의 목록입니다. 지우거나 같은 옵션을 주세요.",
        )
    return cast


def _summed(parts: Sequence[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for part in parts:
        for reason, count in part.items():
            total[reason] = total.get(reason, 0) + count
    return total


def _pictures(plan: Plan, parts: Sequence[Part], rows: Ints) -> dict[int, bytes]:
    """Row of all figures -> JPEG, from the segments' files, one at a time."""
    starts = np.cumsum([0, *(len(part.figures) for part in parts)])
    owner = np.searchsorted(starts, rows, side="right") - 1
    found: dict[int, bytes] = {}
    for number in np.unique(owner).tolist():
        own = rows[owner == number]
        path = plan.jobs[number].figures_path
        found.update(zip(own.tolist(), read_thumbs(path, own - starts[number]), strict=True))
    return found


def _thumbs(sightings: Sightings, origin: Ints, pictures: Pictures) -> dict[int, bytes]:
    """Sighting row -> JPEG of the rows worth one."""
    chosen = chosen_thumbs(sightings)
    chosen = chosen[origin[chosen] >= 0]
    found = pictures(origin[chosen])
    return {int(row): found[int(origin[row])] for row in chosen}


def _write_sheet(path: Path, found: Identities, origin: Ints, pictures: Pictures) -> None:
    """Faces of everybody, also of those that the report leaves out."""
    owner = np.where(found.track >= 0, found.person_of_track[found.track], 0)
    owner[origin < 0] = 0
    rows = [spread(origin[owner == person.id]) for person in found.people[:MOST]]
    shown = pictures(np.concatenate([np.zeros(0, np.int64), *rows]))
    faces = [[shown[int(row)] for row in own] for own in rows]
    write_sheet(path, found.people[:MOST], faces)


def _doubts(plan: Plan, dropped: dict[str, int]) -> list[Note]:
    """What a reader of the report must know about the film itself."""
    notes = []
    if broken := dropped.get("broken", 0):
        notes.append(
            Note(
                f"{broken} of the frames looked at could not be decoded: the film is damaged.",
                f"살펴본 프레임 가운데 {broken}개를 풀 수 없었습니다. 영상이 손상되었습니다.",
            )
        )
    if plan.order.lost:
        notes.append(
            Note(
                f"The film has {plan.order.lost} broken packets.",
                f"영상에 깨진 패킷이 {plan.order.lost}개 있습니다.",
            )
        )
    return notes
