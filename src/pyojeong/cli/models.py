"""`pyojeong models`: the learned files, where they come from, and whether they are intact."""

from __future__ import annotations

from dataclasses import asdict

import typer

from pyojeong.cli.language import say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import print_json, print_table
from pyojeong.errors import MissingWeights


def add_to(app: typer.Typer) -> None:
    models = typer.Typer(
        no_args_is_help=True,
        help=say(
            "List, show and verify the models and other learned files.",
            "모델과 학습된 파일을 나열하고, 보여 주고, 검증합니다.",
        ),
    )
    models.command("list", help=say("One line per file.", "파일마다 한 줄."))(list_models)
    models.command("show", help=say("Everything known about one.", "하나의 모든 정보."))(show)
    models.command("verify", help=say("Check every file's hash.", "모든 파일의 해시 확인."))(verify)
    app.add_typer(models, name="models")


def list_models(as_json: AsJson = False) -> None:
    from pyojeong.assets import assets

    if as_json:
        print_json([asdict(a) for a in assets()])
        return
    rows = [[a.name, f"{a.size / 1e6:.1f} MB", a.licence, a.accuracy] for a in assets()]
    print_table(
        [
            say("name", "이름"),
            say("size", "크기"),
            say("licence", "라이선스"),
            say("accuracy", "정확도"),
        ],
        rows,
    )


def show(name: str, as_json: AsJson = False) -> None:
    from pyojeong.assets import find_asset

    facts = asdict(find_asset(name))
    if as_json:
        print_json(facts)
    else:
        print_table(["", ""], [[f"[bold]{key}[/bold]", str(value)] for key, value in facts.items()])


def verify(as_json: AsJson = False) -> None:
    from pyojeong.assets import assets, verify_asset

    results = {a.name: verify_asset(a) for a in assets()}
    if as_json:
        print_json(results)
    else:
        good, bad = say("intact", "정상"), say("BROKEN", "손상")
        print_table(
            ["", ""], [[n, good if ok else f"[red]{bad}[/red]"] for n, ok in results.items()]
        )
    broken = [name for name, ok in results.items() if not ok]
    if broken:
        raise MissingWeights(
            f"Missing or changed: {', '.join(broken)}. Install Pyojeong again.",
            f"없거나 바뀐 파일: {', '.join(broken)}. Pyojeong을 다시 설치하세요.",
        )
