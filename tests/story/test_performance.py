"""The performance: times that add up, feelings that arrive before the words, closed lips."""

from itertools import pairwise

import numpy as np
import pytest

from pyojeong.emotion import Emotion
from pyojeong.expression import emotion_expression
from pyojeong.media.subtitles import SubtitlePainter
from pyojeong.story.captions import captions
from pyojeong.story.motion import Motion
from pyojeong.story.performance import INTRO_S, LEAD_S, OUTRO_S, RATE, perform, seed_of
from pyojeong.story.storyboard import Line, Storyboard
from pyojeong.testing import FakeVoice

FPS = 24


def line(text: str, emotion: Emotion, **options) -> Line:
    return Line(text, "ko", emotion, 1.0, **options)


BOARD = Storyboard(
    (
        line("길을 떠났습니다.", Emotion.NEUTRAL, pause_s=0.6),
        line("아이가 엉엉 울었습니다.", Emotion.SADNESS, speaker="늑대", pause_s=1.1),
        line("모두 깜짝 놀랐습니다!", Emotion.SURPRISE),
    )
)


@pytest.fixture
def takes():
    return list(perform(BOARD, FakeVoice(), FPS))


def test_takes_follow_each_other_without_gaps(takes):
    assert takes[0].start_s == 0
    for a, b in pairwise(takes):
        assert b.start_s == a.end_s
    for take in takes:
        assert len(take.samples) == round((take.end_s - take.start_s) * RATE)
        assert take.samples.dtype == np.float32
    assert takes[0].line.start_s == pytest.approx(INTRO_S, abs=1e-3)
    assert takes[0].end_s - takes[0].line.end_s == pytest.approx(0.6, abs=2e-3)
    assert takes[1].end_s - takes[1].line.end_s == pytest.approx(1.1, abs=2e-3)
    assert takes[2].end_s - takes[2].line.end_s == pytest.approx(OUTRO_S, abs=2e-3)


def test_sound_is_where_the_line_is(takes):
    for take in takes:
        start = round((take.line.start_s - take.start_s) * RATE)
        end = round((take.line.end_s - take.start_s) * RATE)
        assert not take.samples[: max(0, start - 60)].any()
        assert not take.samples[end + 60 :].any()
        assert np.abs(take.samples[start:end]).max() > 0.01


def test_every_speaker_but_the_narrator_has_a_voice_of_their_own():
    voice = FakeVoice()
    list(perform(BOARD, voice, FPS))
    prosody = [p for _, _, p in voice.spoken]
    assert [p.speaker for p in prosody] == ["", "늑대", ""]
    assert [p.emotion for p in prosody] == [x.emotion for x in BOARD.lines]


def brows(takes, t: float) -> float:
    take = next(x for x in takes if x.start_s <= t < x.end_s)
    return take.expression(t, Motion(1))["browInnerUp"]


def test_a_feeling_arrives_a_little_before_its_words(takes):
    start = takes[1].line.start_s
    full = emotion_expression(Emotion.SADNESS)["browInnerUp"]
    assert brows(takes, start - LEAD_S - 0.05) == pytest.approx(0, abs=1e-6)
    assert 0.05 * full < brows(takes, start - 0.05) < 0.95 * full
    middle = (start + takes[1].line.end_s) / 2
    assert brows(takes, middle) == pytest.approx(full, rel=0.02)


def test_expressions_change_smoothly(takes):
    motion = Motion(3)
    before = None
    for take in takes:
        for n in range(int(np.ceil(take.start_s * FPS)), int(np.ceil(take.end_s * FPS))):
            now = take.expression(n / FPS, motion)
            if before is not None:
                for name in ("browInnerUp", "browOuterUpLeft", "mouthFrownLeft"):
                    assert abs(now[name] - before[name]) < 0.2, (name, n / FPS)
                assert np.abs(np.subtract(now.head, before.head)).max() < 1.2
            before = now


def test_lips_open_in_speech_and_close_in_pauses(takes):
    for take in takes:
        line = take.line
        inside = np.linspace(line.start_s, line.end_s, 60)
        assert max(take.expression(t, Motion(1))["jawOpen"] for t in inside) > 0.15
        after = line.end_s + 0.25
        assert take.expression(after, Motion(1))["jawOpen"] == pytest.approx(0, abs=0.02)


def test_the_seed_comes_from_the_words():
    assert seed_of(BOARD) == seed_of(Storyboard(BOARD.lines, 3.0))
    assert seed_of(BOARD) != seed_of(Storyboard(BOARD.lines[:1]))


def test_a_long_sentence_becomes_several_cues_in_time():
    text = "호랑이와 토끼와 거북이는 " * 12 + "마침내 숲에 닿았습니다."
    (take,) = perform(Storyboard((line(text, Emotion.NEUTRAL),)), FakeVoice(), FPS)
    cues = captions(take, SubtitlePainter(640, 360))
    assert len(cues) > 1
    assert " ".join(c.text for c in cues).split() == text.split()
    assert cues[0].start_s == take.line.start_s
    assert cues[-1].end_s == take.line.end_s
    for a, b in pairwise(cues):
        assert a.end_s == b.start_s
    said = [w.start_s for w in take.words]
    for cue in cues[1:]:
        assert cue.start_s in said
