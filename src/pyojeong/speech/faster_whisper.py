"""SpeechToText "faster-whisper": Whisper run by CTranslate2, without torch.

Radford et al. 2022, "Robust speech recognition via large-scale weak supervision",
arXiv:2212.04356. Silence is cut out beforehand (Silero VAD, which the package holds): in silence
Whisper makes words up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pyojeong.errors import InferenceFailed, MissingWeights
from pyojeong.media.audio import Samples, resample
from pyojeong.media.cues import MOST_CUES, Cue
from pyojeong.settings import settings
from pyojeong.speech.recognition import HEARD_HZ

SURELY_NO_SPEECH = 0.6
"""Above this probability of no speech a piece is left out, as Whisper's own program does it."""


class FasterWhisper:
    """SpeechToText "faster-whisper". Opens its model when built; not to be shared between threads.

    model: a name ("small", "large-v3") that was fetched before, or a folder with a converted model.
    download: fetch a named model from the network if it is not there; only where the caller says
    so. device: "cpu", "cuda" or "auto". Raises MissingWeights, ModuleNotFoundError.
    """

    def __init__(
        self, model: str | Path = "small", download: bool = False, device: str = "cpu"
    ) -> None:
        import faster_whisper

        try:
            self._model: Any = faster_whisper.WhisperModel(
                str(model),
                device=device,
                compute_type="int8" if device == "cpu" else "default",
                cpu_threads=settings().threads,
                local_files_only=not download,
            )
        # Each of its layers (hub, tokenizer, engine) has errors of its own kind.
        except Exception as error:
            raise _missing(str(model), error) from error

    def transcribe(self, samples: Samples, rate: int, language: str | None = None) -> list[Cue]:
        """One cue per sentence or so, as Whisper cuts them. Raises InferenceFailed."""
        if not len(samples):
            return []
        sound = resample(samples, rate, HEARD_HZ)
        try:
            segments, _ = self._model.transcribe(
                sound,
                language=language,
                vad_filter=True,
                # A slip is not carried on to the end of the film.
                condition_on_previous_text=False,
            )
            return _cues(segments, len(sound) / HEARD_HZ)
        except Exception as error:
            raise _failed(error) from error


def _cues(segments: Iterable[Any], length: float) -> list[Cue]:
    """The segments as cues that lie inside the sound (length: s), at most `MOST_CUES`."""
    cues: list[Cue] = []
    for segment in segments:
        start, end, text = float(segment.start), float(segment.end), str(segment.text).strip()
        if not text or segment.no_speech_prob > SURELY_NO_SPEECH:
            continue
        if math.isfinite(start) and math.isfinite(end):
            start = min(max(0.0, start), length)
            cues.append(Cue(start, max(start, min(end, length)), text))
        if len(cues) == MOST_CUES:
            break
    return sorted(cues, key=lambda cue: cue.start_s)


def _missing(model: str, error: Exception) -> MissingWeights:
    reason = " ".join(str(error).split())[:200]
    return MissingWeights(
        f"The Whisper model {model} is not here or cannot be opened, and nothing is downloaded "
        f"unasked ({reason}). Give a folder with a model converted for CTranslate2.",
        f"Whisper 모델 {model}이(가) 없거나 열 수 없습니다. 묻지 않고 내려받지 않습니다({reason}). "
        "CTranslate2용으로 변환한 모델 폴더를 지정하세요.",
    )


def _failed(error: Exception) -> InferenceFailed:
    reason = " ".join(str(error).split())[:300]
    return InferenceFailed(
        f"Speech recognition failed: {reason}. Give a subtitle file instead.",
        f"음성 인식에 실패했습니다: {reason}. 대신 자막 파일을 지정하세요.",
    )
