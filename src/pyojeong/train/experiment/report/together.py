"""The section on ensembles: what reading together gains over the best member, and costs."""

from __future__ import annotations

import math
from html import escape
from typing import Any

from pyojeong.errors import Language
from pyojeong.train.experiment.folder import shown
from pyojeong.train.experiment.gather import Experiment, Run
from pyojeong.train.experiment.report.words import Words, table


def ensembles(experiment: Experiment, lang: Language) -> str:
    """HTML; "" where there are none."""
    say = Words(lang)
    runs = [run for run in experiment.runs if isinstance(run.result.get("ensemble"), dict)]
    if not runs:
        return ""
    names = {str(run.plan["name"]): shown(run.plan, lang) for run in experiment.runs}
    heads = [
        say("ensemble", "앙상블"), say("members", "구성"), say("accuracy %", "정확도 %"),
        say("best member %", "최고 구성원 %"), say("gain, points", "이득, %p"),
        say("ms: best member → all", "ms: 최고 구성원 → 전체"),
        say("MB: best member → all", "MB: 최고 구성원 → 전체"),
    ]  # fmt: skip
    note = say(
        "Gain over the best member on the same test pictures, with its 95 % interval (paired "
        "bootstrap). Times are of one picture through ONNX Runtime on one thread.",
        "같은 시험 사진에서 가장 좋은 구성원보다 나아진 정도와 95 % 구간(짝지은 부트스트랩). 시간은 ONNX "
        "Runtime 한 스레드로 사진 한 장을 읽는 시간입니다.",
    )
    rows = [_row(run, names, lang) for run in runs]
    return f"<h2>{say('Reading together', '함께 읽기')}</h2>\n<p class='soft'>{note}</p>\n" + table(
        heads, rows, texts=2
    )


def _row(run: Run, names: dict[str, str], lang: Language) -> list[str]:
    told, say = run.result["ensemble"], Words(lang)
    members = [m for m in told.get("members", []) if isinstance(m, dict)]
    best = max(members, key=lambda m: _number(m.get("accuracy")), default={})
    kind = (
        say("soft vote", "소프트 투표")
        if told.get("method") == "soft"
        else say("stacked", "스태킹")
    )
    interval = told.get("gain_interval")
    ends = interval if isinstance(interval, list) and len(interval) == 2 else [None, None]
    low, high = (f"{100 * _number(end):+.1f}" for end in ends)
    listed = ", ".join(
        f"{names.get(str(m.get('name')), str(m.get('name')))} "
        f"({100 * _number(m.get('accuracy')):.1f} %)"
        for m in members
    )
    seed = say(f"seed {run.plan['seed']}", f"씨앗 {run.plan['seed']}")
    return [
        f"{escape(shown(run.plan, lang))}<small>{kind}, {escape(seed)}</small>",
        escape(listed),
        f"{100 * float(run.right.mean()):.1f}",
        f"{100 * _number(best.get('accuracy')):.1f}",
        f"{100 * _number(told.get('gain')):+.1f}<small>{low} – {high}</small>",
        f"{_number(best.get('ms_per_picture')):.1f} → {_number(told.get('ms_per_picture')):.1f}",
        f"{_number(best.get('file_mb')):.1f} → {_number(told.get('file_mb')):.1f}",
    ]


def _number(value: Any) -> float:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if known and abs(value) < 1e12 else math.nan
