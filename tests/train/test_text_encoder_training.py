"""The built-in text encoders: what is taught, exported and weighed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("pandas")
pytest.importorskip("onnx")

import torch

from pyojeong.text.blend import Words
from pyojeong.text.transformer import Evidence
from pyojeong.text.wordpiece import WordPiece
from pyojeong.train import text_blend, text_pretrain
from pyojeong.train.text_data import Rows
from pyojeong.train.text_export import export, prune
from pyojeong.train.text_net import LONGEST, Encoder
from pyojeong.train.text_pieces import MARKS, learn_pieces
from pyojeong.train.text_tune import Config, Reader, encoded, outputs, tune

WORDS = ("기뻐", "화나", "슬퍼", "무서워", "놀라워", "역겨워", "보통")
WHO = ("나는", "여우가", "곰은", "우리가", "왕은", "아이가")
KINDS = ("corpus_ko", "kote")


@pytest.fixture(scope="module")
def rows() -> Rows:
    """Two sources that agree on all but the last word: only one calls it neutral."""
    texts = [f"{who} {word}요" for _ in KINDS for word in WORDS for who in WHO]
    labels = [e for _ in KINDS for e in range(7) for _ in WHO]
    sources = np.repeat(KINDS, 7 * len(WHO))
    labels = [2 if s == "kote" and e == 6 else e for e, s in zip(labels, sources, strict=True)]
    targets = np.eye(7, dtype=np.float32)[labels]
    felt = np.where(np.array(labels) == 6, 0.1, 0.8).astype(np.float32)
    return Rows(texts, targets, sources, felt)


@pytest.fixture(scope="module")
def taught(rows: Rows) -> tuple[Reader, list[str]]:
    pieces = [*MARKS, *sorted({c for t in rows.texts for c in t if c != " "})]
    pieces += [f"##{p}" for p in pieces[5:]]
    torch.manual_seed(0)
    reader = Reader(Encoder(len(pieces), 32, 2, 2), KINDS, KINDS)
    config = Config(dict.fromkeys(KINDS, 0.5), KINDS, draws=12_000, rate=3e-3, tokens=400, drop=0.0)
    return tune(reader, encoded(rows, WordPiece(pieces, LONGEST), KINDS, KINDS), config), pieces


def test_learns_and_keeps_sources_apart(taught: tuple[Reader, list[str]], rows: Rows) -> None:
    reader, pieces = taught
    logits, _, felt = outputs(reader, rows.texts, WordPiece(pieces, LONGEST))
    own = (rows.sources == "kote").astype(int)
    read = logits[np.arange(len(rows)), own].argmax(1)
    assert (read == rows.labels).mean() > 0.95
    calm = rows.labels == 6
    assert felt[calm].mean() < felt[~calm].mean()


def test_the_exported_file_reads_as_torch_does(
    taught: tuple[Reader, list[str]], rows: Rows, tmp_path: Path
) -> None:
    import copy

    import onnxruntime

    reader, pieces = copy.deepcopy(taught[0]), taught[1]
    cutter = WordPiece(pieces, LONGEST)
    before = outputs(reader, rows.texts, cutter)
    export(reader, pieces, rows.texts, tmp_path / "small.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "small.onnx")
    found = [session.run(None, {"ids": np.array([cutter.encode(t)])}) for t in rows.texts]
    logits = np.concatenate([f[0] for f in found])
    assert (logits.argmax(2) == before[0].argmax(2)).mean() > 0.97
    assert np.corrcoef(logits.ravel(), before[0].ravel())[0, 1] > 0.99
    assert [p.name for p in tmp_path.iterdir()] == ["small.onnx"]


def test_pruned_pieces_change_nothing_for_the_others(
    taught: tuple[Reader, list[str]], rows: Rows
) -> None:
    import copy

    reader, pieces = copy.deepcopy(taught[0]), [*taught[1], "never"]
    with torch.no_grad():
        wide = torch.nn.Embedding(len(pieces), 32)
        wide.weight[:-1] = reader.encoder.pieces.weight
        reader.encoder.pieces = wide
    before = outputs(reader, rows.texts, WordPiece(pieces, LONGEST))[0]
    left = prune(reader, pieces, range(len(pieces) - 1))
    assert left == taught[1]
    assert np.allclose(outputs(reader, rows.texts, WordPiece(left, LONGEST))[0], before, atol=1e-6)


def test_weights_favour_what_is_right() -> None:
    """Where only the n-grams know, they get the weight; crossed and direct readings agree."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 7, 600)
    known = 3 * np.eye(7, dtype=np.float32)[labels] + random.normal(size=(600, 7)) * 0.5
    noise = random.normal(size=(600, 1, 7)).astype(np.float32)
    evidence = Evidence(noise, np.zeros((600, 1), np.float32), np.zeros(600, np.float32))
    rows = Rows(
        [f"text {n}" for n in range(600)],
        np.eye(7, dtype=np.float32)[labels],
        np.array(["kote"] * 600),
        np.full(600, np.nan, np.float32),
    )
    words = Words(
        known.astype(np.float32),
        np.zeros((600, 1, 7), np.float32),
        np.zeros((600, 1), np.float32),
        np.full(600, 9),
    )
    blend = text_blend.fit(evidence, words, rows, ("kote",))
    assert blend.words[0] > 3 * abs(blend.sentence[0])
    crossed = text_blend.crossed(evidence, words, rows, ("kote",))
    assert (crossed.argmax(1) == labels).mean() > 0.9
    assert np.allclose(crossed.sum(1), 1, atol=1e-5)


