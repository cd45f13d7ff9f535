"""Whole films: read, tabled, marked."""

import csv
import json

import av
import numpy as np
import pytest

from pyojeong.cli.faces_video import read_video
from pyojeong.cli.output import StoppedAndTold
from pyojeong.emotion import EMOTIONS
from pyojeong.errors import BadInput, OutputFailed
from pyojeong.face.video import drawing
from pyojeong.face.video.timeline import COLUMNS
from pyojeong.media.decode import probe, read_frames
from pyojeong.media.rewrite import FilmCopy


def run(path, *outputs, **options):
    plain = {"annotated": None, "as_json": False, "threshold": None, "classifier": None}
    read_video(path, outputs=list(outputs), **(plain | options))


def sound_of(path):
    with av.open(str(path)) as film:
        packets = [p for p in film.demux(film.streams.audio[0]) if p.size]
        return [bytes(p) for p in packets], [float(p.pts * p.time_base) for p in packets]


def odd_film(path, sizes=(201, 161)):
    """Ten frames of odd size, as no H.264 film with ordinary colours can have."""
    with av.open(str(path), "w") as film:
        stream = film.add_stream("ffv1", 10)
        stream.width, stream.height = sizes
        stream.pix_fmt = "yuv444p"
        for at in range(10):
            picture = np.full((sizes[1], sizes[0], 3), 20 * at, np.uint8)
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(stream.encode(None))


def test_all_tables_say_the_same(film, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is in the report extra")
    outputs = [tmp_path / f"t{suffix}" for suffix in (".csv", ".json", ".parquet")]
    run(film, *outputs)
    with outputs[0].open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    told = json.loads(outputs[1].read_text("utf-8"))
    table = parquet.read_table(outputs[2]).to_pylist()
    assert told["samples"] == table
    assert [list(row) for row in rows] == [[name for name, _ in COLUMNS]] * len(table)
    assert [[kind(row[name]) for name, kind in COLUMNS] for row in rows] == [
        list(row.values()) for row in table
    ]
    assert told["complete"] is True
    assert [track["track"] for track in told["tracks"]] == [1, 2]
    first, second = told["tracks"]
    assert first["first_s"] == 0
    assert first["last_s"] == pytest.approx(1.92, abs=0.1)
    assert 1.0 <= second["first_s"] < 1.9
    assert first["dominant"] == "happiness"
    assert sum(first["seconds"].values()) == pytest.approx(2, abs=0.1)
    for row in table:
        assert sum(row[e.value] for e in EMOTIONS) == pytest.approx(1, abs=1e-3)
        assert -1 <= row["valence"] <= 1
        assert row["x1"] == pytest.approx(20 + 2 * row["frame"], abs=3) or row["track"] == 2


def test_the_marked_copy_keeps_sound_and_time_and_shows_boxes(film, tmp_path):
    marked = tmp_path / "marked.mp4"
    run(film, marked)
    assert sound_of(marked) == sound_of(film)
    before, after = list(read_frames(film)), list(read_frames(marked))
    assert [t for t, _ in after] == pytest.approx([t for t, _ in before], abs=2e-3)
    changed = np.abs(after[40][1].astype(int) - before[40][1]).max(2) > 60
    assert changed[35:45, 95:165].any()
    assert probe(marked).video_codec == "h264"


def test_json_goes_to_standard_output(film, capsys):
    run(film, as_json=True)
    assert json.loads(capsys.readouterr().out)["width"] == 320


def test_uneven_times_are_kept(film, tmp_path):
    """A film whose frames come at uneven times keeps them in the copy."""
    times = [0, 0.04, 0.2, 0.21, 0.5, 0.9, 0.95, 1.3]
    uneven, marked = tmp_path / "uneven.mp4", tmp_path / "marked.mp4"
    pictures = [frame for _, frame in read_frames(film)][: len(times)]
    with FilmCopy(uneven, film) as copy:
        for time_s, picture in zip(times, pictures, strict=True):
            copy.write_frame(picture, time_s)
    run(uneven, marked)
    assert [t for t, _ in read_frames(marked)] == pytest.approx(times, abs=2e-3)


def test_odd_sizes_become_even_and_films_without_faces_are_fine(world, tmp_path, capsys):
    odd, marked, table = tmp_path / "odd.mkv", tmp_path / "m.mp4", tmp_path / "t.csv"
    odd_film(odd)
    run(odd, marked, table)
    info = probe(marked)
    assert (info.width, info.height) == (202, 162)
    assert len(table.read_text("utf-8-sig").splitlines()) == 1
    assert "no face" in capsys.readouterr().err


def test_a_film_cut_short_is_read_up_to_there_with_a_note(world, film, tmp_path, capsys):
    broken, marked, told = (tmp_path / name for name in ("b.mp4", "m.mp4", "t.json"))
    data = film.read_bytes()
    broken.write_bytes(data[: int(len(data) * 0.7)])
    run(broken, marked, told)
    result = json.loads(told.read_text("utf-8"))
    assert result["complete"] is False
    assert result["notes"]
    assert 0 < result["read_s"] < 1.9
    assert 0 < probe(marked).duration_s < 1.99
    assert str(broken) in capsys.readouterr().err


@pytest.mark.parametrize(
    "data", [b"", b"not a film, just text\n" * 50, b"\0\0\0\x18ftypmp42" + bytes(99)]
)
def test_no_film_no_output(world, tmp_path, data):
    path, table = tmp_path / "x.mp4", tmp_path / "t.csv"
    path.write_bytes(data)
    with pytest.raises(BadInput):
        run(path, table, tmp_path / "m.mp4")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.mp4"]


@pytest.mark.parametrize("name", ["t.docx", "none/t.csv", "t"])
def test_outputs_are_checked_first(film, tmp_path, name):
    with pytest.raises(OutputFailed):
        run(film, tmp_path / name)


def test_the_film_itself_is_not_overwritten(film):
    before = film.read_bytes()
    with pytest.raises(OutputFailed):
        run(film, film)
    assert film.read_bytes() == before


def test_annotated_takes_a_folder(film, tmp_path):
    run(film, annotated=tmp_path / "marked")
    assert probe(tmp_path / "marked" / film.name).width == 320


def test_a_true_face_is_read(portrait, tmp_path):
    """Once with the true models: the portrait smiles."""
    path, table = tmp_path / "still.mkv", tmp_path / "t.json"
    with av.open(str(path), "w") as film:
        stream = film.add_stream("ffv1", 12)
        stream.width, stream.height, stream.pix_fmt = 288, 288, "yuv444p"
        picture = np.ascontiguousarray(portrait[:288, 80:368])
        for _ in range(4):
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(stream.encode(None))
    run(path, table)
    (track,) = json.loads(table.read_text("utf-8"))["tracks"]
    assert track["dominant"] == "happiness"


@pytest.mark.parametrize(
    ("lang", "told"), [("en", "Stopped. Written: "), ("ko", "중단했습니다. 쓴 파일: ")]
)
def test_ctrl_c_between_two_outputs_tells_what_is_there(
    film, tmp_path, monkeypatch, capsys, lang, told
):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(drawing, "write_marked", stopped)
    table, marked = tmp_path / "t.csv", tmp_path / "m.mp4"
    monkeypatch.setattr("pyojeong.cli.language._current", lang)
    with pytest.raises(StoppedAndTold) as stop:
        run(film, table, marked)
    assert stop.value.code == 130
    assert f"{told}{table}" in capsys.readouterr().err
    assert table.stat().st_size
    assert not marked.exists()
    with pytest.raises(KeyboardInterrupt):
        run(film, marked)
