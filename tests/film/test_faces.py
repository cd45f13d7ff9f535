"""Faces written to be labelled."""

import csv

import numpy as np
import pytest

from pyojeong.data.load import load_dataset
from pyojeong.errors import BadSettings
from pyojeong.film.cutouts import masked
from pyojeong.film.faces import TABLE, chosen, face_cutter, figure_cutter, write_faces
from pyojeong.film.plan import Choices
from pyojeong.film.run import read_film
from pyojeong.media.image import read_image


def table(folder):
    with (folder / TABLE).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def reading(acted_film, tmp_path, stage):
    return read_film(acted_film, tmp_path, Choices(), reader=stage.reader)


def test_each_face_is_cut_centred_on_black_and_named(acted_film, tmp_path, stage, reading):
    done = write_faces(acted_film, reading, tmp_path, figure_cutter(stage.segmenter))
    rows = table(tmp_path)
    assert done.faces == len(rows) == len(list(tmp_path.glob("*/*.png")))
    assert (done.before, done.lost) == (0, 0)
    assert {row["character"] for row in rows} == set(stage.colours)
    for row in rows:
        picture = read_image(tmp_path / row["path"]).rgb
        assert picture.shape[0] == picture.shape[1]
        assert not picture[0, 0].any()
        middle = picture[len(picture) // 2, len(picture) // 2].astype(int)
        assert np.abs(middle - stage.colours[row["character"]]).max() < 40
        assert row["path"].startswith(row["character"] + "/")
        assert row["identity"] == f"track{int(row['track']):05d}"


def test_labels_stay_and_what_is_there_is_not_cut_again(acted_film, tmp_path, stage, reading):
    cutter = figure_cutter(stage.segmenter)
    write_faces(acted_film, reading, tmp_path, cutter)
    text = (tmp_path / TABLE).read_text("utf-8-sig")
    first = table(tmp_path)[0]["path"]
    (tmp_path / TABLE).write_text(text.replace(f"{first},,", f"{first},기쁨,"), "utf-8-sig")
    lost = tmp_path / table(tmp_path)[3]["path"]
    lost.unlink()
    stage.segmenter.calls.clear()
    done = write_faces(acted_film, reading, tmp_path, cutter)
    assert stage.segmenter.calls == [1]
    assert lost.is_file()
    assert done.before == done.faces - 1
    assert table(tmp_path)[0]["label"] == "기쁨"


def test_training_reads_the_table(acted_film, tmp_path, stage, reading):
    write_faces(acted_film, reading, tmp_path, figure_cutter(stage.segmenter))
    text = (tmp_path / TABLE).read_text("utf-8-sig").splitlines()
    labelled = [
        text[0],
        *(line.replace(".png,,", f".png,{'ab'[k % 2]},") for k, line in enumerate(text[1:])),
    ]
    (tmp_path / TABLE).write_text("\n".join(labelled), "utf-8")
    data = load_dataset(tmp_path / TABLE)
    assert data.classes == ("a", "b")
    assert len(data) == len(text) - 1
    assert len(set(data.identities.tolist())) == 5


def test_every_track_has_its_largest_clear_view(reading):
    rows = reading.sightings
    for seconds in (0.5, 2.0):
        picked = chosen(rows, seconds)
        stretch = np.floor(rows.time / seconds)
        keys = set(zip(rows.track[picked], stretch[picked], strict=True))
        assert len(keys) == len(picked)
        assert keys == set(zip(rows.track, stretch, strict=True))
        for row in picked:
            group = (rows.track == rows.track[row]) & (stretch == stretch[row])
            assert rows.area[row] == rows.area[group & ~np.isnan(rows.raw).any(1)].max()


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), 1e9])
def test_absurd_seconds(reading, seconds):
    with pytest.raises(BadSettings):
        chosen(reading.sightings, seconds)


def test_a_human_face_is_cut_upright(portrait):
    import cv2

    turn = cv2.getRotationMatrix2D((223, 124), 14, 1.0)
    tilted = cv2.warpAffine(np.asarray(portrait), turn, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    cut = face_cutter()
    box = np.float32([[165, 60, 280, 190]])
    (plain,), (turned,) = cut(np.asarray(portrait), box), cut(tilted, box)
    small = [
        cv2.resize(p, (48, 48), interpolation=cv2.INTER_AREA).astype(float) for p in (plain, turned)
    ]
    assert plain.shape[0] == plain.shape[1] > 100
    assert np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1] > 0.95
    assert cut(np.full((200, 200, 3), 120, np.uint8), np.float32([[50, 50, 120, 120]])) == [None]


def test_reading_cuts_as_writing_does(stage):
    image = stage.drawn(("joy", 100, 90, 30))
    (figures,) = stage.segmenter.segment([image])
    (cut,) = figure_cutter(stage.segmenter)(image, figures.boxes)
    assert np.array_equal(cut, masked(image, figures.masks[0]))
