"""The report as one HTML page, in both languages: it needs no network, and its own policy allows
none. Every text from a film or a user is escaped."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EMOTIONS, KOREAN_NAMES
from pyojeong.errors import Language
from pyojeong.face.palette import COLOURS
from pyojeong.film.analysis import Analysis, Person, clear_emotions
from pyojeong.film.answers import SURE, answers
from pyojeong.film.report.parts import Palette, both, clock, heat, shares, thumbnail
from pyojeong.film.report.timeline import timeline
from pyojeong.film.types import FilmReading, Line

MOST_ROWS = 500
"""Lines and shots listed; the tables beside the page hold all."""
BEGINS = {
    "start": both("the film", "영상 시작"),
    "cut": both("a cut", "컷"),
    "fade": both("a fade", "페이드"),
}
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
MOST_MAPS = 9
"""Pairs whose feelings side by side are drawn: those longest together."""


class Page:
    """The page of one reading."""

    def __init__(self, reading: FilmReading, analysis: Analysis, lang: Language) -> None:
        self._reading, self._analysis, self._lang = reading, analysis, lang
        self._palette = Palette(reading.emotions)
        self._clear = clear_emotions(reading)

    def parts(self) -> Iterator[str]:
        title = escape(self._reading.title)
        folder = resources.files("pyojeong") / "film/report"
        css = (folder / "page.css").read_text("utf-8")
        script = (folder / "page.js").read_text("utf-8")
        yield (
            f'<!doctype html>\n<html lang="{self._lang}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
            f"<title>{title}</title>\n<style>\n{css}{self._palette.style()}</style>\n</head>\n<body>\n<main>\n"
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
        yield f"</main>\n<script>\n{script}</script>\n</body>\n</html>\n"

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
            "Point at a piece for its time, click it for its shot, click emotions to pick them out. "
            "Lines are cuts and fades; red words contradict the face.",
            "조각을 가리키면 시각이, 누르면 숏이 보입니다. 감정을 누르면 그 감정만 남습니다. 세로선은 장면 "
            "전환이고, 빨간 말은 얼굴과 다릅니다.",
        )
        zoom = both("Zoom", "확대")
        drawn = timeline(self._reading, self._analysis.people, self._clear, self._palette)
        return (
            f'<h2>{head}</h2>\n<p class="soft small">{note}</p>\n'
            f'<div class="tools">{self._palette.keys()}<label class="zoom" hidden>{zoom} '
            '<input type="range" min="0" max="1" step="0.01" value="0"></label></div>\n'
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
            f"<figure>{thumbnail(self._reading, peak.row, self._clear)}{self._palette.name(peak.emotion)}"
            f"<br>{peak.score:.0%}, {clock(peak.time)}</figure>"
            for peak in self._analysis.peaks
            if peak.character == person.index
        )
        return (
            f'<div class="card" id="who{person.index}"><h3>{escape(person.name)}</h3>'
            f'<p class="soft small">{told}</p>{shares(person, self._palette)}'
            f'<div class="faces">{peaks}</div>{self._changes(person)}</div>'
        )

    def _changes(self, person: Person) -> str:
        if not person.changes.any():
            return ""
        head = both("Changes: from (row) to (column), times", "변화: 행에서 열로, 횟수")
        return f'<p class="small soft">{head}</p>{heat(person.changes, self._palette)}'

    def _pairs(self) -> str:
        analysis, names = self._analysis, self._reading.characters
        if not analysis.pairs:
            return ""
        whole = (
            f"χ² = {analysis.chi_square:.1f} ({analysis.freedom}), V = {analysis.v:.2f}, "
            f"p = {analysis.p:.3f}"
            if math.isfinite(analysis.v)
            else "–"
        )
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
        return (
            f'<h2>{head}</h2>\n<p class="soft small">{note}</p>\n'
            + _table(heads, rows)
            + self._side_by_side()
        )

    def _side_by_side(self) -> str:
        """What two feel while both are seen."""
        names = self._reading.characters
        longest = sorted(self._analysis.pairs, key=lambda pair: -float(pair.together.sum()))
        cards = [
            f'<div class="card"><h3>{escape(names[pair.first].name)} ↓ '
            f"{escape(names[pair.second].name)} →</h3>"
            f"{heat(pair.together, self._palette, '.1f')}</div>"
            for pair in longest[:MOST_MAPS]
            if pair.together.any()
        ]
        if not cards:
            return ""
        note = both(
            "Seconds in which both are seen: rows are what the first feels, columns the second.",
            "함께 나온 시간(초): 행은 앞 인물, 열은 뒤 인물의 감정입니다.",
        )
        head = both("Side by side", "함께 있을 때")
        return (
            f'<h3>{head}</h3><p class="soft small">{note}</p>'
            f'<div class="cards small">{"".join(cards)}</div>\n'
        )

    def _words(self) -> str:
        lines = self._reading.lines
        if not lines:
            return ""
        rows, kinds = [], []
        for line in lines[:MOST_ROWS]:
            who = "–" if line.character is None else self._reading.characters[line.character].name
            finding = both("words against the face", "말과 얼굴이 다름") if line.disagrees else ""
            rows.append(
                [clock(line.start), escape(who), f"<p>{escape(line.text)}</p>", _house(line.scores),
                 self._palette.tag(self._shown(line)), _house(line.fused), finding]
            )  # fmt: skip
            kinds.append("against" if line.disagrees else "")
        heads = [
            both("time", "시각"),
            both("who", "누구"),
            both("words", "말"),
            both("the words tell", "말의 감정"),
            both("the face shows", "얼굴의 감정"),
            both("together", "합쳐서"),
            both("finding", "발견"),
        ]
        return f"<h2>{both('Words', '말')}</h2>\n" + _table(heads, rows, kinds)

    def _shown(self, line: Line) -> int:
        """What the speaker's face shows most while the line is said; -1 where nothing is clear."""
        seen = self._reading.sightings
        during = (seen.time >= line.start) & (seen.time < line.end)
        rows = during & (seen.character == line.character) & (self._clear >= 0)
        return int(np.bincount(self._clear[rows]).argmax()) if rows.any() else -1

    def _shots(self) -> str:
        rows, seen = [], self._reading.sightings
        for number, shot in enumerate(self._reading.shots[:MOST_ROWS]):
            inside = seen.shot == number
            there = [
                f"<span class='tag seen'>{escape(self._reading.characters[c].name)}"
                f"{''.join(map(self._palette.chip, self._felt(inside & (seen.character == c))))}</span>"
                for c in np.unique(seen.character[inside]).tolist()
            ]
            time = f"{clock(shot.start)} – {clock(shot.end)}"
            rows.append([str(number + 1), time, BEGINS[shot.begins], " ".join(there)])
        heads = ["", both("time", "시각"), both("begins with", "시작"), both("who", "누구")]
        ids = [f"shot{number}" for number in range(len(rows))]
        return f"<h2>{both('Shots', '숏')}</h2>\n" + _table(heads, rows, ids=ids)

    def _felt(self, rows: NDArray[np.bool_]) -> list[int]:
        """Clear emotions of some sightings, in the order they come, each once."""
        return list(dict.fromkeys(self._clear[rows & (self._clear >= 0)].tolist()))

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
        notes = "".join(f"<li>{both(*note)}</li>" for note in self._reading.notes)
        return (
            f"<h2>{both('How it was measured', '측정 방법')}</h2>\n<p class='soft small'>{text}</p>"
            f"<ul class='soft small'>{notes}</ul>\n"
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
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody></table></div>\n"
    )


def _house(scores: NDArray[np.float32] | None) -> str:
    """The likeliest house emotion with its probability."""
    if scores is None:
        return "–"
    emotion = EMOTIONS[int(scores.argmax())]
    name = both(emotion.value, KOREAN_NAMES[emotion])
    colour = "#{:02x}{:02x}{:02x}".format(*COLOURS[emotion])
    return (
        f'<span class="tag"><i class="chip" style="background:{colour}"></i>{name} '
        f"{float(scores.max()):.0%}</span>"
    )
