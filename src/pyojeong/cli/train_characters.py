"""`pyojeong train characters`: teach a small network to find and cut out the figures of a film."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from pyojeong.cli.language import language, say
from pyojeong.cli.output import StoppedAndTold, print_note
from pyojeong.errors import BadSettings


def add_to(group: typer.Typer) -> None:
    group.command(
        "characters",
        help=say(
            "Train a network that finds figures and cuts them out, on outlined pictures (COCO, "
            "YOLO), and export it to ONNX for pyojeong film --characters, with an HTML report.",
            "윤곽을 표시한 그림(COCO, YOLO)으로 인물을 찾아 오려 내는 신경망을 학습하고, "
            "pyojeong film --characters에 쓸 ONNX와 HTML 보고서를 만듭니다.",
        ),
        epilog="pyojeong train characters outlined/ -o run\n\n"
        "pyojeong train characters outlined/ -o run --set train.epochs=200 --set net.side=416\n\n"
        "pyojeong train characters --config experiments/cartoon/characters.toml -o run\n\n"
        "pyojeong train characters -o run --resume",
    )(characters)


def characters(
    outlined: Annotated[
        Path | None,
        typer.Argument(
            metavar="[SET]",
            help=say("Outlined pictures: COCO or YOLO.", "윤곽을 표시한 그림 모음: COCO, YOLO."),
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FOLDER", help=say("Folder of the run.", "학습 폴더.")),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="TOML", help=say("File of settings.", "설정 파일.")),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SECTION.NAME=VALUE",
            help=say("A single setting, such as net.side=416.", "설정 하나, 예: net.side=416."),
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help=say("Go on with a run that stopped.", "중단된 학습을 이어 합니다.")
        ),
    ] = False,
) -> None:
    if out is None:
        raise BadSettings(
            "Say where the run is kept: --out FOLDER.", "학습 폴더를 정해 주세요: --out 폴더."
        )
    if resume and (outlined or config or changes):
        raise BadSettings(
            "--resume goes on with the settings in the folder; give it nothing but --out.",
            "--resume은 폴더에 있는 설정으로 이어 합니다. --out만 함께 쓰세요.",
        )
    trainer = _trainer("run")
    settings = _settings(config, changes or [], outlined)
    try:
        trainer.run(settings, out, resume, tell=print_note, lang=language())
    except KeyboardInterrupt:
        print_note(
            say(
                "Stopped. Go on later with --resume.",
                "중단했습니다. 나중에 --resume으로 이어 할 수 있습니다.",
            )
        )
        raise StoppedAndTold from None
    print_note(_summary(json.loads((out / "result.json").read_text("utf-8")), out))
    print(out)


def _settings(file: Path | None, changes: list[str], outlined: Path | None) -> Any:
    kind = _trainer("config").Config
    settings = kind() if file is None else kind.read(file)
    assignment = import_module("pyojeong.train.typed_toml").assignment
    values = dict(assignment(change, kind) for change in changes)
    if outlined is not None:
        values["data.source"] = str(outlined.resolve())
    return settings.with_values(values)


def _summary(result: dict[str, Any], out: Path) -> str:
    """How well it does, and how it is used."""
    part, count = result["measured_on"], result["pictures"][result["measured_on"]]
    best = f"{result['best_epoch']:g}/{result['epochs']:g}"
    numbers = f"mask mAP50-95 {result['map']:.3f}, mAP50 {result['map50']:.3f}"
    use = f"pyojeong film movie.mp4 --characters {out / 'model.onnx'} -o report/"
    return say(
        f"{numbers} on {count} pictures ({part}), best epoch {best}; best confidence "
        f"{result['confidence']:.2f} (F1 {result['f1']:.3f})\n"
        f"curves and mistakes: {out / 'report.html'}\nuse it: {use}",
        f"{numbers} ({part} 그림 {count}장), 최고 에폭 {best}, 최적 신뢰도 {result['confidence']:.2f} "
        f"(F1 {result['f1']:.3f})\n곡선과 오류: {out / 'report.html'}\n사용법: {use}",
    )


def _trainer(module: str) -> Any:
    """A module of train/characters. Raises MissingExtra where the extra "train" is missing."""
    from pyojeong.registry import missing_extra

    try:
        return import_module(f"pyojeong.train.characters.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("pyojeong"):
            raise
        raise missing_extra("pyojeong train characters", "train") from error
