"""ASS and SSA files, tags, speakers, encodings, and files made to do harm."""

from fractions import Fraction

import av
import pytest

from pyojeong.errors import BadInput
from pyojeong.media import cues as cues_module
from pyojeong.media.ass import packet_line, plain
from pyojeong.media.cues import Cue, read_srt, read_vtt, write_srt
from pyojeong.media.decode import probe, read_subtitle_track
from pyojeong.media.subtitle_file import read_subtitles

ASS = r"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname
Style: Default,Arial

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:09.00,Default,Joy,0,0,0,,not said
Dialogue: 0,0:00:05.50,0:00:07.25,Default,Anger,0,0,0,,{\i1}Stop{\i0} that,\Nnow!
Dialogue: 0,0:00:01.00,0:00:02.00,Default,Joy,0,0,0,,{\pos(1,2)\c&HFF&}So, happy\hday
Dialogue: 1,0:00:01.00,0:00:02.00,Default,Joy,0,0,0,,{\blur3}So, happy\hday
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\p1}m 0 0 l 10 10{\p0}
Dialogue: 0,0:00:09.00,0:00:08.00,Default,,0,0,0,,ends too soon
Dialogue: 0,soon,later,Default,,0,0,0,,no times
Dialogue: 0,0:00:09.00
"""
TOLD = [Cue(1, 2, "So, happy day", "Joy"), Cue(5.5, 7.25, "Stop that,\nnow!", "Anger")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_ass_in_order_without_styling(tmp_path, encoding):
    path = tmp_path / "a.anything"
    path.write_text(ASS, encoding)
    assert read_subtitles(path) == TOLD


def test_ssa_of_old_and_korean_in_cp949(tmp_path):
    text = (
        "[Script Info]\n\n[Events]\nFormat: Marked, Start, End, Style, Actor, Text\n"
        "Dialogue: Marked=0,0:00:01.00,0:00:02.50,Default,기쁨이,오늘 정말 행복해, 그렇지?\n"
    )
    (tmp_path / "a.ssa").write_bytes(text.encode("cp949"))
    assert read_subtitles(tmp_path / "a.ssa") == [
        Cue(1, 2.5, "오늘 정말 행복해, 그렇지?", "기쁨이")
    ]


def test_kinds_are_told_apart_by_content(tmp_path):
    (tmp_path / "a.ass").write_text("1\n00:00:01,000 --> 00:00:02,000\nsrt\n")
    (tmp_path / "a.srt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nvtt\n")
    assert [read_subtitles(tmp_path / n)[0].text for n in ("a.ass", "a.srt")] == ["srt", "vtt"]


def test_tags_of_srt_go_and_what_is_no_tag_stays(tmp_path):
    (tmp_path / "a.srt").write_text(
        '1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<font color="red"><i>Oh</i></font> 1 < 2 > 0 {x}\n'
    )
    assert read_srt(tmp_path / "a.srt") == [Cue(1, 2, "Oh 1 < 2 > 0 {x}")]


def test_voices_of_vtt_become_cues(tmp_path):
    (tmp_path / "a.vtt").write_text(
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v.loud Joy &amp; Co>Hi <b>you</b></v>\n<v Anger>No!\n"
    )
    assert read_vtt(tmp_path / "a.vtt") == [
        Cue(1, 2, "Hi you", "Joy & Co"),
        Cue(1, 2, "No!", "Anger"),
    ]


def test_lines_as_matroska_keeps_them():
    assert packet_line(r"7,0,Default,Joy,0,0,0,,{\b1}Hi, you\Nthere") == ("Joy", "Hi, you\nthere")
    assert packet_line("not, such, a line") == (None, "")
    assert plain(r"a{\p1}m 0 0{\p0}b{") == "ab{"


def film_with(path, codec, header, packets):
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", 25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        words = container.add_stream(codec)
        words.codec_context.subtitle_header = header
        container.start_encoding()
        for number in range(3):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts = number
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for number, data in enumerate(packets):
            packet = av.Packet(data.encode())
            packet.pts = packet.dts = 1000 * number
            packet.duration, packet.time_base = 900, Fraction(1, 1000)
            packet.stream = words
            container.mux(packet)


@pytest.mark.parametrize(
    ("codec", "packets", "told"),
    [
        ("ass", [r"0,0,Default,Joy,0,0,0,,{\i1}Hi", "1,0,D,,0,0,0,,"], [Cue(0, 0.9, "Hi", "Joy")]),
        ("subrip", ["<i>Hi</i>", "Bye"], [Cue(0, 0.9, "Hi"), Cue(1, 1.9, "Bye")]),
    ],
)
def test_tracks_inside_a_film(tmp_path, codec, packets, told):
    film_with(tmp_path / "a.mkv", codec, b"[Script Info]\n", packets)
    assert probe(tmp_path / "a.mkv").subtitles == ("und",)
    assert read_subtitle_track(tmp_path / "a.mkv") == told
    with pytest.raises(BadInput):
        read_subtitle_track(tmp_path / "a.mkv", 1)


@pytest.mark.parametrize(
    "text",
    [
        "[Script Info]\nnothing more",
        "[Events]\nFormat: \nDialogue: \n",
        "1\n99999999999999999999:00:01,000 --> 00:00:02,000\nx\n",
    ],
)
def test_what_holds_no_line_is_refused(tmp_path, text):
    (tmp_path / "a").write_text(text)
    with pytest.raises(BadInput):
        read_subtitles(tmp_path / "a")


@pytest.mark.parametrize("piece", ["<", "{", "{\\", "<v ", "&", "\n", " \n", "{\\p"])
@pytest.mark.parametrize("head", ["WEBVTT\n\n", "", "[Events]\nDialogue: 0,"])
def test_piles_of_signs_take_no_longer_than_their_length(tmp_path, piece, head):
    start = (
        "00:00:01.000 --> 00:00:02.000\nx"
        if head != "[Events]\nDialogue: 0,"
        else ("0:00:01.00,0:00:02.00,D,,0,0,0,,x")
    )
    (tmp_path / "a").write_text(head + start + piece * 300_000)
    # In the square of the length it would take hours.
    (cue, *_) = read_subtitles(tmp_path / "a")
    assert cue.text.startswith("x")


def test_a_million_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(cues_module, "MOST_CUES", 1000)
    write_srt(tmp_path / "a.srt", [Cue(n, n + 1, "x") for n in range(1001)])
    (tmp_path / "a.ass").write_text(
        "[Events]\n"
        + "".join(f"Dialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,{n}\n" for n in range(1001))
    )
    for name in ("a.srt", "a.ass"):
        with pytest.raises(BadInput, match="1,000 subtitles"):
            read_subtitles(tmp_path / name)
    # A file of a million is larger than any text that is read.
    (tmp_path / "b.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nx\n\n" * 1_000_000)
    with pytest.raises(BadInput, match="too large"):
        read_subtitles(tmp_path / "b.srt")
