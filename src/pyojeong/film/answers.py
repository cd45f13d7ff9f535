"""The questions a film study asks, answered in words with their evidence."""

from __future__ import annotations

import math

from pyojeong.film.analysis import Analysis, Pair, Person
from pyojeong.media.files import Note
from pyojeong.text.label_map import class_names

ALWAYS = 0.9
"""A character "always" feels something where even the lower end of the interval is above."""
SURE = 0.05
MOST_TOLD = 10
"""Pairs that differ which are told one by one: those that differ most."""


def answers(analysis: Analysis, emotions: tuple[str, ...]) -> list[Note]:
    """Is X always Y, for everybody; who has the widest range; who differs from whom."""
    korean = tuple(class_names(emotions, "ko"))
    known = [person for person in analysis.people if person.known]
    said = [_always(person, emotions, korean) for person in known]
    often = [person for person in known if math.isfinite(person.breadth_interval[0])]
    if len(often) > 1:
        said.append(_widest(often))
    if len(known) > 1:
        said += _differences(analysis, emotions, korean)
    return said or [
        Note("No clear emotion was read.", "뚜렷한 감정을 읽지 못했습니다."),
    ]


def _always(person: Person, emotions: tuple[str, ...], korean: tuple[str, ...]) -> Note:
    top = int(person.shares.argmax())
    low, high = person.intervals[top]
    if math.isnan(low):
        return Note(
            f"{person.name} shows {emotions[top]} most, but appears too seldom ({person.tracks} "
            "times) to say whether always.",
            f"{person.name}은(는) {korean[top]}을(를) 가장 많이 보이지만, 나온 횟수가 적어({person.tracks}"
            "번) 언제나 그런지는 말할 수 없습니다.",
        )
    span = f"{person.shares[top]:.0%} (95 %: {low:.0%}-{high:.0%})"
    name = person.name
    if low >= ALWAYS:
        return Note(
            f"{name} practically always shows {emotions[top]}: {span} of the time it can be read.",
            f"{name}은(는) 거의 언제나 {korean[top]}을(를) 보입니다: 읽히는 시간의 {span}.",
        )
    return Note(
        f"{name} does not always show {emotions[top]}, though most often: {span} of the time.",
        f"{name}은(는) 언제나 {korean[top]}을(를) 보이지는 않습니다. 다만 가장 잦아 시간의 {span}입니다.",
    )


def _widest(known: list[Person]) -> Note:
    first, second = sorted(known, key=lambda person: -person.breadth)[:2]
    low, high = first.breadth_interval
    sure = low > second.breadth_interval[1]
    span = f"{first.breadth:.2f} (95 %: {low:.2f}-{high:.2f})"
    en = "clearly wider than" if sure else "not surely wider than"
    ko = "보다 뚜렷이 넓습니다" if sure else "보다 넓다고 확신할 수는 없습니다"
    return Note(
        f"{first.name} has the widest range of emotions, {span} of 1, {en} {second.name} "
        f"({second.breadth:.2f}).",
        f"감정의 폭은 {first.name}이(가) 가장 넓습니다({span}, 최대 1). {second.name}"
        f"({second.breadth:.2f}){ko}.",
    )


def _differences(
    analysis: Analysis, emotions: tuple[str, ...], korean: tuple[str, ...]
) -> list[Note]:
    """Who differs from whom, those that differ most first; all others in one sentence."""
    sure = sorted((pair for pair in analysis.pairs if pair.p < SURE), key=lambda pair: -pair.v)
    said = [_differ(pair, analysis, emotions, korean) for pair in sure[:MOST_TOLD]]
    if more := len(sure) - len(said):
        said.append(
            Note(
                f"{more} more pairs of characters differ; all are in the table below.",
                f"그 밖에 {more}쌍이 다릅니다. 모두 아래 표에 있습니다.",
            )
        )
    unsure = [pair for pair in analysis.pairs if not pair.p < SURE]
    if not unsure:
        return said
    least, others = min(pair.p for pair in unsure), "other " if sure else ""
    return [
        *said,
        Note(
            f"For the {others}pairs of characters ({len(unsure)}) the film does not show that they "
            f"feel differently (p from {least:.3f}).",
            f"{'나머지 ' if sure else ''}인물 {len(unsure)}쌍은 서로 다르게 느낀다고 볼 근거가 없습니다"
            f"(p {least:.3f} 이상).",
        ),
    ]


def _differ(
    pair: Pair, analysis: Analysis, emotions: tuple[str, ...], korean: tuple[str, ...]
) -> Note:
    names = {person.index: person.name for person in analysis.people}
    a, b = names[pair.first], names[pair.second]
    more, less = (a, b) if pair.gap > 0 else (b, a)
    number, gap = f"V = {pair.v:.2f}, p = {pair.p:.3f}", f"{abs(pair.gap):.0%}"
    return Note(
        f"{a} and {b} feel differently ({number}): {more} shows {emotions[pair.emotion]} "
        f"{gap} more of the time than {less}.",
        f"{a}와(과) {b}은(는) 다르게 느낍니다({number}): {more}은(는) {less}보다 "
        f"{korean[pair.emotion]}이(가) {gap} 더 많습니다.",
    )
