"""A reading's report: the page and the tables, each whole or not at all."""

from __future__ import annotations

from pathlib import Path

from pyojeong.errors import Language
from pyojeong.film.analysis import analyse
from pyojeong.film.report.edits import edit_list
from pyojeong.film.report.page import Page
from pyojeong.film.report.poster import draw_shares, draw_timeline
from pyojeong.film.report.tables import write_tables
from pyojeong.film.types import FilmReading
from pyojeong.media.files import atomic_path
from pyojeong.media.image import Picture, write_image

PAGE, SHARES, TIMES, EDITS = "report.html", "emotions.png", "timeline.png", "peaks.edl"


def write_report(reading: FilmReading, folder: Path, lang: Language = "en") -> list[Path]:
    """Write the page, two charts, the edit list and the tables into a folder that is there.

    lang: what the page shows at first; it holds both. Raises OutputFailed.
    """
    analysis = analyse(reading)
    page = folder / PAGE
    with atomic_path(page) as part, part.open("w", encoding="utf-8") as stream:
        for piece in Page(reading, analysis, lang).parts():
            stream.write(piece)
    charts = [folder / SHARES, folder / TIMES]
    for chart, draw in zip(charts, (draw_shares, draw_timeline), strict=True):
        write_image(chart, Picture(draw(reading, analysis, lang)))
    edits = folder / EDITS
    with atomic_path(edits) as part:
        part.write_text(edit_list(reading, analysis.peaks), "utf-8")
    return [page, *charts, edits, *write_tables(folder, reading, analysis)]
