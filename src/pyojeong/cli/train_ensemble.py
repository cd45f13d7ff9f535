"""`pyojeong train ensemble`: finished runs that read together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pyojeong.cli.language import say
from pyojeong.cli.output import print_note
from pyojeong.errors import BadSettings


def add_to(group: typer.Typer) -> None:
    group.command(
        "ensemble",
        help=say(
            "Make one classifier of several finished runs, and tell what it gains and costs.",
            "끝난 학습 여러 개를 분류기 하나로 묶고, 이득과 비용을 알려 줍니다.",
        ),
        epilog="pyojeong train ensemble run-googlenet run-efficientnet -o both.onnx\n\n"
        "pyojeong faces photos/ --classifier both.onnx",
    )(ensemble)


def ensemble(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...",
            show_default=False,
            help=say("Folders of finished runs.", "끝난 학습의 폴더."),
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="FILE.onnx", help=say("File of the ensemble.", "앙상블 파일.")
        ),
    ],
    method: Annotated[
        str,
        typer.Option(
            metavar="soft|stacked",
            help=say(
                "Mean of the probabilities, or a regression on them fitted on the validation part.",
                "확률의 평균, 또는 검증 자료로 맞춘 회귀.",
            ),
        ),
    ] = "soft",
    weights: Annotated[
        str | None,
        typer.Option(
            metavar="W,W,...",
            show_default=False,
            help=say("Weight of each run in a soft vote.", "소프트 투표에서 각 학습의 가중치."),
        ),
    ] = None,
) -> None:
    from pyojeong.registry import missing_extra
    from pyojeong.train.ensemble import mix

    try:
        made = mix(runs, out, method, _numbers(weights))
    except ModuleNotFoundError as error:
        raise missing_extra("pyojeong train ensemble", "train") from error
    names = (*made.members, str(out))
    accuracies = (*made.accuracies, made.accuracy)
    for name, accuracy, ms, mb in zip(names, accuracies, made.ms, made.mb, strict=True):
        typer.echo(f"{accuracy:7.2%}  {ms:7.1f} ms  {mb:7.1f} MB  {name}")
    low, high = (f"{100 * end:+.2f}" for end in made.interval)
    print_note(
        say(
            f"{100 * made.gain:+.2f} points over the best member (95 %: {low} to {high}) on "
            f"{made.rows} pictures.",
            f"가장 좋은 모델보다 {100 * made.gain:+.2f}점(95 %: {low} ~ {high}), 사진 {made.rows}장.",
        )
    )


def _numbers(text: str | None) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(",")) if text else ()
    except ValueError as error:
        raise BadSettings(
            f"--weights takes numbers, as in 2,1: {text!r}.",
            f"--weights는 2,1 꼴의 수입니다: {text!r}.",
        ) from error
