"""The verbs of Pyojeong for Python programs: read_text, read_speakers, read_faces, report_faces,
report_film, express, express_faces, sitting, mix_of_text, tell."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pyojeong.edit.express import Expressed, Sitting, express_photo
from pyojeong.edit.wish import Wish
from pyojeong.emotion import Emotion, parse_mix
from pyojeong.errors import BadSettings, NoFace
from pyojeong.expression import Expression, both_sides
from pyojeong.face.reader import FaceReader, ReadFace
from pyojeong.face.report.make import Asked, make_report
from pyojeong.face.report.summary import Summary
from pyojeong.face.types import Image
from pyojeong.film.executor import executor_of
from pyojeong.film.plan import Choices
from pyojeong.film.study import StudyOptions, check_study, study
from pyojeong.film.types import FilmReading
from pyojeong.media.files import read_text_file
from pyojeong.media.image import Picture, on_white, read_image, to_srgb
from pyojeong.media.textinput import check_text
from pyojeong.media.video import check_film_output
from pyojeong.registry import load
from pyojeong.speech.types import Voice
from pyojeong.story.director import direct, felt_mix
from pyojeong.story.film import Film, FilmFormat, make_film
from pyojeong.story.storyboard import Storyboard
from pyojeong.text.reader import ReadSentence, TextReader
from pyojeong.text.speakers.attribution import Dialogue, attribute

Which = int | tuple[float, float] | None
"""A face of a picture: its index, largest first; a point (x, y) px in it; None for the largest."""


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
        _path(annotated),
        lang,
        _path(classifier),
    )
    return make_report(_paths(paths), _paths(outputs), asked, progress=progress)


def report_film(
    film: str | Path,
    folder: str | Path,
    *,
    characters: str | Path | None = None,
    segmenter: str | None = None,
    classifier: str | Path | None = None,
    every: int | None = None,
    seconds: float | None = None,
    people: str | Path | None = None,
    subtitles: str | Path | None = None,
    speech_to_text: str | None = None,
    marked: str | Path | None = None,
    workers: int = 1,
    lang: Literal["ko", "en"] = "en",
    progress: Callable[[float], None] = lambda share: None,
) -> FilmReading:
    """Read who is seen when in a film and what they feel, and write report.html and tables.

    folder: for the report; a call that was stopped goes on there when made again. characters: file
    of a segmenter's network; None reads human faces. segmenter: the backend that runs it; None is
    what fits the file. classifier: file of a trained expression
    classifier; None is the built-in one. every: one frame in so many is looked at (4), or seconds:
    one in so many seconds. people: TOML file of who is who; None is people.toml in the folder, which is
    written at first. subtitles: file; None takes the film's own. speech_to_text: Whisper model for
    films without subtitles (extra "speech-to-text"). marked: .mp4 for a copy with everybody named.
    workers: processes. lang: what the page shows at first. progress is told the share done.
    Raises BadInput, BadSettings, MissingExtra, MissingWeights, UnknownBackend, OutputFailed.
    """
    if every is not None and seconds is not None:
        raise BadSettings("Give one of every and seconds.", "every와 seconds 중 하나만 주세요.")
    choices = Choices(
        4 if every is None and seconds is None else every,
        seconds,
        _path(characters),
        _path(classifier),
        segmenter=segmenter,
    )
    options = StudyOptions(_path(people), _path(subtitles), speech_to_text, _path(marked), lang)
    source, target = Path(film), Path(folder)
    check_study(source, target, options)
    return study(source, target, choices, options, executor_of(workers), progress)


def _path(given: str | Path | None) -> Path | None:
    return None if given is None else Path(given)


def express(
    image: str | Path | Image,
    emotion: str | None = None,
    *,
    coefficients: dict[str, float] | None = None,
    face_index: int | None = None,
) -> Expressed:
    """Draw an expression on one face of a photo.

    emotion: "sadness:0.8" or a mix, "sadness:0.7+fear:0.3"; intensities in [0, 1].
    coefficients: ARKit names to weights, added to what the face shows ("mouthSmile" means both
    sides). face_index: which face, as `read_faces` orders them; None takes the largest.
    Raises BadInput, NoFace, BadSettings.
    """
    wish = Wish(parse_mix(emotion) if emotion else {}, Expression(both_sides(coefficients or {})))
    return express_faces(image, {face_index: wish})


def express_faces(image: str | Path | Image, wishes: Mapping[Which, Wish] | Wish) -> Expressed:
    """Draw a wish on each of several faces of one photo.

    wishes: which face (its index as `read_faces` orders them, a point (x, y) px in or near it, or
    None for the largest) to what it is to show; one Wish alone goes to every face that can be
    drawn on. Raises BadInput, NoFace, BadSettings.
    """
    pixels, reader = _pixels(image), _face_reader()
    faces = reader.read(pixels)
    if isinstance(wishes, Wish):
        choose_face(faces)  # raises where there is none
        chosen = [(face, wishes) for face in faces if face.mesh is not None]
    else:
        chosen = [(choose_face(faces, which), wish) for which, wish in wishes.items()]
    if len({id(face) for face, _ in chosen}) < len(chosen):
        raise BadSettings("The same face is named twice.", "같은 얼굴이 두 번 지정되었습니다.")
    if not chosen or any(wish.empty for _, wish in chosen):
        raise BadSettings(
            "Nothing to draw: give an emotion or coefficients.",
            "그릴 표정이 없습니다. 감정이나 계수를 주세요.",
        )
    return express_photo(pixels, chosen, reader)


def express_stargan(
    image: str | Path | Image,
    weights: str | Path,
    emotion: str | Mapping[Emotion, float] | None = None,
    *,
    attributes: Iterable[str] = (),
    which: Which | Literal["all"] = None,
) -> Expressed:
    """Draw an emotion and attributes with a file of `pyojeong train stargan`.

    emotion: as for `express`; of a mix the strongest is drawn. attributes: labels of the file
    ("black_hair"), "-label" to take one away. which: as in `express_faces`, or "all".
    Raises BadInput, NoFace, BadSettings, MissingWeights, InferenceFailed.
    """
    from pyojeong.edit.stargan import StarGanEditor
    from pyojeong.edit.stargan_wish import express_stargan as drawn

    editor = StarGanEditor(weights)
    pixels, reader = _pixels(image), _face_reader()
    faces = reader.read(pixels)
    first = choose_face(faces, None if which == "all" else which)
    chosen = [f for f in faces if f.mesh is not None] if which == "all" else [first]
    mix = parse_mix(emotion) if isinstance(emotion, str) else emotion or {}
    return drawn(pixels, chosen, mix, list(attributes), editor, reader)


def sitting(image: str | Path | Image, which: Which = None) -> Sitting:
    """One face of a photo, prepared to be drawn many times (`Sitting.express`). which: as in
    `express_faces`. Raises BadInput, NoFace, BadSettings."""
    pixels, reader = _pixels(image), _face_reader()
    return Sitting(pixels, choose_face(reader.read(pixels), which), reader)


def mix_of_text(text: str) -> dict[Emotion, float]:
    """What a face shows that feels as a text does: at most two emotions with their intensities,
    `{Emotion.NEUTRAL: 1.0}` for a text that tells of none. Raises BadInput."""
    return felt_mix([item.scores for item in read_text(text)])


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


def choose_face(faces: list[ReadFace], which: Which = None) -> ReadFace:
    """The face to draw on: the largest, the one of that index, or the one at a point (x, y) px.

    Raises NoFace when there is none or its mesh cannot be fitted, BadSettings for an index that
    does not exist and a point that is far from every face.
    """
    if not faces:
        raise NoFace(
            "No face found in the picture. Use one where a face is seen from the front or "
            "three-quarter side, lit, and at least about 30 px wide.",
            "사진에서 얼굴을 찾지 못했습니다. 얼굴이 정면이나 반측면으로 밝게, 너비 30픽셀 이상으로 "
            "보이는 사진을 쓰세요.",
        )
    index = _at(faces, which) if isinstance(which, tuple) else which
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


def _at(faces: list[ReadFace], point: tuple[float, float]) -> int:
    """Index of the face whose box holds a point, or comes within half its width of it."""
    away = []
    for face in faces:
        x0, y0, x1, y1 = (float(v) for v in face.box)
        gap = max(x0 - point[0], point[0] - x1, 0.0), max(y0 - point[1], point[1] - y1, 0.0)
        centre = math.hypot((x0 + x1) / 2 - point[0], (y0 + y1) / 2 - point[1])
        away.append((math.hypot(*gap) / max(x1 - x0, 1.0), centre))
    nearest = min(range(len(faces)), key=lambda k: away[k])
    if away[nearest][0] > 0.5:
        raise BadSettings(
            f"There is no face at {point[0]:g}, {point[1]:g}; `pyojeong faces` lists their boxes.",
            f"{point[0]:g}, {point[1]:g} 위치에 얼굴이 없습니다. `pyojeong faces`가 상자를 알려 줍니다.",
        )
    return nearest


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
