"""The corpus passes its own checker, and the checker sees faults."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
HEADER = "id,text,emotion,intensity,second,kind\n"


@pytest.fixture(scope="module")
def checker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("corpus_check", CORPUS / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def faults_of(checker: ModuleType, root: Path, rows: str, train: tuple[str, ...]) -> list[str]:
    (root / "ko").mkdir()
    (root / "ko" / "author_x.csv").write_text(HEADER + rows, encoding="utf-8")
    parts = {"train": list(train), "dev": [], "test": []}
    (root / "splits.json").write_text(json.dumps(parts), encoding="utf-8")
    return checker.check(root)[0]


@pytest.mark.parametrize("script", ["check.py", "check_passages.py"])
def test_the_corpus_is_clean(script: str) -> None:
    done = subprocess.run(
        [sys.executable, str(CORPUS / script)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("part", ["train", "dev", "test"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_part_shows_every_emotion(checker: ModuleType, language: str, part: str) -> None:
    counts = checker.check(CORPUS)[1]
    assert min(counts[language, part, emotion] for emotion in checker.EMOTIONS) >= 15


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("x1,문이 열렸다.,joy,0.5,,narration\n", "unknown emotion"),
        ("x1,문이 열렸다.,neutral,1.5,,narration\n", "not in 0-1"),
        ("x1,,neutral,0.0,,narration\n", "empty text"),
        ("x1,문이 열렸다.,anger,0.5,anger,narration\n", "bad second"),
        ("x1,문이 열렸다.,anger,0.5,,poem\n", "unknown kind"),
        (
            "x1,문이 열렸다.,anger,0.5,,narration\nx2,문이 열렸다!,fear,0.5,,narration\n",
            "same text",
        ),
    ],
)
def test_faults_are_seen(checker: ModuleType, tmp_path: Path, rows: str, fault: str) -> None:
    found = faults_of(checker, tmp_path, rows, ("ko/author_x",))
    assert any(fault in line for line in found)


def test_author_without_part_is_seen(checker: ModuleType, tmp_path: Path) -> None:
    row = "x1,문이 열렸다.,neutral,0.0,,narration\n"
    assert faults_of(checker, tmp_path, row, ()) == ["ko/author_x is in no part"]
