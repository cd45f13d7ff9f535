"""Tokenizers put together from a SentencePiece file, against the library that made the file."""

import random
import struct

import pytest

from pyojeong.errors import BadInput
from pyojeong.text.sentencepiece import build_tokenizer, read_sentencepiece

SYLLABLES = "나는여우가곰은우리기뻐화슬퍼무서워놀라역겨보통요오늘정말했어다고습니까지만도를에서"
ODD = [
    "ｆｕｌｌ １２３",
    " 가  나   다 ",
    "①②",
    "한글漢字かな",
    "😀 웃음",
    "1,000원",
    "a\u0301",
    "뷁쀍 뛟",
    "",
]


@pytest.fixture(scope="module")
def texts():
    source = random.Random(5)
    words = ["".join(source.choices(SYLLABLES, k=source.randrange(1, 5))) for _ in range(300)]
    return [" ".join(source.choices(words, k=8)) + source.choice(".!?") for _ in range(600)]


@pytest.fixture(scope="module")
def library(kobert_pieces, texts):
    return kobert_pieces(texts, 400)


@pytest.fixture
def file(library, tmp_path):
    path = tmp_path / "tokenizer_78b3253a26.model"
    path.write_bytes(library.serialized_model_proto())
    return path


def test_pieces_and_scores_are_read(library, file):
    model = read_sentencepiece(file)
    assert len(model.pieces) == library.get_piece_size()
    assert model.unknown == library.unk_id()
    for number, (piece, score) in enumerate(model.pieces):
        assert piece == library.id_to_piece(number)
        assert score == pytest.approx(library.get_score(number))


def test_cuts_as_the_library_does(library, file, texts):
    pytest.importorskip("tokenizers", reason="tokenizers is in the train extra")
    tokenizer = build_tokenizer(read_sentencepiece(file))
    tokenizer.encode_special_tokens = True
    source = random.Random(1)
    letters = "".join(texts[:50]) + "abc漢 ,.😀"
    mixed = ["".join(source.choices(letters, k=source.randrange(40))) for _ in range(500)]
    start, end = library.piece_to_id("[CLS]"), library.piece_to_id("[SEP]")
    for text in [*texts[:200], *ODD, *mixed]:
        assert tokenizer.encode(text).ids == [start, *library.encode(text), end], text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no model",
        b"\xff" * 100,
        b"\x0a\xff\xff\xff\xff\x0f",
        b"\x0a\x03\x0a\x01a",
        b"\x0a\x05\x0a\x01\xff\x18\x02",
        b"\x12\x02\x18\x02",
        b"\x0b" * 50,
        b"\x0a\x0a\x0a\x01a\x15" + struct.pack("<f", 1)[:3],
    ],
)
def test_anything_else_is_refused(tmp_path, content):
    path = tmp_path / "x.model"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="SentencePiece"):
        read_sentencepiece(path)


def test_a_file_cut_anywhere_is_refused_or_read(file):
    """Never another error: every prefix of a real file."""
    whole = file.read_bytes()
    for end in range(0, len(whole), max(1, len(whole) // 300)):
        file.write_bytes(whole[:end])
        try:
            read_sentencepiece(file)
        except BadInput:
            continue
