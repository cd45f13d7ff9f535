"""Pyojeong (표정, "facial expression") reads emotion in text and faces, and gives it a face.

    import pyojeong as pj

    pj.read_text("오늘은 정말 신난다!")          # sentences with EmotionScores
    pj.read_speakers("“Hi,” said Tom.")         # who says what, and the cast
    pj.ProfanityGuard().mask("shit happens")    # "**** happens"; .find tells where and why
    pj.read_faces("group.jpg")                  # faces with EmotionScores
    pj.report_faces("photos/", "report.xlsx")   # one row per face, with thumbnails
    pj.express("portrait.jpg", "sadness:0.8")   # the edited photo and a verdict
    pj.tell("Once upon a time ...", "portrait.jpg", "tale.mp4")

Names load what they need on first use: `import pyojeong` alone is light.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pyojeong.emotion import EMOTIONS, Emotion, EmotionScores
from pyojeong.errors import PyojeongError
from pyojeong.expression import ARKIT_52, Expression

if TYPE_CHECKING:
    from pyojeong.api import (
        express,
        express_faces,
        read_faces,
        read_speakers,
        read_text,
        report_faces,
        sitting,
        tell,
    )
    from pyojeong.edit.wish import Wish
    from pyojeong.story.film import FilmFormat
    from pyojeong.story.storyboard import Storyboard, read_storyboard
    from pyojeong.text.profanity import ProfanityGuard

__all__ = [
    "ARKIT_52",
    "EMOTIONS",
    "Emotion",
    "EmotionScores",
    "Expression",
    "FilmFormat",
    "ProfanityGuard",
    "PyojeongError",
    "Storyboard",
    "Wish",
    "express",
    "express_faces",
    "read_faces",
    "read_speakers",
    "read_storyboard",
    "read_text",
    "report_faces",
    "sitting",
    "tell",
]

# ONNX Runtime reports its use to its makers, and keeps a number for this device, unless told not to
# before it is first imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

_LAZY = {
    "FilmFormat": "pyojeong.story.film",
    "ProfanityGuard": "pyojeong.text.profanity",
    "Storyboard": "pyojeong.story.storyboard",
    "Wish": "pyojeong.edit.wish",
    "express": "pyojeong.api",
    "express_faces": "pyojeong.api",
    "read_faces": "pyojeong.api",
    "read_speakers": "pyojeong.api",
    "read_storyboard": "pyojeong.story.storyboard",
    "read_text": "pyojeong.api",
    "report_faces": "pyojeong.api",
    "sitting": "pyojeong.api",
    "tell": "pyojeong.api",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
