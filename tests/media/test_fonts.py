"""The fonts that ship, and text made fit for them."""

import pytest

from pyojeong.media.fonts import FOLDER, drawable, font, has_glyph


@pytest.mark.parametrize("bold", [False, True])
def test_font_is_made_once_and_scales(bold):
    assert font(20, bold) is font(20, bold)
    assert font(40, bold).getlength("가") == pytest.approx(
        2 * font(20, bold).getlength("가"), abs=1
    )
    assert font(20, bold).getname()[0] == "Pyojeong Gothic"


def test_bold_is_bolder():
    inks = [sum(bytes(font(40, bold).getmask("표정"))) for bold in (False, True)]
    assert inks[1] > inks[0] * 1.1


def test_every_tenth_syllable_has_a_shape_of_its_own():
    syllables = [chr(c) for c in range(ord("가"), ord("힣") + 1, 10)]
    assert all(has_glyph(s) for s in syllables)
    assert len({bytes(font(40).getmask(s)) for s in syllables}) == len(syllables)


@pytest.mark.parametrize("character", "aZ0.,!?…“”‘’「」『』《》·~—ㄱㅏ大₩é♥")
def test_letters_and_marks_of_stories_are_there(character):
    assert has_glyph(character)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("3 − 2", "3 - 2"),
        ("신난다🎉🎉!", "신난다!"),
        ("👨‍👩‍👧 가족 ❤️", "가족"),
        ("한글", "한글"),
        ("줄\n바꿈\t과　공백", "줄 바꿈 과 공백"),
        ("Ḁ", "A"),
        ("ก", "□"),
        ("보이지\u200b않는\ufeff", "보이지않는"),
        ("", ""),
        ("😀", ""),
    ],
)
def test_drawable(text, shown):
    assert drawable(text) == shown


def test_licence_lies_beside_the_fonts():
    text = (FOLDER / "OFL.txt").read_text("utf-8")
    assert "SIL Open Font License, Version 1.1" in text
    assert "NAVER" in text
