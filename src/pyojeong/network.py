"""ONNX files: ours, opened when first used, and those of anybody."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.assets import asset_path
from pyojeong.errors import BadInput, InferenceFailed, MissingWeights
from pyojeong.settings import settings

_LARGEST = 2**31 - 1


def open_file(path: Path) -> Any:
    """ONNX Runtime session of a file of anybody's. Raises MissingWeights where there is none,
    BadInput where it cannot be opened."""
    import onnxruntime

    if not path.is_file():
        raise MissingWeights(f"There is no file {path}.", f"파일이 없습니다: {path}")
    if path.stat().st_size > _LARGEST:
        raise BadInput(f"{path} is larger than 2 GiB.", f"{path}이(가) 2GiB보다 큽니다.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings().threads
    options.log_severity_level = 4
    try:
        # As bytes: a file opened by name could draw in others beside it.
        return onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise BadInput(
            f"{path} is no ONNX file that can be opened: {error}",
            f"{path}은(는) 열 수 있는 ONNX 파일이 아닙니다: {error}",
        ) from error


class Network:
    """A network with one input and float32 outputs, run by ONNX Runtime on the CPU.

    asset: name of its certificate. threads: how many where the settings do not say. Nothing is
    read before the first `run`.
    """

    def __init__(self, asset: str, threads: int = 1) -> None:
        self.asset = asset
        self._threads = threads

    @property
    def metadata(self) -> dict[str, str]:
        """The file's own notes. Raises MissingWeights."""
        notes: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        return notes

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # Most networks run 1 to 3 ms: a second thread gains a tenth on a quiet machine and costs
        # half as much again on a busy one, where it spins.
        options.intra_op_num_threads = settings().threads or self._threads
        options.log_severity_level = 3
        path = asset_path(self.asset)
        try:
            return onnxruntime.InferenceSession(
                path.read_bytes(), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise MissingWeights(
                f"{path.name} is damaged: {error}", f"{path.name} 파일이 손상되었습니다: {error}"
            ) from error

    def run(self, batch: NDArray[Any]) -> list[NDArray[np.float32]]:
        """All outputs for one input. Raises MissingWeights, InferenceFailed."""
        session = self._session
        try:
            outputs: list[NDArray[np.float32]] = session.run(
                None, {session.get_inputs()[0].name: batch}
            )
        except Exception as error:
            raise InferenceFailed(
                f"{self.asset} failed: {error}", f"{self.asset} 실행에 실패했습니다: {error}"
            ) from error
        return outputs
