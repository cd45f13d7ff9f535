"""The cartoon: the same from the same seed, and its truth is true."""

import itertools
import json

import numpy as np
import pytest

from pyojeong.assets import asset_path
from pyojeong.data.cartoon.canvas import Canvas, oval
from pyojeong.data.cartoon.feeling import EMOTIONS, FIELDS, Feeling, between, feel
from pyojeong.data.cartoon.figure import Pose, draw_figure
from pyojeong.data.cartoon.film import draw_frames, make_film, strangers
from pyojeong.data.cartoon.pictures import LEAST_WHOLE, at_size, boxes_of, make_pictures
from pyojeong.data.cartoon.places import PLACES
from pyojeong.data.cartoon.portraits import make_portraits, write_portraits
from pyojeong.data.cartoon.script import write
from pyojeong.data.cartoon.style import CAST, KINDS, LABELS, NAMES, stranger
from pyojeong.data.cartoon.truth import Truth
from pyojeong.data.cartoon.words import LINES
from pyojeong.data.load import load_dataset
from pyojeong.emotion import parse_emotion
from pyojeong.errors import BadSettings
from pyojeong.face.exported import ExportedClassifier
from pyojeong.face.square import whole_square
from pyojeong.media.cues import read_srt
from pyojeong.media.decode import probe, read_frames, read_subtitle_track

PARTS = ("texture", "crest", "eyes", "brows", "mouth", "nose")


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("cartoon") / "short.mp4"
    return path, make_film(path, seed=5, seconds=9, size=(320, 180))


@pytest.fixture(scope="module")
def pictures():
    return [p for split in ("train", "test") for p in make_pictures(8, 3, split, (320, 180))]


class TestStyles:
    def test_the_cast_is_five_of_different_shape_and_colour(self):
        assert tuple(style.name for style in CAST) == NAMES == LABELS[:5]
        for n, a in enumerate(CAST):
            for b in CAST[n + 1 :]:
                assert np.abs(np.subtract(a.colour, b.colour)).sum() > 90
                assert a.head != b.head
                assert a.crest != b.crest

    def test_strangers_of_the_test_have_nothing_of_those_of_training(self):
        for kinds in KINDS.values():
            assert not set(kinds["train"]) & set(kinds["test"])
        for seed in range(40):
            train, test = stranger(seed, "train"), stranger(seed, "test")
            assert all(getattr(train, part) in KINDS[part]["train"] for part in PARTS)
            assert all(getattr(test, part) in KINDS[part]["test"] for part in PARTS)

    def test_the_cast_is_made_of_what_training_draws(self):
        assert all(getattr(style, part) in KINDS[part]["train"] for style in CAST for part in PARTS)

    def test_places_of_the_test_are_in_no_training_picture(self):
        assert not set(PLACES["train"]) & set(PLACES["test"])


class TestFeelings:
    def test_they_are_house_emotions_and_have_words(self):
        for emotion in EMOTIONS:
            assert parse_emotion(emotion).value == emotion
            assert all(LINES[language][emotion] for language in ("en", "ko"))

    def test_without_intensity_the_face_is_nearly_calm(self):
        calm, rng = Feeling(), np.random.default_rng(1)
        for emotion in EMOTIONS:
            faint, full = feel(emotion, 0.0, rng), feel(emotion, 1.0, rng)
            face = [f for f in FIELDS if f not in ("arms", "lean")]
            away = [sum(abs(getattr(x, f) - getattr(calm, f)) for f in face) for x in (faint, full)]
            assert away[0] < 0.45 * away[1]

    def test_half_way_is_the_middle(self):
        rng = np.random.default_rng(2)
        a, b = feel("fear", 1, rng), feel("anger", 1, rng)
        assert between(a, b, 0) == a
        assert between(a, b, 0.5).inner == pytest.approx((a.inner + b.inner) / 2)


