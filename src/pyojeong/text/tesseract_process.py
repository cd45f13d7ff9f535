"""The program `tesseract`: found, asked for its languages, and run on one gray picture.

Words and boxes come from its TSV output, which cuts Korean words apart syllable by syllable;
where the spaces are stands in its plain text. One run writes both.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import InferenceFailed, MissingExtra
from pyojeong.settings import settings
from pyojeong.text.normalize import normalize

_PACKAGES = {"kor": "tesseract-ocr-kor", "eng": "tesseract-ocr-eng"}
_LARGEST_OUTPUT = 20_000_000
_WORD_LEVEL = "5"


@dataclass(frozen=True, slots=True)
class Token:
    """A run of letters Tesseract gives as one: a word, or a syllable of a Korean one.

    box: xyxy in px of the picture it was given. confidence: 0 to 1. spaced: whether white space
    stands before it, None where that is not known.
    """

    text: str
    box: tuple[float, float, float, float]
    confidence: float
    spaced: bool | None = None


Line = tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The installed program. Made by `find_tesseract`."""

    program: str
    version: str
    timeout_s: float

    def lines(self, gray: NDArray[np.uint8], languages: str, layout: int) -> list[Line]:
        """Lines of tokens, top to bottom.

        languages: such as "kor+eng", the first one leading. layout: Tesseract's page segmentation
        mode; 3 looks for text and columns, 6 takes the picture for one block of text.
        Raises InferenceFailed.
        """
        with tempfile.TemporaryDirectory(prefix="pyojeong-ocr-") as folder:
            base = Path(folder) / "page"
            options = ["-l", languages, "--psm", str(layout)]
            outputs = ["-c", "tessedit_create_txt=1", "-c", "tessedit_create_tsv=1"]
            self._run([self.program, "stdin", str(base), *options, *outputs], _png(gray))
            return read_lines(_output(base, ".tsv"), _output(base, ".txt"))

    def _run(self, command: Sequence[str], stdin: bytes) -> None:
        done = _ask(command, stdin, self.timeout_s)
        if done.returncode:
            raise _failed(done.stderr.decode("utf-8", "replace"))


def find_tesseract(program: str, needed: Sequence[str], timeout_s: float) -> Tesseract:
    """The program and its version. Raises MissingExtra when it or a language of `needed` is not
    installed, InferenceFailed when it does not answer."""
    path = shutil.which(program)
    if path is None:
        raise _not_installed("The program tesseract", "tesseract 프로그램", ["tesseract-ocr"])
    told = _ask([path, "--version"], b"", timeout_s)
    version = re.search(rb"tesseract v?([\d.]+)", told.stdout + told.stderr)
    listed = _ask([path, "--list-langs"], b"", timeout_s)
    installed = set((listed.stdout + listed.stderr).decode("utf-8", "replace").split())
    missing = [language for language in needed if language not in installed]
    if missing:
        names = ", ".join(missing)
        packages = [_PACKAGES.get(name, f"tesseract-ocr-{name}") for name in missing]
        raise _not_installed(f"The language data {names}", f"언어 데이터 {names}", packages)
    return Tesseract(path, version.group(1).decode() if version else "", timeout_s)


def read_lines(tsv: str, plain: str) -> list[Line]:
    """Tokens of Tesseract's TSV, spaced as its plain text of the same run is.

    Rows that cannot be read are left out.
    """
    lines: dict[tuple[str, ...], list[Token]] = {}
    for row in tsv.split("\n")[1:]:
        cells = row.rstrip("\r").split("\t", 11)
        if len(cells) == 12 and cells[0] == _WORD_LEVEL:
            token = _token(cells)
            if token is not None:
                lines.setdefault(tuple(cells[1:5]), []).append(token)
    told = [line for line in map(_one_line, plain.replace("\f", "\n").split("\n")) if line]
    spaced: list[Line] = []
    at = 0
    for tokens in lines.values():
        letters = "".join(token.text for token in tokens)
        # The plain text may hold a line or two more: those of nothing but marks.
        near = range(at, min(at + 4, len(told)))
        found = next((n for n in near if told[n].replace(" ", "") == letters), None)
        spaced.append(_spaced(tokens, None if found is None else told[found]))
        at = at if found is None else found + 1
    return spaced


def _one_line(text: str) -> str:
    return " ".join(normalize(text).split())


def _token(cells: Sequence[str]) -> Token | None:
    text = "".join(normalize(cells[11]).split())
    try:
        left, top, width, height = (float(cell) for cell in cells[6:10])
        confidence = float(cells[10]) / 100
    except ValueError:
        return None
    if not text:
        return None
    box = (left, top, left + width, top + height)
    return Token(text, box, min(1.0, max(0.0, confidence)))


def _spaced(tokens: Sequence[Token], line: str | None) -> Line:
    """The tokens with what the plain text says of the white space before each."""
    if line is None:
        return tuple(tokens)
    found: list[Token] = []
    at = 0
    for token in tokens:
        gap = line[at : at + 1] == " "
        at += gap
        # White space inside a token has gone from it; from the line it is skipped here.
        left = len(token.text)
        while left:
            left -= line[at] != " "
            at += 1
        found.append(Token(token.text, token.box, token.confidence, gap))
    return tuple(found)


def _ask(
    command: Sequence[str], stdin: bytes, timeout_s: float
) -> subprocess.CompletedProcess[bytes]:
    # Its own threads wait for one another by spinning: more than one is slower.
    environment: Mapping[str, str] = {
        **os.environ,
        "OMP_THREAD_LIMIT": str(settings().threads or 1),
    }
    try:
        return subprocess.run(  # noqa: S603 - a list; the program is the one the user installed
            command,
            input=stdin,
            capture_output=True,
            timeout=timeout_s,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InferenceFailed(
            f"tesseract did not finish within {timeout_s:g} s. Try a smaller picture.",
            f"tesseract가 {timeout_s:g}초 안에 끝나지 않았습니다. 더 작은 그림을 써 보세요.",
        ) from error
    except OSError as error:
        raise _failed(str(error)) from error


def _png(gray: NDArray[np.uint8]) -> bytes:
    return bytes(cv2.imencode(".png", gray, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1])


def _output(base: Path, suffix: str) -> str:
    try:
        with base.with_suffix(suffix).open("rb") as stream:
            return stream.read(_LARGEST_OUTPUT).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""


def _not_installed(en: str, ko: str, packages: Sequence[str]) -> MissingExtra:
    both = ["tesseract-ocr", "tesseract-ocr-kor"]
    line = f"apt install {' '.join(dict.fromkeys([*both, *packages]))}"
    return MissingExtra(
        f"{en} is not installed; it reads pictures of text. On Debian and Ubuntu: {line}; on "
        "macOS: brew install tesseract tesseract-lang. Or use --ocr clova.",
        f"그림 속 글을 읽는 {ko}이(가) 설치되어 있지 않습니다. 데비안·우분투: {line}; "
        "macOS: brew install tesseract tesseract-lang. 또는 --ocr clova를 쓰세요.",
    )


def _failed(told: str) -> InferenceFailed:
    seen = " ".join("".join(c if c.isprintable() else " " for c in told).split())[-300:]
    return InferenceFailed(
        f"tesseract failed: {seen}. Try another picture.",
        f"tesseract가 실패했습니다: {seen}. 다른 그림을 써 보세요.",
    )
