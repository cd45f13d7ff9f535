"""A report from files and folders: read all, write every output, tidy up."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pyojeong.assets import find_asset, sha256_of
from pyojeong.errors import BadInput, BadSettings, Language, OutputFailed
from pyojeong.face.report import data_files, page, poster, xlsx
from pyojeong.face.report.journal import Journal, progress_folder
from pyojeong.face.report.reading import PictureReader, Seen, picture_reader, read_into, see_listed
from pyojeong.face.report.summary import Summary
from pyojeong.media.files import Note, atomic_path, check_output, output_failed
from pyojeong.media.listing import Listed, list_pictures
from pyojeong.registry import find, missing_extra
from pyojeong.settings import settings

Write = Callable[[Path, Journal, Summary, Language], None]


@dataclass(frozen=True, slots=True)
class Format:
    """write: makes the file. thumbnails: most it shows. needs: package of the extra "report"."""

    write: Write
    thumbnails: int = 0
    needs: str | None = None


def _plain(write: Callable[[Path, Journal, Language], None]) -> Write:
    return lambda path, journal, summary, lang: write(path, journal, lang)


FORMATS: dict[str, Format] = {
    ".xlsx": Format(xlsx.write_xlsx, xlsx.THUMBNAILS, "xlsxwriter"),
    ".csv": Format(_plain(data_files.write_csv)),
    ".json": Format(_plain(data_files.write_json)),
    ".parquet": Format(_plain(data_files.write_parquet), needs="pyarrow"),
    ".html": Format(page.write_html, page.THUMBNAILS),
    ".png": Format(poster.write_poster, poster.THUMBNAILS),
}
"""Formats of reports by suffix."""

MANY = 5000
"""From so many pictures on, writing takes long enough to say so."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How pictures are read. cropped: each is one already cropped face. threshold: least score
    of a face, None for the detector's own. annotated: folder of annotated copies. lang: of what
    the report says. classifier: file of a trained classifier, None for the built-in one."""

    cropped: bool = False
    threshold: float | None = None
    annotated: Path | None = None
    lang: Language = "en"
    classifier: Path | None = None


def make_report(
    paths: Sequence[Path],
    outputs: Sequence[Path],
    asked: Asked,
    *,
    reader: PictureReader | None = None,
    tell: Callable[[Note], None] = lambda note: None,
    progress: Callable[[Summary], None] = lambda summary: None,
    finished: Callable[[Journal], None] = lambda journal: None,
) -> Summary:
    """Read the pictures and write the report in every format asked for, each whole or not at all.

    Progress is kept in a folder beside the first output: stopped and called again with the same
    arguments, it goes on where it stopped. tell: hears so. finished: sees all records once the
    outputs are written. reader: stands in for the one that `asked` describes.
    Raises OutputFailed, MissingExtra before anything is read; BadInput when there is no picture
    at all, NoFace never: a report may well say that there are none.
    """
    if not outputs:
        raise BadSettings("Name a file for the report.", "보고서 파일의 이름을 주세요.")
    targets = [check_output(checked_format(path)) for path in outputs]
    folder = progress_folder(Path(outputs[0]))
    copies = _copies(asked)
    without = [*targets, folder, *([asked.annotated] if asked.annotated else [])]
    listed = some_pictures(list_pictures(paths, without), paths)
    kept = max(FORMATS[target.suffix.lower()].thumbnails for target in targets)
    reader = reader or _reader(asked)
    with Journal(folder, fingerprint(asked, kept), tell) as journal:
        summary = read_into(
            journal, listed, reader, thumbnails=kept, copies=copies, progress=progress
        )
        for target in targets:
            if summary.pictures >= MANY:
                tell(Note(f"Writing {target}.", f"{target}을(를) 쓰는 중입니다."))
            _write(target, journal, summary, asked.lang)
        finished(journal)
    journal.remove()
    return summary


def _write(target: Path, journal: Journal, summary: Summary, lang: Language) -> None:
    """Drafted in the progress folder, so that a run killed meanwhile leaves nothing elsewhere."""
    try:
        draft = journal.scratch() / f"draft{target.suffix}"
        FORMATS[target.suffix.lower()].write(draft, journal, summary, lang)
    except OSError as error:
        raise output_failed(target, error) from error
    with atomic_path(target) as part:
        try:
            draft.replace(part)
        except OSError:
            # An output after the first may lie on another disk.
            shutil.copyfile(draft, part)
            draft.unlink()


def readings(paths: Sequence[Path], asked: Asked) -> Iterator[tuple[Listed, Seen]]:
    """Every picture read, one at a time, without a report; annotated copies are written.

    Raises BadInput when there is no picture at all, OutputFailed, MissingWeights.
    """
    without = [asked.annotated] if asked.annotated else []
    listed = some_pictures(list_pictures(paths, without), paths)
    copies = _copies(asked)
    reader = _reader(asked)
    for found in listed:
        seen = see_listed(found, reader)
        place = copies.place(found) if copies and found.error is None else None
        if copies and place and seen.image is not None:
            copies.write(place, seen.image, seen.faces)
        yield found, seen


def _reader(asked: Asked) -> PictureReader:
    return picture_reader(
        cropped=asked.cropped, threshold=asked.threshold, classifier=asked.classifier
    )


def checked_format(path: Path) -> Path:
    """The path, if reports can be written in the format its suffix names. Raises OutputFailed,
    MissingExtra."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        known = " ".join(FORMATS)
        raise OutputFailed(
            f"Cannot write a report as {suffix or 'a file without suffix'!r}. Use one of: {known}",
            f"{suffix!r} 형식의 보고서는 쓸 수 없습니다. 다음 중에서 고르세요: {known}",
        )
    needs = FORMATS[suffix].needs
    if needs is not None and find_spec(needs) is None:
        raise missing_extra(f"A report as {suffix}", "report")
    return path


def some_pictures(listed: Iterable[Listed], paths: Sequence[Path]) -> Iterable[Listed]:
    """The same, once it is known that there is one. Raises BadInput."""
    rest = iter(listed)
    first = next(rest, None)
    if first is None:
        where = ", ".join(str(path) for path in paths[:3])
        raise BadInput(
            f"There is no picture in {where}. Pictures end in .jpg, .png, .webp, .bmp, .gif or "
            ".tif.",
            f"{where}에 사진이 없습니다. 사진은 .jpg, .png, .webp, .bmp, .gif, .tif로 끝납니다.",
        )
    return _chained(first, rest)


def _chained(first: Listed, rest: Iterable[Listed]) -> Iterable[Listed]:
    yield first
    yield from rest


def fingerprint(asked: Asked, thumbnails: int) -> dict[str, Any]:
    """What the records of a run depend on, besides the pictures."""
    models = [
        (capability, backend.name, *(find_asset(name).sha256 for name in backend.weights))
        for capability in ("FaceDetector", "FaceMesher", "ExpressionClassifier")
        for backend in [find(capability)]
    ]
    return {
        "version": version("pyojeong"),
        "models": models,
        "classifier": asked.classifier and sha256_of(asked.classifier),
        "cropped": asked.cropped,
        "threshold": asked.threshold,
        "limits": [settings().max_image_pixels, settings().max_image_bytes],
        "thumbnails": thumbnails,
    }


def _copies(asked: Asked) -> Any:
    if asked.annotated is None:
        return None
    from pyojeong.face.report.copies import AnnotatedCopies

    return AnnotatedCopies(asked.annotated, asked.lang)
