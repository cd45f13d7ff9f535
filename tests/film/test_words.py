"""Lines: found, read, given to who says them, joined with faces; on the cartoon, with its truth."""

from dataclasses import replace

import numpy as np
import pytest

from pyojeong.data.cartoon.script import write
from pyojeong.data.cartoon.style import CAST
from pyojeong.emotion import EMOTIONS, EmotionScores
from pyojeong.errors import BadInput
from pyojeong.film.fusion import Fusion
from pyojeong.film.speakers import CLEAR, NAMED
from pyojeong.film.types import Character, FilmReading, Sightings
from pyojeong.film.words import LONGEST, WHOSE, find_cues, read_lines
from pyojeong.media.cues import Cue, write_srt
from pyojeong.media.encode import VideoWriter
from pyojeong.speech.recognition import HEARD_HZ
from pyojeong.text.reader import TextReader

JOY, GLUM = 0, 1
CHARACTERS = (Character("Joy", True), Character("Glum", True))
SEVEN = tuple(e.value for e in EMOTIONS)
STEP = 1 / 6


class Moods:
    """TextEmotion: the emotion whose name is in the text, else neutral."""

    def __init__(self):
        self.asked = []

    def classify(self, texts):
        self.asked += texts
        found = []
        for text in texts:
            name = next((n for n in SEVEN if n in text), "neutral")
            rest = dict.fromkeys(SEVEN, 0.1 / 6)
            found.append(EmotionScores.from_mapping(rest | {name: 0.9}, "moods"))
        return found


def reading(*seen, seconds=10.0, characters=CHARACTERS, emotions=SEVEN):
    """seen: (character, start, end, area, emotion or None, unsure) of who is on screen when."""
    times = np.arange(0, seconds, STEP)
    rows = []
    for who, start, end, area, emotion, unsure in seen:
        for time in times[(times >= start) & (times < end)]:
            scores = np.full(len(emotions), np.nan)
            if emotion:
                scores[:] = 0.1 / (len(emotions) - 1)
                scores[emotions.index(emotion)] = 0.9
            rows.append((time, who, area, scores, unsure))
    rows.sort(key=lambda row: row[:2])
    n = len(rows)
    scores = np.array([row[3] for row in rows], np.float32).reshape(n, len(emotions))
    who = np.array([row[1] for row in rows], np.int64)
    sightings = Sightings(
        frame=np.array([round(row[0] / STEP) for row in rows], np.int64),
        time=np.array([row[0] for row in rows], np.float64),
        shot=np.zeros(n, np.int64),
        track=who + 1,
        character=who,
        boxes=np.zeros((n, 4), np.float32),
        area=np.array([row[2] for row in rows], np.float32),
        raw=scores,
        scores=scores,
        unsure=np.array([row[4] for row in rows], np.bool_),
    )
    frames = np.arange(len(times))
    return FilmReading(
        "a.mp4", seconds, 640, 360, STEP, frames, times, (), characters, emotions, sightings,
        (), {}, {}, (),
    )  # fmt: skip


def lines(cues, film, **options):
    return read_lines(cues, film, TextReader(Moods()), **options)


JOY_SEEN = (JOY, 0, 10, 0.2, "happiness", False)
GLUM_SEEN = (GLUM, 0, 10, 0.2, "sadness", False)


