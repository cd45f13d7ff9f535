"""Speed and size of reading text: `python benchmarks/text.py [-o benchmarks/text.json]`.

Every number comes from a fresh process with one thread of numpy; the best of five runs is kept.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from report import best_of, write_report

from pyojeong.assets import find_asset
from pyojeong.text.classifier import ASSET, NgramEmotion
from pyojeong.text.sentences import split_sentences

STORY = Path(__file__).parents[1] / "examples"


def loading() -> float:
    """Seconds to read the model in a process that has imported it already."""
    code = (
        "import time\nfrom pyojeong.text import classifier as c\nt = time.perf_counter()\n"
        "c.load_model()\nprint(time.perf_counter() - t)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        for _ in range(5)
    ]
    return min(float(r.stdout) for r in runs)


def measure() -> list[list[str]]:
    classifier = NgramEmotion()
    story = "".join(
        (STORY / f"story_{lang}.txt").read_text("utf-8") + "\n\n" for lang in ("ko", "en")
    )
    sentences = [s.text for s in split_sentences(story)]
    many = sentences * (3000 // len(sentences))
    classifier.classify(sentences)
    single = best_of(5, lambda: [classifier.classify([s]) for s in sentences]) / len(sentences)
    together = best_of(5, lambda: classifier.classify(many)) / len(many)
    splitting = best_of(5, lambda: split_sentences(story * 20)) / len(story * 20)
    megabyte = "가" * 10**6
    rows = {
        "classifier file, MB": find_asset(ASSET).size / 1e6,
        "loading, s": loading(),
        "one sentence, ms": 1e3 * single,
        "sentences per second in batches": 1 / together,
        "characters split per second": 1 / splitting,
        "classify 1 MB without a space, s": best_of(2, lambda: classifier.classify([megabyte])),
        "split 1 MB without a space, s": best_of(2, lambda: split_sentences(megabyte)),
        "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    return [
        [name, f"{value:.3g}" if value < 100 else f"{value:.0f}"] for name, value in rows.items()
    ]


def main() -> None:
    write_report("text", __doc__ or "", {"Speed and size": (["what", "value"], measure())})


if __name__ == "__main__":
    main()
