"""`pyojeong experiment`: run a grid of trainings, rank them, write the report."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from pyojeong.cli.language import language, say
from pyojeong.cli.output import StoppedAndTold, print_note, print_table
from pyojeong.errors import BadSettings


def add_to(app: typer.Typer) -> None:
    app.command(
        "experiment",
        no_args_is_help=True,
        help=say(
            "Compare trainings: runs a grid, goes on after an interruption, ranks the results with "
            "confidence intervals and writes an HTML report. `report FOLDER` writes it anew.",
            "학습을 비교합니다: 실험표를 실행하고, 중단되면 이어 하고, 신뢰구간과 함께 순위를 매기고 HTML "
            "보고서를 씁니다. `report 폴더`는 보고서만 다시 씁니다.",
        ),
        epilog="pyojeong experiment --list\n\n"
        "pyojeong experiment cartoon_faces --data faces/ -o study\n\n"
        "pyojeong experiment grid.toml -o study --dry-run\n\n"
        "pyojeong experiment report study",
    )(experiment)


def experiment(
    grid: Annotated[
        str | None,
        typer.Argument(
            metavar="GRID.toml|NAME|report",
            help=say(
                "Grid file, shipped study, or report.", "실험표 파일, 내장 연구 이름, 또는 report."
            ),
            show_default=False,
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]",
            help=say("After report: the experiment.", "report 다음에: 실험 폴더."),
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FOLDER", help=say("Folder of the runs.", "실험 폴더.")
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="PATH", help=say("The pictures.", "사진 폴더나 파일.")),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="WORD",
            help=say(
                "Only runs whose name holds the word; may be given several times.",
                "이름에 이 말이 든 실험만. 여러 번 쓸 수 있습니다.",
            ),
        ),
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SECTION.NAME=VALUE",
            help=say(
                "Change a setting of the base (repeatable): train.epochs=5.",
                "기준 설정을 바꿉니다(여러 번 가능): train.epochs=5.",
            ),
        ),
    ] = None,
    seeds: Annotated[
        str | None,
        typer.Option(
            metavar="N,N,...",
            help=say("Seeds in place of the grid's.", "실험표 대신 쓸 씨앗."),
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs",
            "-j",
            min=1,
            max=64,
            help=say(
                "Runs at a time; each takes its own memory.",
                "동시에 실행할 수. 메모리는 그만큼 더 듭니다.",
            ),
        ),
    ] = 1,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help=say("List the runs and stop.", "실험 목록만 보여 줍니다.")),
    ] = False,
    listed: Annotated[
        bool,
        typer.Option("--list", help=say("List the shipped studies.", "내장 연구를 보여 줍니다.")),
    ] = False,
) -> None:
    if listed:
        _list()
    elif grid == "report":
        _report(_wanted(folder or out))
    elif grid is None or folder is not None:
        raise BadSettings(
            "Give one grid file or the name of a study (--list), and --out FOLDER.",
            "실험표 파일이나 내장 연구 이름(--list) 하나와 --out 폴더를 주세요.",
        )
    else:
        changed = _changed(values or [], seeds)
        _do(grid, _wanted(out), data, only or [], dry_run, changed, jobs)


def _wanted(folder: Path | None) -> Path:
    if folder is None:
        raise BadSettings(
            "Say where the runs are kept: --out FOLDER.", "실험 폴더를 정해 주세요: --out 폴더."
        )
    return folder


def _list() -> None:
    studies = _part("studies")
    rows = []
    for name in studies.names():
        grid = studies.study(name)
        rows.append([name, grid.title.text(language()), str(len(grid.runs))])
    print_table([say("name", "이름"), say("study", "연구"), say("runs", "실험 수")], rows)


def _changed(values: list[str], seeds: str | None) -> Any:
    from pyojeong.train.classifier.config import assignment

    try:
        numbers = tuple(int(part) for part in seeds.split(",")) if seeds else ()
        if any(number < 0 for number in numbers):
            raise ValueError(seeds)
    except ValueError as error:
        raise BadSettings(
            f"--seeds takes whole numbers, as in 1,2,3: {seeds!r}.",
            f"--seeds는 1,2,3 꼴의 정수입니다: {seeds!r}.",
        ) from error
    return _part("planned").Changed(dict(map(assignment, values)), numbers)


def _do(
    wanted: str,
    out: Path,
    data: Path | None,
    only: list[str],
    dry_run: bool,
    changed: Any,
    jobs: int,
) -> None:
    grid = _part("studies").find_grid(wanted, changed)
    if dry_run:
        _show(grid.chosen(tuple(only)), out)
        return
    runner = _part("runner")
    runner.needs_training()
    source = str(data.resolve()) if data is not None else ""
    if not source and not grid.base.data.source:
        raise BadSettings(
            "Say where the pictures are: --data PATH, or source in [base.data].",
            "사진이 어디 있는지 알려 주세요: --data PATH 또는 [base.data]의 source.",
        )
    try:
        runner.run_grid(
            grid, out, source=source, only=only, jobs=jobs, tell=print_note, lang=language()
        )
    except KeyboardInterrupt:
        print_note(
            say("Stopped. The same command goes on.", "중단했습니다. 같은 명령으로 이어 합니다.")
        )
        raise StoppedAndTold from None
    _report(out)


def _show(runs: Any, out: Path) -> None:
    folder = _part("folder")
    words = {
        "finished": say("finished", "끝남"),
        "half": say("goes on", "이어 함"),
        "failed": say("failed, tried again", "실패, 다시 함"),
        "open": say("to do", "할 일"),
    }
    states = folder.states(out, runs)
    rows = [[r.label, str(r.seed), words[s], r.name] for r, s in zip(runs, states, strict=True)]
    heads = (("run", "실험"), ("seed", "씨앗"), ("state", "상태"), ("folder", "폴더"))
    print_table([say(*head) for head in heads], rows)


def _report(folder: Path) -> None:
    made = _part("report.make").make_report(folder, language())
    print_note(made.summary(language()))
    print(made.page)


def _part(module: str) -> Any:
    return import_module(f"pyojeong.train.experiment.{module}")