class TestWho:
    def test_a_name_wins_over_who_is_seen(self):
        (line,) = lines([Cue(1, 3, "GLUM: sadness")], reading(JOY_SEEN, GLUM_SEEN))
        assert (line.character, line.certainty, line.text) == (GLUM, NAMED, "sadness")
        (line,) = lines([Cue(1, 3, "sadness", "Glum")], reading(JOY_SEEN))
        assert (line.character, line.fused) == (GLUM, None)

    def test_the_only_one_seen(self):
        (line,) = lines([Cue(1, 3, "hello")], reading(JOY_SEEN))
        assert line.character == JOY
        assert 0.8 < line.certainty < NAMED

    def test_longer_and_larger_is_likelier(self):
        small = (GLUM, 0, 10, 0.02, "sadness", False)
        short = (GLUM, 0, 1.4, 0.2, "sadness", False)
        sure = [
            lines([Cue(1, 3, "hello")], reading(JOY_SEEN, other))[0] for other in (small, short)
        ]
        assert [line.character for line in sure] == [JOY, JOY]
        alone = lines([Cue(1, 3, "hello")], reading(JOY_SEEN))[0]
        assert all(CLEAR <= line.certainty < alone.certainty for line in sure)

    def test_two_alike_are_too_unclear_and_nobody_is_nobody(self):
        both = lines([Cue(1, 3, "happiness")], reading(JOY_SEEN, GLUM_SEEN))[0]
        assert (both.character, both.fused, both.disagrees) == (None, None, False)
        assert 0 < both.certainty < CLEAR
        for film in (reading(), reading((JOY, 5, 8, 0.2, "happiness", False))):
            (line,) = lines([Cue(1, 3, "hello")], film)
            assert (line.character, line.certainty) == (None, 0.0)

    def test_the_name_of_somebody_else(self):
        (line,) = lines([Cue(1, 3, "NARRATOR: It rained.")], reading(JOY_SEEN))
        assert (line.character, line.text) == (None, "NARRATOR: It rained.")
        # Where characters are numbers, the name may be one of theirs.
        people = (Character("person 1", False), Character("Glum", True))
        film = reading(JOY_SEEN, GLUM_SEEN, characters=people)
        assert lines([Cue(1, 3, "ANNA: Hi.")], film)[0].character == JOY

    def test_a_line_between_two_sampled_frames(self):
        (line,) = lines([Cue(1.01, 1.02, "hello")], reading(JOY_SEEN))
        assert line.character == JOY

    def test_certainty_is_a_share(self):
        chance = np.random.default_rng(3)
        for _ in range(30):
            seen = [
                (
                    int(chance.integers(2)),
                    *np.sort(chance.uniform(0, 10, 2)),
                    chance.uniform(),
                    None,
                    True,
                )
                for _ in range(4)
            ]
            start = chance.uniform(0, 11)
            (line,) = lines([Cue(start, start + chance.uniform(0, 4), "x")], reading(*seen))
            assert 0 <= line.certainty <= 1
            assert (line.character is None) == (line.certainty < CLEAR)


class TestFace:
    def test_happy_words_over_a_sad_face(self):
        (line,) = lines([Cue(1, 3, "happiness")], reading(GLUM_SEEN))
        assert line.disagrees
        assert line.scores.argmax() == SEVEN.index("happiness")
        assert line.fused.sum() == pytest.approx(1, abs=1e-5)
        both = [SEVEN.index("happiness"), SEVEN.index("sadness")]
        assert line.fused[both].sum() > 0.8

    def test_a_face_that_may_be_anothers_contradicts_nothing(self):
        other = (JOY, 0, 10, 0.1, "happiness", False)
        (line,) = lines([Cue(1, 3, "happiness")], reading(GLUM_SEEN, other))
        assert line.character == GLUM
        assert CLEAR <= line.certainty < WHOSE
        assert not line.disagrees
        (named,) = lines([Cue(1, 3, "Glum: happiness")], reading(GLUM_SEEN, other))
        assert named.disagrees

    def test_words_that_fit(self):
        (line,) = lines([Cue(1, 3, "sadness")], reading(GLUM_SEEN))
        assert not line.disagrees
        assert line.fused[SEVEN.index("sadness")] > 0.9

    @pytest.mark.parametrize(
        "seen", [(GLUM, 0, 10, 0.2, None, True), (GLUM, 0, 10, 0.2, "fear", True)]
    )
    def test_a_face_that_cannot_be_read(self, seen):
        (line,) = lines([Cue(1, 3, "happiness")], reading(seen))
        assert (line.character, line.fused, line.disagrees) == (GLUM, None, False)

    def test_only_what_is_clear_during_the_line_counts(self):
        film = reading((GLUM, 0, 1, 0.2, "happiness", False), (GLUM, 1, 3, 0.2, "anger", False))
        assert lines([Cue(1, 3, "happiness")], film)[0].disagrees

    def test_a_classifier_of_other_names(self):
        film = reading((GLUM, 0, 10, 0.2, "sad", False), emotions=("joy", "sad", "angry"))
        assert lines([Cue(1, 3, "happiness")], film)[0].disagrees
        calm = lines([Cue(1, 3, "x")], film)[0]
        # It has no name for neutral, so the words may tell that.
        assert calm.fused.argmax() == SEVEN.index("neutral")
        odd = reading((GLUM, 0, 10, 0.2, "b", False), emotions=("a", "b"))
        assert lines([Cue(1, 3, "happiness")], odd)[0].fused is None

    def test_a_fusion_of_ones_own(self):
        face_only = lines([Cue(1, 3, "happiness")], reading(GLUM_SEEN), fusion=Fusion(1, 0))[0]
        assert face_only.fused.argmax() == SEVEN.index("sadness")


def test_nothing_said_opens_no_model(monkeypatch):
    monkeypatch.setattr("pyojeong.film.words.TextReader", None)
    assert read_lines([], reading(JOY_SEEN)) == ()
    assert read_lines([Cue(0, 1, "[door slams]")], reading(JOY_SEEN)) == ()


def test_a_very_long_line_is_cut():
    moods = Moods()
    read_lines([Cue(1, 3, "x" * 100_000)], reading(JOY_SEEN), TextReader(moods))
    assert len(moods.asked[0]) == LONGEST


