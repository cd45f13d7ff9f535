"""Reports as Excel workbooks: summary, faces with thumbnails, pictures, failures."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from pyojeong.emotion import EMOTIONS
from pyojeong.errors import Language
from pyojeong.face.report.journal import Journal
from pyojeong.face.report.record import Item, Record
from pyojeong.face.report.summary import Summary
from pyojeong.face.report.table import QUALITY, faces_of
from pyojeong.face.report.thumbnails import SIDE
from pyojeong.face.report.words import COLOURS, emotion_name, unsure_name
from pyojeong.face.report.workbook import Headed, Table, Workbook

THUMBNAILS = 5000
"""Most thumbnails in one workbook: more make it slow to open."""

_SHOWN = 56
"""Side of a thumbnail in its cell, px."""


def write_xlsx(path: Path, journal: Journal, summary: Summary, lang: Language) -> None:
    """Raises MissingExtra without XlsxWriter."""
    book = Workbook(path, journal.scratch(), lang)
    try:
        _summarise(book, summary)
        _list_faces(book, journal)
        _list_pictures(book, journal)
        if summary.failed:
            _list_failures(book, journal)
    finally:
        book.close()


# --- summary ---------------------------------------------------------------------------------


def _summarise(book: Workbook, summary: Summary) -> None:
    sheet = book.sheet(book.word("summary"))
    sheet.hide_gridlines(2)
    counts = {
        "pictures": summary.pictures,
        "faceless": summary.faceless,
        "failed": summary.failed,
        "faces": summary.faces,
        "unread": summary.unread,
        "unsure_faces": summary.unsure,
    }
    sheet.write_string(0, 0, book.word("title"), book.title)
    for row, (key, count) in enumerate(counts.items(), 2):
        book.text(sheet, row, 0, book.word(key))
        sheet.write_number(row, 1, count, book.whole)
    top = len(counts) + 3
    keys = {"emotion": 38.0, "count": 16.0, "share": 16.0, "mean_confidence": 16.0}
    book.heads(sheet, top, [(book.word(key), width) for key, width in keys.items()])
    for row, emotion in enumerate(EMOTIONS, top + 1):
        book.tag(sheet, row, 0, emotion)
        sheet.write_number(row, 1, summary.emotions[emotion].faces, book.whole)
        sheet.write_number(row, 2, summary.share(emotion), book.percent)
        sheet.write_number(row, 3, summary.emotions[emotion].mean, book.percent)
    _chart(book, sheet, top)


def _chart(book: Workbook, sheet: Any, top: int) -> None:
    name, last = sheet.get_name(), top + len(EMOTIONS)
    chart = book.book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": book.word("faces"),
            "categories": [name, top + 1, 0, last, 0],
            "values": [name, top + 1, 1, last, 1],
            "points": [{"fill": {"color": COLOURS[e]}} for e in EMOTIONS],
            "gap": 40,
            "data_labels": {"value": True},
        }
    )
    chart.set_legend({"none": True})
    chart.set_title({"name": book.word("faces"), "overlay": False})
    chart.set_y_axis({"reverse": True, "line": {"none": True}})
    chart.set_x_axis({"major_gridlines": {"visible": False}, "visible": False})
    chart.set_size({"width": 520, "height": 320})
    sheet.insert_chart(1, 5, chart)


# --- faces -----------------------------------------------------------------------------------


def _list_faces(book: Workbook, journal: Journal) -> None:
    scores = [(emotion_name(e, book.lang), 9.0) for e in EMOTIONS]
    widths = {"thumbnail": 9.0, "image": 44.0, "face": 5.0, "emotion": 11.0, "confidence": 11.0}
    others = {"valence": 8.0, "arousal": 8.0, "unsure": 24.0, "x1": 8.0, "y1": 8.0, "x2": 8.0}
    others |= {"y2": 8.0, "score": 9.0, **dict.fromkeys(QUALITY, 10.0)}
    headings: list[Headed] = [(book.word(key), width) for key, width in widths.items()]
    headings += scores + [(book.word(key), width) for key, width in others.items()]
    table = Table(book, book.word("faces"), headings, bars=(4, 4 + len(EMOTIONS)))
    shown = 0
    for record in journal:
        for number, face, place in faces_of(record):
            sheet, row = table.next()
            picture = journal.thumbnails.read(place) if shown < THUMBNAILS else None
            if picture is not None:
                shown += 1
                _picture(sheet, row, picture)
            book.text(sheet, row, 1, record.image)
            sheet.write_number(row, 2, number, book.whole)
            _reading(book, sheet, row, face)
            _measures(book, sheet, row, face)
    table.finish()


def _picture(sheet: Any, row: int, jpeg: bytes) -> None:
    sheet.set_row_pixels(row, _SHOWN + 4)
    options = {
        "image_data": io.BytesIO(jpeg),
        "x_scale": _SHOWN / SIDE,
        "y_scale": _SHOWN / SIDE,
        "x_offset": 3,
        "y_offset": 2,
        # Moves with its cell, so that sorted rows keep their faces.
        "object_position": 1,
    }
    sheet.insert_image(row, 0, f"face{row}.jpg", options)


def _reading(book: Workbook, sheet: Any, row: int, face: Item) -> None:
    """The columns from the emotion to why it is unsure."""
    why = 7 + len(EMOTIONS)
    if face["emotion"] is None:
        book.text(sheet, row, 3, "-")
        book.text(sheet, row, why, book.word("unreadable"))
        return
    book.tag(sheet, row, 3, face["emotion"])
    sheet.write_number(row, 4, face["confidence"], book.percent)
    for column, emotion in enumerate(EMOTIONS, 5):
        sheet.write_number(row, column, face["scores"][emotion], book.percent)
    for column, key in enumerate(("valence", "arousal"), 5 + len(EMOTIONS)):
        if face.get(key) is not None:
            sheet.write_number(row, column, face[key], book.number)
    book.text(sheet, row, why, unsure_name(face.get("unsure"), book.lang))


def _measures(book: Workbook, sheet: Any, row: int, face: Item) -> None:
    """The box, the detector's score and the quality."""
    first = 8 + len(EMOTIONS)
    for column, edge in enumerate(face["box"], first):
        sheet.write_number(row, column, edge, book.whole)
    sheet.write_number(row, first + 4, face["score"], book.number)
    quality = face.get("quality") or {}
    for column, key in enumerate(QUALITY, first + 5):
        if quality.get(key) is not None:
            sheet.write_number(row, column, quality[key], book.number)


