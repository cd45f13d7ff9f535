"""From the folder of a comparison to its report and ranking files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyojeong.errors import BadInput, Language
from pyojeong.media.files import atomic_path
from pyojeong.train.experiment.folder import shown
from pyojeong.train.experiment.gather import Experiment, gather
from pyojeong.train.experiment.ranking import Entry, effects, models_only, rank, write_ranking
from pyojeong.train.experiment.report.page import Page


@dataclass(frozen=True, slots=True)
class Made:
    """page: the report. entries: the ranking in it."""

    page: Path
    experiment: Experiment
    entries: tuple[Entry, ...]

    def summary(self, lang: Language) -> str:
        """A few lines for people: the best, what cannot be told from it, what failed."""
        best = self.entries[0]
        low, high = best.accuracy_interval
        like = [entry.shown(lang) for entry in self.entries[1:] if entry.like_best]
        failed = [run for run in self.experiment.unfinished if run.state in ("failed", "damaged")]
        span = f"{best.accuracy:.1%} [{low:.1%}, {high:.1%}]"
        lines = [f"{'최고' if lang == 'ko' else 'best'}: {best.shown(lang)}, {span}"]
        if like:
            head = "통계로 구별되지 않음" if lang == "ko" else "cannot be told apart from it"
            lines.append(f"{head}: {', '.join(like)}")
        if models_only(self.entries):
            lines.append(
                "씨앗이 하나: 설정이 아니라 학습한 모델의 비교입니다"
                if lang == "ko"
                else "one seed: this compares these trained models, not the settings"
            )
        for run in failed:
            head = "실패" if lang == "ko" else "failed"
            lines.append(
                f"{head}: {shown(run.plan, lang)} · {run.plan['seed']}: {run.reason[lang]}"
            )
        return "\n".join(lines)


def make_report(folder: Path, lang: Language) -> Made:
    """Write report.html, ranking.csv and ranking.json into the folder.

    Raises BadInput where it holds no finished run; OutputFailed.
    """
    experiment = gather(folder)
    if not experiment.runs:
        reasons = {part: _first_reason(experiment, part) for part in ("en", "ko")}
        raise BadInput(
            f"{folder} holds no finished run.{reasons['en']}",
            f"{folder}에 끝난 실험이 없습니다.{reasons['ko']}",
        )
    entries = rank(experiment.runs)
    write_ranking(folder, entries)
    page = Page(experiment, entries, effects(experiment), lang)
    with (
        atomic_path(folder / "report.html") as part,
        part.open("w", encoding="utf-8", newline="\n") as stream,
    ):
        for piece in page.parts():
            stream.write(piece)
    return Made(folder / "report.html", experiment, entries)


def _first_reason(experiment: Experiment, lang: str) -> str:
    for run in experiment.unfinished:
        if run.reason[lang]:
            return f" {shown(run.plan, lang)}: {run.reason[lang]}"
    return ""