def film_of(path, cue=None, sound=False):
    with VideoWriter(
        path, 64, 48, fps=10, audio_rate=22_050 if sound else None, language="eng"
    ) as writer:
        if cue:
            writer.write_cue(cue)
        for _ in range(20):
            writer.write_frame(np.zeros((48, 64, 3), np.uint8))
        if sound:
            writer.write_audio(np.full(44_100, 0.5, np.float32))
    return path


class Hears:
    """SpeechToText that keeps what it was given."""

    def transcribe(self, samples, rate, language=None):
        self.heard = (len(samples), rate, float(np.abs(samples).max()))
        return [Cue(0, 1, "heard")]


class TestWhere:
    def test_a_file_then_the_track_then_the_sound(self, tmp_path):
        film = film_of(tmp_path / "a.mp4", Cue(0.5, 1, "inside"), sound=True)
        write_srt(tmp_path / "a.srt", [Cue(0, 1, "beside")])
        hears = Hears()
        assert find_cues(film, tmp_path / "a.srt", hears)[0].text == "beside"
        assert find_cues(film, None, hears)[0].text == "inside"
        bare = film_of(tmp_path / "b.mp4", sound=True)
        assert find_cues(bare, None, hears)[0].text == "heard"
        count, rate, loudest = hears.heard
        assert rate == HEARD_HZ
        assert count == pytest.approx(2 * HEARD_HZ, abs=HEARD_HZ // 20)
        assert loudest == pytest.approx(0.5, abs=0.1)

    def test_what_was_heard_is_kept(self, tmp_path):
        film = film_of(tmp_path / "a.mp4", sound=True)
        kept, hears = tmp_path / "heard.srt", Hears()
        first = find_cues(film, None, hears, heard=kept)
        assert kept.is_file()
        del hears.heard
        assert find_cues(film, None, hears, heard=kept) == first
        assert not hasattr(hears, "heard")

    def test_neither_words_nor_sound(self, tmp_path):
        silent = film_of(tmp_path / "a.mp4")
        assert find_cues(silent) == find_cues(silent, None, Hears()) == []

    def test_a_file_that_is_no_subtitles(self, tmp_path):
        film = film_of(tmp_path / "a.mp4")
        (tmp_path / "a.srt").write_text("only words")
        with pytest.raises(BadInput):
            find_cues(film, tmp_path / "a.srt")
        with pytest.raises(BadInput):
            find_cues(tmp_path / "none.mp4")


# --- the cartoon -----------------------------------------------------------------------------


def cartoon(seed, language, names):
    """A script of the generator as a perfect reading of it, its cues and what is true of them."""
    fps, film, cues, truth, start = 24.0, [], [], [], 0.0
    for plan in write(np.random.default_rng((seed, 3)), 240, fps, len(CAST), language, "test"):
        end = start + plan.frames / fps
        for part in plan.parts:
            for at in np.arange(np.ceil(start / STEP) * STEP, end, STEP):
                share = (at - start) / (end - start)
                if 0 < part.path[0] + (part.path[1] - part.path[0]) * share < 1:
                    emotion = part.at(at - start)[0]
                    film.append(
                        (part.who, at - 1e-6, at + 1e-6, 0.1 * part.tall**2, emotion, False)
                    )
        for said in plan.said:
            prefix = f"{CAST[said.who].name.upper()}: " if names else ""
            cues.append(Cue(start + said.start, start + said.end, prefix + said.text))
            truth.append((said.who, said.contrary))
        start = end
    cast = tuple(Character(style.name, True) for style in CAST)
    return reading(*film, seconds=start, characters=cast), cues, truth


@pytest.fixture(scope="module")
def reader():
    return TextReader()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_contradictions_of_the_cartoon(reader, language):
    film, cues, truth = cartoon(31, language, names=True)
    found = read_lines(cues, film, reader)
    assert [line.character for line in found] == [who for who, _ in truth]
    pairs = [(line.disagrees, contrary) for line, (_, contrary) in zip(found, truth, strict=True)]
    assert sum(contrary for _, contrary in pairs) >= 5
    hits = sum(told and contrary for told, contrary in pairs)
    assert hits >= 0.8 * sum(contrary for _, contrary in pairs)
    assert hits >= 0.9 * sum(told for told, _ in pairs)


def test_speakers_of_the_cartoon_without_names(reader):
    film, cues, truth = cartoon(32, "en", names=False)
    found = read_lines(cues, film, reader)
    given = [
        (line.character, who)
        for line, (who, _) in zip(found, truth, strict=True)
        if line.character is not None
    ]
    assert len(given) >= 0.3 * len(truth)
    # Somebody is named only where they are likelier than all others together.
    assert sum(a == b for a, b in given) >= 0.6 * len(given)
    assert replace(film, lines=found).lines == found
