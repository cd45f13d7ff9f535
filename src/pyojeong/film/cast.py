"""Who is who: `people.toml`, in which a user names, merges and leaves out the people of a film."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadSettings
from pyojeong.film.types import Character
from pyojeong.media.files import atomic_path, read_text_file

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Person:
    """One entry. id: the number that reading gave, from 1. name: two of one name are one. ignore:
    left out of the report. tracks: numbers of tracks that belong to them, whoever reading gave
    them to. about:
    written beside it, for people. given: whether a trained class says who it is, rather than a
    cluster."""

    id: int
    name: str
    ignore: bool = False
    tracks: tuple[int, ...] = ()
    about: str = ""
    given: bool = False


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of one reading. reading: its fingerprint, so that names are not put on the people
    of another one."""

    reading: str
    people: tuple[Person, ...]


_HEAD = """\
# Who is who in the film. Change this file and run the same command again: the film is not read anew.
# 이 파일을 고치고 같은 명령을 다시 실행하세요. 영상을 다시 읽지 않습니다.
#
# name    what the report calls them; people of one name become one person.
#         보고서에 쓸 이름. 이름이 같으면 한 사람으로 합칩니다.
# ignore  true leaves them out. / true이면 보고서에서 뺍니다.
# tracks  numbers of tracks that are theirs, though they were given to somebody else.
#         다른 사람에게 잘못 들어간 트랙의 번호.
# people.jpg shows some faces of each. / people.jpg에서 얼굴을 볼 수 있습니다.
"""


def write_cast(path: Path, cast: Cast) -> None:
    """Raises OutputFailed."""
    lines = [_HEAD, f"reading = {json.dumps(cast.reading)}"]
    for person in cast.people:
        lines += [
            "",
            "[[person]]",
            *([f"# {person.about}"] if person.about else []),
            f"id = {person.id}",
            # A JSON string is a TOML string, but for one escape that JSON does not make.
            f"name = {json.dumps(person.name, ensure_ascii=False)}",
            f"ignore = {'true' if person.ignore else 'false'}",
            f"tracks = {json.dumps(list(person.tracks))}",
        ]
    with atomic_path(path) as part:
        part.write_text("\n".join(lines) + "\n", "utf-8")


def read_cast(path: Path) -> Cast:
    """Raises BadInput for what is no text file, BadSettings for what is no such table."""
    try:
        table = tomllib.loads(read_text_file(path).text)
        people = tuple(_person(entry) for entry in table.get("person", []))
        numbers = [person.id for person in people]
        if len(numbers) != len(set(numbers)):
            raise ValueError(f"two entries with one id: {sorted(numbers)}")
        return Cast(str(table.get("reading", "")), people)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadSettings(
            f"{path} is not a list of people ({error}). Delete it to have it written anew.",
            f"{path}은(는) 인물 목록이 아닙니다({error}). 지우면 새로 만듭니다.",
        ) from error


def _person(entry: dict[str, Any]) -> Person:
    if unknown := set(entry) - {"id", "name", "ignore", "tracks"}:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    name, ignore = entry["name"], entry.get("ignore", False)
    tracks = entry.get("tracks", [])
    whole = type(entry["id"]) is int and all(type(track) is int for track in tracks)
    if not whole or not isinstance(name, str) or not isinstance(ignore, bool):
        raise TypeError(f"id, name, ignore or tracks of another kind: {entry}")
    if not 0 < len(name.strip()) <= _LONGEST_NAME:
        raise ValueError(f"name {name!r}")
    return Person(entry["id"], " ".join(name.split()), ignore, tuple(tracks))


@dataclass(frozen=True, slots=True, eq=False)
class Roles:
    """characters: those of the report. of_track: (t,) int64 index into them, -1 for nobody."""

    characters: tuple[Character, ...]
    of_track: NDArray[np.int64] = field(repr=False)


def cast_roles(cast: Cast, ids: NDArray[np.int64], found: Sequence[Person]) -> Roles:
    """Who each track is. ids: (t,) id of the person that reading gave each track to. found: what
    reading itself calls them; a cast may lack some, who then keep that. Raises BadSettings for ids
    and tracks that there are not."""
    own = {person.id: person for person in cast.people}
    known = {person.id for person in found}
    if strange := sorted(own.keys() - known):
        raise BadSettings(
            f"people.toml names persons {strange}, and there are {sorted(known)}.",
            f"people.toml에 없는 인물 번호가 있습니다: {strange}. 있는 번호: {sorted(known)}.",
        )
    moved = ids.copy()
    for person in cast.people:
        for track in person.tracks:
            if not 0 < track <= len(ids):
                raise BadSettings(
                    f"people.toml gives track {track} to {person.name}; there are {len(ids)}.",
                    f"people.toml에서 {person.name}에게 준 트랙 {track}이(가) 없습니다"
                    f"(전체 {len(ids)}개).",
                )
            moved[track - 1] = person.id
    characters: list[Character] = []
    place: dict[int, int] = {}
    for person in found:
        entry = own.get(person.id, person)
        if entry.ignore:
            continue
        names = [character.name for character in characters]
        if entry.name in names:
            at = names.index(entry.name)
            characters[at] = replace(characters[at], given=True)
        else:
            at = len(characters)
            given = person.given or entry.name != person.name
            characters.append(Character(entry.name, given))
        place[person.id] = at
    roles = np.array([place.get(int(number), -1) for number in moved], np.int64)
    return Roles(tuple(characters), roles)


CLUSTER = "person "
"""How the names of people found by clustering begin."""
