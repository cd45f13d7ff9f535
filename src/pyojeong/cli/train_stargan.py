"""`pyojeong train stargan`: teach a network to give faces other expressions, hair, ages."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from pyojeong.cli.language import say
from pyojeong.cli.output import StoppedAndTold, print_note
from pyojeong.cli.train_expression import is_first, say_nothing
from pyojeong.errors import BadSettings


def add_to(group: typer.Typer) -> None:
    group.command(
        "stargan",
        help=say(
            "Train StarGAN on one or several sets of faces and export it to ONNX for "
            "pyojeong express --editor stargan.",
            "얼굴 데이터 하나 또는 여럿으로 StarGAN을 학습하고 pyojeong express --editor stargan에 쓸 "
            "ONNX로 내보냅니다.",
        ),
        epilog="pyojeong train stargan --data faces/ --out run\n\n"
        "pyojeong train stargan joint.toml --data celeba/ --data faces/ --out run\n\n"
        "torchrun --nproc-per-node 4 -m pyojeong train stargan joint.toml --out run\n\n"
        "pyojeong train stargan --out run --resume",
    )(stargan)


def stargan(
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CONFIG.toml]", help=say("File of settings.", "설정 파일."), show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FOLDER", help=say("Folder of the run.", "학습 폴더.")),
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option(
            "--data",
            metavar="PATH",
            help=say(
                "Pictures: CelebA, folders by emotion, AI-Hub faces and all that pyojeong train "
                "expression reads; given several times, all are learned together.",
                "사진: CelebA, 감정별 폴더, AI-Hub 얼굴 등. 여러 번 쓰면 함께 학습합니다.",
            ),
        ),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SECTION.NAME=VALUE",
            help=say("A single setting, such as data.side=256.", "설정 하나, 예: data.side=256."),
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
    if resume and (config or changes or data):
        raise BadSettings(
            "--resume goes on with the settings in the folder; give it nothing but --out.",
            "--resume은 폴더에 있는 설정으로 이어 합니다. --out만 함께 쓰세요.",
        )
    trainer = _trainer("run")
    settings = _settings(config, changes or [], data)
    try:
        trainer.run(settings, out, resume, tell=print_note if is_first() else say_nothing)
    except KeyboardInterrupt:
        print_note(
            say(
                "Stopped. Go on later with --resume.",
                "중단했습니다. 나중에 --resume으로 이어 할 수 있습니다.",
            )
        )
        raise StoppedAndTold from None
    if is_first():
        print_note(_summary(json.loads((out / "result.json").read_text("utf-8"))))
        print(out)


def _settings(file: Path | None, changes: list[str], data: list[Path] | None) -> Any:
    kind = _trainer("config").Config
    settings = kind() if file is None else kind.read(file)
    assignment = import_module("pyojeong.train.typed_toml").assignment
    values = dict(assignment(change, kind) for change in changes)
    if data:
        values["data.sources"] = [str(path.resolve()) for path in data]
    return settings.with_values(values)


def _summary(result: dict[str, Any]) -> str:
    """What the judge read from the samples of each set, for people."""
    return "\n".join(_line(one) for one in result["sets"])


def _line(one: dict[str, Any]) -> str:
    made, real = f"{one['accuracy']:.1%}", f"{one['real_accuracy']:.1%}"
    far = f"{one['fid']:.1f} ({one['real_fid']:.1f})"
    return say(
        f"{one['title']}: samples read as asked {made} (real pictures {real}); Fréchet distance "
        f"over the judge's features {far} on {one['held_pictures']} held pictures",
        f"{one['title']}: 요청대로 읽힌 샘플 {made}(실제 사진 {real}), 평가 사진 "
        f"{one['held_pictures']}장에서 판정기 특징의 프레셰 거리 {far}",
    )


def _trainer(module: str) -> Any:
    """A module of train/stargan. Raises MissingExtra where the extra "train" is missing."""
    from pyojeong.registry import missing_extra

    try:
        return import_module(f"pyojeong.train.stargan.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("pyojeong"):
            raise
        raise missing_extra("pyojeong train stargan", "train") from error
