"""`pyojeong background`."""

import json

import pytest

from pyojeong.media.image import read_image


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_cut_out_with_alpha(run, portrait_path, tmp_path, suffix):
    out = tmp_path / f"cut{suffix}"
    done = run("background", portrait_path, "-o", out, "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["width"], told["height"], told["background"]) == (512, 512, "remove")
    alpha = read_image(out).alpha
    assert alpha is not None
    assert alpha[100, 225] == 255
    assert alpha[5, 5] == 0


def test_a_colour_as_jpeg(run, portrait_path, tmp_path):
    out = tmp_path / "green.jpg"
    done = run("background", portrait_path, "-o", out, "--background", "#00ff00")
    assert done.code == 0, done.err
    picture = read_image(out)
    assert picture.alpha is None
    assert picture.rgb[5, 5, 1] > 240
    assert picture.rgb[5, 5, 0] < 15


def test_jpeg_holds_no_alpha(run, portrait_path, tmp_path):
    out = tmp_path / "cut.jpg"
    done = run("background", portrait_path, "-o", out)
    assert done.code == 5
    assert ".png or .webp" in done.err
    korean = run("background", portrait_path, "-o", out, "--lang", "ko")
    assert "투명도" in korean.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--background", "nothing"], 5),
        (["--background", "none.png"], 3),
        (["--remover", "selfy"], 6),
        (["--remover", "removebg"], 5),
    ],
)
def test_what_cannot_be(run, portrait_path, tmp_path, options, code, monkeypatch):
    monkeypatch.delenv("PYOJEONG_REMOVEBG_KEY", raising=False)
    out = tmp_path / "out.png"
    done = run("background", portrait_path, "-o", out, *options)
    assert done.code == code, done.err
    assert not out.exists()
