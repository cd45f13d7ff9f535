"""Trains TextEmotion "blend": `PYOJEONG_DATA=... python -m pyojeong.train.text_reader WORK`.

Korean: an encoder pre-trained here (`text_pretrain.py`), then taught by the labels and, for the
translated texts of GoEmotions, by what the English teacher reads in the originals. English:
all-MiniLM-L6-v2 is taught first and then teaches three of its six layers (as DistilBERT, Sanh et
al. 2019). Then both are exported and weighed against the n-grams (`text_blend.py`). Each step
leaves its result in WORK and is not done again; about two hours on two cores. The n-grams are
trained before, by `python -m pyojeong.train.text_emotion`.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from pyojeong.assets import WEIGHTS, write_certificate
from pyojeong.text.blend import ASSET, TRANSFORMERS, Blend, Words, read_words
from pyojeong.text.classifier import load_model
from pyojeong.text.features import fold
from pyojeong.text.transformer import Evidence, Transformer
from pyojeong.text.wordpiece import WordPiece
from pyojeong.train import text_blend, text_pretrain
from pyojeong.train.text_data import (
    KINDS,
    Rows,
    corpus_part,
    fine_labels,
    join,
    training_rows,
    translated_pairs,
    validation_rows,
)
from pyojeong.train.text_export import export, prune
from pyojeong.train.text_net import LONGEST, Encoder, load_minilm
from pyojeong.train.text_pieces import minilm_folder, minilm_pieces
from pyojeong.train.text_report import Report, measure
from pyojeong.train.text_templates import template_rows
from pyojeong.train.text_tune import Config, Encoded, Reader, encoded, outputs, tune

Floats = NDArray[np.float32]
EXTRA = {"ko": ("templates_ko", "nsmc_keyword_weak"), "en": ("templates_en",)}
_NUMBERS = Path(__file__).parents[3] / "benchmarks" / "text_emotion_blend.json"
_STUDENT_LAYERS = (0, 2, 5)

TEACHER = Config(
    mass={"corpus_en": 0.30, "goemotions_en": 0.40, "xed_en": 0.26, "templates_en": 0.04},
    domains=KINDS["en"],
    draws=120_000,
    rate=1e-4,
)
STUDENTS = {
    "ko": Config(
        mass={
            "corpus_ko": 0.26,
            "goemotions_ko": 0.42,
            "kote": 0.20,
            "templates_ko": 0.03,
            "nsmc_keyword_weak": 0.09,
        },
        domains=KINDS["ko"],
        draws=200_000,
        rate=3e-4,
        layer_decay=0.9,
        fine=0.15,
        drop=0.18,
        hidden=0.12,
        balance=0.3,
    ),
    "en": Config(
        mass={"corpus_en": 0.30, "goemotions_en": 0.36, "xed_en": 0.30, "templates_en": 0.04},
        domains=KINDS["en"],
        draws=170_000,
        rate=1.5e-4,
        layer_decay=0.9,
        taught=0.6,
        drop=0.12,
        hidden=0.08,
        balance=0.25,
    ),
}


def main() -> None:
    """Do every step that is not done yet; `--only` does one language's."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("work", type=Path, help="folder for what the steps leave")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=("ko", "en"), help="teach this language, write nothing")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    for lang in (options.only,) if options.only else ("en", "ko"):
        learn(lang, options.work)
    if not options.only:
        write(options.work)