# --- pictures and failures -------------------------------------------------------------------


def _list_pictures(book: Workbook, journal: Journal) -> None:
    widths = {"image": 56.0, "width": 9.0, "height": 9.0, "count": 9.0, "main_emotion": 24.0}
    headings: list[Headed] = [(book.word(key), width) for key, width in widths.items()]
    headings.append((book.word("mean_confidence"), 18))
    headings += [(emotion_name(e, book.lang), 9) for e in EMOTIONS]
    headings.append((book.word("error"), 70))
    table = Table(book, book.word("pictures"), headings)
    for record in journal:
        sheet, row = table.next()
        book.text(sheet, row, 0, record.image)
        if record.error is None:
            _picture_row(book, sheet, row, record)
        else:
            book.text(sheet, row, 6 + len(EMOTIONS), record.error.text(book.lang))
    table.finish()


def _picture_row(book: Workbook, sheet: Any, row: int, record: Record) -> None:
    for column, count in enumerate((record.width, record.height, len(record.faces)), 1):
        sheet.write_number(row, column, count, book.whole)
    if not record.faces:
        book.text(sheet, row, 4, book.word("no_face"))
    read = [face for face in record.faces if face["emotion"] is not None]
    if not read:
        return
    book.tag(sheet, row, 4, read[0]["emotion"])
    mean = sum(face["confidence"] for face in read) / len(read)
    sheet.write_number(row, 5, mean, book.percent)
    for column, emotion in enumerate(EMOTIONS, 6):
        count = sum(face["emotion"] == emotion for face in read)
        if count:
            sheet.write_number(row, column, count, book.whole)


def _list_failures(book: Workbook, journal: Journal) -> None:
    headings: list[Headed] = [(book.word("image"), 60), (book.word("reason"), 110)]
    table = Table(book, book.word("failures"), headings)
    for record in journal:
        if record.error is not None:
            sheet, row = table.next()
            book.text(sheet, row, 0, record.image)
            book.text(sheet, row, 1, record.error.text(book.lang))
    table.finish()