def test_vocabulary_is_learned_from_the_texts() -> None:
    pytest.importorskip("tokenizers")
    pieces = learn_pieces(["무서워요 무서워요 무서웠어요"] * 40, 60)
    assert pieces[:5] == list(MARKS)
    assert "무서" in pieces or "무서워요" in pieces


def lessons() -> text_pretrain.Lessons:
    random = np.random.default_rng(1)
    ids = [[2, *random.integers(5, 40, random.integers(3, 9)), 3] for _ in range(200)]
    parallel = np.where(np.arange(200) % 5 == 0, np.arange(200) // 5, -1)
    places = random.normal(size=(40, 384)).astype(np.float32)
    return text_pretrain.Lessons(
        [list(map(int, i)) for i in ids], random.integers(0, 10, 200), parallel, places
    )


CONFIG = text_pretrain.Config(
    pieces=40, width=16, layers=1, heads=2, tokens=128, cycles=(1, 1), warm=5
)


def test_pretraining_goes_on_where_it_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after a checkpoint and started again: the same weights as without the stop."""
    monkeypatch.setattr(text_pretrain, "SAVE_EVERY", 7)

    def run(folder: str, stop_at: int | None) -> dict[str, object]:
        work = tmp_path / folder
        work.mkdir(exist_ok=True)
        torch.manual_seed(0)
        student = text_pretrain.Student(40, CONFIG)
        real = text_pretrain._batch
        calls = 0

        def interrupted(*given: object) -> object:
            nonlocal calls
            calls += 1
            if stop_at is not None and calls > stop_at:
                raise KeyboardInterrupt
            return real(*given)

        monkeypatch.setattr(text_pretrain, "_batch", interrupted)
        try:
            text_pretrain._fit(student, lessons(), CONFIG, work)
        except KeyboardInterrupt:
            assert not text_pretrain.finished(work)
        monkeypatch.setattr(text_pretrain, "_batch", real)
        found: dict[str, object] = student.state_dict()
        return found

    whole = run("whole", None)
    assert text_pretrain.finished(tmp_path / "whole")
    run("halves", 17)
    second = run("halves", None)
    assert all(torch.equal(whole[k], second[k]) for k in whole)


def test_pretraining_learns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.manual_seed(0)
    student = text_pretrain.Student(40, CONFIG)
    given = lessons()
    batch = text_pretrain._batch(given, np.arange(60), CONFIG, np.random.default_rng(0))
    before = float(student.eval().loss(*batch).detach())
    text_pretrain._fit(student.train(), given, CONFIG, tmp_path)
    assert float(student.eval().loss(*batch).detach()) < before
