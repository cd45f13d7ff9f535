from __future__ import annotations

import os

import numpy as np
import pytest

from pyojeong.emotion import EMOTIONS

pytest.importorskip("torch")
pytest.importorskip("pandas")

from pyojeong.text.classifier import NgramEmotion, languages
from pyojeong.text.features import extract
from pyojeong.train import text_data, text_emotion
from pyojeong.train.calibration import calibration_error
from pyojeong.train.text_data import Rows, unrated
from pyojeong.train.text_report import measure

pytestmark = pytest.mark.filterwarnings("ignore:Sparse invariant checks")

TINY = text_emotion.Config(
    bits=12,
    buckets=3000,
    hidden=4,
    epochs=30,
    batch=16,
    mass=(("corpus_en", 1.0), ("corpus_ko", 1.0)),
)
WORDS = ("기뻐", "화나", "슬퍼", "무서워", "놀라워", "역겨워", "보통")


@pytest.fixture(scope="module")
def rows() -> Rows:
    texts = [f"{who} {word}요" for word in WORDS for who in ("나는", "여우가", "곰은", "우리가")]
    targets = np.repeat(np.eye(7, dtype=np.float32), 4, axis=0)
    return unrated(texts, targets, np.array(["corpus_ko"] * len(texts)))


def test_learns_words_and_ships_what_it_trained(rows: Rows) -> None:
    model = text_emotion.calibrated(text_emotion.train(rows, TINY, {}), rows)
    found = NgramEmotion(model).classify([f"토끼는 {word}요" for word in WORDS])
    assert [s.emotion for s in found] == list(EMOTIONS)


def test_shipped_arithmetic_is_the_networks(rows: Rows) -> None:
    """Bytes and reduceat give what the embedding bag gave, to the precision of a byte."""
    torch = pytest.importorskip("torch")
    captured = {}
    original = text_emotion.fit

    def keep(net: object, matrix: object, *rest: object) -> None:
        original(net, matrix, *rest)
        captured.update(net=net, matrix=matrix)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_emotion, "fit", keep)
        model = text_emotion.train(rows, TINY, {})
    net = captured["net"].eval()
    columns, values, offsets = captured["matrix"].rows(
        np.arange(len(rows)), np.zeros(4, np.float32), np.random.default_rng(0)
    )
    tensors = [torch.from_numpy(a) for a in (columns, offsets, values)]
    with torch.no_grad():
        expected, kinds = net(*tensors, torch.ones(len(rows), dtype=torch.long))
    features = extract(rows.texts, {}, 12)
    assert np.allclose(model.logits(features, languages(rows.texts)), expected.numpy(), atol=0.15)
    assert np.allclose(model.evidence(features)[1], kinds.numpy(), atol=0.15)


def test_sampling_gives_each_source_its_mass(rows: Rows) -> None:
    both = text_data.join([rows, unrated(rows.texts, rows.targets, np.array(["kote"] * len(rows)))])
    config = text_emotion.Config(mass=(("corpus_ko", 3.0), ("kote", 1.0)))
    chance = text_emotion.sampling(both, config)
    assert chance.sum() == pytest.approx(1)
    assert chance[: len(rows)].sum() == pytest.approx(0.75)


def test_measure_against_hand_counts() -> None:
    values = np.eye(7)[[0, 0, 1, 6]] * 0.9 + 0.1 / 7
    found = measure("x", values, np.array([0, 1, 1, 6]))
    assert found.accuracy == 0.75
    assert found.macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 1) / 3, abs=1e-4)
    assert calibration_error(values, np.array([0, 0, 1, 6])) == pytest.approx(0.1 - 0.1 / 7)


def test_corpus_parts_share_no_text() -> None:
    parts = [set(text_data.corpus_part(p).texts) for p in ("train", "dev", "test")]
    assert all(parts)
    assert not parts[0] & parts[1]
    assert not (parts[0] | parts[1]) & parts[2]


def test_lexicon_is_read() -> None:
    entries = dict(text_data.read_lexicon(text_emotion._LEXICON))
    assert entries["sad"] == 1 << 2
    assert len(entries) > 1500


@pytest.mark.skipif("PYOJEONG_DATA" not in os.environ, reason="needs the data folder")
def test_training_rows_hold_no_validation_row() -> None:
    held, learned = text_data.validation_rows(), text_data.training_rows()
    for source in ("xed_en", "corpus_ko", "corpus_en"):
        assert not set(held.of(source).texts) & set(learned.of(source).texts)
