"""An Excel workbook in the house's style, written row by row with XlsxWriter.

Every text is written as a string cell: nothing in a path can become a formula or a link. Rows go
to disk as they are written (constant memory); a sheet that is full is continued in another.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.errors import Language
from pyojeong.face.report.words import COLOURS, INKS, emotion_name, word
from pyojeong.registry import missing_extra

ROWS = 1_000_000
"""Most rows of a sheet; Excel's limit is 1,048,576."""

_LONGEST = 32_000
"""Characters of a cell; Excel's limit is 32,767."""

Headed = tuple[str, float]
"""A column's heading and width in characters."""


class Workbook:
    """Sheets and cells. scratch: folder for rows until the book is closed."""

    def __init__(self, path: Path, scratch: Path, lang: Language) -> None:
        """Raises MissingExtra without XlsxWriter."""
        try:
            import xlsxwriter
        except ModuleNotFoundError as error:
            raise missing_extra("A report as an Excel workbook", "report") from error
        self.lang = lang
        options = {
            "constant_memory": True,
            "tmpdir": str(scratch),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
        }
        self.book = xlsxwriter.Workbook(str(path), options)
        self.plain = self._format()
        self.percent = self._format(num_format="0%")
        self.number = self._format(num_format="0.00")
        self.whole = self._format(num_format="#,##0")
        self.title = self._format(bold=True, font_size=16)
        self.head = self._format(bold=True, bg_color="#2B3A4A", font_color="#FFFFFF")
        tag = {"bold": True, "align": "center", "border": 1, "border_color": "#FFFFFF"}
        self.tags = {
            e: self._format(**tag, bg_color=COLOURS[e], font_color=INKS[e]) for e in EMOTIONS
        }

    def _format(self, **looks: Any) -> Any:
        return self.book.add_format({"valign": "vcenter", "font_size": 10, **looks})

    def close(self) -> None:
        """Write the file. Raises OSError."""
        from xlsxwriter.exceptions import FileCreateError

        try:
            self.book.close()
        except FileCreateError as error:
            cause = error.args[0] if error.args else None
            raise cause if isinstance(cause, OSError) else OSError(str(error)) from error

    def word(self, key: str) -> str:
        return word(key, self.lang)

    def text(self, sheet: Any, row: int, column: int, text: str) -> None:
        sheet.write_string(row, column, text[:_LONGEST], self.plain)

    def tag(self, sheet: Any, row: int, column: int, emotion: str) -> None:
        """An emotion's name on its colour."""
        name = emotion_name(emotion, self.lang)
        sheet.write_string(row, column, name, self.tags[Emotion(emotion)])

    def heads(self, sheet: Any, row: int, headings: list[Headed]) -> None:
        for column, (heading, width) in enumerate(headings):
            sheet.set_column(column, column, width)
            sheet.write_string(row, column, heading, self.head)

    def sheet(self, name: str) -> Any:
        """An empty sheet; in print A4 across, one page wide."""
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet


class Table:
    """A sheet of rows under headings, and the sheets that continue it. bars: first and last
    column of probabilities, which get bars."""

    def __init__(
        self,
        book: Workbook,
        name: str,
        headings: list[Headed],
        bars: tuple[int, int] | None = None,
    ) -> None:
        self._book, self._name, self._headings, self._bars = book, name, headings, bars
        self._count, self._row = 0, ROWS
        self._continue()

    def next(self) -> tuple[Any, int]:
        """The sheet and row to write next."""
        if self._row >= ROWS:
            self.finish()
            self._continue()
        self._row += 1
        return self._sheet, self._row

    def _continue(self) -> None:
        self._count, self._row = self._count + 1, 0
        number = f" {self._count}" if self._count > 1 else ""
        self._sheet = self._book.sheet(self._name + number)
        self._book.heads(self._sheet, 0, self._headings)
        self._sheet.freeze_panes(1, 0)
        self._sheet.repeat_rows(0)

    def finish(self) -> None:
        """What needs to know how many rows there are."""
        if not self._row:
            return
        self._sheet.autofilter(0, 0, self._row, len(self._headings) - 1)
        if self._bars:
            first, last = self._bars
            limits = {"min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1}
            bar = {"type": "data_bar", "bar_color": "#9CC3E6", **limits}
            self._sheet.conditional_format(1, first, self._row, last, bar)
