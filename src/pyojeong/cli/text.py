"""`pyojeong text`: which emotion a text carries, sentence by sentence or line by line."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pyojeong.cli.classifier import Classifier, LabelMap, Model, load_classifier
from pyojeong.cli.language import language, say
from pyojeong.cli.ocr import OcrName, TextImage, described_picture, read_picture
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import coloured, print_json, print_note, print_table
from pyojeong.cli.profanity import FindProfanity, Judge, MaskProfanity, judge_for
from pyojeong.cli.speakers import speakers_of
from pyojeong.emotion import UNSURE_WORDS, EmotionScores

if TYPE_CHECKING:
    from pyojeong.text.explain import WordWeight
    from pyojeong.text.reader import TextReader


_BATCH = 256


def add_to(app: typer.Typer) -> None:
    app.command(
        "text",
        help=say(
            "Read the emotion of a text. TEXT is the text itself or the path of a text file; "
            "without it the text comes from standard input.",
            "글의 감정을 읽습니다. TEXT는 글 자체이거나 글 파일의 경로이고, 없으면 표준 입력을 읽습니다.",
        ),
        epilog='pyojeong text "오늘은 정말 신난다!"\n\n'
        "pyojeong text tale.txt --json\n\npyojeong text --lines reviews.txt > scores.jsonl\n\n"
        "pyojeong text --image note.jpg",
    )(command)


def command(
    text: Annotated[str | None, typer.Argument(show_default=False)] = None,
    lines: Annotated[
        Path | None,
        typer.Option(
            "--lines",
            metavar="FILE",
            help=say(
                "Read one text per line (- for standard input) and write one JSON object per line.",
                "한 줄에 글 하나씩 읽어(-는 표준 입력) 한 줄에 JSON 하나씩 씁니다.",
            ),
        ),
    ] = None,
    as_json: AsJson = False,
    classifier: Classifier = None,
    model: Model = None,
    label_map: LabelMap = None,
    explained: Annotated[
        bool,
        typer.Option(
            "--explain",
            help=say(
                "Show which words pushed each reading.",
                "어떤 단어가 판단을 이끌었는지 보여 줍니다.",
            ),
        ),
    ] = False,
    speakers: Annotated[
        bool,
        typer.Option(
            "--speakers", help=say("Tell who says what.", "누가 하는 말인지 알려 줍니다.")
        ),
    ] = False,
    image: TextImage = None,
    ocr: OcrName = None,
    profanity: FindProfanity = False,
    mask: MaskProfanity = False,
) -> None:
    from pyojeong.text.reader import TextReader

    if lines is not None and text is not None:
        raise typer.BadParameter(say("give TEXT or --lines", "TEXT와 --lines 중 하나만 쓰세요"))
    if lines is not None and speakers:
        raise typer.BadParameter(
            say("--speakers needs a whole text", "--speakers는 글 전체가 필요합니다")
        )
    if image is not None and (text is not None or lines is not None):
        raise typer.BadParameter(say("give --image or a text", "--image와 글 중 하나만 쓰세요"))
    if ocr is not None and image is None:
        raise typer.BadParameter(say("--ocr needs --image", "--ocr에는 --image가 필요합니다"))
    judge = judge_for(profanity, mask)
    reader = TextReader(load_classifier(classifier, model, label_map))
    if lines is not None:
        _stream(reader, lines, explained, judge)
        return
    pictured = None if image is None else read_picture(image, ocr)
    whole = _the_text(text) if pictured is None else pictured.text
    read = reader.read(whole)
    words = [reader.explain(item.sentence.text) if explained else None for item in read]
    sentences = [
        described(item.sentence.text, item.scores, found)
        for item, found in zip(read, words, strict=True)
    ]
    judged = judge.keys([item.sentence.text for item in read]) if judge else []
    if judged:
        sentences = [s | keys for s, keys in zip(sentences, judged, strict=True)]
    told = speakers_of(whole, [item.sentence for item in read]) if speakers else None
    if as_json:
        if told is not None:
            sentences = [s | v for s, v in zip(sentences, told.sentences, strict=True)]
        origin = described_picture(image, pictured) if image and pictured is not None else {}
        print_json(origin | {"sentences": sentences} | ({"cast": told.cast} if told else {}))
        return
    if not read:
        return
    rows = [
        [
            coloured(r.scores.emotion),
            _certainty(r.scores),
            _plain(r.sentence.text) if found is None else _painted(r.sentence.text, found),
        ]
        for r, found in zip(read, words, strict=True)
    ]
    columns = [say("emotion", "감정"), "", say("sentence", "문장")]
    if told is not None:
        columns.append(say("speaker", "화자"))
        rows = [[*row, told.shown(n)] for n, row in enumerate(rows)]
    if judge is not None and judge.mask:
        # What is masked must not stand beside it.
        shown = (judge.shown(keys) for keys in judged)
        rows = [[*row[:2], text, *row[3:]] for row, text in zip(rows, shown, strict=True)]
    elif judge is not None:
        columns.append(say("abuse", "욕설"))
        rows = [[*row, judge.shown(keys)] for row, keys in zip(rows, judged, strict=True)]
    print_table(columns, rows)


def described(
    text: str, scores: EmotionScores, words: Sequence[WordWeight] | None = None
) -> dict[str, Any]:
    """The JSON object of one text (docs/json.md)."""
    found: dict[str, Any] = {"text": text, **scores.as_reading()}
    if words is not None:
        found["words"] = [asdict(word) for word in words]
    return found


def _the_text(text: str | None) -> str:
    from pyojeong.media.files import read_text_file
    from pyojeong.media.textinput import check_text

    if text is None:
        if sys.stdin.isatty():
            raise typer.BadParameter(say("give a text or a file", "글이나 파일을 주세요"))
        return check_text(sys.stdin.read())
    path = Path(text)
    if _is_file(path):
        found = read_text_file(path)
        for note in found.notes:
            print_note(note.text(language()))
        return found.text
    if re.fullmatch(r"\S{1,200}\.(txt|md|csv|json|srt|vtt)", text):
        return read_text_file(path).text  # a mistyped path: the error says so
    return check_text(text)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False  # a long text or one with NUL is no path


def _stream(reader: TextReader, source: Path, explained: bool, judge: Judge | None) -> None:
    from pyojeong.media.textinput import text_lines

    lines = sys.stdin if str(source) == "-" else text_lines(source)
    read = reader.read_lines(lines)
    while batch := list(islice(read, _BATCH)):
        judged = judge.keys([text for text, _ in batch]) if judge else [{}] * len(batch)
        for (text, scores), keys in zip(batch, judged, strict=True):
            words = reader.explain(text) if explained else None
            print_json(described(text, scores, words) | keys, indent=None)


def _certainty(scores: EmotionScores) -> str:
    """Probability of the emotion, or why it should not be relied on."""
    if scores.unsure is None:
        return f"{scores.confidence:.0%}"
    return f"[dim]{scores.confidence:.0%} ? {say(*UNSURE_WORDS[scores.unsure])}[/]"


def _painted(text: str, words: Sequence[WordWeight]) -> str:
    """The text with the words that spoke for the reading in green, those against it in red."""
    from rich.markup import escape

    largest = max((abs(word.weight) for word in words), default=0.0)
    out, at = "", 0
    for word in words:
        share = abs(word.weight) / largest if largest > 0 else 0.0
        style = "dim" if share < 0.15 else "green" if word.weight > 0 else "red"
        style = f"bold {style}" if share > 0.6 else style
        out += escape(text[at : word.start]) + f"[{style}]{escape(word.text)}[/]"
        at = word.end
    return out + escape(text[at:])


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(" ".join(text.split()))
