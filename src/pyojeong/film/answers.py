"""The questions a film study asks, answered in words with their evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pyojeong.film.analysis import Analysis, Pair, Person
from pyojeong.text.label_map import class_names

ALWAYS = 0.9
"""A character "always" feels something where even the lower end of the interval is above."""
SURE = 0.05


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in both languages."""

    en: str
    ko: str


def answers(analysis: Analysis, emotions: tuple[str, ...]) -> list[Said]:
    """Is X always Y, for everybody; who has the widest range; who differs from whom."""
    korean = tuple(class_names(emotions, "ko"))
    known = [person for person in analysis.people if person.known]
    said = [_always(person, emotions, korean) for person in known]
    often = [person for person in known if math.isfinite(person.breadth_interval[0])]
    if len(often) > 1:
        said.append(_widest(often))
    if len(known) > 1:
        said += [_differ(pair, analysis, emotions, korean) for pair in analysis.pairs[:10]]
    return said or [
        Said("No clear emotion was read.", "뚜렷한 감정을 읽지 못했습니다."),
    ]


def _always(person: Person, emotions: tuple[str, ...], korean: tuple[str, ...]) -> Said:
    top = int(person.shares.argmax())
    low, high = person.intervals[top]
    if math.isnan(low):
        return Said(
            f"{person.name} shows {emotions[top]} most, but appears too seldom ({person.tracks} "
            "times) to say whether always.",
            f"{person.name}은(는) {korean[top]}을(를) 가장 많이 보이지만, 나온 횟수가 적어({person.tracks}"
            "번) 언제나 그런지는 말할 수 없습니다.",
        )
    span = f"{person.shares[top]:.0%} (95 %: {low:.0%}-{high:.0%})"
    name = person.name
    if low >= ALWAYS:
        return Said(
            f"{name} is practically always in {emotions[top]}: {span} of the time it can be read.",
            f"{name}은(는) 거의 언제나 {korean[top]}입니다: 읽히는 시간의 {span}.",
        )
    return Said(
        f"{name} is not always in {emotions[top]}: it is what {name} shows most, {span} of the time.",
        f"{name}이(가) 언제나 {korean[top]}인 것은 아닙니다. 가장 많이 보이는 감정이며 시간의 {span}입니다.",
    )


def _widest(known: list[Person]) -> Said:
    first, second = sorted(known, key=lambda person: -person.breadth)[:2]
    low, high = first.breadth_interval
    sure = low > second.breadth_interval[1]
    span = f"{first.breadth:.2f} (95 %: {low:.2f}-{high:.2f})"
    en = "clearly wider than" if sure else "not surely wider than"
    ko = "보다 뚜렷이 넓습니다" if sure else "보다 넓다고 확신할 수는 없습니다"
    return Said(
        f"{first.name} has the widest range of emotions, {span} of 1, {en} {second.name} "
        f"({second.breadth:.2f}).",
        f"감정의 폭은 {first.name}이(가) 가장 넓습니다({span}, 최대 1). {second.name}"
        f"({second.breadth:.2f}){ko}.",
    )


def _differ(
    pair: Pair, analysis: Analysis, emotions: tuple[str, ...], korean: tuple[str, ...]
) -> Said:
    names = {person.index: person.name for person in analysis.people}
    a, b = names[pair.first], names[pair.second]
    number = f"V = {pair.v:.2f}, p = {pair.p:.3f}"
    gap = f"{abs(pair.gap):.0%}"
    more, less = (a, b) if pair.gap > 0 else (b, a)
    if pair.p < SURE:
        return Said(
            f"{a} and {b} feel differently ({number}): {more} shows {emotions[pair.emotion]} "
            f"{gap} more of the time than {less}.",
            f"{a}와(과) {b}은(는) 다르게 느낍니다({number}): {more}은(는) {less}보다 "
            f"{korean[pair.emotion]}이(가) {gap} 더 많습니다.",
        )
    return Said(
        f"The film does not show that {a} and {b} feel differently ({number}).",
        f"{a}와(과) {b}이(가) 다르게 느낀다고 볼 근거가 없습니다({number}).",
    )
