"""Learns what each piece of evidence for a speaker is worth: `python -m pyojeong.train.speakers`.

Averaged structured perceptron (Collins 2002) over annotated dialogues: the dev passages and the
scenes under corpus/dialogues. A wrong speaker costs a margin while it learns, and every step pulls
the weights a little back to where they started. Where a text names nobody like the annotated
speaker, that quotation is left open. Prints the accuracy of five-fold cross-validation and writes
`text/speakers/weights.py`.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyojeong.text.normalize import normalize
from pyojeong.text.speakers import weights as learned
from pyojeong.text.speakers.attribution import read_scene
from pyojeong.text.speakers.cast import Character
from pyojeong.text.speakers.scene import Scene
from pyojeong.text.speakers.turns import State, Talk, Weights, spoken_ones
from pyojeong.train.speakers_start import START

CORPUS = Path(__file__).parents[3] / "corpus"
EPOCHS, STEP, MARGIN, PULL = 15, 0.15, 0.6, 0.1
_MARK = re.compile(r"\s?\{([^}]*)\}")
_ARTICLE = re.compile("^(?:the|an?|his|her|my) ")

Names = list[tuple[int, int, str | None]]
"""(start, end, speaker) of annotated quotations."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """The talk of one text and who speaks in it (None: not to be learned from)."""

    talk: Talk
    speakers: list[Character | None]


def main() -> None:
    """Cross-validate, learn, write."""
    lessons = list(read_lessons())
    random.Random(5).shuffle(lessons)
    right = total = 0
    for fold in range(5):
        rest = [lesson for number, lesson in enumerate(lessons) if number % 5 != fold]
        score = accuracy(lessons[fold::5], learn(rest))
        right, total = right + score[0], total + score[1]
    print(f"cross-validated: {right}/{total} ({right / total:.1%})")
    weights = learn(lessons)
    right, total = accuracy(lessons, weights)
    print(f"learned from all: {right}/{total} ({right / total:.1%})")
    write(weights, Path(learned.__file__))


def read_lessons() -> Iterator[Lesson]:
    """The dev passages and the scenes."""
    for path in sorted(CORPUS.glob("passages/*/*.json")):
        passage = json.loads(path.read_text("utf-8"))
        if passage["part"] != "dev":
            continue
        text, at, names = normalize(passage["text"]), 0, []
        for quote in passage["quotes"]:
            words = normalize(quote["text"])
            start = text.index(words, at)
            at = start + len(words)
            names.append((start, at, quote["speaker"]))
        yield lesson(text, names, passage.get("aliases", {}))
    for path in sorted(CORPUS.glob("dialogues/*.txt")):
        for scene in path.read_text("utf-8").split("\n###\n"):
            yield lesson(*unmarked(normalize(scene.strip())), {})


def unmarked(scene: str) -> tuple[str, Names]:
    """A scene without its braces, and the quotations that end where they stood."""
    text, names, last = "", Names(), 0
    for match in _MARK.finditer(scene):
        text += scene[last : match.start()]
        names.append((len(text) - 1, len(text), match[1]))
        last = match.end()
    return text + scene[last:], names


def lesson(text: str, names: Names, aliases: dict[str, str]) -> Lesson:
    """Evidence in a text beside the annotated speakers."""
    scene = read_scene(text)
    spoken = spoken_ones(scene.found)
    told = {_plain(alias): _plain(name) for alias, name in aliases.items()}
    speakers = []
    for evidence in spoken:
        name = next((n for a, b, n in names if max(a, evidence.start) < min(b, evidence.end)), None)
        speakers.append(_find(scene, name, told) if name not in (None, "-") else None)
    return Lesson(Talk(spoken, scene.first_person), speakers)


def _find(scene: Scene, name: str | None, aliases: dict[str, str]) -> Character | None:
    """The character with that name, else one that shares a word with it."""
    wanted = {_plain(each) for each in (name or "").split("/")}
    words = {word for each in wanted for word in each.split()}
    near = None
    for character in scene.cast.characters:
        forms = {_plain(form) for form in character.forms()}
        if wanted & {aliases.get(form, form) for form in forms}:
            return character
        if near is None and any(words & set(form.split()) for form in forms):
            near = character
    return near


def _plain(name: str) -> str:
    return _ARTICLE.sub("", name.casefold()).replace(".", "")


def accuracy(lessons: list[Lesson], weights: Weights) -> tuple[int, int]:
    """Quotations right, and all that are annotated."""
    pairs = [
        (found, wanted)
        for lesson in lessons
        for found, wanted in zip(lesson.talk.decode(weights), lesson.speakers, strict=True)
        if wanted is not None
    ]
    return sum(found is wanted for found, wanted in pairs), len(pairs)


def learn(lessons: list[Lesson]) -> dict[str, float]:
    """Averaged weights."""
    weights, sums, count = dict(START), Counter[str](), 0
    source = random.Random(0)
    order = list(lessons)
    for _ in range(EPOCHS):
        source.shuffle(order)
        for one in order:
            _step(one, weights)
            sums.update(weights)
            count += 1
    return {name: sums[name] / count for name in weights}


def _step(one: Lesson, weights: dict[str, float]) -> None:
    wrong = {n: c for n, c in enumerate(one.speakers) if c is not None}
    found = one.talk.decode(weights, favoured=wrong, bonus=-MARGIN)
    if all(found[n] is c for n, c in wrong.items()):
        return
    truth = one.talk.decode(weights, fixed=wrong)
    change = _evidence(one.talk, truth)
    change.subtract(_evidence(one.talk, found))
    for name, amount in change.items():
        if name in weights:
            weights[name] += STEP * max(-2, min(2, amount))
    for name, start in START.items():
        weights[name] += PULL * STEP * (start - weights[name])


def _evidence(talk: Talk, speakers: list[Character | None]) -> Counter[str]:
    """How often each piece of evidence speaks for these speakers."""
    names: Counter[str] = Counter()
    state: State = (None, None)
    for number, character in enumerate(speakers):
        if talk.found[number].fixed is None and character is not None:
            names.update(talk.own(number, character))
        names.update(talk.turn(state, character, number))
        state = (character, state[1] if character is state[0] else state[0])
    return names


def write(weights: Weights, path: Path) -> None:
    """The Python file of the weights, its words kept."""
    head = path.read_text("utf-8").partition("{\n")[0]
    lines, line, group = [], "   ", ""
    for name, value in weights.items():
        piece = f' "{name}": {value:.2f},'
        if name.split()[0] != group or len(line) + len(piece) > 98:
            lines += [line] if line.strip() else []
            line, group = "   ", name.split()[0]
        line += piece
    path.write_text("\n".join([head + "{", *lines, line, "}  # fmt: skip\n"]), "utf-8")


if __name__ == "__main__":
    main()