class TestDrawing:
    def test_only_the_figures_own_pixels_change(self):
        before = np.full((200, 200, 3), 200, np.uint8)
        canvas = Canvas(before.copy())
        draw_figure(
            canvas, 7, CAST[0], feel("happiness", 1, np.random.default_rng(0)), Pose(100, 190, 40)
        )
        changed = (canvas.image != before).any(2)
        assert set(np.unique(canvas.owner)) == {0, 7}
        # A soft edge colours the pixels around it a little.
        assert (changed & (canvas.owner == 0)).sum() < 0.06 * changed.sum()
        assert (changed & (canvas.owner == 7)).sum() > 0.97 * (canvas.owner == 7).sum()

    def test_whoever_comes_later_hides_whoever_was_there(self):
        canvas = Canvas(np.zeros((60, 60, 3), np.uint8))
        canvas.fill(oval(30, 30, 20, 20), (255, 0, 0), 1)
        canvas.fill(oval(30, 30, 20, 20), (0, 255, 0), 2)
        assert set(np.unique(canvas.owner)) == {0, 2}
        assert tuple(canvas.image[30, 30]) == (0, 255, 0)

    def test_far_outside_is_harmless(self):
        canvas = Canvas(np.zeros((60, 60, 3), np.uint8))
        draw_figure(canvas, 1, CAST[3], Feeling(), Pose(-1e7, 1e7, 30))
        assert not canvas.owner.any()


