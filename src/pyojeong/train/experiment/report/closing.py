"""What the report says besides our own numbers: those published, what is not finished, the methods."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from pyojeong.errors import Language
from pyojeong.train.experiment.folder import shown
from pyojeong.train.experiment.gather import Experiment
from pyojeong.train.experiment.ranking import Entry
from pyojeong.train.experiment.report.words import Words, table


class Closing:
    def __init__(self, experiment: Experiment, entries: Sequence[Entry], lang: Language) -> None:
        self._experiment, self._entries = experiment, entries
        self._lang, self._say = lang, Words(lang)

    def published(self) -> str:
        published, say = self._experiment.plan["published"], self._say
        if not published:
            return ""
        heads = [
            say("published", "발표된 결과"), say("its accuracy %", "발표 정확도 %"),
            say("ours", "우리 설정"), say("our accuracy %", "우리 정확도 %"), say("note", "비고"),
        ]  # fmt: skip
        rows = [self._published_row(one) for one in published]
        note = say(
            "Measured on other pictures than ours, so the two columns show the pattern, not a race.",
            "우리와 다른 사진에서 잰 값이므로, 우열이 아니라 경향을 비교하세요.",
        )
        return (
            f"<h2>{say('Beside the published numbers', '발표된 숫자와 나란히')}</h2>\n"
            f'<p class="soft">{note}</p>\n' + table(heads, rows, plain=(0, 2, 4))
        )

    def _published_row(self, one: Any) -> list[str]:
        names = set(one["runs"])
        ours = [e for e in self._entries if any(str(run.plan["name"]) in names for run in e.runs)]
        # Of several that fit, the one that is nearest to the base.
        ours.sort(key=lambda e: len(e.runs[0].plan["changed"]))
        entry = ours[0] if ours else None
        cells = [escape(one["name"]), f"{100 * one['accuracy']:.2f}"]
        if entry is None:
            cells += [self._say("not run yet", "아직 실행하지 않음"), "–"]
        else:
            low, high = (f"{100 * v:.1f}" for v in entry.accuracy_interval)
            value = f"{100 * entry.accuracy:.2f}<small>{low} – {high}</small>"
            cells += [escape(entry.shown(self._lang)), value]
        return [*cells, escape(one["note"][self._lang])]

    def unfinished(self) -> str:
        say, runs = self._say, self._experiment.unfinished
        if not runs:
            return ""
        words = {
            "failed": say("failed", "실패"),
            "damaged": say("finished, but damaged", "끝났으나 손상됨"),
            "half": say("interrupted", "중단됨"),
            "open": say("not begun", "시작 전"),
        }
        rows = [
            [escape(shown(run.plan, self._lang)), escape(str(run.plan["seed"])), words[run.state],
             escape(run.reason[self._lang])]
            for run in runs
        ]  # fmt: skip
        heads = [say("run", "실험"), say("seed", "씨앗"), say("state", "상태"), say("why", "이유")]
        return f"<h2>{say('Not finished', '끝나지 않은 실험')}</h2>\n" + table(
            heads, rows, plain=(0, 2, 3)
        )

    def methods(self) -> str:
        say = self._say
        text = say(
            "Accuracy: Wilson 95 % interval over the test pictures, of the mean over the seeds. "
            "Macro F1 and F1 of a class: percentile bootstrap, 2,000 draws. Comparison with the "
            "best: with several seeds a t-test whose variance has the chance of the pictures and that "
            "of training (Satterthwaite); with one, McNemar's exact test on the same pictures, "
            "which is about these trained models and not their settings; p corrected for the number of "
            "comparisons by Holm. The best was chosen on these same pictures, so its own number is "
            "a little flattering. ECE: 15 equal bins of confidence; calibration is one temperature "
            "found on the validation pictures. A multiply-add counts as two FLOP; ms is one "
            "picture in torch on the machine that trained. Training time as measured there.",
            "정확도: 씨앗 평균의 시험 사진에 대한 Wilson 95 % 구간. 매크로 F1과 클래스별 F1: 백분위 부트스트랩 "
            "2,000회. 최고와의 비교: 씨앗이 여럿이면 사진의 우연과 학습의 우연을 함께 담은 t 검정(Satterthwaite), "
            "하나면 같은 사진에 대한 McNemar 정확 검정이며 이때는 설정이 아니라 학습한 모델에 대한 것입니다. "
            "비교 횟수는 Holm 보정. 최고는 같은 사진에서 골랐으므로 그 값은 조금 "
            "후합니다. ECE: 신뢰도 15구간, 보정은 검증 사진에서 찾은 온도 하나. 곱셈-덧셈은 2 FLOP으로 세고, "
            "ms는 학습한 기계의 torch에서 사진 한 장의 시간입니다.",
        )
        source = escape(str(self._experiment.plan.get("source", "")))
        seeds = ", ".join(map(str, self._experiment.plan.get("seeds", [])))
        facts = say(f"Pictures: {source}. Seeds: {seeds}.", f"사진: {source}. 씨앗: {seeds}.")
        return (
            f"<h2>{say('How it was measured', '측정 방법')}</h2>\n"
            f'<p class="soft small">{text}</p>\n<p class="soft small">{facts}</p>\n'
        )
