"""Subtitles in the picture: two lines, inside the frame, readable, nothing lost."""

import random

import numpy as np
import pytest

from pyojeong.media.fonts import drawable, font
from pyojeong.media.subtitles import SubtitlePainter, split_for_subtitles, split_spans, wrap

SIZES = [
    (1280, 720),
    (1920, 1080),
    (720, 1280),
    (640, 480),
    (480, 480),
    (256, 144),
    (128, 128),
    (128, 512),
    (512, 128),
    (4096, 2160),
]
TEXTS = [
    "네.",
    "옛날 옛적 깊은 산속에 작은 토끼 한 마리가 살았어요.",
    "“오늘은 정말 신나는 날이야!” 하고 토끼가 소리쳤지요. 그러자 거북이도, 여우도 함께 웃었답니다.",
    "띄어쓰기없이아주길게이어지는문장은음절에서나눌수밖에없으니까요" * 3,
    "Once upon a time there was a supercalifragilisticexpialidocious rabbit, wasn't there?",
    "숫자 1,234,567과 3 − 2, 그리고 이모지 🎉도 있어요.",
    "가" * 500,
    "아 " * 200,
    "…… 네",
]


def random_texts(count: int) -> list[str]:
    chance = random.Random(11)
    words = [
        "토끼가",
        "아",
        "무서워서",
        "“정말?”",
        "rabbit",
        "뛰어갔습니다.",
        "그리고,",
        "끝",
        "3−2",
    ]
    return [" ".join(chance.choices(words, k=chance.randint(1, 60))) for _ in range(count)]


class TestWrap:
    def test_breaks_at_spaces_into_balanced_lines(self):
        lines = wrap(TEXTS[1], font(36, True), 500)
        assert lines is not None
        assert " ".join(lines) == TEXTS[1]
        widths = [font(36, True).getlength(line) for line in lines]
        assert max(widths) <= 500
        assert min(widths) > 0.7 * max(widths)

    def test_one_line_where_one_is_enough(self):
        assert wrap("짧은 글", font(36), 1000) == ["짧은 글"]

    def test_a_long_word_breaks_between_syllables_not_before_its_punctuation(self):
        lines = wrap("가나다라마바사!", font(36), font(36).getlength("가나다라마바사") + 1)
        assert lines is not None
        assert "".join(lines) == "가나다라마바사!"
        assert lines[-1] != "!"

    def test_what_does_not_fit_is_none_and_nothing_is_empty(self):
        assert wrap("가나다라 " * 40, font(36), 300) is None
        assert wrap("가나다라 " * 40, font(36), 300, max_lines=100) is not None
        assert wrap(" \n🎉", font(36), 300) == []

    def test_narrower_than_a_letter(self):
        assert wrap("가", font(36), 5) is None


class TestSplit:
    @pytest.mark.parametrize("size", SIZES)
    @pytest.mark.parametrize("text", [*TEXTS, *random_texts(4)])
    def test_pieces_fit_and_nothing_is_lost(self, size, text):
        painter = SubtitlePainter(*size)
        pieces = split_for_subtitles(text, painter.fits)
        assert all(painter.fits(piece) for piece in pieces)
        assert "".join("".join(pieces).split()) == "".join(text.split())
        assert all(piece == piece.strip() and piece for piece in pieces)
        assert painter.split(text) == pieces

    def test_spans_point_into_the_text(self):
        text = "  " + TEXTS[2] + "\n" + TEXTS[1] + " "
        painter = SubtitlePainter(480, 480)
        spans = split_spans(text, painter.fits)
        assert [text[a:b] for a, b in spans] == split_for_subtitles(text, painter.fits)
        ends = [0, *(b for _, b in spans)]
        assert all(text[end:a].strip() == "" for end, (a, _) in zip(ends, spans, strict=False))

    def test_sentences_and_phrases_stay_together(self):
        text = "토끼는 달렸어요. 거북이는 걸었고, 여우는 잤어요."
        assert split_for_subtitles(text, lambda t: len(t) < 20) == [
            "토끼는 달렸어요.",
            "거북이는 걸었고, 여우는 잤어요.",
        ]
        assert split_for_subtitles(text[10:], lambda t: len(t) < 12) == [
            "거북이는 걸었고,",
            "여우는 잤어요.",
        ]

    def test_no_more_pieces_than_needed_by_much(self):
        painter = SubtitlePainter(1280, 720)
        text = "아주 긴 이야기가 이어집니다 " * 40
        per_piece = max(len(p) for p in split_for_subtitles(text, painter.fits))
        assert len(split_for_subtitles(text, painter.fits)) <= np.ceil(len(text) / per_piece) + 2

    def test_nothing_and_the_impossible(self):
        assert split_for_subtitles("  ", lambda _: True) == []
        assert split_for_subtitles("가나다", lambda _: False) == ["가", "나", "다"]


