"""Subtitle files: what is written is read back, whatever the text holds."""

import random

import pytest

from pyojeong.errors import BadInput
from pyojeong.media.cues import Cue, read_srt, read_vtt, write_srt, write_vtt

TEXTS = [
    "옛날 옛적에",
    "두 줄\n자막",
    "화살표 --> 와 <i>꼬리표</i> 그리고 & 기호 &lt; &amp;",
    "1 < 2 > 0 {\\an8}",
    "빈 줄\n\n\n사이",
    "12\n숫자로 시작",
    "00:00:01,000 --> 00:00:02,000",
    "emoji 🎉 “따옴표”",
]
FORMATS = [(write_srt, read_srt, "a.srt"), (write_vtt, read_vtt, "a.vtt")]


@pytest.mark.parametrize(("write", "read", "name"), FORMATS)
def test_round_trip(tmp_path, write, read, name):
    chance = random.Random(3)
    cues, t = [], 0.0
    for text in TEXTS * 3:
        start = t + chance.random()
        t = start + 0.2 + 3000 * chance.random()
        cues.append(Cue(start, t, text))
    write(tmp_path / name, cues)
    back = read(tmp_path / name)
    assert [c.text for c in back] == [c.text.replace("\n\n\n", "\n") for c in cues]
    for cue, again in zip(cues, back, strict=True):
        assert again.start_s == pytest.approx(cue.start_s, abs=0.0006)
        assert again.end_s == pytest.approx(cue.end_s, abs=0.0006)


def test_srt_looks_as_players_expect(tmp_path):
    write_srt(tmp_path / "a.srt", [Cue(0, 1.5, "하나"), Cue(3661.0004, 3662.9996, "둘")])
    assert (tmp_path / "a.srt").read_bytes().decode() == (
        "1\n00:00:00,000 --> 00:00:01,500\n하나\n\n2\n01:01:01,000 --> 01:01:03,000\n둘\n"
    )


def test_vtt_looks_as_browsers_expect(tmp_path):
    write_vtt(tmp_path / "a.vtt", [Cue(0.25, 1.5, "A & <b> --> C")])
    assert (tmp_path / "a.vtt").read_text("utf-8") == (
        "WEBVTT\n\n00:00:00.250 --> 00:00:01.500\nA &amp; &lt;b&gt; --&gt; C\n"
    )


def test_files_of_others_are_read(tmp_path):
    (tmp_path / "a.srt").write_bytes(
        "1\r\n0:00:01,000 --> 00:00:02,500\r\n첫째\r\n\r\n2\r\n00:01:00,000 --> 00:01:01,000\r\n둘\r\n"
        "째\r\n".encode("cp949")
    )
    assert read_srt(tmp_path / "a.srt") == [Cue(1, 2.5, "첫째"), Cue(60, 61, "둘\n째")]
    (tmp_path / "a.vtt").write_text(
        "WEBVTT - title\n\nNOTE a remark\n\nSTYLE\n::cue {}\n\n"
        "name\n00:01.000 --> 00:02.000 align:start position:10%\n<v 토끼>안녕 <b>너</b> &amp; 나\n"
    )
    assert read_vtt(tmp_path / "a.vtt") == [Cue(1, 2, "안녕 너 & 나", "토끼")]


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_srt, "글일 뿐"),
        (read_srt, "1\n00:00:05,000 --> 00:00:01,000\n거꾸로"),
        (read_vtt, "00:01.000 --> 00:02.000\n머리 없음"),
        (read_vtt, "WEBVTT\n"),
    ],
)
def test_what_holds_no_subtitles_is_refused(tmp_path, read, text):
    (tmp_path / "a").write_text(text, "utf-8")
    with pytest.raises(BadInput):
        read(tmp_path / "a")


@pytest.mark.parametrize(("start", "end"), [(-1, 1), (2, 1), (0, float("inf")), (float("nan"), 1)])
def test_impossible_times(start, end):
    with pytest.raises(ValueError, match="cue"):
        Cue(start, end, "x")
