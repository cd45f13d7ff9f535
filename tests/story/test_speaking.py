"""Lines in several voices: where the voice changes, and times and positions that stay the line's."""

from itertools import pairwise

import numpy as np
import pytest

from pyojeong.emotion import Emotion
from pyojeong.story.performance import perform
from pyojeong.story.speaking import ASIDE, BREATH_S, speak_line, voiced_parts
from pyojeong.story.storyboard import NARRATOR, Line, Said, Storyboard
from pyojeong.testing import FakeVoice

TEXT = "“어서 와!” 하고 늑대가 말했어요."


def line(text: str, *spans: tuple[int, int, str], speaker: str = NARRATOR) -> Line:
    said = tuple(Said(*span) for span in spans)
    return Line(text, "ko", Emotion.HAPPINESS, 1.0, speaker, spans=said)


def parts(of: Line) -> list[tuple[str, str]]:
    return [(of.text[p.start : p.end], p.speaker) for p in voiced_parts(of)]


def test_a_quotation_has_its_speakers_voice_and_the_tag_the_narrators():
    assert parts(line(TEXT, (0, 7, "늑대"))) == [
        ("“어서 와!”", "늑대"),
        (" 하고 늑대가 말했어요.", NARRATOR),
    ]


def test_without_spans_one_voice_says_all():
    assert parts(line("어서 와!", speaker="늑대")) == [("어서 와!", "늑대")]


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        ("“가!” “나!”", [(0, 4, "늑대"), (5, 9, "늑대")], ["늑대"]),
        ("“가!” “나!”", [(0, 4, "늑대"), (5, 9, "토끼")], ["늑대", "토끼"]),
        ("늑대가 “가!”", [(4, 8, "늑대")], [NARRATOR, "늑대"]),
        ("— “가!” ...", [(2, 6, "늑대")], ["늑대"]),
        ("“!!”, 하고.", [(0, 4, "늑대")], [NARRATOR]),
        ("...", [(0, 3, "늑대")], [NARRATOR]),
    ],
)
def test_what_cannot_be_spoken_joins_its_neighbour(text, spans, expected):
    found = voiced_parts(line(text, *spans))
    assert [p.speaker for p in found] == expected
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_times_and_positions_are_those_of_the_line():
    voice = FakeVoice()
    speech = speak_line(line(TEXT, (0, 7, "늑대")), voice, ("늑대", "토끼"))
    assert [TEXT[w.start : w.end] for w in speech.words] == [
        "어서",
        "와",
        "하고",
        "늑대가",
        "말했어요",
    ]
    times = [t for w in speech.words for t in (w.start_s, w.end_s)]
    assert times == sorted(times)
    assert speech.duration_s == pytest.approx(speech.words[-1].end_s, abs=0.05)
    assert speech.words[2].start_s - speech.words[1].end_s == pytest.approx(BREATH_S, abs=0.01)
    assert speech.phones[-1].end_s == pytest.approx(speech.words[-1].end_s)


def test_the_tag_is_told_more_calmly_in_the_narrators_voice():
    voice = FakeVoice()
    speak_line(line(TEXT, (0, 7, "늑대")), voice, ("늑대",))
    (_, _, said), (_, _, told) = voice.spoken
    assert (said.speaker, told.speaker) == ("늑대", "")
    assert (said.intensity, told.intensity) == (1.0, ASIDE)
    assert said.cast == told.cast == ("늑대",)


def test_a_label_is_shown_but_not_read_out():
    voice = FakeVoice()
    speech = speak_line(line("늑대: 어서 와!", (4, 9, "늑대")), voice, ("늑대",))
    assert [text for text, _, _ in voice.spoken] == ["어서 와!"]
    assert speech.words[0].start == 4


def test_a_performance_gives_the_whole_cast_to_the_voice():
    board = Storyboard((line(TEXT, (0, 7, "늑대")), line("“응.”", (0, 4, "토끼"), speaker="토끼")))
    voice = FakeVoice()
    takes = list(perform(board, voice, 24))
    assert {p.cast for _, _, p in voice.spoken} == {("늑대", "토끼")}
    for take in takes:
        length = round((take.end_s - take.start_s) * 44_100)
        assert len(take.samples) == length
        assert np.isfinite(take.samples).all()
