"""`pyojeong train`: learn models from data of one's own."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from pyojeong.cli.language import say
from pyojeong.cli.output import print_note
from pyojeong.cli.train_options import Resume, resumable
from pyojeong.errors import BadSettings

Out = Annotated[
    Path,
    typer.Option("--out", "-o", metavar="FOLDER", help=say("Folder of the run.", "학습 폴더.")),
]
Data = Annotated[
    list[Path] | None,
    typer.Option(
        "--data",
        metavar="PATH",
        help=say(
            "Table (CSV, TSV, JSONL, Parquet) or folder of them; may be given several times.",
            "표(CSV, TSV, JSONL, Parquet)나 그 폴더. 여러 번 쓸 수 있습니다.",
        ),
    ),
]
Valid = Annotated[
    list[Path] | None,
    typer.Option(
        "--valid",
        metavar="PATH",
        help=say(
            "Tables to measure on; without it a tenth of the texts is held out.",
            "검증용 표. 없으면 글의 10분의 1을 남겨 둡니다.",
        ),
    ),
]


_COMMANDS = ("train_expression", "train_ensemble", "train_stargan", "train_characters")
"""Modules of this package that add their commands to the group."""


def _number(en: str, ko: str) -> Any:
    return typer.Option(show_default=False, help=say(en, ko))


def add_to(app: typer.Typer) -> None:
    train = typer.Typer(
        no_args_is_help=True,
        help=say("Learn models from your own data.", "자신의 데이터로 모델을 학습합니다."),
    )
    train.callback()(lambda: None)
    train.command(
        "text",
        help=say(
            "Fine-tune an encoder of the Hugging Face kind (--encoder or --preset) to read emotion, "
            "and export it to ONNX.",
            "허깅페이스 인코더(--encoder 또는 --preset)를 감정 분류기로 미세 조정하고 ONNX로 내보냅니다.",
        ),
        epilog="pyojeong train text --preset koelectra --data aihub/ --out run\n\n"
        "pyojeong train text --out run --resume",
    )(text)
    for name in _COMMANDS:
        import_module(f"pyojeong.cli.{name}").add_to(train)
    app.add_typer(train, name="train")


def text(
    out: Out,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER|ID",
            help=say("Folder or hub id of the encoder.", "인코더의 폴더나 허브 이름."),
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(metavar="kobert|koelectra", help=say("Settings.", "설정 묶음.")),
    ] = None,
    data: Data = None,
    valid: Valid = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="TOML", help=say("File of settings.", "설정 파일.")),
    ] = None,
    epochs: Annotated[int | None, _number("Rounds over the data.", "반복 횟수.")] = None,
    batch: Annotated[int | None, _number("Texts per step.", "한 단계의 글 수.")] = None,
    rate: Annotated[float | None, _number("Learning rate.", "학습률.")] = None,
    max_len: Annotated[int | None, _number("Pieces read of a text.", "읽는 조각 수.")] = None,
    class_weights: Annotated[
        str | None, _number("none or balanced.", "none 또는 balanced.")
    ] = None,
    seed: Annotated[int | None, _number("Seed of chance.", "난수 씨앗.")] = None,
    device: Annotated[str | None, _number("cpu, cuda or auto.", "cpu, cuda, auto.")] = None,
    text_column: Annotated[str | None, _number("Column of the texts.", "글이 있는 열.")] = None,
    label_column: Annotated[str | None, _number("Column of the labels.", "라벨이 있는 열.")] = None,
    label_set: Annotated[str | None, _number("Label set of the tables.", "표의 라벨 집합.")] = None,
    strength: Annotated[
        bool,
        typer.Option(
            "--strength",
            help=say(
                "AI-Hub raters count by how strongly they felt it.",
                "AI-Hub 평가자의 감정 세기를 반영합니다.",
            ),
        ),
    ] = False,
    resume: Resume = False,
) -> None:
    given = {
        "encoder": encoder,
        "preset": preset,
        "data": None if data is None else [str(path) for path in data],
        "valid": None if valid is None else [str(path) for path in valid],
        "epochs": epochs,
        "batch": batch,
        "rate": rate,
        "max_len": max_len,
        "class_weights": class_weights,
        "seed": seed,
        "device": device,
        "text": text_column,
        "label": label_column,
        "label_set": label_set,
        "strength": strength or None,
    }
    if not (encoder or preset or config or (resume and (out / "train.json").is_file())):
        raise BadSettings(
            "Say which encoder to teach: --encoder FOLDER|ID or --preset kobert|koelectra.",
            "학습할 인코더를 알려 주세요: --encoder 폴더|이름 또는 --preset kobert|koelectra.",
        )
    _fine_tune(given, config, out, resume)


def _fine_tune(given: dict[str, Any], file: Path | None, out: Path, resume: bool) -> None:
    settings = _trainer("encoder_config", "transformers").make(given, file)
    trainer = _trainer("encoder", "transformers")
    with resumable():
        done = trainer.run(settings, out, resume, print_note)
    print_note(done.report.line())
    print(out)


def _trainer(module: str, needs: str) -> Any:
    """A module of train/. Raises MissingExtra where the extra "train" is not installed."""
    from pyojeong.registry import missing_extra

    try:
        import_module(needs)
        return import_module(f"pyojeong.train.{module}")
    except ModuleNotFoundError as error:
        raise missing_extra("pyojeong train", "train") from error
