"""The verbs of Pyojeong for Python programs: read_text, read_speakers, read_faces, report_faces,
express, tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Literal

from pyojeong.edit.express import Expressed, express_photo
from pyojeong.emotion import parse_mix
from pyojeong.errors import BadSettings, NoFace
from pyojeong.face.reader import FaceReader, ReadFace
from pyojeong.face.report.make import Asked, make_report
from pyojeong.face.report.summary import Summary
from pyojeong.face.types import Image
from pyojeong.media.files import read_text_file
from pyojeong.media.image import Picture, on_white, read_image, to_srgb
from pyojeong.media.textinput import check_text
from pyojeong.media.video import check_film_output
from pyojeong.registry import load
from pyojeong.speech.types import Voice
from pyojeong.story.director import direct
from pyojeong.story.film import Film, FilmFormat, make_film
from pyojeong.story.storyboard import Storyboard
from pyojeong.text.reader import ReadSentence, TextReader
from pyojeong.text.speakers.attribution import Dialogue, attribute


@cache
def _text_reader() -> TextReader:
    return TextReader()


@cache
def _face_reader() -> FaceReader:
    return FaceReader()


def read_text(text: str) -> list[ReadSentence]:
    """Sentences of a text, each with its EmotionScores.

    Raises BadInput for an empty text or one longer than the settings allow.
    """
    return _text_reader().read(check_text(text))


def read_speakers(text: str) -> Dialogue:
    """Who says each quotation of a story, and the cast; positions refer to the text in NFC
    (`pyojeong.text.normalize.normalize`).

    Raises BadInput for an empty text or one longer than the settings allow.
    """
    return attribute(check_text(text))


def read_faces(image: str | Path | Image) -> list[ReadFace]:
    """Faces of a picture (a path, or RGB uint8 (H, W, 3)), largest first; maybe none.

    Raises BadInput when the file cannot be read as a picture.
    """
    return _face_reader().read(_pixels(image))


def report_faces(
    paths: str | Path | Iterable[str | Path],
    outputs: str | Path | Iterable[str | Path],
    *,
    cropped: bool = False,
    threshold: float | None = None,
    annotated: str | Path | None = None,
    lang: Literal["ko", "en"] = "en",
    classifier: str | Path | None = None,
    progress: Callable[[Summary], None] = lambda summary: None,
) -> Summary:
    """Read the faces of many pictures and write reports on them.

    paths: pictures and folders, which are searched to any depth. outputs: files ending in .xlsx,
    .csv, .json, .parquet, .html or .png; .xlsx and .parquet need the extra "report". cropped:
    each picture is one already cropped face. threshold: least detector score of a face, in (0, 1).
    annotated: folder for copies with the faces marked. lang: of what the reports say. classifier:
    file of a trained classifier, in place of the built-in one. progress is told the counts so far after every picture.
    A call that was stopped goes on where it stopped when made again. Pictures that cannot be read
    are listed in the reports and in the summary, not raised. Raises BadInput when there is no
    picture at all, BadSettings, MissingExtra, OutputFailed.
    """
    asked = Asked(
        cropped,
        threshold,
        None if annotated is None else Path(annotated),
        lang,
        None if classifier is None else Path(classifier),
    )
    return make_report(_paths(paths), _paths(outputs), asked, progress=progress)


def express(
    image: str | Path | Image,
    emotion: str | None = None,
    *,
    coefficients: dict[str, float] | None = None,
    face_index: int | None = None,
) -> Expressed:
    """Draw an expression on a face of a photo.

    emotion: "sadness:0.8" or a mix, "sadness:0.7+fear:0.3"; intensities in [0, 1].
    coefficients: ARKit names to weights, added to what the face shows ("mouthSmile" means both
    sides). face_index: which face, as `read_faces` orders them; None takes the largest.
    Raises BadInput, NoFace, BadSettings.
    """
    pixels = _pixels(image)
    reader = _face_reader()
    face = choose_face(reader.read(pixels), face_index)
    mix = parse_mix(emotion) if emotion else {}
    if not mix and not coefficients:
        raise BadSettings(
            "Nothing to draw: give an emotion or coefficients.",
            "그릴 표정이 없습니다. 감정이나 계수를 주세요.",
        )
    return express_photo(pixels, face, mix, coefficients or {}, reader)


def tell(
    story: str | Path | Storyboard,
    face: str | Path | Image,
    output: str | Path,
    *,
    film: FilmFormat | None = None,
    face_index: int | None = None,
    lang: Literal["ko", "en"] | None = None,
    voice: str | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Film:
    """Make the film in which a face tells a story.

    story: the text itself, the Path of a text file, or a Storyboard. face: a picture. output: an
    .mp4 file; .srt, .vtt and .json are written beside it. lang: language to speak, None decides
    per sentence. voice: name of a Voice backend. progress is told the share done, 0 to 1.
    Raises BadInput, NoFace, BadSettings, OutputFailed, InferenceFailed; then nothing is written.
    """
    target = check_film_output(output)
    board = story if isinstance(story, Storyboard) else direct(_story(story), _text_reader(), lang)
    # What is transparent may hold any colours; a film has no transparency.
    pixels = on_white(_picture(face)).rgb
    chosen = choose_face(_face_reader().read(pixels), face_index)
    assert chosen.mesh is not None  # noqa: S101 - choose_face returns faces with a mesh
    engine: Voice = load("Voice", voice)
    return make_film(board, pixels, chosen.mesh, target, engine, film or FilmFormat(), progress)


def choose_face(faces: list[ReadFace], index: int | None = None) -> ReadFace:
    """The face to draw on: the largest, or the one of that index.

    Raises NoFace when there is none or its mesh cannot be fitted, BadSettings for an index that
    does not exist.
    """
    if not faces:
        raise NoFace(
            "No face found in the picture. Use one where a face is seen from the front or "
            "three-quarter side, lit, and at least about 30 px wide.",
            "사진에서 얼굴을 찾지 못했습니다. 얼굴이 정면이나 반측면으로 밝게, 너비 30픽셀 이상으로 "
            "보이는 사진을 쓰세요.",
        )
    if index is not None and not 0 <= index < len(faces):
        raise BadSettings(
            f"There is no face {index}: the picture has {len(faces)} (numbered from 0).",
            f"{index}번 얼굴이 없습니다. 사진의 얼굴은 {len(faces)}개입니다(0번부터).",
        )
    usable = [f for f in faces if f.mesh is not None] if index is None else [faces[index]]
    if not usable or usable[0].mesh is None:
        width = round(float(faces[index or 0].box[2] - faces[index or 0].box[0]))
        raise NoFace(
            f"A face {width} px wide was found, but it is too small, too blurred or too far turned "
            "away to be moved. Try a larger or more frontal picture.",
            f"너비 {width}픽셀의 얼굴을 찾았지만 너무 작거나 흐리거나 옆을 보고 있어 움직일 수 없습니다. "
            "더 크거나 정면에 가까운 사진을 써 보세요.",
        )
    return usable[0]


def _paths(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    return [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]


def _story(story: str | Path) -> str:
    return read_text_file(story).text if isinstance(story, Path) else check_text(story)


def _pixels(image: str | Path | Image) -> Image:
    return _picture(image).rgb


def _picture(image: str | Path | Image) -> Picture:
    if isinstance(image, str | Path):
        return to_srgb(read_image(Path(image)))
    return Picture(image)
