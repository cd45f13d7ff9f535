"""Options that the commands of `pyojeong film` share. Imported once the language is chosen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyojeong.cli.language import say
from pyojeong.errors import BadSettings

if TYPE_CHECKING:
    from pyojeong.film.executor import Executor
    from pyojeong.film.plan import Choices

Every = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        show_default=False,
        help=say("Look at every N-th frame (4).", "N번째 프레임마다 봅니다(4)."),
    ),
]
Seconds = Annotated[
    float | None,
    typer.Option(
        metavar="T", help=say("Look at a frame every T seconds.", "T초마다 한 프레임을 봅니다.")
    ),
]
Characters = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help=say(
            "Network that cuts the characters out (YOLO-seg as .onnx, or Mask R-CNN as "
            ".safetensors); without it, human faces.",
            "인물을 오려 내는 신경망(YOLO-seg .onnx 또는 Mask R-CNN .safetensors). 없으면 사람 "
            "얼굴을 읽습니다.",
        ),
    ),
]
Segmenter = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        show_default=False,
        help=say(
            "What runs that network: yolo-seg-onnx, mask-rcnn, or ultralytics (AGPL-3.0); without "
            "it, what fits the file.",
            "그 신경망을 실행할 도구: yolo-seg-onnx, mask-rcnn, ultralytics(AGPL-3.0). 없으면 "
            "파일에 맞는 것.",
        ),
    ),
]
Classifier = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.onnx",
        help=say(
            "Expression classifier of your own training, with its own labels.",
            "직접 학습한 표정 분류기. 라벨도 그 분류기의 것을 씁니다.",
        ),
    ),
]
People = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.toml",
        help=say(
            "Who is who; without it, people.toml in the folder, which is written at first.",
            "누가 누구인지 적은 파일. 없으면 폴더의 people.toml이며, 처음에 만들어 줍니다.",
        ),
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        metavar="N", help=say("Processes that read side by side.", "동시에 읽는 프로세스 수.")
    ),
]


def choices_of(
    every: int | None,
    seconds: float | None,
    characters: Path | None,
    classifier: Path | None,
    segmenter: str | None,
) -> Choices:
    """Raises BadSettings."""
    from pyojeong.film.plan import Choices

    if every is not None and seconds is not None:
        raise BadSettings(
            "Choose one of --every and --seconds.", "--every와 --seconds 중 하나만 고르세요."
        )
    check_segmenter(characters, segmenter)
    every = 4 if every is None and seconds is None else every
    return Choices(every, seconds, characters, classifier, segmenter=segmenter)


def check_segmenter(characters: Path | None, segmenter: str | None) -> None:
    """Raises BadSettings where there is nothing to segment by."""
    if segmenter is not None and characters is None:
        raise BadSettings(
            "--segmenter needs --characters FILE.",
            "--segmenter에는 --characters FILE이 필요합니다.",
        )


def executor_of(workers: int) -> Executor:
    """Raises BadSettings."""
    from pyojeong.film.executor import Here, LocalProcesses

    return Here() if workers == 1 else LocalProcesses(workers)