class TestPictures:
    def test_the_same_seed_draws_the_same(self, pictures):
        again = list(make_pictures(8, 3, "train", (320, 180)))
        for a, b in zip(pictures, again, strict=False):
            assert np.array_equal(a.image, b.image)
            assert np.array_equal(a.masks, b.masks)
        other = next(iter(make_pictures(1, 4, "train", (320, 180))))
        assert not np.array_equal(other.image, pictures[0].image)

    def test_masks_are_apart_and_boxes_fit_them(self, pictures):
        assert sum(map(len, pictures)) > 16
        for picture in pictures:
            assert picture.masks.sum(0).max(initial=0) <= 1
            for mask, box in zip(picture.masks, picture.boxes, strict=True):
                rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
                assert tuple(box) == (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
            assert (picture.whole > LEAST_WHOLE).all()
            assert (picture.whole <= 1).all()
            assert ((picture.classes < 5) == (picture.who < 5)).all()

    def test_nobody_of_the_cast_is_there_twice(self, pictures):
        for picture in pictures:
            assert len(set(picture.who.tolist())) == len(picture)

    def test_shrunk_masks_keep_their_share(self, pictures):
        picture = max(pictures, key=len)
        small = at_size(picture, 160, 90)
        assert small.image.shape == (90, 160, 3)
        assert small.masks.mean((1, 2)) == pytest.approx(picture.masks.mean((1, 2)), rel=0.15)
        assert np.abs(small.boxes - boxes_of(small.masks)).max() <= 2


class TestPortraits:
    def test_squares_on_black_with_every_emotion(self):
        made = list(make_portraits(60, 1))
        assert {p.emotion for p in made} == set(range(len(EMOTIONS)))
        for portrait in made:
            side = len(portrait.image)
            assert portrait.image.shape == (side, side, 3)
            assert not portrait.image[0, 0].any()
        assert 0.3 < np.mean([p.who >= 1000 for p in made]) < 0.8

    def test_the_shipped_network_reads_the_cast_and_strangers(self):
        reader = ExportedClassifier(asset_path("cartoon_emotions_v1"))
        assert reader.card.labels == EMOTIONS
        for split, share, least in (("train", 0.0, 0.9), ("test", 1.0, 0.77)):
            faces = list(make_portraits(120, 99, split, share))
            squares = np.stack([whole_square(f.image, reader.card.side) for f in faces])
            read = reader.probabilities(squares).argmax(1)
            assert np.mean(read == [f.emotion for f in faces]) >= least

    def test_written_folders_are_read_as_a_data_set(self, tmp_path):
        write_portraits(tmp_path, {"train": 40, "val": 12, "test": 12}, 1, side=48)
        found = load_dataset(tmp_path)
        assert len(found) == 64
        assert set(found.classes) == set(EMOTIONS)
        assert {str(split) for split in found.splits} == {"train", "val", "test"}


class TestScript:
    def test_shots_fill_the_film(self):
        for seed in range(20):
            plans = write(np.random.default_rng(seed), 33.3, 24, 5, "en", "test")
            assert sum(plan.frames for plan in plans) == round(33.3 * 24)
            assert plans[0].begins == "start"
            assert {plan.begins for plan in plans[1:]} <= {"cut", "fade"}
            assert all(plan.frames >= 24 for plan in plans)
            assert all(a.place != b.place for a, b in itertools.pairwise(plans))

    def test_words_fit_or_contradict_the_face_as_the_truth_says(self):
        said = 0
        for seed in range(30):
            for plan in write(np.random.default_rng(seed), 60, 24, 5, "ko", "test"):
                for line in plan.said:
                    (part,) = [p for p in plan.parts if p.who == line.who]
                    face = part.at((line.start + line.end) / 2)[0]
                    assert (face != line.emotion) == line.contrary
                    assert line.text in LINES["ko"][line.emotion]
                    said += 1
        assert said > 100


class TestFilm:
    def test_the_same_seed_draws_the_same_frames(self):
        def drawn():
            plans = write(np.random.default_rng(2), 2, 12, 5, "en", "test")
            return [c.image for c, _ in draw_frames(plans, CAST, (160, 90), 12)]

        for a, b in zip(drawn(), drawn(), strict=True):
            assert np.array_equal(a, b)

    def test_it_is_a_film_of_that_length_with_subtitles(self, film):
        path, truth = film
        info = probe(path)
        assert (info.width, info.height) == (320, 180)
        assert truth.frames == 9 * 24
        assert sum(1 for _ in read_frames(path)) == truth.frames
        cues = [line.text for line in truth.lines]
        assert cues
        assert [cue.text for cue in read_subtitle_track(path)] == cues
        assert [cue.text for cue in read_srt(path.with_suffix(".srt"))] == cues

    def test_shots_follow_one_another(self, film):
        _, truth = film
        assert truth.shots[0].first == 0
        assert truth.shots[-1].last == truth.frames - 1
        for a, b in zip(truth.shots, truth.shots[1:], strict=False):
            assert b.first == a.last + 1
            assert b.start == a.end == pytest.approx(b.first / 24)

    def test_the_truth_comes_back_from_its_files(self, film):
        path, truth = film
        again = Truth.load(path)
        assert again.shots == truth.shots
        assert again.lines == truth.lines
        assert np.array_equal(again.frame, truth.frame)
        for row in range(0, len(truth), 17):
            mask = again.mask(row)
            assert mask.sum() == truth.area[row]
            assert np.array_equal(boxes_of(mask[None])[0], truth.boxes[row])
        table = json.loads(path.with_suffix(".truth.json").read_text("utf-8"))
        assert table["emotions"] == list(EMOTIONS)

    def test_masks_lie_on_the_characters(self, film):
        path, truth = film
        frames = [image for _, image in read_frames(path)]
        near = []
        for row in range(0, len(truth), 11):
            shot = next(s for s in truth.shots if s.first <= truth.frame[row] <= s.last)
            middle = min(truth.frame[row] - shot.first, shot.last - truth.frame[row])
            if middle < 12:
                continue
            colour = np.median(frames[truth.frame[row]][truth.mask(row)], axis=0)
            style = CAST[truth.character[row]]
            # Half of a figure's pixels are skin, the others its pattern, lines and eyes.
            near.append(min(np.abs(colour - c).max() for c in (style.colour, style.second)) < 60)
        assert np.mean(near) > 0.8

    def test_screen_time_counts_frames(self, film):
        _, truth = film
        for who, seconds in enumerate(truth.screen_time()):
            assert seconds == np.count_nonzero(truth.character == who) / 24

    def test_the_same_seed_makes_the_same_truth(self, tmp_path):
        a = make_film(tmp_path / "a.mp4", 3, 2, (160, 90), cast=strangers(3, 1))
        b = make_film(tmp_path / "b.mp4", 3, 2, (160, 90), cast=strangers(3, 1))
        assert np.array_equal(a.packed, b.packed)
        assert np.array_equal(a.boxes, b.boxes)
        assert len(set(a.names)) == 3
        assert set(a.classes) == {"figure"}

    @pytest.mark.parametrize(
        "wrong",
        [
            {"seconds": 0},
            {"seconds": float("nan")},
            {"size": (161, 90)},
            {"size": (160, 8192)},
            {"fps": 0},
            {"language": "fr"},
            {"cast": ()},
        ],
    )
    def test_wrong_settings_are_named(self, tmp_path, wrong):
        with pytest.raises(BadSettings):
            make_film(tmp_path / "x.mp4", **{"seconds": 1, "size": (160, 90), **wrong})
        assert not list(tmp_path.iterdir())
