"""Reports as one HTML file that needs nothing else: styles, script and thumbnails are in it.

Every text from outside is escaped, and the page's own policy allows it no network at all.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape
from importlib import resources
from pathlib import Path

from pyojeong.emotion import EMOTIONS
from pyojeong.errors import Language
from pyojeong.face.report.journal import Journal
from pyojeong.face.report.record import Item, Record
from pyojeong.face.report.summary import Summary
from pyojeong.face.report.table import faces_of
from pyojeong.face.report.words import COLOURS, INKS, emotion_name, unsure_name, word

THUMBNAILS = 1500
ROWS = 10_000
FAILURES = 1000
"""Most of each in one page; browsers get slow beyond, and the page says what was left out."""

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def write_html(path: Path, journal: Journal, summary: Summary, lang: Language) -> None:
    page = _Page(journal, summary, lang)
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for part in page.parts():
            stream.write(part)


def _file(name: str) -> str:
    return (resources.files("pyojeong") / "face/report" / name).read_text("utf-8")


class _Page:
    def __init__(self, journal: Journal, summary: Summary, lang: Language) -> None:
        self._journal, self._summary, self._lang = journal, summary, lang
        self._thumbnails = 0

    def parts(self) -> Iterator[str]:
        title = self._word("title")
        yield (
            f'<!doctype html>\n<html lang="{self._lang}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
            f"<title>{title}</title>\n<style>\n{_file('page.css')}</style>\n</head>\n"
            f"<body>\n<main>\n<h1>{title}</h1>\n"
        )
        yield self._tiles()
        yield self._bars()
        yield from self._table()
        yield from self._failures()
        yield f"</main>\n<script>\n{_file('page.js')}</script>\n</body>\n</html>\n"

    def _word(self, key: str) -> str:
        return escape(word(key, self._lang))

    def _say(self, en: str, ko: str) -> str:
        return escape(ko if self._lang == "ko" else en)

    def _tiles(self) -> str:
        counts = {
            "pictures": self._summary.pictures,
            "faces": self._summary.faces,
            "faceless": self._summary.faceless,
            "failed": self._summary.failed,
            "unread": self._summary.unread,
            "unsure_faces": self._summary.unsure,
        }
        tiles = "".join(
            f'<div class="tile"><b>{count:,}</b><span>{self._word(key)}</span></div>'
            for key, count in counts.items()
            if count or key in ("pictures", "faces")
        )
        return f'<div class="tiles">{tiles}</div>\n'

    def _bars(self) -> str:
        largest = max((self._summary.share(e) for e in EMOTIONS), default=0.0)
        if not largest:
            return ""
        rows = "".join(
            f"<span>{escape(emotion_name(e, self._lang))}</span>"
            f'<div class="bar" style="width:{100 * self._summary.share(e) / largest:.1f}%;'
            f'background:{COLOURS[e]}"></div>'
            f'<b class="num">{self._summary.emotions[e].faces:,}</b>'
            f'<span class="num soft">{self._summary.share(e):.0%}</span>'
            for e in EMOTIONS
        )
        return f'<div class="card bars">{rows}</div>\n'

    # --- faces -------------------------------------------------------------------------------

    def _table(self) -> Iterator[str]:
        if not self._summary.faces:
            return
        yield f"<h2>{self._word('faces')}</h2>\n"
        if self._summary.faces > min(ROWS, THUMBNAILS):
            yield f'<p class="soft">{self._left_out()}</p>\n'
        names = "".join(
            f'<option value="{e}">{escape(emotion_name(e, self._lang))}</option>' for e in EMOTIONS
        )
        yield (
            f'<div class="tools"><input id="search" type="search" '
            f'placeholder="{self._word("search")}" aria-label="{self._word("search")}">'
            f'<select id="emotion" aria-label="{self._word("emotion")}">'
            f'<option value="">{self._word("all")}</option>{names}</select></div>\n'
            '<div class="scroll"><table id="faces"><thead><tr><th></th>'
        )
        emotions = [e.value for e in EMOTIONS]
        first, last = ["image", "face", "emotion", "confidence"], ["valence", "arousal"]
        for key in (*first, *emotions, *last, "unsure", "score"):
            yield f'<th scope="col"><button type="button">{self._word(key)}</button></th>'
        yield "</tr></thead><tbody>\n"
        rows = 0
        for record in self._journal:
            for number, face, place in faces_of(record):
                if rows < ROWS:
                    yield self._row(record, number, face, place)
                rows += 1
            if rows >= ROWS:
                break
        yield "</tbody></table></div>\n"

    def _left_out(self) -> str:
        return self._say(
            f"The first {ROWS:,} faces are listed and the first {THUMBNAILS:,} pictured; the "
            "CSV, Parquet and Excel reports list all.",
            f"처음 {ROWS:,}개 얼굴만 표에, {THUMBNAILS:,}개만 그림으로 실었습니다. "
            "CSV, Parquet, Excel 보고서에는 모두 있습니다.",
        )

    def _row(self, record: Record, number: int, face: Item, place: tuple[int, int] | None) -> str:
        emotion, scores = face["emotion"], face["scores"] or {}
        cells = [
            f"<td>{self._picture(place)}</td>",
            f'<td class="file">{_path(record.image)}</td>',
            _number(number, "{:d}"),
            f'<td data-sort="{escape(emotion or "")}">{self._tag(emotion)}</td>',
            _number(face["confidence"], "{:.0%}"),
            *(_number(scores.get(e), "{:.0%}") for e in EMOTIONS),
            *(_number(face.get(key), "{:.2f}") for key in ("valence", "arousal")),
            f'<td class="why">{escape(self._why(face))}</td>',
            _number(face["score"], "{:.2f}"),
        ]
        return f'<tr data-emotion="{escape(emotion or "")}">{"".join(cells)}</tr>\n'

    def _picture(self, place: tuple[int, int] | None) -> str:
        if self._thumbnails >= THUMBNAILS:
            return ""
        data = self._journal.thumbnails.read(place)
        if data is None:
            return ""
        self._thumbnails += 1
        coded = base64.b64encode(data).decode("ascii")
        return f'<img alt="" loading="lazy" src="data:image/jpeg;base64,{coded}">'

    def _tag(self, emotion: str | None) -> str:
        if emotion is None:
            return "-"
        style = f"background:{COLOURS[emotion]};color:{INKS[emotion]}"
        return (
            f'<span class="tag" style="{style}">{escape(emotion_name(emotion, self._lang))}</span>'
        )

    def _why(self, face: Item) -> str:
        if face["emotion"] is None:
            return word("unreadable", self._lang)
        return unsure_name(face.get("unsure"), self._lang)

    def _failures(self) -> Iterator[str]:
        if not self._summary.failed:
            return
        yield f"<h2>{self._word('failures')} ({self._summary.failed:,})</h2>\n"
        yield '<div class="card"><ul>\n'
        for record in self._summary.failures[:FAILURES]:
            if record.error is not None:
                yield f"<li>{escape(record.error.text(self._lang))}</li>\n"
        more = self._summary.failed - FAILURES
        if more > 0:
            yield f'<li class="soft">{self._say(f"and {more:,} more", f"그 밖에 {more:,}장")}</li>\n'
        yield "</ul></div>\n"


def _path(image: str) -> str:
    folder, slash, name = image.rpartition("/")
    return f'<span class="soft">{escape(folder + slash)}</span>{escape(name)}'


def _number(value: float | None, form: str) -> str:
    if value is None:
        return '<td data-sort=""></td>'
    return f'<td class="num" data-sort="{float(value):.6g}">{form.format(value)}</td>'
