"""`pyojeong train stargan`: teach a network to give faces other expressions, hair, ages."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from pyojeong.cli.language import say
from pyojeong.cli.output import print_note
from pyojeong.cli.train_expression import is_first, say_nothing
from pyojeong.cli.train_options import Changes, Resume, RunFolder, resumable, run_folder, trainer


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
    out: RunFolder = None,
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
    changes: Changes = None,
    resume: Resume = False,
) -> None:
    folder = run_folder(out, resume, config, changes, data)
    runner = trainer("stargan", "run", "stargan")
    settings = _settings(config, changes or [], data)
    with resumable():
        runner.run(settings, folder, resume, tell=print_note if is_first() else say_nothing)
    if is_first():
        print_note(_summary(json.loads((folder / "result.json").read_text("utf-8"))))
        print(folder)


def _settings(file: Path | None, changes: list[str], data: list[Path] | None) -> Any:
    kind = trainer("stargan", "config", "stargan").Config
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
