"""Ocr "easyocr": EasyOCR (CRAFT finds the text, a CRNN reads it), with torch.

Baek et al. 2019, CRAFT, arXiv:1904.01941; Shi et al. 2015, CRNN, arXiv:1507.05717. Its models are
files of torch, checked by EasyOCR against its own list of hashes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pyojeong.errors import InferenceFailed, MissingWeights
from pyojeong.settings import settings
from pyojeong.text.ocr import Image, OcrText

SOURCE = "easyocr"
_MODELS = ("craft_mlt_25k.pth", "korean_g2.pth")


class EasyOcr:
    """Ocr "easyocr". Opens its models when built; not to be shared between threads.

    models: folder with craft_mlt_25k.pth and korean_g2.pth; None looks where EasyOCR keeps them
    ($EASYOCR_MODULE_PATH/model, else ~/.EasyOCR/model). download: fetch what is missing there
    from the network; only ever where the caller says so. gpu: use one where there is one.
    Raises MissingWeights, InferenceFailed, ModuleNotFoundError.
    """

    name = "easyocr"

    def __init__(
        self, models: str | Path | None = None, download: bool = False, gpu: bool = False
    ) -> None:
        import easyocr

        folder = Path(models) if models is not None else _usual_folder()
        missing = [name for name in _MODELS if not (folder / name).is_file()]
        if missing and not download:
            raise _missing(folder, missing)
        _limit_threads()
        try:
            self._reader = easyocr.Reader(
                ["ko", "en"],
                gpu=gpu,
                model_storage_directory=str(folder),
                download_enabled=download,
                verbose=False,
            )
        except FileNotFoundError as error:
            # Also raised for a file that does not match its hash.
            raise _missing(folder, list(_MODELS)) from error
        except Exception as error:
            raise _failed(error) from error

    def read(self, image: Image) -> OcrText:
        """Pieces of lines as EasyOCR finds them, put in reading order. Raises InferenceFailed."""
        height, width = image.shape[:2]
        if min(height, width) < 2:
            return OcrText.empty(SOURCE)
        try:
            # It takes BGR, and may write on what it is given.
            found = self._reader.readtext(np.ascontiguousarray(image[:, :, ::-1]))
            pieces = [_piece(*item) for item in found]
        except Exception as error:
            raise _failed(error) from error
        return OcrText.of(_in_lines(pieces), SOURCE, (width, height))


_Piece = tuple[str, tuple[float, float, float, float], float]


def _piece(corners: Any, text: Any, confidence: Any) -> _Piece:
    points = np.asarray(corners, np.float64).reshape(-1, 2)
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return str(text), (float(x0), float(y0), float(x1), float(y1)), float(confidence)


def _in_lines(pieces: Sequence[_Piece]) -> list[tuple[str, Sequence[float], float, int]]:
    """Rows for `OcrText.of`: from top to bottom, a line being pieces whose middle lies within
    the one begun, each line from left to right."""
    lines: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda p: p[1][1] + p[1][3]):
        middle = (piece[1][1] + piece[1][3]) / 2
        first = lines[-1][0][1] if lines else None
        if first is not None and first[1] <= middle <= first[3]:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [
        (text, box, confidence, number)
        for number, line in enumerate(lines)
        for text, box, confidence in sorted(line, key=lambda p: p[1][0])
    ]


def _usual_folder() -> Path:
    base = os.environ.get("EASYOCR_MODULE_PATH") or os.environ.get("MODULE_PATH")
    return (Path(base) if base else Path.home() / ".EasyOCR") / "model"


def _limit_threads() -> None:
    if settings().threads:
        import torch

        torch.set_num_threads(settings().threads)


def _missing(folder: Path, names: Sequence[str]) -> MissingWeights:
    listed = ", ".join(names)
    return MissingWeights(
        f"EasyOCR lacks models in {folder} (needed: {listed}), and nothing is downloaded unasked. "
        "Put them there, see https://www.jaided.ai/easyocr/modelhub.",
        f"{folder}에 EasyOCR 모델이 없거나 맞지 않습니다(필요: {listed}). 묻지 않고 내려받지 않으니 "
        "직접 넣으세요: https://www.jaided.ai/easyocr/modelhub",
    )


def _failed(error: Exception) -> InferenceFailed:
    reason = " ".join(str(error).split())[:300]
    return InferenceFailed(
        f"EasyOCR failed: {reason}. Try another picture, or --ocr tesseract.",
        f"EasyOCR가 실패했습니다: {reason}. 다른 그림이나 --ocr tesseract를 써 보세요.",
    )
