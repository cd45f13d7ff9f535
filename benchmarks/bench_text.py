"""Speed, size and accuracy of reading text: `PYOJEONG_TEST_TRAIN=1 scripts/bench text`.

The shipped reader beside KoELECTRA-base's shape (12 layers of 768, 35,000 pieces; random weights,
so speed only) under the same ONNX Runtime, and beside a character n-gram model trained here on the
same rows. The accuracy table needs PYOJEONG_DATA; its rows are validation data, the reader's by
weights fitted without their half.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from report import best_of, write_report

from pyojeong.assets import find_asset
from pyojeong.text.blend import ASSET, TRANSFORMERS, BlendEmotion
from pyojeong.text.sentences import split_sentences

STORY = Path(__file__).parents[1] / "examples"
ASSETS = (
    ASSET,
    *TRANSFORMERS.values(),
    "text_emotion_ngram_v1",
    "text_emotion_kinds_v1",
    "story_moods_v1",
    "profanity_ngram_v1",
)


def fresh(code: str) -> float:
    """The number that a fresh process prints; the least of five."""
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        for _ in range(5)
    ]
    return min(float(r.stdout) for r in runs)


def loading() -> float:
    """Seconds from nothing imported but numpy and onnxruntime to the first reading, both languages."""
    return fresh(
        "import time, numpy, onnxruntime\nfrom pyojeong.text.blend import BlendEmotion\n"
        "t = time.perf_counter()\nBlendEmotion().classify(['무서워요', 'I am glad'])\n"
        "print(time.perf_counter() - t)"
    )


def memory() -> float:
    """Peak of a process that reads 3,000 sentences of both languages, MB."""
    return fresh(
        "import resource\nfrom pyojeong.text.blend import BlendEmotion\n"
        "BlendEmotion().classify(['무서운 밤이었어요 ' * 3, 'It was a dark night'] * 1500)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )


def sentences(lang: str) -> list[str]:
    story = (STORY / f"story_{lang}.txt").read_text("utf-8")
    corpus = Path(__file__).parents[1] / "corpus" / lang
    lines = [s.text for s in split_sentences(story)]
    for path in sorted(corpus.glob("*.csv"))[:12]:
        lines += [row.split(",")[1].strip('"') for row in path.read_text("utf-8").splitlines()[1:]]
    return lines


def speed() -> list[list[str]]:
    classifier = BlendEmotion()
    rows: dict[str, float] = {
        "all files, MB": sum(find_asset(name).size for name in ASSETS) / 1e6,
        "loading, first reading included, s": loading(),
        "peak memory, MB": memory(),
    }
    for lang in ("ko", "en"):
        many = sentences(lang)[:1000]
        classifier.classify(many)
        alone = many[:100]
        single = best_of(3, lambda: [classifier.classify([s]) for s in alone]) / len(alone)  # noqa: B023
        together = best_of(3, lambda: classifier.classify(many)) / len(many)  # noqa: B023
        rows[f"{lang}: one sentence, ms"] = 1e3 * single
        rows[f"{lang}: sentences per second in batches"] = 1 / together
    megabyte = "가" * 10**6
    rows["classify 1 MB without a space, s"] = best_of(2, lambda: classifier.classify([megabyte]))
    rows["split 1 MB without a space, s"] = best_of(2, lambda: split_sentences(megabyte))
    rows["explain one sentence, ms"] = 1e3 * explaining(classifier)
    return [[k, f"{v:.3g}" if v < 100 else f"{v:.0f}"] for k, v in rows.items()]


def explaining(classifier: BlendEmotion) -> float:
    from pyojeong.text.explain import explain

    some = sentences("ko")[:20]
    return best_of(3, lambda: [explain(classifier, s) for s in some]) / len(some)


def electra_shape() -> list[list[str]]:
    """KoELECTRA-base's shape with random weights: one sentence and batches of 32."""
    import onnxruntime
    import torch

    from pyojeong.train.text_net import Encoder

    net = Encoder(35_000, 768, 12, 12).eval()
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "base.onnx")
        example = torch.ones((2, 9), dtype=torch.int64)
        axes = {"ids": {0: "n", 1: "length"}}
        torch.onnx.export(
            net, (example,), path, input_names=["ids"], dynamic_axes=axes,
            opset_version=17, dynamo=False,
        )  # fmt: skip
        size = Path(path).stat().st_size / 1e6
        start = time.perf_counter()
        session = onnxruntime.InferenceSession(path)
        opened = time.perf_counter() - start
        ids = np.random.default_rng(0).integers(5, 35_000, (32, 20))
        session.run(None, {"ids": ids})
        single = best_of(3, lambda: session.run(None, {"ids": ids[:1]}))
        batch = best_of(3, lambda: session.run(None, {"ids": ids})) / 32
    return [
        ["file, MB", f"{size:.0f}"],
        ["loading, s", f"{opened:.2f}"],
        ["one sentence of 20 pieces, ms", f"{1e3 * single:.1f}"],
        ["sentences per second in batches", f"{1 / batch:.0f}"],
    ]


def accuracy() -> list[list[str]]:
    """Per source: the reader (weights fitted without the row's half) and the n-gram baseline."""
    from pyojeong.train.text_blend import crossed
    from pyojeong.train.text_data import KINDS, corpus_part, validation_rows
    from pyojeong.train.text_reader import evidence_of, language_rows, reports

    table = []
    for lang, kinds in KINDS.items():
        rows = validation_rows()
        rows = rows.where(np.isin(rows.sources, kinds))
        ours = crossed(*evidence_of(lang, rows), rows, kinds)
        held = corpus_part("test").of(kinds[0])
        shipped = np.array([s.values for s in BlendEmotion().classify(held.texts)])
        learned = language_rows(lang)
        baseline = Baseline(learned.texts, learned.labels)
        both = [
            *zip(reports(ours, rows), reports(baseline.read(rows.texts), rows), strict=True),
            *zip(
                reports(shipped, held, " test"),
                reports(baseline.read(held.texts), held, " test"),
                strict=True,
            ),
        ]
        table += [
            [a.source, str(a.rows), f"{a.accuracy:.3f} / {a.macro_f1:.3f}", f"{a.top2:.3f}",
             f"{a.ece:.3f}", f"{b.accuracy:.3f} / {b.macro_f1:.3f}"]
            for a, b in both
        ]  # fmt: skip
        table.append([f"{lang}: sentences per second", "", "", "", "", f"{baseline.speed:.0f}"])
    return table


class Baseline:
    """Character n-grams (1-4), TF-IDF, logistic regression; one model per language."""

    def __init__(self, texts: list[str], labels: Any) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import SGDClassifier
        from sklearn.pipeline import make_pipeline

        self._model = make_pipeline(
            TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), min_df=3, sublinear_tf=True),
            SGDClassifier(loss="log_loss", alpha=3e-6, max_iter=12, random_state=0),
        ).fit(texts, labels)
        some = texts[:2000]
        self.speed = 2000 / best_of(2, lambda: self._model.predict_proba(some))

    def read(self, texts: list[str]) -> Any:
        return self._model.predict_proba(texts).astype(np.float32)


def main() -> None:
    tables = {
        "The shipped reader": (["what", "value"], speed()),
        "KoELECTRA-base's shape": (["what", "value"], electra_shape()),
    }
    if os.environ.get("PYOJEONG_DATA"):
        tables["Accuracy / macro-F1"] = (
            ["source", "n", "shipped reader", "top-2", "ECE", "character n-grams"],
            accuracy(),
        )
    write_report("text", __doc__ or "", tables)
    print(f"peak of this run {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
