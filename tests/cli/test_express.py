"""`pyojeong express`, from the command line to the file."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from pyojeong.cli.express_wish import parse_angles, parse_each, parse_which, wish_of
from pyojeong.edit.preset_file import read_preset
from pyojeong.emotion import Emotion
from pyojeong.errors import BadInput
from pyojeong.expression import Expression, named_expression
from pyojeong.media.decode import probe, read_frames
from pyojeong.media.image import read_image
from pyojeong.media.inspect import inspect_file


def test_a_preset_that_a_user_keeps(run, portrait_path, tmp_path):
    keep, out = tmp_path / "mine.json", tmp_path / "o.png"
    words = ["--set", "jawOpen=0.4", "--set", "eyeBlinkLeft=1", "--head", "0,5,0", "--gaze", "2,9"]
    got = run("express", portrait_path, *words, "--save-preset", keep, "-o", out)
    assert got.code == 0, got.err
    wanted = Expression({"jawOpen": 0.4, "eyeBlinkLeft": 1.0}, (0, 5, 0), (2, 9))
    assert read_preset(keep) == (wanted, False)
    again = tmp_path / "again.png"
    assert run("express", portrait_path, "--preset", keep, "-o", again).code == 0
    assert np.array_equal(read_image(out).rgb, read_image(again).rgb)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"coefficients": [1]}', '{"coefficients": {}, "head": [1, 2]}', "[" * 9999],
)
def test_presets_that_are_none(tmp_path, text):
    (tmp_path / "p.json").write_text(text, "utf-8")
    with pytest.raises(BadInput):
        read_preset(tmp_path / "p.json")


def test_several_faces_and_strict(run, portrait, tmp_path):
    wide, out = tmp_path / "wide.png", tmp_path / "o.png"
    Image.fromarray(np.hstack([portrait, portrait])).save(wide)
    words = ["--each", "224,125=anger", "--each", "736,125=sadness:0.9", "--strict", "--json"]
    got = run("express", wide, *words, "-o", out)
    assert got.code == 0, got.err
    told = json.loads(got.out)
    assert [face["verdict"]["asked"] for face in told["faces"]] == [
        {"anger": 1.0},
        {"sadness": 0.9},
    ]
    assert told["reached"] is True
    claim = inspect_file(out).claim
    assert claim is not None
    assert [face["asked"] for face in claim.details["faces"]] == [{"anger": 1.0}, {"sadness": 0.9}]


def test_strict_writes_nothing_that_is_not_read(run, portrait_path, tmp_path):
    """Happiness whose smile is taken away again is not read as happiness."""
    out = tmp_path / "o.png"
    against = ["mouthSmile=-1", "mouthFrown=1.5", "browDown=1.5", "noseSneer=1.5", "cheekSquint=-1"]
    words = ["--emotion", "happiness", *(w for name in against for w in ("--set", name))]
    got = run("express", portrait_path, *words, "--strict", "-o", out)
    assert got.code == 11
    assert "--strict" in got.err
    assert not out.exists()
    got = run("express", portrait_path, *words, "-o", out)
    assert got.code == 0
    assert "happiness only" in got.err
    assert out.exists()


def test_a_sheet(run, portrait_path, tmp_path):
    out = tmp_path / "sheet.jpg"
    got = run("--lang", "ko", "express", portrait_path, "--strip", "-o", out)
    assert got.code == 0, got.err
    sheet = read_image(out).rgb
    assert sheet.shape[1] > 7 * 300
    assert sheet.shape[0] > 3 * 300
    assert inspect_file(out).claim is not None


@pytest.mark.parametrize("suffix", ["mp4", "gif", "webp"])
def test_a_loop_comes_back_to_where_it_began(run, portrait_path, tmp_path, suffix):
    out = tmp_path / f"loop.{suffix}"
    words = ["--emotion", "surprise", "--animate", "--seconds", "0.6"]
    got = run("express", portrait_path, *words, "-o", out)
    assert got.code == 0, got.err
    if suffix == "mp4":
        frames = [rgb.astype(int) for _, rgb in read_frames(out)]
        assert probe(out).duration_s == pytest.approx(14 / 24, abs=0.05)
    else:
        with Image.open(out) as film:
            # Frames that show the same are one, which lasts longer.
            frames, lasts = [], 0
            for n in range(film.n_frames):
                film.seek(n)
                frames.append(np.asarray(film.convert("RGB")).astype(int))
                lasts += film.info["duration"]
            assert film.info.get("loop") == 0
            assert lasts == pytest.approx(14 / 24 * 1000, abs=10)
    away = [np.abs(frame - frames[0]).mean() for frame in frames]
    assert max(away) > 2 * max(away[-1], 0.2)
    assert inspect_file(out).claim is not None


def test_a_named_expression_takes_the_place_of_a_smile(run, portrait_path, tmp_path):
    out = tmp_path / "o.png"
    got = run("express", portrait_path, "--preset", "sob", "-o", out, "--json")
    assert got.code == 0, got.err
    after = json.loads(got.out)["faces"][0]["verdict"]["after"]["scores"]
    assert after["sadness"] > after["happiness"], "the portrait smiles broadly"
    assert wish_of(None, None, "sob", [], None, None).relaxation == 1
    assert wish_of(None, None, None, ["jawOpen=1"], None, None).relaxation == 0


def test_options_become_a_wish():
    wish = wish_of("sadness:0.7+fear:0.3", None, "wink", ["jawOpen=0.2"], "1,2,3", "4,5")
    assert wish.mix == {Emotion.SADNESS: 0.7, Emotion.FEAR: 0.3}
    wanted = named_expression("wink") + Expression({"jawOpen": 0.2}, (1, 2, 3), (4, 5))
    assert wish.added == wanted
    assert parse_which(" 2") == 2
    assert parse_which("340, 220.5") == (340.0, 220.5)
    assert parse_angles("1,-2,0", 3) == (1.0, -2.0, 0.0)
    each = parse_each(["0=happiness:0.5", "3,4=smirk"])
    assert each[0].mix == {Emotion.HAPPINESS: 0.5}
    assert each[3.0, 4.0].added == named_expression("smirk")
