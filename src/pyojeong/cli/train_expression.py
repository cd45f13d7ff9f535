"""`pyojeong train expression`: teach a network to read expressions, from pictures of one's own."""

from __future__ import annotations

import json
import os
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from pyojeong.cli.language import say
from pyojeong.cli.output import print_note
from pyojeong.cli.train_options import Changes, Resume, RunFolder, resumable, run_folder, trainer


def add_to(group: typer.Typer) -> None:
    group.command(
        "expression",
        help=say(
            "Train an expression classifier on pictures and export it to ONNX. Settings come from "
            "the presets, over them the file, over it --set.",
            "사진으로 표정 분류기를 학습하고 ONNX로 내보냅니다. 설정은 프리셋, 파일, --set 순으로 덮어씁니다.",
        ),
        epilog="pyojeong train expression --preset sgd-step --data faces/ --out run\n\n"
        "pyojeong train expression study.toml --data faces/ --out run --set model.name=vgg16\n\n"
        "pyojeong train expression --out run --resume",
    )(expression)


def expression(
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CONFIG.toml]", help=say("File of settings.", "설정 파일."), show_default=False
        ),
    ] = None,
    out: RunFolder = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="PATH",
            help=say(
                "Pictures: folders by class, FER2013, FER+, Roboflow, AI-Hub, Parquet.",
                "사진: 클래스별 폴더, FER2013, FER+, Roboflow, AI-Hub, Parquet.",
            ),
        ),
    ] = None,
    presets: Annotated[
        list[str] | None,
        typer.Option(
            "--preset",
            metavar="NAME",
            help=say(
                "adam-plateau, sgd-step, sgd-multistep, adamw-cosine, sgd-restarts, adamw-step, "
                "batch-16, batch-32, batch-64; may be given several times.",
                "adam-plateau, sgd-step, sgd-multistep, adamw-cosine, sgd-restarts, adamw-step, "
                "batch-16, batch-32, batch-64. 여러 번 쓸 수 있습니다.",
            ),
        ),
    ] = None,
    changes: Changes = None,
    resume: Resume = False,
) -> None:
    folder = run_folder(out, resume, config, presets, changes, data)
    settings = _settings(config, presets or [], changes or [], data)
    runner = trainer("classifier", "run", "expression")
    with resumable():
        runner.run(settings, folder, resume, tell=print_note if is_first() else say_nothing)
    if is_first():
        print_note(_summary(json.loads((folder / "result.json").read_text("utf-8"))))
        print(folder)


def _settings(file: Path | None, presets: list[str], changes: list[str], data: Path | None) -> Any:
    configs, named = (
        import_module(f"pyojeong.train.classifier.{name}") for name in ("config", "presets")
    )
    settings = named.preset(presets)
    if file is not None:
        settings = configs.Config.read(file, settings)
    values = dict(configs.assignment(change) for change in changes)
    if data is not None:
        values["data.source"] = str(data.resolve())
    return settings.with_values(values)


def _summary(result: dict[str, Any]) -> str:
    """Accuracy, calibration and cost, for people."""
    best = f"{result['best_epoch']}/{result['epochs']}"
    million, billion = result["parameters"] / 1e6, result["flops"] / 1e9
    cost = f"{million:.2f} M, {billion:.2f} GFLOP, {result['ms_per_picture']:.1f} ms"
    score = f"{result['accuracy']:.2%}, F1 {result['macro_f1']:.3f}"
    sure = f"ECE {result['ece_before']:.3f} → {result['ece']:.3f} (T = {result['temperature']:.2f})"
    return say(
        f"accuracy {score} on {result['test_pictures']} pictures ({result['measured_on']}), "
        f"best epoch {best}\ncalibration {sure}, NLL {result['nll']:.3f}\n"
        f"cost {cost} a picture, {result['file_mb']:.1f} MB, trained {result['seconds']:.0f} s",
        f"정확도 {score} ({result['measured_on']} 사진 {result['test_pictures']}장), "
        f"최고 에폭 {best}\n보정 {sure}, NLL {result['nll']:.3f}\n"
        f"비용 사진당 {cost}, 파일 {result['file_mb']:.1f} MB, 학습 {result['seconds']:.0f}초",
    )


def is_first() -> bool:
    """Whether this process is the one that speaks, of those that train together."""
    return os.environ.get("RANK", os.environ.get("LOCAL_RANK", "0")) == "0"


def say_nothing(text: str) -> None:
    """Said by another process."""
