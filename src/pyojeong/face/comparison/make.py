"""A comparison from files and folders: every picture once, every output as it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

from pyojeong.errors import BadSettings, Language, OutputFailed
from pyojeong.face.comparison.compared import Comparer
from pyojeong.face.comparison.files import CsvOutput, JsonOutput, Output
from pyojeong.face.comparison.labels import Labels, read_labels
from pyojeong.face.comparison.margins import MARGINS, checked_margins
from pyojeong.face.comparison.tally import Tally
from pyojeong.face.comparison.workbook import XlsxOutput
from pyojeong.face.report.make import some_pictures
from pyojeong.media.files import atomic_path, check_output
from pyojeong.media.listing import list_pictures
from pyojeong.registry import find, load, missing_extra

FORMATS: dict[str, Callable[[Path, Sequence[str], Language], Output]] = {
    ".xlsx": XlsxOutput,
    ".csv": lambda path, names, lang: CsvOutput(path, names),
    ".json": lambda path, names, lang: JsonOutput.at(path, names),
}
"""Formats by suffix."""

MOST_DETECTORS = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """detectors: names from the registry, at least two; the classifier reads the first one's
    faces. labels: table of true emotions; None takes the names of the folders. lang: of what the
    workbook says."""

    detectors: tuple[str, ...]
    margins: tuple[float, ...] = MARGINS
    labels: Path | None = None
    lang: Language = "en"


def compare(
    paths: Sequence[Path],
    outputs: Sequence[Path],
    wanted: Wanted,
    *,
    json_stream: TextIO | None = None,
    progress: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Run all detectors over all pictures and write every output, each whole or not at all.

    json_stream: gets the same as a .json output. Memory does not grow with the pictures, but for
    the thumbnails of a workbook (at most `workbook.THUMBNAILS`). Raises UnknownBackend,
    MissingExtra, BadSettings, OutputFailed before anything is read; BadInput when there is no
    picture at all. Pictures that cannot be read and detectors that fail on one are counted and
    listed.
    """
    names = checked_detectors(wanted.detectors)
    margins = checked_margins(wanted.margins)
    targets = [check_output(checked_format(path)) for path in outputs]
    listed = some_pictures(list_pictures(paths, targets), paths)
    labels = read_labels(wanted.labels) if wanted.labels else Labels()
    comparer = Comparer(
        [load("FaceDetector", name) for name in names],
        load("FaceMesher"),
        load("ExpressionClassifier"),
        margins,
        labels,
    )
    tally = Tally(names, margins)
    with ExitStack() as stack:
        opened = [JsonOutput(json_stream, names)] if json_stream else []
        files = [_opened(stack, target, names, wanted.lang) for target in targets]
        for found in listed:
            compared, image = comparer.see(found)
            tally.add(compared)
            for output in (*opened, *files):
                output.add(compared, image)
            progress(tally)
        for output in (*opened, *files):
            output.finish(tally)
    return tally


def _opened(stack: ExitStack, target: Path, names: Sequence[str], lang: Language) -> Output:
    part = stack.enter_context(atomic_path(target))
    output = FORMATS[target.suffix.lower()](part, names, lang)
    stack.callback(output.close)
    return output


def checked_detectors(names: Sequence[str]) -> tuple[str, ...]:
    """Each once, all of them in the registry. Raises BadSettings, UnknownBackend."""
    found = tuple(dict.fromkeys(name.strip().lower() for name in names if name.strip()))
    for name in found:
        find("FaceDetector", name)
    if not 2 <= len(found) <= MOST_DETECTORS:
        raise BadSettings(
            f"Name 2 to {MOST_DETECTORS} different detectors, as in --detectors blazeface,haar.",
            f"서로 다른 검출기를 2~{MOST_DETECTORS}개 지정하세요. 예: --detectors blazeface,haar",
        )
    return found


def checked_format(path: Path) -> Path:
    """The path, if a comparison can be written in the format its suffix names. Raises
    OutputFailed, MissingExtra."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        known = " ".join(FORMATS)
        raise OutputFailed(
            f"Cannot write a comparison as {suffix or 'a file without suffix'!r}. "
            f"Use one of: {known}",
            f"{suffix!r} 형식의 비교는 쓸 수 없습니다. 다음 중에서 고르세요: {known}",
        )
    if suffix == ".xlsx" and find_spec("xlsxwriter") is None:
        raise missing_extra("A comparison as an Excel workbook", "report")
    return path
