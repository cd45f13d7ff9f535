"""`pyojeong data autolabel`: labels from names and captions, a table to edit, and back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyojeong.cli.language import language, say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import print_json, print_note, print_table

if TYPE_CHECKING:
    from pyojeong.data.autolabel.label import Row
    from pyojeong.data.autolabel.words import WordTable

NOTES_TOLD = 10


def add_to(group: typer.Typer) -> None:
    group.command(
        "autolabel",
        help=say(
            "Label pictures by the emotion words in their file names and captions.",
            "파일 이름과 설명에 있는 감정 낱말로 사진에 라벨을 붙입니다.",
        ),
        epilog="pyojeong data autolabel cartoons/ -o labels.csv\n\n"
        "pyojeong data autolabel cartoons/ --review labels.csv -o final.csv",
    )(autolabel)


def autolabel(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar=say("FOLDER", "폴더"), help=say("Folder of pictures.", "사진 폴더.")
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="CSV", help=say("Table to write.", "라벨 표를 쓸 파일.")
        ),
    ] = Path("labels.csv"),
    words: Annotated[
        Path | None,
        typer.Option(
            metavar="TOML",
            help=say("Words of your own, on top of ours.", "기본 낱말에 더할 낱말 파일."),
        ),
    ] = None,
    read: Annotated[
        bool,
        typer.Option(
            "--read",
            help=say(
                "Open the pictures: count faces, compare with the reader.",
                "사진을 열어 얼굴을 세고 표정 판독과 비교합니다.",
            ),
        ),
    ] = False,
    review: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help=say("A table that was edited, to load back.", "고친 표를 다시 읽습니다."),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from pyojeong.data.autolabel.table import read_table, reviewed, write_table
    from pyojeong.data.autolabel.words import load_words
    from pyojeong.media.files import check_output

    table = load_words(words)
    check_output(out)
    if review is not None:
        rows = reviewed(read_table(review, folder, tuple(table.labels)))
        _tell_missing(folder, rows)
    else:
        rows = _label(folder, table, read)
    write_table(out, rows)
    _tell(rows, table, as_json)
    if not as_json:
        print(out)


def _label(folder: Path, table: WordTable, read: bool) -> tuple[Row, ...]:
    from pyojeong.data.autolabel.label import label_folder

    labelled = label_folder(folder, table)
    for note in labelled.notes[:NOTES_TOLD]:
        print_note(note.text(language()))
    more = len(labelled.notes) - NOTES_TOLD
    if more > 0:
        print_note(say(f"and {more} more captions", f"그 밖에 설명 파일 {more}개"))
    if not read:
        return labelled.rows
    from pyojeong.cli.data_progress import counting
    from pyojeong.data.autolabel.reading import read_rows
    from pyojeong.face.reader import FaceReader

    done: list[Row] = []
    with counting(len(labelled.rows), say("Reading", "판독 중")) as tell:
        for row in read_rows(labelled.rows, folder, table.labels, FaceReader().read):
            done.append(row)
            tell(len(done))
    return tuple(done)


def _tell_missing(folder: Path, rows: tuple[Row, ...]) -> None:
    from pyojeong.media.listing import PICTURES, list_pictures

    known = {row.path for row in rows}
    listed = (p.relative for p in list_pictures([folder]) if p.path.suffix.lower() in PICTURES)
    left = sum(path.as_posix() not in known for path in listed)
    if left:
        print_note(
            say(
                f"{left:,} picture{'s'[: left != 1]} of the folder are not in the table.",
                f"폴더의 사진 {left:,}장이 표에 없습니다.",
            )
        )


def _tell(rows: tuple[Row, ...], table: WordTable, as_json: bool) -> None:
    labels = Counter(row.label for row in rows if row.status == "label")
    waiting = [row for row in rows if row.status == "review"]
    reasons = Counter(part.partition(":")[0] for r in waiting for part in r.reason.split("; "))
    if as_json:
        print_json(
            {
                "pictures": len(rows),
                "labelled": sum(labels.values()),
                "labels": {name: labels[name] for name in table.labels},
                "review": len(waiting),
                "reasons": dict(reasons.most_common()),
            }
        )
        return
    columns = [say("label", "라벨"), say("pictures", "사진")]
    print_table(columns, [[name, f"{labels[name]:,}"] for name in table.labels])
    if waiting:
        told = ", ".join(f"{reason or '-'} {n:,}" for reason, n in reasons.most_common())
        print_note(
            say(
                f"{len(waiting):,} of {len(rows):,} wait for review: {told}.",
                f"{len(rows):,}장 가운데 {len(waiting):,}장은 검토가 필요합니다: {told}.",
            )
        )
