"""Where the pictures of a set lie, whatever the set's files call them. Nothing outside is opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath, PureWindowsPath

from pyojeong.data.assemble import composed, split_of
from pyojeong.errors import BadInput
from pyojeong.media.listing import list_pictures


class Places:
    """The pictures below a folder, listed once, and only when needed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def pictures(self) -> dict[str, str]:
        """The way from the root, Hangul composed, to the same as the file system writes it."""
        ways = []
        for listed in list_pictures([self.root]):
            if listed.error:
                raise listed.error
            ways.append(listed.relative.as_posix())
        return {composed(way): way for way in ways}

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        made: dict[str, list[str]] = {}
        for way in self.pictures.values():
            made.setdefault(composed(way.rsplit("/", 1)[-1]), []).append(way)
        return made

    def picture(self, named: str, folders: Sequence[str]) -> str | None:
        """The way to the picture of a name, None where there is none.

        Names such as Label Studio's, `..\\..\\upload\\4\\a.png`, or those of another machine are
        looked for by their last parts, of which none that names a split is left out. folders:
        where names lead from, the likeliest first. A name found nowhere there is that of the one
        picture that has it, unless that lies in another split.
        """
        parts, _ = plain_parts(named)
        for at in range(len(parts)):
            if at and split_of(parts[at - 1]):
                break
            tail = "/".join(parts[at:])
            for folder in folders:
                way = f"{folder}/{tail}" if folder else tail
                if (found := self.pictures.get(composed(way))) is not None:
                    return found
        same = self._by_name.get(composed(parts[-1]), []) if parts else []
        splits = {split_in(f"{folder}/x") for folder in folders} | {split_in("/".join(parts))}
        # Nothing but its own split may be meant.
        return same[0] if len(same) == 1 and splits <= {"", split_in(same[0])} else None

    def folder_or_list(self, named: str, base: str) -> str | None:
        """The way to a folder or text file that a data.yaml names, from the root. base: the folder
        it leads from. Roboflow's `../train/images` is `train/images`, `/content/set/train/images`
        as well; a part that names a split is never left out."""
        parts, foreign = plain_parts(named)
        for at in range(len(parts) if foreign else 1):
            if at and split_of(parts[at - 1]):
                break
            tail = parts[at:]
            for start in dict.fromkeys((base, "")):
                way = PurePosixPath(start, *tail).as_posix()
                if (self.root / way).exists():
                    return way
        return None

    def below(self, folder: str) -> Iterator[str]:
        """The pictures in a folder, to any depth."""
        start = "" if folder in ("", ".") else f"{composed(folder)}/"
        yield from (way for plain, way in self.pictures.items() if plain.startswith(start))


def split_in(way: str) -> str:
    """The split that a picture lies in by the names of its folders (`val2017` is val), else ""."""
    names = (part.rstrip("0123456789") for part in way.split("/")[:-1])
    return next(filter(None, map(split_of, names)), "")


def plain_parts(named: str) -> tuple[list[str], bool]:
    """Parts of a path that lead downward, and whether others were cut away from its front.

    Raises BadInput for what no file is called."""
    text = named.strip().replace("\\", "/")
    if (
        not is_text(text)
        or len(text) > 4_000
        or any(len(p.encode()) > 255 for p in text.split("/"))
    ):
        raise BadInput(
            f"{named[:80]!r} is no name of a picture.",
            f"{named[:80]!r}은(는) 그림 이름이 아닙니다.",
        )
    drive = PureWindowsPath(text).drive
    parts = list(PurePosixPath(text.removeprefix(drive)).parts)
    foreign = bool(drive) or text.startswith("/") or ".." in parts
    if ".." in parts:
        parts = parts[len(parts) - parts[::-1].index("..") :]
    return [part for part in parts if part.strip("/")], foreign


def is_text(name: str) -> bool:
    """Whether a name can be written to a file at all: no half of a character, no NUL."""
    return "\0" not in name and not any("\ud800" <= letter <= "\udfff" for letter in name)