class TestPainter:
    @pytest.mark.parametrize("size", SIZES)
    @pytest.mark.parametrize("text", TEXTS)
    def test_inside_the_safe_area_in_two_lines_and_readable(self, size, text):
        width, height = size
        painter = SubtitlePainter(width, height)
        assert painter.font_size >= min(height * 20 / 720, 0.9 * width / 3.3)
        for piece in painter.split(text):
            overlay = painter.paint(piece)
            assert overlay is not None
            assert len(overlay.lines) <= 2
            x0, y0, x1, y1 = overlay.box
            assert width * 0.05 <= x0 < x1 <= width * 0.95
            assert height * 0.05 <= y0 < y1 <= height * 0.95
            assert overlay.alpha.shape == overlay.rgb.shape[:2] == (y1 - y0, x1 - x0)
            # White letters are there, and no letter is cut off at the edge of the patch.
            bright = (overlay.rgb.min(2) > 200) & (overlay.alpha > 200)
            assert bright.any()
            assert not bright[[0, -1]].any()
            assert not bright[:, [0, -1]].any()

    def test_two_short_lines_rather_than_one_across_the_frame(self):
        painter = SubtitlePainter(1280, 720)
        text = "바로 그때 어두운 덤불 속에서 번쩍이는 두 눈이 다람이를 노려보았습니다."
        overlay = painter.paint(text)
        assert painter.typeface.getlength(text) < painter.max_text_width
        assert overlay is not None
        assert len(overlay.lines) == 2
        assert " ".join(overlay.lines) == text
        short = painter.paint("다람이는 깜짝 놀라 눈이 휘둥그레졌습니다.")
        assert short is not None
        assert len(short.lines) == 1

    def test_letters_at_720p(self):
        painter = SubtitlePainter(1280, 720)
        assert 34 <= painter.font_size <= 38
        overlay = painter.paint("가나다")
        assert overlay is not None
        rows = np.flatnonzero(((overlay.rgb.min(2) > 200) & (overlay.alpha > 200)).any(1))
        assert np.ptp(rows) >= 20

    def test_readable_on_white_and_on_black(self):
        painter = SubtitlePainter(640, 360)
        overlay = painter.paint("읽을 수 있다")
        assert overlay is not None
        for shade in (0, 255):
            frame = np.full((360, 640, 3), shade, np.uint8)
            overlay.blend(frame)
            x0, y0, x1, y1 = overlay.box
            zone = frame[y0:y1, x0:x1].mean(2)
            assert (zone > 240).any()
            assert np.percentile(zone, 20) < 160

    def test_blending_touches_only_its_box(self):
        painter = SubtitlePainter(640, 360)
        frame = np.random.default_rng(0).integers(0, 255, (360, 640, 3), np.uint8)
        before = frame.copy()
        overlay = painter.paint("자막")
        assert overlay is not None
        overlay.blend(frame)
        x0, y0, x1, y1 = overlay.box
        assert (frame[y0:y1, x0:x1] != before[y0:y1, x0:x1]).any()
        frame[y0:y1, x0:x1] = before[y0:y1, x0:x1]
        np.testing.assert_array_equal(frame, before)

    def test_the_marked_word_has_a_colour_and_the_others_do_not_move(self):
        painter = SubtitlePainter(640, 360)
        text = "작은 토끼 🎉 한 마리가 살았어요."
        plain, marked = (
            painter.paint(text),
            painter.paint(text, (text.index("한"), text.index("한") + 1)),
        )
        assert plain is not None
        assert marked is not None
        assert plain.box == marked.box
        yellow = (marked.rgb[:, :, 2].astype(int) < 150) & (marked.rgb[:, :, 0] > 220)
        columns = np.flatnonzero(yellow.any(0))
        start = (plain.rgb.shape[1] - painter.typeface.getlength(drawable(text))) / 2
        left = start + painter.typeface.getlength("작은 토끼 ")
        assert columns.min() >= left - 1
        assert columns.max() <= left + painter.typeface.getlength("한") + 1
        same = np.abs(plain.rgb.astype(int) - marked.rgb).max(2) == 0
        assert same[:, : int(left) - 1].all()

    def test_nothing_to_show_too_much_and_the_same_again(self):
        painter = SubtitlePainter(640, 360)
        assert painter.paint("🎉") is None
        assert painter.paint("자막") is painter.paint("자막")
        with pytest.raises(ValueError, match="split"):
            painter.paint("긴 글 " * 200)
