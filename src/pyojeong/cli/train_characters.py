"""`pyojeong train characters`: teach a small network to find and cut out the figures of a film."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from pyojeong.cli.language import language, say
from pyojeong.cli.output import print_note
from pyojeong.cli.train_options import Changes, Resume, RunFolder, resumable, run_folder, trainer


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
    out: RunFolder = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="TOML", help=say("File of settings.", "설정 파일.")),
    ] = None,
    changes: Changes = None,
    resume: Resume = False,
) -> None:
    folder = run_folder(out, resume, outlined, config, changes)
    runner = trainer("characters", "run", "characters")
    settings = _settings(config, changes or [], outlined)
    with resumable():
        runner.run(settings, folder, resume, tell=print_note, lang=language())
    print_note(_summary(json.loads((folder / "result.json").read_text("utf-8")), folder))
    print(folder)


def _settings(file: Path | None, changes: list[str], outlined: Path | None) -> Any:
    kind = trainer("characters", "config", "characters").Config
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
