"""Pictures to records, one at a time: no picture is held longer than it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pyojeong.errors import BadInput, BadSettings, InferenceFailed, PyojeongError
from pyojeong.face.cropped import CroppedReader
from pyojeong.face.exported import ExportedClassifier
from pyojeong.face.reader import FaceReader, ReadFace
from pyojeong.face.report import record as records
from pyojeong.face.report.journal import Journal
from pyojeong.face.report.record import Record, Stamp, shown, stamp_of
from pyojeong.face.report.summary import Summary
from pyojeong.face.report.thumbnails import thumbnail
from pyojeong.face.types import Image
from pyojeong.media.image import read_image, to_srgb
from pyojeong.media.listing import Listed
from pyojeong.registry import load

if TYPE_CHECKING:
    from pyojeong.face.report.copies import AnnotatedCopies


class PictureReader(Protocol):
    """Finds and reads the faces of one picture, largest first."""

    def read(self, image: Image) -> list[ReadFace]:
        """Faces of an RGB picture (H, W, 3) uint8."""
        ...


def picture_reader(
    *, cropped: bool = False, threshold: float | None = None, classifier: Path | None = None
) -> PictureReader:
    """The reader for photos, or for already cropped faces. threshold: least score of a face, in
    (0, 1); None leaves the detector's own. classifier: file of a trained one (`face/exported.py`),
    in place of the built-in. Raises BadSettings, and for the file MissingWeights, BadInput."""
    trained = None if classifier is None else ExportedClassifier(classifier)
    if not cropped:
        detector = None if threshold is None else load("FaceDetector", threshold=threshold)
        return FaceReader(detector, classifier=trained)
    if threshold is not None:
        raise BadSettings(
            "A threshold is for finding faces; with cropped pictures none are looked for.",
            "기준값은 얼굴을 찾을 때 쓰입니다. 이미 잘린 얼굴에는 쓸 수 없습니다.",
        )
    return CroppedReader(classifier=trained)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A picture just read: its record, and its pixels and faces where it could be read, or else
    what went wrong."""

    record: Record
    image: Image | None = None
    faces: Sequence[ReadFace] = ()
    error: PyojeongError | None = None


def see(path: Path, reader: PictureReader) -> Seen:
    """Read one picture. What is wrong with it is kept in the record, never raised; raises what is
    wrong with the installation (MissingWeights, MissingExtra)."""
    stamp = stamp_of(path)
    try:
        image = to_srgb(read_image(path)).rgb
        faces = reader.read(image)
    except (BadInput, InferenceFailed) as error:
        return _failed(path, error, stamp)
    except PyojeongError:
        raise
    # One picture in a hundred thousand must not end the run, whatever it brings to light.
    except Exception as error:
        return _failed(path, _unexpected(path, error), stamp)
    record = records.read(path, image.shape[1::-1], faces, stamp)
    return Seen(record, image, faces)


def _failed(path: Path, error: PyojeongError, stamp: Stamp | None = None) -> Seen:
    return Seen(records.failed(path, error, stamp), error=error)


def _unexpected(path: Path, error: Exception) -> InferenceFailed:
    name = type(error).__name__
    return InferenceFailed(
        f"{path} could not be read because of a fault in the program ({name}: {error}).",
        f"프로그램 오류로 {path}을(를) 읽지 못했습니다({name}: {error}).",
    )


def see_listed(found: Listed, reader: PictureReader) -> Seen:
    """As `see`; a folder that cannot be listed counts as a failure."""
    if found.error is not None:
        return _failed(found.path, found.error)
    return see(found.path, reader)


def read_into(
    journal: Journal,
    listed: Iterable[Listed],
    reader: PictureReader,
    *,
    thumbnails: int,
    copies: AnnotatedCopies | None = None,
    progress: Callable[[Summary], None] = lambda summary: None,
) -> Summary:
    """Bring every picture into the journal, by recalling or reading it.

    thumbnails: at most so many are kept. progress: told after every picture. Raises
    OutputFailed when the disk is full, MissingWeights, MissingExtra; then and on Ctrl-C the
    journal holds what was read.
    """
    summary = Summary()
    kept = 0
    for found in listed:
        place = copies.place(found) if copies and found.error is None else None
        record = _recalled(journal, found, place, summary)
        if record is None:
            seen = see_listed(found, reader)
            record = _with_thumbnails(seen, journal, thumbnails - kept)
            if copies and place and seen.image is not None:
                copies.write(place, seen.image, seen.faces)
            journal.add(record)
        kept += sum(at is not None for at in record.thumbnails)
        summary.add(record)
        progress(summary)
    journal.sync()
    return summary


def _recalled(
    journal: Journal, found: Listed, place: Path | None, summary: Summary
) -> Record | None:
    image, stamp = shown(found.path), stamp_of(found.path)
    if stamp is None or not journal.knows(image):
        return None
    record = journal.recall(image, stamp, place)
    summary.recalled += record is not None
    summary.reread += record is None
    return record


def _with_thumbnails(seen: Seen, journal: Journal, room: int) -> Record:
    if seen.image is None or room <= 0:
        return seen.record
    image = seen.image
    data = [thumbnail(image, face.box) for face in seen.faces[:room]]
    places = [journal.keep_thumbnail(jpeg) for jpeg in data]
    return replace(seen.record, thumbnails=tuple(places))
