"""The report as one HTML page, in both languages: it needs no network, and its own policy allows
none. Every text from a film or a user is escaped."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources

import numpy as np

from pyojeong.errors import Language
from pyojeong.film.analysis import Analysis, Person, clear_emotions
from pyojeong.film.answers import SURE, answers
from pyojeong.film.report.parts import Palette, both, clock, shares, thumbnail, timeline
from pyojeong.film.types import FilmReading

MOST_ROWS = 500
"""Lines and shots listed; the tables beside the page hold all."""
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
_SCRIPT = (
    "document.querySelector('.lang').onclick=()=>{const h=document.documentElement;"
    "h.lang=h.lang==='ko'?'en':'ko'}"
)


class Page:
    """The page of one reading."""

    def __init__(self, reading: FilmReading, analysis: Analysis, lang: Language) -> None:
        self._reading, self._analysis, self._lang = reading, analysis, lang
        self._palette = Palette(reading.emotions)
        self._clear = clear_emotions(reading)

    def parts(self) -> Iterator[str]:
        title = escape(self._reading.title)
        css = (resources.files("pyojeong") / "film/report/page.css").read_text("utf-8")
        yield (
            f'<!doctype html>\n<html lang="{self._lang}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
            f"<title>{title}</title>\n<style>\n{css}</style>\n</head>\n<body>\n<main>\n"
            f'<button class="lang" type="button">한국어 / English</button>\n<h1>{title}</h1>\n'
        )
        yield self._tiles()
        yield self._said()
        yield self._timeline()
        yield self._people()
        yield self._pairs()
        yield self._words()
        yield self._shots()
        yield self._methods()
        yield f"</main>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n"

    def _tiles(self) -> str:
        reading = self._reading
        tiles = (
            (clock(reading.duration), both("long", "길이")),
            (str(len(self._analysis.people)), both("characters", "인물")),
            (str(len(reading.shots)), both("shots", "숏")),
            (f"{len(reading.frames):,}", both("pictures read", "읽은 장면")),
            (str(len(reading.lines)), both("subtitles", "자막")),
        )
        shown = "".join(f'<div class="tile"><b>{v}</b>{k}</div>' for v, k in tiles)
        return f'<div class="tiles">{shown}</div>\n'

    def _said(self) -> str:
        said = answers(self._analysis, self._reading.emotions)
        items = "".join(f"<li>{both(one.en, one.ko)}</li>" for one in said)
        head = both("In words", "요약")
        return f'<h2>{head}</h2>\n<div class="card"><ul>{items}</ul></div>\n'

    def _timeline(self) -> str:
        head = both("Who is seen when, and feels what", "누가 언제 나오고 무엇을 느끼나")
        note = both(
            "Hover over a piece for its time, click it for its shot. Lines are cuts and fades.",
            "조각 위에 올리면 시각이, 누르면 숏이 보입니다. 세로선은 장면 전환입니다.",
        )
        drawn = timeline(self._reading, self._analysis.people, self._clear, self._palette)
        return (
            f'<h2>{head}</h2>\n<p class="soft small">{note}</p>\n{self._palette.keys()}\n'
            f'<div class="card">{drawn}</div>\n'
        )

    def _people(self) -> str:
        cards = "".join(map(self._person, self._analysis.people))
        note = both(
            "Shares of the time whose emotion is clear; thin lines are 95 % intervals over tracks.",
            "감정이 뚜렷한 시간의 비율. 가는 선은 등장 단위로 구한 95 % 구간입니다.",
        )
        head = both("Characters", "인물")
        return (
            f'<h2>{head}</h2>\n<p class="soft small">{note}</p>\n<div class="cards">{cards}</div>\n'
        )

    def _person(self, person: Person) -> str:
        low, high = person.breadth_interval
        span = f"{person.breadth:.2f}" if person.known else "–"
        span += f" ({low:.2f}–{high:.2f})" if math.isfinite(low) else ""
        seconds, share = f"{person.seconds:.1f}", f"{person.share:.0%}"
        told = both(
            f"{seconds} s on screen ({share}), {person.shots} shots; range {span}; not clear "
            f"{person.unsure:.0%}",
            f"등장 {seconds}초({share}), 숏 {person.shots}개; 감정의 폭 {span}; 불확실 "
            f"{person.unsure:.0%}",
        )
        peaks = "".join(
            f"<figure>{thumbnail(self._reading, peak.row, self._clear)}{self._palette.name(peak.emotion)} "
            f"{peak.score:.0%}<br>{clock(peak.time)}</figure>"
            for peak in self._analysis.peaks
            if peak.character == person.index
        )
        return (
            f'<div class="card"><h3>{escape(person.name)}</h3>'
            f'<p class="soft small">{told}</p>{shares(person, self._palette)}'
            f'<div class="faces">{peaks}</div>{self._changes(person)}</div>'
        )

    def _changes(self, person: Person) -> str:
        found = sorted(np.argwhere(person.changes).tolist(), key=lambda ab: -person.changes[*ab])
        told = ", ".join(
            f"{self._palette.name(a)} → {self._palette.name(b)} {person.changes[a, b]}×"
            for a, b in found[:4]
        )
        head = both("Changes", "변화")
        return f'<p class="small">{head}: {told}</p>' if told else ""

    def _pairs(self) -> str:
        analysis, names = self._analysis, self._reading.characters
        if not analysis.pairs:
            return ""
        whole = f"V = {analysis.v:.2f}, p = {analysis.p:.3f}" if math.isfinite(analysis.v) else "–"
        note = both(
            f"All characters together: {whole}. V is Cramér's: 0 alike, 1 never alike. p is the "
            "share of random dealings of whole tracks to characters that differ as much, "
            "Holm-corrected for the pairs.",
            f"모든 인물: {whole}. V는 크라메르 값(0 같음, 1 전혀 다름), p는 등장 단위를 인물에게 무작위로 "
            "나누었을 때 그만큼 다를 비율이며 쌍의 수만큼 Holm 보정했습니다.",
        )
        heads = [both("who", "누구"), "V", "p", both("most different in", "가장 다른 감정"),
                 both("seen together", "함께 나온 시간"), both("then feel alike", "그때 같은 감정")]  # fmt: skip
        rows = []
        for pair in sorted(analysis.pairs, key=lambda one: one.p)[:MOST_ROWS]:
            both_s = float(pair.together.sum())
            alike = f"{pair.together.trace() / both_s:.0%}" if both_s else "–"
            a, b = names[pair.first].name, names[pair.second].name
            mark = "<b>{}</b>" if pair.p < SURE else "{}"
            rows.append(
                [escape(f"{a} – {b}"), f"{pair.v:.2f}", mark.format(f"{pair.p:.3f}"),
                 f"{self._palette.name(pair.emotion)} {pair.gap:+.0%}", f"{both_s:.1f} s", alike]
            )  # fmt: skip
        head = both("Do they feel differently?", "서로 다르게 느끼나")
        return f'<h2>{head}</h2>\n<p class="soft small">{note}</p>\n' + _table(heads, rows)

    def _words(self) -> str:
        lines = self._reading.lines
        if not lines:
            return ""
        rows, kinds = [], []
        for line in lines[:MOST_ROWS]:
            who = "–" if line.character is None else self._reading.characters[line.character].name
            finding = both("words against the face", "말과 얼굴이 다름") if line.disagrees else ""
            rows.append([clock(line.start), escape(who), escape(line.text), finding])
            kinds.append("against" if line.disagrees else "")
        heads = [
            both("time", "시각"),
            both("who", "누구"),
            both("words", "말"),
            both("finding", "발견"),
        ]
        return f"<h2>{both('Words', '말')}</h2>\n" + _table(heads, rows, kinds)

    def _shots(self) -> str:
        rows, seen = [], self._reading.sightings
        for number, shot in enumerate(self._reading.shots[:MOST_ROWS]):
            there = np.unique(seen.character[seen.shot == number])
            who = ", ".join(self._reading.characters[c].name for c in there.tolist())
            rows.append([str(number + 1), f"{clock(shot.start)} – {clock(shot.end)}", escape(who)])
        heads = ["", both("time", "시각"), both("who", "누구")]
        ids = [f"shot{number}" for number in range(len(rows))]
        return f"<h2>{both('Shots', '숏')}</h2>\n" + _table(heads, rows, ids=ids)

    def _methods(self) -> str:
        step = f"{self._reading.step:.3f}"
        text = both(
            f"One picture every {step} s. Emotions are smoothed along each track; what is not clear "
            "counts for no share. Pictures of a track are not independent: intervals draw whole "
            "tracks anew (1,000 times), p-values deal whole tracks out (999 times). Range is the "
            "entropy of the shares, 1 when all emotions are alike. A classifier reads what a face "
            "shows, which is not what somebody feels.",
            f"{step}초마다 한 장. 감정은 등장 단위로 고르게 했고, 뚜렷하지 않은 것은 비율에 넣지 않았습니다. 한 "
            "등장 안의 장면은 서로 독립이 아니므로 구간은 등장 전체를 다시 뽑아(1,000번), p값은 등장 전체를 다시 "
            "나누어(999번) 구했습니다. 감정의 폭은 비율의 엔트로피로, 모두 같으면 1입니다. 분류기는 얼굴에 보이는 "
            "것을 읽을 뿐, 실제로 느끼는 것을 알지는 못합니다.",
        )
        notes = "".join(f"<li>{escape(note)}</li>" for note in self._reading.notes)
        left = ", ".join(f"{escape(k)} {v}" for k, v in self._reading.dropped.items())
        dropped = f"<p class='soft small'>{both('Left out', '제외')}: {left}</p>" if left else ""
        return (
            f"<h2>{both('How it was measured', '측정 방법')}</h2>\n<p class='soft small'>{text}</p>"
            f"<ul class='soft small'>{notes}</ul>{dropped}\n"
        )


def _table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    kinds: Sequence[str] = (),
    ids: Sequence[str] = (),
) -> str:
    head = "".join(f"<th>{value}</th>" for value in heads)
    body = ""
    for number, row in enumerate(rows):
        kind = f' class="{kinds[number]}"' if kinds and kinds[number] else ""
        name = f' id="{ids[number]}"' if ids else ""
        body += f"<tr{kind}{name}>{''.join(f'<td>{value}</td>' for value in row)}</tr>\n"
    return f'<div class="scroll"><table><tr>{head}</tr>\n{body}</table></div>\n'
