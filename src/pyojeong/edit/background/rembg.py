"""BackgroundRemover "rembg": the networks of rembg (U2-Net, IS-Net ...), ONNX files put in place.

rembg fetches its models when first used; here only a file that is already there is opened.
Qin et al. 2020, U2-Net, arXiv:2005.09007.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image as PillowImage

from pyojeong.edit.background.foreground import foreground
from pyojeong.edit.background.types import Cutout, Image
from pyojeong.errors import InferenceFailed, MissingWeights

MODEL = "u2net_human_seg"


class Rembg:
    """BackgroundRemover "rembg". Opens its model when built.

    model: rembg's name of it. models: folder with `<model>.onnx`; None looks where rembg keeps
    them ($U2NET_HOME, else ~/.u2net). Raises MissingWeights, InferenceFailed, ModuleNotFoundError.
    """

    name = "rembg"

    def __init__(self, model: str = MODEL, models: str | Path | None = None) -> None:
        import rembg

        usual = Path(os.environ.get("U2NET_HOME") or Path.home() / ".u2net")
        folder = usual if models is None else Path(models)
        if not (folder / f"{model}.onnx").is_file():
            raise MissingWeights(
                f"rembg lacks {model}.onnx in {folder}, and nothing is downloaded unasked. Put it "
                "there, see https://github.com/danielgatis/rembg/releases.",
                f"{folder}에 rembg 모델 {model}.onnx가 없습니다. 묻지 않고 내려받지 않으니 직접 "
                "넣으세요: https://github.com/danielgatis/rembg/releases",
            )
        self._library = rembg
        # rembg takes the folder from its environment only.
        before = os.environ.get("U2NET_HOME")
        os.environ["U2NET_HOME"] = str(folder)
        try:
            self._session: Any = rembg.new_session(model, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise _failed(error) from error
        finally:
            if before is None:
                del os.environ["U2NET_HOME"]
            else:
                os.environ["U2NET_HOME"] = before

    def remove(self, image: Image) -> Cutout:
        """Raises InferenceFailed."""
        try:
            mask = self._library.remove(
                PillowImage.fromarray(image), session=self._session, only_mask=True
            )
            alpha = np.asarray(mask.convert("L"), np.uint8)
        except Exception as error:
            raise _failed(error) from error
        height, width = image.shape[:2]
        if alpha.shape != (height, width):
            alpha = np.asarray(cv2.resize(alpha, (width, height)), np.uint8)
        return Cutout(foreground(image, alpha), alpha.copy())


def _failed(error: Exception) -> InferenceFailed:
    reason = " ".join(str(error).split())[:300]
    return InferenceFailed(
        f"rembg failed: {reason}. Try another picture, or --remover selfie.",
        f"rembg가 실패했습니다: {reason}. 다른 사진이나 --remover selfie를 써 보세요.",
    )
