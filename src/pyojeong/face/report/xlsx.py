"""Reports as Excel workbooks: summary, faces with thumbnails, pictures, failures.

Every text is written as a string cell: nothing in a path can become a formula or a link. Rows go
to disk as they are written (XlsxWriter's constant memory); a sheet that is full is continued in
another.
"""

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
from pyojeong.face.report.words import COLOURS, INKS, emotion_name, unsure_name, word
from pyojeong.registry import missing_extra

THUMBNAILS = 5000
"""Most thumbnails in one workbook: more make it slow to open."""

ROWS = 1_000_000
"""Most rows of a sheet; Excel's limit is 1,048,576."""

_SHOWN = 56
"""Side of a thumbnail in its cell, px."""

_LONGEST = 32_000
"""Characters of a cell; Excel's limit is 32,767."""

Headed = tuple[str, float]
"""A column's heading and width in characters."""


def write_xlsx(path: Path, journal: Journal, summary: Summary, lang: Language) -> None:
    """Raises MissingExtra without XlsxWriter."""
    book = _Book(path, journal, lang)
    try:
        book.summary(summary)
        book.faces()
        book.pictures()
        if summary.failed:
            book.failures()
    finally:
        book.close()


class _Book:
    def __init__(self, path: Path, journal: Journal, lang: Language) -> None:
        try:
            import xlsxwriter
        except ModuleNotFoundError as error:
            raise missing_extra("A report as an Excel workbook", "report") from error
        self._journal, self._lang = journal, lang
        self._thumbnails = 0
        options = {
            "constant_memory": True,
            "tmpdir": str(journal.scratch()),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
        }
        self._book = xlsxwriter.Workbook(str(path), options)
        base = {"valign": "vcenter", "font_size": 10}
        self._plain = self._book.add_format(base)
        self._percent = self._book.add_format({**base, "num_format": "0%"})
        self._number = self._book.add_format({**base, "num_format": "0.00"})
        self._whole = self._book.add_format({**base, "num_format": "#,##0"})
        self._title = self._book.add_format({"bold": True, "font_size": 16})
        self._head = self._book.add_format(
            {"bold": True, "bg_color": "#2B3A4A", "font_color": "#FFFFFF", "valign": "vcenter"}
        )
        self._emotions = {
            e: self._book.add_format(
                {
                    **base,
                    "bold": True,
                    "align": "center",
                    "bg_color": COLOURS[e],
                    "font_color": INKS[e],
                    "border": 1,
                    "border_color": "#FFFFFF",
                }
            )
            for e in EMOTIONS
        }

    def close(self) -> None:
        self._book.close()

    # --- sheets ------------------------------------------------------------------------------

    def summary(self, summary: Summary) -> None:
        sheet = self._book.add_worksheet(self._word("summary"))
        sheet.hide_gridlines(2)
        _fit_paper(sheet)
        sheet.set_column(0, 0, 38)
        sheet.set_column(1, 3, 16)
        sheet.write_string(0, 0, self._word("title"), self._title)
        counts = [
            ("pictures", summary.pictures),
            ("faceless", summary.faceless),
            ("failed", summary.failed),
            ("faces", summary.faces),
            ("unread", summary.unread),
            ("unsure_faces", summary.unsure),
        ]
        for row, (key, count) in enumerate(counts, 2):
            self._text(sheet, row, 0, self._word(key))
            sheet.write_number(row, 1, count, self._whole)
        top = len(counts) + 3
        for column, key in enumerate(("emotion", "count", "share", "mean_confidence")):
            sheet.write_string(top, column, self._word(key), self._head)
        for row, emotion in enumerate(EMOTIONS, top + 1):
            name = emotion_name(emotion, self._lang)
            sheet.write_string(row, 0, name, self._emotions[emotion])
            sheet.write_number(row, 1, summary.emotions[emotion].faces, self._whole)
            sheet.write_number(row, 2, summary.share(emotion), self._percent)
            sheet.write_number(row, 3, summary.emotions[emotion].mean, self._percent)
        self._chart(sheet, top)

    def _chart(self, sheet: Any, top: int) -> None:
        name, last = sheet.get_name(), top + len(EMOTIONS)
        chart = self._book.add_chart({"type": "bar"})
        chart.add_series(
            {
                "name": self._word("faces"),
                "categories": [name, top + 1, 0, last, 0],
                "values": [name, top + 1, 1, last, 1],
                "points": [{"fill": {"color": COLOURS[e]}} for e in EMOTIONS],
                "gap": 40,
                "data_labels": {"value": True},
            }
        )
        chart.set_legend({"none": True})
        chart.set_title({"name": self._word("faces"), "overlay": False})
        chart.set_y_axis({"reverse": True, "line": {"none": True}})
        chart.set_x_axis({"major_gridlines": {"visible": False}, "visible": False})
        chart.set_size({"width": 520, "height": 320})
        sheet.insert_chart(1, 5, chart)

    def faces(self) -> None:
        headings: list[Headed] = [
            (self._word("thumbnail"), 9),
            (self._word("image"), 44),
            (self._word("face"), 5),
            (self._word("emotion"), 11),
            (self._word("confidence"), 11),
            *((emotion_name(e, self._lang), 9) for e in EMOTIONS),
            (self._word("valence"), 8),
            (self._word("arousal"), 8),
            (self._word("unsure"), 24),
            *((self._word(edge), 8) for edge in ("x1", "y1", "x2", "y2")),
            (self._word("score"), 9),
            *((self._word(name), 10) for name in QUALITY),
        ]
        pages = _Pages(self, "faces", headings, bars=(4, 4 + len(EMOTIONS)))
        for record in self._journal:
            for number, face, place in faces_of(record):
                sheet, row = pages.next()
                self._face_row(sheet, row, record, number, face, place)
        pages.finish()

    def _face_row(
        self,
        sheet: Any,
        row: int,
        record: Record,
        number: int,
        face: Item,
        place: tuple[int, int] | None,
    ) -> None:
        picture = self._journal.thumbnails.read(place) if self._thumbnails < THUMBNAILS else None
        if picture is not None:
            self._thumbnails += 1
            sheet.set_row_pixels(row, _SHOWN + 4)
            # Moves with its cell, so that sorted rows keep their faces.
            place_in_cell = {
                "image_data": io.BytesIO(picture),
                "x_scale": _SHOWN / SIDE,
                "y_scale": _SHOWN / SIDE,
                "x_offset": 3,
                "y_offset": 2,
                "object_position": 1,
            }
            sheet.insert_image(row, 0, f"face{self._thumbnails}.jpg", place_in_cell)
        self._text(sheet, row, 1, record.image)
        sheet.write_number(row, 2, number, self._whole)
        emotion, scores = face["emotion"], face["scores"]
        if emotion is None:
            self._text(sheet, row, 3, "-")
        else:
            name = emotion_name(emotion, self._lang)
            sheet.write_string(row, 3, name, self._emotions[emotion])
            sheet.write_number(row, 4, face["confidence"], self._percent)
            for column, each in enumerate(EMOTIONS, 5):
                sheet.write_number(row, column, scores[each], self._percent)
        at = 5 + len(EMOTIONS)
        for column, key in enumerate(("valence", "arousal"), at):
            if face.get(key) is not None:
                sheet.write_number(row, column, face[key], self._number)
        reason = self._word("unreadable") if emotion is None else None
        self._text(sheet, row, at + 2, reason or unsure_name(face.get("unsure"), self._lang))
        for column, edge in enumerate(face["box"], at + 3):
            sheet.write_number(row, column, edge, self._whole)
        sheet.write_number(row, at + 7, face["score"], self._number)
        quality = face.get("quality") or {}
        for column, key in enumerate(QUALITY, at + 8):
            if quality.get(key) is not None:
                sheet.write_number(row, column, quality[key], self._number)

    def pictures(self) -> None:
        headings: list[Headed] = [
            (self._word("image"), 56),
            (self._word("width"), 9),
            (self._word("height"), 9),
            (self._word("count"), 9),
            (self._word("main_emotion"), 24),
            (self._word("mean_confidence"), 18),
            *((emotion_name(e, self._lang), 9) for e in EMOTIONS),
            (self._word("error"), 70),
        ]
        pages = _Pages(self, "pictures", headings)
        for record in self._journal:
            sheet, row = pages.next()
            self._picture_row(sheet, row, record)
        pages.finish()

    def _picture_row(self, sheet: Any, row: int, record: Record) -> None:
        self._text(sheet, row, 0, record.image)
        if record.error is not None:
            self._text(sheet, row, 6 + len(EMOTIONS), record.error.text(self._lang))
            return
        for column, count in enumerate((record.width, record.height, len(record.faces)), 1):
            sheet.write_number(row, column, count, self._whole)
        read = [face for face in record.faces if face["emotion"] is not None]
        if not record.faces:
            self._text(sheet, row, 4, self._word("no_face"))
        if read:
            emotion = read[0]["emotion"]
            name = emotion_name(emotion, self._lang)
            sheet.write_string(row, 4, name, self._emotions[emotion])
            mean = sum(face["confidence"] for face in read) / len(read)
            sheet.write_number(row, 5, mean, self._percent)
        for column, each in enumerate(EMOTIONS, 6):
            count = sum(face["emotion"] == each for face in read)
            if count:
                sheet.write_number(row, column, count, self._whole)

    def failures(self) -> None:
        headings: list[Headed] = [(self._word("image"), 60), (self._word("reason"), 110)]
        pages = _Pages(self, "failures", headings)
        for record in self._journal:
            if record.error is not None:
                sheet, row = pages.next()
                self._text(sheet, row, 0, record.image)
                self._text(sheet, row, 1, record.error.text(self._lang))
        pages.finish()

    # --- cells -------------------------------------------------------------------------------

    def _word(self, key: str) -> str:
        return word(key, self._lang)

    def _text(self, sheet: Any, row: int, column: int, text: str) -> None:
        sheet.write_string(row, column, text[:_LONGEST], self._plain)

    def page(self, name: str, headings: list[Headed]) -> Any:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        _fit_paper(sheet)
        for column, (heading, width) in enumerate(headings):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, self._head)
        return sheet


def _fit_paper(sheet: Any) -> None:
    """In print: A4 across, one page wide."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


class _Pages:
    """A sheet, and the ones that continue it."""

    def __init__(
        self, book: _Book, key: str, headings: list[Headed], bars: tuple[int, int] | None = None
    ) -> None:
        self._book, self._name, self._headings = book, book._word(key), headings
        self._bars = bars
        self._count, self._row = 1, 0
        self._sheet = book.page(self._name, headings)

    def next(self) -> tuple[Any, int]:
        """The sheet and row to write next."""
        if self._row >= ROWS:
            self.finish()
            self._count, self._row = self._count + 1, 0
            self._sheet = self._book.page(f"{self._name} {self._count}", self._headings)
        self._row += 1
        return self._sheet, self._row

    def finish(self) -> None:
        """What needs to know how many rows there are."""
        if not self._row:
            return
        self._sheet.autofilter(0, 0, self._row, len(self._headings) - 1)
        if self._bars:
            first, last = self._bars
            bar = {
                "type": "data_bar",
                "bar_color": "#9CC3E6",
                "min_type": "num",
                "max_type": "num",
                "min_value": 0,
                "max_value": 1,
            }
            self._sheet.conditional_format(1, first, self._row, last, bar)
