"""The storyboard file: a round trip, and edits by hand that go wrong."""

import json

import pytest

from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.errors import BadInput
from pyojeong.settings import Settings
from pyojeong.story import storyboard as module
from pyojeong.story.storyboard import Line, Storyboard, read_storyboard

SCORES = {e.value: round(1 / 7, 4) for e in EMOTIONS}


def board(*texts: str) -> Storyboard:
    lines = (
        Line(t, "ko", Emotion.SADNESS, 0.8, "늑대", 0.6, SCORES, 0.7).at(1.0, 2.5) for t in texts
    )
    return Storyboard(tuple(lines), 12.5)


def test_round_trip_keeps_what_can_be_edited(tmp_path):
    path = tmp_path / "이야기.json"
    board("하나.", "둘.").write(path)
    data = json.loads(path.read_text("utf-8"))
    assert data["duration_s"] == 12.5
    assert data["cast"] == [{"name": "늑대", "sentences": 2, "spans": 0}]
    assert data["sentences"][0]["start_s"] == 1.0
    again = read_storyboard(path)
    assert [line.text for line in again.lines] == ["하나.", "둘."]
    first = again.lines[0]
    assert (first.emotion, first.intensity, first.speaker) == (Emotion.SADNESS, 0.8, "늑대")
    assert (first.confidence, first.pause_s, dict(first.scores or {})) == (0.6, 0.7, SCORES)
    assert first.start_s is None, "times are computed anew"


def test_only_the_text_must_be_there(tmp_path):
    path = tmp_path / "b.json"
    path.write_text('{"sentences": [{"text": " 안녕\\n하세요 ", "mood": 3}]}', "utf-8")
    (line,) = read_storyboard(path).lines
    assert (line.text, line.lang, line.emotion, line.intensity) == (
        "안녕 하세요",
        "ko",
        Emotion.NEUTRAL,
        1.0,
    )


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": 3}, "text"),
        ({"text": "a", "emotion": "bored"}, "bored"),
        ({"text": "a", "intensity": 2}, "intensity"),
        ({"text": "a", "intensity": True}, "intensity"),
        ({"text": "a", "intensity": "1"}, "intensity"),
        ({"text": "a", "pause_s": -1}, "pause_s"),
        ({"text": "a", "pause_s": 1e9}, "pause_s"),
        ({"text": "a", "lang": "fr"}, "lang"),
        ({"text": "a", "speaker": ["x"]}, "speaker"),
        ({"text": "a", "spans": {}}, "spans"),
        ({"text": "a", "spans": [3]}, "spans"),
        ({"text": "a", "spans": [{"start": 0, "end": 2}]}, "spans"),
        ({"text": "a", "spans": [{"start": -1, "end": 1}]}, "spans"),
        ({"text": "a", "spans": [{"start": 0, "end": 0}]}, "spans"),
        ({"text": "a", "spans": [{"start": True, "end": 1}]}, "spans"),
        ({"text": "a", "spans": [{"start": 0, "end": 1.0}]}, "spans"),
        ({"text": "ab", "spans": [{"start": 1, "end": 2}, {"start": 0, "end": 1}]}, "spans"),
        ({"text": "a", "spans": [{"start": 0, "end": 1, "speaker": 3}]}, "speaker"),
        ({"text": "a", "scores": {"happiness": 1}}, "scores"),
        ({"text": "a", "scores": {**SCORES, "anger": float("nan")}}, "anger"),
        ([], "sentence"),
    ],
)
def test_wrong_values_name_the_sentence(tmp_path, sentence, says):
    path = tmp_path / "b.json"
    path.write_text(json.dumps({"sentences": [{"text": "ok"}, sentence]}), "utf-8")
    with pytest.raises(BadInput, match=rf"Sentence 2: .*{says}") as caught:
        read_storyboard(path)
    assert caught.value.ko.startswith("2번 문장")


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"sentences": []}', '{"sentences": "a"}', "[" * 100_000]
)
def test_what_is_no_storyboard(tmp_path, text):
    path = tmp_path / "b.json"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=r"b\.json"):
        read_storyboard(path)


def test_a_story_can_be_too_long(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "settings", lambda: Settings(max_story_sentences=2))
    path = tmp_path / "b.json"
    path.write_text(json.dumps({"sentences": [{"text": "a"}] * 3}), "utf-8")
    with pytest.raises(BadInput, match="3 sentences; the limit is 2"):
        read_storyboard(path)


SENTENCE = {
    "text": "“가!” 하고 늑대가 말했어요.",
    "speaker": "narrator",
    "spans": [{"start": 0, "end": 4, "speaker": "늑대"}],
}


def read(tmp_path, *sentences):
    path = tmp_path / "b.json"
    path.write_text(json.dumps({"sentences": sentences}), "utf-8")
    return read_storyboard(path)


def test_spans_survive_a_round_trip_and_are_counted(tmp_path):
    board = read(tmp_path, SENTENCE, {"text": "해가 졌어요."})
    assert board.lines[0].as_dict()["spans"] == SENTENCE["spans"]
    assert board.as_dict()["cast"] == [
        {"name": "narrator", "sentences": 2, "spans": 0},
        {"name": "늑대", "sentences": 0, "spans": 1},
    ]


def test_a_new_speaker_takes_over_the_spans(tmp_path):
    (first, second) = read(tmp_path, {**SENTENCE, "speaker": "여우"}, SENTENCE).lines
    assert [s.speaker for s in first.spans] == ["여우"]
    assert [s.speaker for s in second.spans] == ["늑대"]


def test_names_are_cut_and_a_span_without_one_is_the_sentences(tmp_path):
    (line,) = read(
        tmp_path,
        {"text": "가", "speaker": " 늑 " * 99, "spans": [{"start": 0, "end": 1}]},
    ).lines
    assert len(line.speaker) <= module.LONGEST_NAME
    assert line.spans[0].speaker == line.speaker
