"""The comparison as one HTML file that needs nothing else; every name from outside is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.compare.failure import Failure
from pyojeong.data.compare.make import Comparison, sentences
from pyojeong.data.compare.measure import Measured
from pyojeong.data.compare.plots import class_bars, histogram, thumbnail
from pyojeong.data.compare.shifts import Shift, class_counts
from pyojeong.data.compare.words import (
    NAMES,
    accuracy_sentence,
    lift_sentence,
    pick,
    sentence,
    show,
)
from pyojeong.emotion import Emotion
from pyojeong.errors import Language
from pyojeong.face.report.words import emotion_name
from pyojeong.media.files import atomic_path
from pyojeong.text.label_map import class_names

EACH = 4
"""Thumbnails in a row."""

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def write_page(path: Path, made: Comparison, lang: Language) -> None:
    """Raises OutputFailed."""
    text = _Page(made, lang).text()
    with atomic_path(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def _style() -> str:
    here = resources.files("pyojeong")
    return "".join(
        (here / name).read_text("utf-8")
        for name in ("face/report/page.css", "data/compare/page.css")
    )


class _Page:
    def __init__(self, made: Comparison, lang: Language) -> None:
        self._made, self._lang = made, lang

    def text(self) -> str:
        a, b = (escape(one.dataset.title) for one in (self._made.a, self._made.b))
        title = self._say(f"{a} against {b}", f"{a}와(과) {b} 비교")
        return (
            f'<!doctype html>\n<html lang="{self._lang}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
            f"<title>{title}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n<main>\n"
            f"<h1>{title}</h1>\n{self._legend()}{self._told()}{self._findings()}"
            f"{self._failure()}{self._all()}{self._table()}</main>\n</body>\n</html>\n"
        )

    def _say(self, en: str, ko: str) -> str:
        return pick((en, ko), self._lang)

    def _legend(self) -> str:
        keys = []
        for kind, letter, one in (("", "A", self._made.a), (" two", "B", self._made.b)):
            n, whole = len(one.rows), len(one.dataset)
            count = self._say(f"{n:,} of {whole:,} pictures", f"{whole:,}장 중 {n:,}장")
            keys.append(
                f'<span class="key{kind}">{letter}: {escape(one.dataset.title)} '
                f'<span class="soft">({count})</span></span>'
            )
        return f"<p>{''.join(keys)}</p>\n"

    def _told(self) -> str:
        items = "".join(f"<li>{escape(text)}</li>" for text in sentences(self._made, self._lang))
        return f'<div class="card"><ol>{items}</ol></div>\n'

    # --- findings ----------------------------------------------------------------------------

    def _findings(self) -> str:
        if not self._made.findings:
            return ""
        cards = "".join(map(self._finding, self._made.findings))
        return f"<h2>{self._say('What differs, the largest first', '다른 점, 큰 것부터')}</h2>\n{cards}"

    def _finding(self, one: Shift) -> str:
        right = "" if one.name == "classes" else self._shots(one.name)
        head = escape(sentence(one, self._lang))
        return (
            f'<div class="card"><h3>{head}</h3><div class="sides">'
            f"<div>{self._plot(one.name)}</div>{right}</div></div>\n"
        )

    def _plot(self, name: str) -> str:
        a, b = self._made.a, self._made.b
        if name == "classes":
            names, counts = class_counts(a, b)
            return class_bars(class_names(names, self._lang), counts)
        return histogram(a.column(name), b.column(name), pick(NAMES[name], self._lang))

    def _shots(self, name: str) -> str:
        kinds = (
            (0.5, self._say("typical", "보통")),
            (0.0, self._say("lowest", "가장 낮음")),
            (1.0, self._say("highest", "가장 높음")),
        )
        rows = []
        for share, kind in kinds:
            for letter, one in (("A", self._made.a), ("B", self._made.b)):
                if share != 0.5 and not np.nanstd(one.column(name)) > 0:
                    continue  # All alike: none is extreme.
                figures = "".join(_figure(one, at) for at in _at(one.column(name), share))
                two = " two" if letter == "B" else ""
                rows.append(
                    f'<span class="key{two}">{letter} <span class="soft">{kind}</span>'
                    f'</span><div class="row">{figures}</div>'
                )
        return f'<div class="shots">{"".join(rows)}</div>'

    # --- failures ----------------------------------------------------------------------------

    def _failure(self) -> str:
        why = self._made.failure
        if why is None:
            return ""
        told = [accuracy_sentence(why, self._lang)]
        told += [lift_sentence(one, self._lang) for one in why.lifts if one.p < 0.05]
        if len(told) == 1:
            told.append(
                self._say(
                    "No measured property goes with failure.",
                    "틀리는 것과 뚜렷이 관련된 속성은 없습니다.",
                )
            )
        items = "".join(f"<li>{escape(text)}</li>" for text in told)
        return (
            f"<h2>{self._say('Where the classifier fails on B', 'B에서 분류기가 틀리는 곳')}</h2>\n"
            f'<div class="card"><ul>{items}</ul>{self._pairs(why)}</div>\n{self._mistakes(why)}'
        )

    def _emotion(self, name: str) -> str:
        return emotion_name(Emotion(name), self._lang)

    def _pairs(self, why: Failure) -> str:
        rows = [(self._emotion(t), self._emotion(r), f"{n:,}") for t, r, n in why.pairs]
        heads = (
            self._say("label", "라벨"),
            self._say("read as", "판독"),
            self._say("pictures", "사진 수"),
        )
        return _rows(heads, rows, 2) if rows else ""

    def _mistakes(self, why: Failure) -> str:
        if not why.mistakes:
            return ""
        data = self._made.b.dataset
        figures = "".join(
            thumbnail(
                data.read(row),
                data.name(row),
                f"{self._emotion(t)} → {self._emotion(r)} {sure:.0%}",
            )
            for row, t, r, sure in why.mistakes
        )
        head = self._say("The most confident mistakes", "가장 확신한 오답")
        return f'<div class="card"><h3>{head}</h3><div class="row">{figures}</div></div>\n'

    # --- everything --------------------------------------------------------------------------

    def _all(self) -> str:
        names = [one.name for one in self._made.shifts if not one.found]
        plots = "".join(
            f"<div><h3>{pick(NAMES[n], self._lang)}</h3>{self._plot(n)}</div>" for n in names
        )
        head = self._say("What does not differ clearly", "뚜렷이 다르지 않은 것")
        return f'<h2>{head}</h2>\n<div class="card grid">{plots}</div>\n' if names else ""

    def _table(self) -> str:
        heads = (
            self._say("property", "속성"),
            "A",
            "B",
            self._say("distance (KS)", "거리(KS)"),
            "PSI",
            self._say("p (Holm)", "p(Holm)"),
        )
        rows = [
            (
                pick(NAMES[s.name], self._lang),
                show(s.a),
                show(s.b),
                f"{s.distance:.2f}",
                f"{s.psi:.2f}",
                f"{s.p:.2g}",
            )
            for s in self._made.shifts
        ]
        note = self._say(
            "A and B: medians; of faces found, the share. Distance 0 is alike, 1 apart (for classes total "
            "variation). "
            "PSI above 0.25 is usually called a large shift.",
            "A와 B는 중앙값이고, 얼굴이 찾아진 비율만 비율입니다. 거리는 0이면 같고 1이면 겹치지 않습니다"
            "(클래스는 총변동 거리). "
            "PSI는 보통 0.25를 넘으면 크게 달라졌다고 봅니다.",
        )
        return (
            f"<h2>{self._say('All numbers', '모든 수치')}</h2>\n"
            f'<div class="scroll">{_rows(heads, rows, 1)}</div>\n<p class="soft">{note}</p>\n'
        )


def _rows(heads: Sequence[str], rows: Sequence[Sequence[str]], text: int) -> str:
    """A table whose first `text` columns are words and the others numbers."""
    kind = [""] * text + [' class="num"'] * (len(heads) - text)
    head = "".join(f"<th{k}>{escape(h)}</th>" for k, h in zip(kind, heads, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{k}>{escape(c)}</td>" for k, c in zip(kind, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _at(values: NDArray[np.float64], share: float) -> list[int]:
    """The EACH pictures nearest to a quantile; ties in the set's order."""
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return []
    distance = np.abs(values[known] - np.quantile(values[known], share))
    return [int(at) for at in known[np.argsort(distance, kind="stable")[:EACH]]]


def _figure(one: Measured, at: int) -> str:
    row = int(one.rows[at])
    return thumbnail(one.dataset.read(row), one.dataset.name(row))
