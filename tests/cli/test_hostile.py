"""Clumsy and hostile input: one clear line, a documented exit code, nothing written."""

import re
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image


def png_bomb(path: Path) -> None:
    """A tiny file whose header promises 30,000 x 30,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    signature = b"\x89PNG\r\n\x1a\n"
    path.write_bytes(
        signature + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def one_line(got, code):
    assert got.code == code, got.err
    assert got.out == ""
    assert re.fullmatch(r"pyojeong: [^\n]+\n", got.err), got.err


@pytest.fixture
def folder(tmp_path, portrait_path):
    """A folder of bad things."""
    story = "늑대가 왔어요. 양치기는 너무 무서웠어요.".encode()
    made = {
        "empty.txt": b"",
        "blank.txt": b" \n\t\n",
        "emoji.txt": "😀🎉❤️".encode(),
        "binary.txt": bytes(range(256)) * 20,
        "good.txt": story,
        "zero.png": b"",
        "cut.png": portrait_path.read_bytes()[:90_000],
        "text.png": story,
        "photo.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100,
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    png_bomb(tmp_path / "bomb.png")
    Image.new("RGB", (400, 300), (40, 90, 160)).save(tmp_path / "noface.png")
    portrait = Image.open(portrait_path).convert("RGB")
    tiny = Image.new("RGB", (640, 480), (40, 90, 160))
    # The face is about 130 px wide in the portrait: this makes it 12.
    tiny.paste(portrait.resize((47, 47), Image.Resampling.LANCZOS), (300, 200))
    tiny.save(tmp_path / "tiny.png")
    (tmp_path / "dir").mkdir()
    return tmp_path


def listing(folder):
    return sorted((p.name, p.stat().st_size) for p in folder.rglob("*"))


@pytest.mark.parametrize(
    ("text", "face", "output", "code"),
    [
        ("missing.txt", None, "out.mp4", 3),
        ("dir", None, "out.mp4", 3),
        ("empty.txt", None, "out.mp4", 3),
        ("blank.txt", None, "out.mp4", 3),
        ("emoji.txt", None, "out.mp4", 3),
        ("binary.txt", None, "out.mp4", 3),
        ("good.txt", "missing.png", "out.mp4", 3),
        ("good.txt", "dir", "out.mp4", 3),
        ("good.txt", "zero.png", "out.mp4", 3),
        ("good.txt", "cut.png", "out.mp4", 3),
        ("good.txt", "text.png", "out.mp4", 3),
        ("good.txt", "bomb.png", "out.mp4", 3),
        ("good.txt", "photo.heic", "out.mp4", 3),
        ("good.txt", "noface.png", "out.mp4", 4),
        ("good.txt", "tiny.png", "out.mp4", 4),
        ("good.txt", None, "no/such/folder/out.mp4", 10),
        ("good.txt", None, "dir", 10),
        ("good.txt", None, "out.avi", 10),
        ("good.txt", None, "good.txt/out.mp4", 10),
    ],
)
def test_story(run, folder, portrait_path, text, face, output, code):
    before = listing(folder)
    photo = folder / face if face else portrait_path
    one_line(run("story", folder / text, "--face", photo, "-o", folder / output), code)
    assert listing(folder) == before


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--size", "10x10"], 5),
        (["--size", "1281x720"], 5),
        (["--size", "big"], 5),
        (["--size", "99999x99999"], 5),
        (["--fps", "0"], 5),
        (["--face-index", "3"], 5),
        (["--speech-lang", "fr"], 5),
        (["--voice", "nobody"], 6),
        (["--storyboard", "x.json"], 2),
    ],
)
def test_story_options(run, folder, portrait_path, options, code):
    before = listing(folder)
    got = run(
        "story", folder / "good.txt", "--face", portrait_path, "-o", folder / "out.mp4", *options
    )
    assert got.code == code, got.err
    assert listing(folder) == before


@pytest.mark.parametrize(
    ("image", "options", "output", "code"),
    [
        ("bomb.png", ["--emotion", "anger"], "o.png", 3),
        ("cut.png", ["--emotion", "anger"], "o.png", 3),
        ("noface.png", ["--emotion", "anger"], "o.png", 4),
        (None, ["--emotion", "bored"], "o.png", 5),
        (None, ["--emotion", "anger:7"], "o.png", 5),
        (None, ["--set", "jawOpn=1"], "o.png", 5),
        (None, ["--set", "jawOpen"], "o.png", 5),
        (None, ["--set", "jawOpen=nan"], "o.png", 5),
        (None, [], "o.png", 5),
        (None, ["--emotion", "anger", "--on", "9"], "o.png", 5),
        (None, ["--emotion", "anger", "--on", "5,5"], "o.png", 5),
        (None, ["--emotion", "anger", "--on", "-1"], "o.png", 5),
        (None, ["--emotion", "anger", "--text", "sad"], "o.png", 5),
        (None, ["--each", "0"], "o.png", 5),
        (None, ["--each", "0=bored"], "o.png", 5),
        (None, ["--each", "0=anger", "--each", "0=wink"], "o.png", 5),
        (None, ["--each", "0=anger", "--emotion", "fear"], "o.png", 5),
        (None, ["--strip", "--animate"], "o.png", 5),
        (None, ["--strip", "--on", "all"], "o.png", 5),
        (None, ["--preset", "nobody"], "o.png", 5),
        (None, ["--preset", "missing.json"], "o.png", 3),
        (None, ["--head", "1,2"], "o.png", 5),
        (None, ["--head", "0,80,0"], "o.png", 5),
        (None, ["--gaze", "a,b"], "o.png", 5),
        (None, ["--animate"], "o.gif", 5),
        (None, ["--emotion", "anger", "--animate"], "o.png", 10),
        (None, ["--emotion", "anger"], "no/o.png", 10),
        (None, ["--emotion", "anger"], "o.xyz", 10),
    ],
)
def test_express(run, folder, portrait_path, image, options, output, code):
    before = listing(folder)
    source = folder / image if image else portrait_path
    one_line(run("express", source, *options, "-o", folder / output), code)
    assert listing(folder) == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["text", ""], 3),
        (["text", "  "], 3),
        (["text", "binary.txt"], 3),
        (["text", "missing.txt"], 3),
        (["text", "--lines", "missing.txt"], 3),
        (["text", "--lines", "dir"], 3),
        (["text", "--lines", "binary.txt"], 3),
        (["faces", "missing.png"], 3),
        (["faces", "bomb.png"], 3),
        (["faces", "photo.heic"], 3),
    ],
)
def test_reading(run, folder, monkeypatch, arguments, code):
    monkeypatch.chdir(folder)
    one_line(run(*arguments), code)


def test_fifty_megabytes_of_text(run, tmp_path, portrait_path):
    path = tmp_path / "big.txt"
    path.write_bytes(("가나다라마바사 " * 3_000_000).encode()[:50_000_000])
    got = run("story", path, "--face", portrait_path, "-o", tmp_path / "out.mp4")
    one_line(got, 3)
    assert "PYOJEONG_MAX_TEXT_BYTES" in got.err
    one_line(run("text", path), 3)
    assert [p.name for p in tmp_path.iterdir()] == ["big.txt"]


def test_an_unknown_option_is_usage(run):
    assert run("text", "x", "--no-such-option").code == 2
    assert run("no-such-command").code == 2
