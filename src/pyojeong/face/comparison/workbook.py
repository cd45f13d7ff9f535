"""Comparisons as Excel workbooks: summary, pictures, disagreements with thumbnails, failures.

Rows go to disk as they are written (XlsxWriter's constant memory); the summary, which comes first
in the book, is filled in at the end. Every text is a string cell: no path becomes a formula.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyojeong.errors import Language
from pyojeong.face.comparison import words
from pyojeong.face.comparison.compared import Compared
from pyojeong.face.comparison.drawing import COLOURS, drawing
from pyojeong.face.comparison.tally import Tally, failures_of
from pyojeong.face.types import Image
from pyojeong.registry import missing_extra

THUMBNAILS = 300
"""Most pictures in the book: they stay in memory until it is closed, and make it slow to open."""

ROWS = 1_000_000
"""Most rows of a sheet; Excel's limit is 1,048,576."""

_LONGEST = 32_000
_ZOOM = 0.5


class XlsxOutput:
    """Raises MissingExtra without XlsxWriter."""

    def __init__(self, path: Path, names: Sequence[str], lang: Language) -> None:
        try:
            import xlsxwriter
        except ModuleNotFoundError as error:
            raise missing_extra("A comparison as an Excel workbook", "report") from error
        self._names, self._lang, self._open = tuple(names), lang, True
        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "nan_inf_to_errors": True,
            },
        )
        base = {"valign": "vcenter", "font_size": 10}
        self._plain = self._book.add_format(base)
        self._wrapped = self._book.add_format({**base, "text_wrap": True})
        self._soft = self._book.add_format({**base, "italic": True, "font_color": "#667384"})
        self._kinds = {
            kind: self._book.add_format({**base, "num_format": code})
            for kind, code in (("whole", "#,##0"), ("number", "0.0"), ("share", "0.0%"))
        }
        margin = {**base, "num_format": "+0.00;-0.00;0", "align": "left"}
        self._margin = self._book.add_format(margin)
        self._title = self._book.add_format({"bold": True, "font_size": 16})
        head = {"bold": True, "bg_color": "#2B3A4A", "font_color": "#FFFFFF", "valign": "vcenter"}
        self._head = self._book.add_format(head)
        self._over_numbers = self._book.add_format({**head, "align": "right"})
        self._summary = self._book.add_worksheet(self._word("summary"))
        self._pictures = _Page(self._sheet("pictures", self._picture_columns()))
        self._disputed = _Page(self._sheet("disputed", self._disputed_columns()))
        self._failures = _Page(
            self._sheet(
                "failures",
                [
                    (self._word("image"), 60),
                    (self._word("detector"), 14),
                    (self._word("reason"), 90),
                ],
            )
        )

    def close(self) -> None:
        if self._open:
            self._open = False
            try:
                self._book.close()
            except Exception as error:
                # XlsxWriter hides a full disk in an error of its own.
                if error.args and isinstance(error.args[0], OSError):
                    raise error.args[0] from error
                raise

    # --- picture by picture ------------------------------------------------------------------

    def add(self, compared: Compared, image: Image | None) -> None:
        if self._pictures.row < ROWS:
            self._picture(compared)
        for picture, detector, en, ko in failures_of(compared, self._names):
            if self._failures.row < ROWS:
                row = self._failures.next()
                reason = ko if self._lang == "ko" else en
                for column, text in enumerate((picture, detector, reason)):
                    self._text(self._failures.sheet, row, column, text)
        if image is not None and compared.disputed.any() and self._disputed.row < THUMBNAILS:
            self._disagreement(compared, image)

    def _picture_columns(self) -> list[tuple[str, float]]:
        counted = [(name, 11) for name in self._names]
        timed = [(f"{name}, {self._word('ms')}", 14) for name in self._names]
        keys = ("width", "height", "label")
        return [
            (self._word("image"), 56),
            *((self._word(key), 10) for key in keys),
            *counted,
            (self._word("found_by_all"), 20),
            (self._word("disputed"), 14),
            *timed,
        ]

    def _picture(self, compared: Compared) -> None:
        sheet, row = self._pictures.sheet, self._pictures.next()
        self._text(sheet, row, 0, compared.image)
        if compared.error is not None:
            self._text(sheet, row, 4, compared.error.text(self._lang))
            return
        for column, side in enumerate(compared.size, 1):
            sheet.write_number(row, column, side, self._kinds["whole"])
        self._text(sheet, row, 3, compared.label or "")
        at = 4
        for number, look in enumerate(compared.looks):
            if look.error is not None:
                self._text(sheet, row, at + number, self._word("failed"))
            else:
                sheet.write_number(row, at + number, len(look.faces), self._kinds["whole"])
        at += len(self._names)
        disputed = int(compared.disputed.sum())
        sheet.write_number(row, at, len(compared.faces) - disputed, self._kinds["whole"])
        sheet.write_number(row, at + 1, disputed, self._kinds["whole"])
        for column, look in enumerate(compared.looks, at + 2):
            sheet.write_number(row, column, look.ms, self._kinds["number"])

    def _disputed_columns(self) -> list[tuple[str, float]]:
        counted = [(name, 11) for name in self._names]
        return [
            (self._word("seen"), 35),
            (self._word("image"), 50),
            *counted,
            (self._word("who"), 60),
        ]

    def _disagreement(self, compared: Compared, image: Image) -> None:
        sheet, row = self._disputed.sheet, self._disputed.next()
        data, height = drawing(image, compared, self._names)
        sheet.set_row_pixels(row, round(height * _ZOOM) + 6)
        # Moves with its cell, so that sorted rows keep their pictures.
        place = {
            "image_data": io.BytesIO(data),
            "x_scale": _ZOOM,
            "y_scale": _ZOOM,
            "x_offset": 3,
            "y_offset": 3,
            "object_position": 1,
        }
        sheet.insert_image(row, 0, f"picture{row}.jpg", place)
        self._text(sheet, row, 1, compared.image, self._wrapped)
        for column, look in enumerate(compared.looks, 2):
            sheet.write_number(row, column, len(look.faces), self._kinds["whole"])
        who = [self._finders(compared, line) for line in compared.faces[compared.disputed]]
        self._text(sheet, row, 2 + len(self._names), "\n".join(who[:40]), self._wrapped)

    def _finders(self, compared: Compared, line: Any) -> str:
        """One disputed face: where, and who found it."""
        found = [number for number, at in enumerate(line.tolist()) if at >= 0]
        box = compared.looks[found[0]].faces.boxes[line[found[0]]]
        x0, y0, x1, y1 = (round(float(v)) for v in box)
        names = ", ".join(self._names[number] for number in found)
        return f"{x1 - x0}x{y1 - y0} @ {x0},{y0}: {names}"

    # --- at the end --------------------------------------------------------------------------

    def finish(self, tally: Tally) -> None:
        for page, columns in (
            (self._pictures, len(self._picture_columns())),
            (self._disputed, len(self._disputed_columns())),
            (self._failures, 3),
        ):
            if page.row:
                page.sheet.autofilter(0, 0, page.row, columns - 1)
        if tally.disputed > self._disputed.row:
            self._text(
                self._disputed.sheet, self._disputed.row + 2, 1, self._word("more"), self._soft
            )
        self._fill_summary(tally)
        self.close()

    def _fill_summary(self, tally: Tally) -> None:
        sheet = self._summary
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 8, 24)
        _on_one_page_wide(sheet)
        sheet.write_string(0, 0, self._word("title"), self._title)
        row = 2
        for key, count in (
            ("count", tally.pictures),
            ("unreadable", tally.unreadable),
            ("disputed_pictures", tally.disputed),
            ("all_faces", tally.faces),
            ("found_by_all", tally.agreed),
        ):
            self._text(sheet, row, 0, self._word(key))
            sheet.write_number(row, 1, count, self._kinds["whole"])
            row += 1
        row = self._detectors(tally, row + 1)
        row = self._pairs(tally, row + 1)
        self._margins(tally, row + 1)

    def _detectors(self, tally: Tally, row: int) -> int:
        keys = ("detector", "faces", "with_faces", "alone", "missed", "failed")
        self._heads(self._summary, row, [*keys, "mean_ms", "slowest_ms", "total_s"])
        for number, each in enumerate(tally.detectors):
            row += 1
            colour = {"font_color": COLOURS[number % len(COLOURS)]}
            name = self._book.add_format({"bold": True, "font_size": 10, **colour})
            self._summary.write_string(row, 0, each.name, name)
            counts = (each.faces, each.pictures, each.alone, each.missed, each.failed)
            for column, count in enumerate(counts, 1):
                self._number(self._summary, row, column, count, "whole")
            times = (each.mean_ms, each.slowest, each.total / 1000)
            for column, value in enumerate(times, 6):
                self._number(self._summary, row, column, value, "number")
        return row + 1

    def _pairs(self, tally: Tally, row: int) -> int:
        self._heads(self._summary, row, ["pair", "both", "f1", "jaccard"])
        for pair in tally.pairs:
            row += 1
            self._text(self._summary, row, 0, f"{pair.first} - {pair.second}")
            self._number(self._summary, row, 1, pair.both, "whole")
            self._number(self._summary, row, 2, pair.f1, "share")
            self._number(self._summary, row, 3, pair.jaccard, "share")
        self._text(self._summary, row + 1, 0, self._word("about_pairs"), self._soft)
        return row + 2

    def _margins(self, tally: Tally, row: int) -> None:
        if not tally.margins:
            return
        top = row
        keys = ["margin", "faces", "agreement", "mean_confidence"]
        with_labels = any(each.labelled for each in tally.margins)
        self._heads(self._summary, row, [*keys, *(["accuracy", "labelled"] if with_labels else [])])
        for each in tally.margins:
            row += 1
            self._summary.write_number(row, 0, each.margin, self._margin)
            self._number(self._summary, row, 1, each.faces, "whole")
            self._number(self._summary, row, 2, each.agreement, "share")
            self._number(self._summary, row, 3, each.mean_confidence, "share")
            if with_labels:
                self._number(self._summary, row, 4, each.accuracy, "share")
                self._number(self._summary, row, 5, each.labelled, "whole")
        self._text(self._summary, row + 1, 0, self._word("about_margin"), self._soft)
        if tally.margins[0].faces:
            self._chart(top, row, 5 if with_labels else 4)

    def _chart(self, top: int, last: int, end: int) -> None:
        chart = self._book.add_chart({"type": "line"})
        name = self._word("summary")
        for column in range(2, end):
            chart.add_series(
                {
                    "name": [name, top, column],
                    "categories": [name, top + 1, 0, last, 0],
                    "values": [name, top + 1, column, last, column],
                    "marker": {"type": "circle"},
                    "line": {"color": COLOURS[column - 2], "width": 2.25},
                }
            )
        chart.set_title({"name": self._word("margin"), "overlay": False})
        chart.set_y_axis(
            {"num_format": "0%", "major_gridlines": {"visible": True, "line": {"color": "#E1E5EA"}}}
        )
        chart.set_x_axis({"label_position": "low"})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 620, "height": 320})
        self._summary.insert_chart(last + 3, 0, chart)

    # --- cells -------------------------------------------------------------------------------

    def _word(self, key: str) -> str:
        return words.word(key, self._lang)

    def _text(self, sheet: Any, row: int, column: int, text: str, style: Any = None) -> None:
        sheet.write_string(row, column, text[:_LONGEST], style or self._plain)

    def _number(self, sheet: Any, row: int, column: int, value: float | None, kind: str) -> None:
        if value is None:
            self._text(sheet, row, column, "-")
        else:
            sheet.write_number(row, column, value, self._kinds[kind])

    def _heads(self, sheet: Any, row: int, keys: Sequence[str]) -> None:
        for column, key in enumerate(keys):
            style = self._over_numbers if column else self._head
            sheet.write_string(row, column, self._word(key), style)

    def _sheet(self, key: str, columns: Sequence[tuple[str, float]]) -> Any:
        sheet = self._book.add_worksheet(self._word(key))
        sheet.freeze_panes(1, 0)
        _on_one_page_wide(sheet)
        for column, (heading, width) in enumerate(columns):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, self._head)
        return sheet


def _on_one_page_wide(sheet: Any) -> None:
    """For printing."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


class _Page:
    """A sheet and its last row written."""

    def __init__(self, sheet: Any) -> None:
        self.sheet, self.row = sheet, 0

    def next(self) -> int:
        self.row += 1
        return self.row
