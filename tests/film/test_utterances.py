"""From subtitles to what each one says."""

import pytest

from pyojeong.film.types import Character
from pyojeong.film.utterances import LONGEST, utterances
from pyojeong.media.cues import Cue

CAST = (Character("Joy", True), Character("Anger Mc Red", True), Character("기쁨이", True))


def said(text, speaker=None, cast=CAST):
    found = utterances([Cue(10, 14, text, speaker)], cast)
    return [(one.speaker, one.character, one.text, one.said) for one in found]


@pytest.mark.parametrize(
    ("text", "speaker", "told"),
    [
        ("I am glad.", None, [(None, None, "I am glad.", "I am glad.")]),
        ("I am glad.", "joy", [("joy", 0, "I am glad.", "I am glad.")]),
        ("JOY: I am\nglad.", None, [("JOY", 0, "I am glad.", "I am glad.")]),
        ("- Joy: I am glad.", None, [("Joy", 0, "I am glad.", "I am glad.")]),
        ("[Joy] I am glad.", None, [("Joy", 0, "I am glad.", "I am glad.")]),
        ("JOY (V.O.): I am glad.", None, [("JOY", 0, "I am glad.", "I am glad.")]),
        ("기쁨이: 정말 좋아!", None, [("기쁨이", 2, "정말 좋아!", "정말 좋아!")]),
        ("기쁨이\uff1a정말 좋아!", None, [("기쁨이", 2, "정말 좋아!", "정말 좋아!")]),
        # One word that only one of them has.
        ("ANGER: No!", None, [("ANGER", 1, "No!", "No!")]),
        # Somebody else: kept in sight, not read.
        ("NARRATOR: It rained.", None, [("NARRATOR", None, "NARRATOR: It rained.", "It rained.")]),
        # No names.
        ("Listen: it rains.", None, [(None, None, "Listen: it rains.", "Listen: it rains.")]),
        ("At 10:30 we go.", None, [(None, None, "At 10:30 we go.", "At 10:30 we go.")]),
        # Sounds, manners and music.
        ("(sighs) So sad.", None, [(None, None, "So sad.", "So sad.")]),
        ("♪ la la la ♪", None, [(None, None, "la la la", "la la la")]),
        ("[door slams]", None, []),
        ("♪♪", None, []),
        ("- ...", None, []),
        ("", None, []),
    ],
)
def test_one_speaker(text, speaker, told):
    assert said(text, speaker) == told


def test_two_speakers_share_the_time_by_their_length():
    (first, second) = utterances([Cue(10, 14, "- JOY: One day!\n- One day more on end.")], CAST)
    assert (first.character, second.character) == (0, None)
    assert first.start == 10
    assert first.end == second.start == pytest.approx(10 + 4 * 8 / 28, abs=0.2)
    assert second.end == pytest.approx(14)


def test_a_hyphen_inside_is_no_second_speaker():
    assert len(said("well-known\nand loved - by me")) == 1


def test_numbers_do_not_tell_clusters_apart():
    cast = (Character("person 1", False), Character("person 2", False))
    assert said("PERSON: Hello.", cast=cast)[0][1] is None
    assert said("PERSON 2: Hello.", cast=cast)[0][1] == 1
    assert said("2: Hello.", cast=cast)[0][:2] == (None, None)


@pytest.mark.parametrize(
    "piece", [*"[(♪#-: <", "# ", "[a", "A ", "\n-", "- a\n", "A: b\n", "\u3000"]
)
def test_piles_of_signs_are_read_in_time(piece):
    for text in (piece * 300_000, piece * 300_000 + "x", "x" + piece * 300_000):
        found = utterances([Cue(0, 1, text), Cue(2, 3, "x", text)], CAST)
        assert sum(len(one.said) for one in found) <= 2 * LONGEST
        assert all(0 <= one.start <= one.end <= 3 for one in found)