def learn(lang: str, work: Path) -> None:
    """The language's transformer as an ONNX file in `work`."""
    target = work / f"{TRANSFORMERS[lang]}.onnx"
    if target.exists():
        return
    if lang == "ko":
        reader, pieces = _korean(work)
    else:
        reader, pieces = _english(work)
    texts = validation_rows()
    texts = texts.where(np.isin(texts.sources, KINDS[lang]))
    torch.save(reader.state_dict(), work / f"student_{lang}.pt")
    export(reader, pieces, texts.texts[:: max(len(texts) // 400, 1)], target)


def _english(work: Path) -> tuple[Reader, list[str]]:
    pieces = minilm_pieces(minilm_folder())
    cutter = WordPiece(pieces, LONGEST)
    rows = language_rows("en")
    taught = teacher(work)
    data = encoded(rows, cutter, *_heads("en"), _own(taught, rows, cutter))
    student = Reader(Encoder(len(pieces), 384, len(_STUDENT_LAYERS), 12), *_heads("en"))
    student.load_state_dict(_some_layers(taught.state_dict()))
    used = pieces_to_keep(data, len(pieces))
    pieces = prune(student, pieces, used)
    data = encoded(rows, WordPiece(pieces, LONGEST), *_heads("en"), data.teacher)
    return tune(student, data, STUDENTS["en"], "en"), pieces


def _korean(work: Path) -> tuple[Reader, list[str]]:
    config = text_pretrain.Config()
    if not text_pretrain.finished(work):
        text_pretrain.pretrain(work, config)
    pieces = json.loads((work / text_pretrain.PIECES).read_text("utf-8"))
    encoder = Encoder(len(pieces), config.width, config.layers, config.heads)
    saved = torch.load(work / text_pretrain.WEIGHTS, weights_only=True)["student"]
    prefix = "encoder."
    encoder.load_state_dict(
        {k.removeprefix(prefix): v for k, v in saved.items() if k.startswith(prefix)}
    )
    rows = language_rows("ko")
    taught, fine = _from_originals(work, rows), fine_labels(rows)
    data = encoded(rows, WordPiece(pieces, LONGEST), *_heads("ko"), taught, fine)
    reader = Reader(encoder, *_heads("ko"), fine.shape[1])
    return tune(reader, data, STUDENTS["ko"], "ko"), pieces


def teacher(work: Path) -> Reader:
    """all-MiniLM-L6-v2, taught to read emotion in English."""
    folder, path = minilm_folder(), work / "teacher_en.pt"
    reader = Reader(load_minilm(folder), *_heads("en"))
    if path.exists():
        reader.load_state_dict(torch.load(path, weights_only=True))
        return reader.eval()
    data = encoded(language_rows("en"), WordPiece(minilm_pieces(folder), LONGEST), *_heads("en"))
    reader = tune(reader, data, TEACHER, "teacher")
    torch.save(reader.state_dict(), path)
    return reader


def language_rows(lang: str) -> Rows:
    """What one language's reader learns from."""
    rows = join([training_rows(), template_rows()])
    return rows.where(np.isin(rows.sources, _heads(lang)[0]))


def _heads(lang: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (*KINDS[lang], *EXTRA[lang]), KINDS[lang]


def _own(reader: Reader, rows: Rows, cutter: WordPiece) -> Floats:
    """(n, 7) log-probabilities by the head of each row's source."""
    logits, _, _ = outputs(reader, rows.texts, cutter, quick=True)
    own = np.array([reader.sources.index(s) for s in rows.sources])
    chosen = torch.from_numpy(logits[np.arange(len(own)), own])
    return np.asarray(torch.log_softmax(chosen, 1).numpy())


def _from_originals(work: Path, rows: Rows) -> Floats:
    """(n, 7) what the English teacher reads in the originals of translated rows; NaN elsewhere."""
    korean, english = translated_pairs()
    cutter = WordPiece(minilm_pieces(minilm_folder()), LONGEST)
    reader = teacher(work)
    logits, _, _ = outputs(reader, english, cutter, quick=True)
    head = reader.sources.index("goemotions_en")
    read = torch.log_softmax(torch.from_numpy(logits[:, head]), 1).numpy()
    place = {text: n for n, text in enumerate(korean)}
    found = np.full((len(rows), 7), np.nan, np.float32)
    for n, (text, source) in enumerate(zip(rows.texts, rows.sources, strict=True)):
        if source == "goemotions_ko" and text in place:
            found[n] = read[place[text]]
    return found


def _some_layers(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    found = {k: v for k, v in weights.items() if not k.startswith("encoder.layers.")}
    for new, old in enumerate(_STUDENT_LAYERS):
        start = f"encoder.layers.{old}."
        found |= {
            f"encoder.layers.{new}.{k.removeprefix(start)}": v
            for k, v in weights.items()
            if k.startswith(start)
        }
    return found


def pieces_to_keep(data: Encoded, total: int, common: int = 7_000) -> list[int]:
    """MiniLM's marks, its commonest pieces (they come first), and all that were met five times."""
    met = Counter(n for ids in data.ids for n in ids)
    keep = {0, 100, 101, 102, 103, *range(999, min(common, total))}
    keep.update(n for n, times in met.items() if times >= 5)
    return sorted(keep)


def write(work: Path) -> None:
    """Put the files into the package, weigh them, measure, certify."""
    for lang, asset in TRANSFORMERS.items():
        path = WEIGHTS / f"{asset}.onnx"
        path.write_bytes((work / path.name).read_bytes())
        certify(lang, path)
    parts, tests, blends = [], [], {}
    for lang in TRANSFORMERS:
        rows = validation_rows()
        rows = rows.where(np.isin(rows.sources, KINDS[lang]))
        read = evidence_of(lang, rows)
        blends[lang] = text_blend.fit(*read, rows, KINDS[lang])
        parts += reports(text_blend.crossed(*read, rows, KINDS[lang]), rows)
        held = corpus_part("test").of(KINDS[lang][0])
        tests += reports(blends[lang].mixed(*evidence_of(lang, held)), held, " test")
    for line in (*parts, *tests):
        print(line.line())
    save(blends, parts, tests)


def evidence_of(lang: str, rows: Rows) -> tuple[Evidence, Words]:
    """What the shipped transformer and the n-grams say of the rows."""
    folded = [fold(t) for t in rows.texts]
    transformer = Transformer(TRANSFORMERS[lang])
    return transformer.read(folded), read_words(load_model(), folded, lang)


def reports(values: Floats, rows: Rows, suffix: str = "") -> list[Report]:
    """One per source."""
    found = []
    for source in sorted(set(rows.sources.tolist())):
        chosen = rows.sources == source
        found.append(
            measure(source + suffix, values[chosen].astype(np.float64), rows.labels[chosen])
        )
    return found


def save(blends: Mapping[str, Blend], parts: list[Report], tests: list[Report]) -> None:
    """Weights, certificate and numbers."""
    path = WEIGHTS / f"{ASSET}.npz"
    arrays = {
        f"{lang}_{name}": np.asarray(value, np.float32)
        for lang, blend in blends.items()
        for name, value in asdict(blend).items()
    }
    np.savez_compressed(path, allow_pickle=False, **arrays)
    write_certificate(
        ASSET,
        path,
        licence="Apache-2.0",
        origin="fitted for Pyojeong",
        trained_on="validation parts of KOTE, GoEmotions (both languages) and XED; dev part of the "
        "Pyojeong corpus",
        accuracy="; ".join(r.line() for r in (*parts, *tests)),
        limits="A few numbers that weigh two models; their limits are its limits.",
        made_by="python -m pyojeong.train.text_reader",
    )
    facts = {
        "teacher": asdict(TEACHER),
        "students": {lang: asdict(config) for lang, config in STUDENTS.items()},
        "pretraining": asdict(text_pretrain.Config()),
        "results": [asdict(r) for r in (*parts, *tests)],
    }
    _NUMBERS.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", "utf-8")


def certify(lang: str, path: Path) -> None:
    """The certificate of one transformer."""
    korean = lang == "ko"
    write_certificate(
        TRANSFORMERS[lang],
        path,
        licence="Apache-2.0; trained on MIT, Apache-2.0, CC BY 4.0 and CC0 data (NOTICE)",
        origin="trained from scratch for Pyojeong"
        if korean
        else "three of the six layers of all-MiniLM-L6-v2 (Apache-2.0), taught for Pyojeong",
        trained_on="NSMC reviews (CC0), KOTE (MIT), the Korean translation of GoEmotions "
        "(Apache-2.0), Pyojeong corpus and story labels (CC0; stories CC BY 4.0)"
        if korean
        else "GoEmotions (Apache-2.0), XED English (CC BY 4.0), Pyojeong corpus (CC0)",
        accuracy=f"see {ASSET}: it is never used alone",
        limits="Reads at most 96 pieces of a text.",
        made_by="python -m pyojeong.train.text_reader",
    )


if __name__ == "__main__":
    main()
