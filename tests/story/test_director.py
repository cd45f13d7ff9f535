"""Directing a text: sentences with feelings, languages and pauses; nothing to say is refused."""

import pytest

from pyojeong.emotion import Emotion, EmotionScores, Unsure
from pyojeong.errors import BadInput
from pyojeong.story.director import FAINT, PARAGRAPH_PAUSE_S, PAUSE_S, direct, intensity_of
from pyojeong.text.reader import TextReader


class Moods:
    """Reads the emotion whose name stands in the text."""

    def classify(self, texts):
        return [self._one(text) for text in texts]

    def _one(self, text):
        named = next((e for e in Emotion if e.value in text), Emotion.NEUTRAL)
        return EmotionScores.from_mapping(
            {named: 0.8, "neutral": 0.2} if named != "neutral" else {"neutral": 1}, "moods"
        )


@pytest.fixture
def reader():
    return TextReader(Moods())


def test_lines_follow_the_text(reader):
    board = direct("First comes anger. Then sadness.\n\nThe end.", reader)
    assert [line.text for line in board.lines] == [
        "First comes anger.",
        "Then sadness.",
        "The end.",
    ]
    assert [line.emotion for line in board.lines] == [
        Emotion.ANGER,
        Emotion.SADNESS,
        Emotion.NEUTRAL,
    ]
    assert [line.pause_s for line in board.lines] == [PAUSE_S, PARAGRAPH_PAUSE_S, PAUSE_S]
    assert board.lines[0].confidence == pytest.approx(0.8, abs=0.15)
    assert sum((board.lines[0].scores or {}).values()) == pytest.approx(1, abs=1e-3)


def test_each_sentence_is_spoken_in_its_language(reader):
    board = direct("호랑이가 말했어요. The tiger ran away. 끝.", reader)
    assert [line.lang for line in board.lines] == ["ko", "en", "ko"]
    board = direct("호랑이가 말했어요. 1234!", reader)
    assert [line.lang for line in board.lines] == ["ko", "ko"], "figures take the story's language"
    assert {line.lang for line in direct("호랑이가 말했어요. Run!", reader, "en").lines} == {"en"}


@pytest.mark.parametrize("text", ["😀🎉", "... !!!", "—"])
def test_nothing_to_say(reader, text):
    with pytest.raises(BadInput, match="letters or digits"):
        direct(text, reader)


def test_unspeakable_sentences_are_left_out(reader):
    assert next(x.text for x in direct("시작이에요. 🎉🎉🎉", reader).lines).startswith(
        "시작이에요."
    )


def test_what_is_felt_more_shows_more():
    def shown(p, **more):
        rest = (1 - p) / 6
        return intensity_of(EmotionScores((p, *([rest] * 6)), "t", **more))

    assert shown(0.25) < shown(0.5) < shown(0.9) <= 1
    assert shown(0.9, intensity=0.3) < shown(0.6, intensity=0.9) <= 1
    assert shown(0.9, unsure=Unsure.LANGUAGE) == FAINT


def test_who_says_what_stands_in_the_lines(reader):
    board = direct(
        "“어서 와!”\n하고 늑대가 말했어요. 토끼는 고개를 저었어요.\n\n“싫어, 난 집에 갈래!” 토끼가 말했어요.",
        reader,
    )
    shown = [
        (line.speaker, [(line.text[s.start : s.end], s.speaker) for s in line.spans])
        for line in board.lines
    ]
    assert shown == [
        ("narrator", [("“어서 와!”", "늑대")]),
        ("narrator", []),
        ("토끼", [("“싫어, 난 집에 갈래!”", "토끼")]),
    ]


def test_a_long_quotation_is_its_speakers_in_every_sentence(reader):
    text = "늑대가 말했어요. “" + "나는 오래 걸었고 또 걸었단다. " * 12 + "”"
    board = direct(text, reader)
    assert len(board.lines) > 2
    assert {s.speaker for line in board.lines for s in line.spans} == {"늑대"}
    for line in board.lines:
        assert all(0 <= s.start < s.end <= len(line.text) for s in line.spans)


def test_lines_of_a_script_are_those_of_their_speakers(reader):
    board = direct("토끼: 안녕!\n거북이: 안녕, 토끼야.\n토끼: 경주할래?", reader)
    assert [line.speaker for line in board.lines] == ["토끼", "거북이", "토끼"]
