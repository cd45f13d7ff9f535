"""The report of a run as one HTML file that needs nothing else; every name from outside is escaped."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pyojeong.errors import Language
from pyojeong.media.image import Rgb
from pyojeong.train.characters.judged import Judged, Mistakes
from pyojeong.train.characters.learner import Learner
from pyojeong.train.characters.measuring import find
from pyojeong.train.characters.pictures import CONFUSION, CURVES, LOSSES, PRECISION
from pyojeong.train.characters.sheets import draw_batch, paint

SAMPLES, WORST = 8, 8
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


class Page:
    """The page of one run. drawn: what `pictures.pictures_of` made."""

    def __init__(
        self,
        learner: Learner,
        judged: Judged,
        result: Mapping[str, Any],
        drawn: Mapping[str, Rgb],
        folder: Path,
        lang: Language,
    ) -> None:
        self._learner, self._judged, self._result = learner, judged, result
        self._drawn, self._folder, self._lang = drawn, folder, lang
        self._labels = learner.material.labels
        self._cache = learner.material.parts[judged.part]

    def text(self) -> str:
        name = escape(self._learner.material.title)
        title = self._say(f"Figures of {name}", f"{name}의 인물 분할")
        here = resources.files("pyojeong")
        style = "".join(
            (here / path).read_text("utf-8")
            for path in ("face/report/page.css", "train/characters/page.css")
        )
        return (
            f'<!doctype html>\n<html lang="{self._lang}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
            f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
            f"<h1>{title}</h1>\n{self._lead()}{self._tiles()}{self._table()}{self._curves()}"
            f"{self._matrix()}{self._worst()}{self._samples()}{self._training()}{self._notes()}"
            "</main>\n</body>\n</html>\n"
        )

    def _say(self, en: str, ko: str) -> str:
        return ko if self._lang == "ko" else en

    def _head(self, en: str, ko: str) -> str:
        return f"<h2>{self._say(en, ko)}</h2>\n"

    # --- numbers -----------------------------------------------------------------------------

    def _part(self) -> str:
        return {"val": self._say("val", "검증(val)"), "test": self._say("test", "평가(test)")}[
            self._judged.part
        ]

    def _lead(self) -> str:
        n, m = len(self._cache), len(self._cache.classes)
        told = self._say(
            f"Measured on the {n:,} pictures and {m:,} figures of the part {self._part()}, at the "
            f"network's size. Use the network with",
            f"{self._part()} 그림 {n:,}장, 인물 {m:,}개를 신경망 크기에서 잰 값입니다. 사용법:",
        )
        chosen = ""
        if self._judged.part == "val":
            chosen = " " + self._say(
                "The best epoch was chosen on the same pictures, so expect a little less elsewhere.",
                "최고 에폭도 같은 그림으로 골랐으므로 다른 그림에서는 조금 낮을 수 있습니다.",
            )
        line = f"pyojeong film movie.mp4 --characters {self._folder.name}/model.onnx -o report/"
        return f'<p class="soft">{told} <code>{escape(line)}</code>{chosen}</p>\n'

    def _tiles(self) -> str:
        result = self._result
        epochs = f"{result['best_epoch']:g} / {result['epochs']:g}"
        tiles = (
            (_share(result["map"]), "mask mAP50-95"),
            (_share(result["map50"]), "mask mAP50"),
            (_share(result["f1"]), self._say("mean F1", "평균 F1")),
            (f"{result['confidence']:.2f}", self._say("best confidence", "최적 신뢰도")),
            (f"{result['pictures']['train']:,}", self._say("pictures learned from", "학습 그림")),
            (epochs, self._say("best epoch / epochs", "최고 에폭 / 전체")),
        )
        cells = "".join(
            f'<div class="tile"><b>{value}</b><span>{name}</span></div>' for value, name in tiles
        )
        return f'<div class="tiles">{cells}</div>\n'

    def _table(self) -> str:
        heads = (
            self._say("class", "클래스"),
            self._say("figures learned from", "학습 인물"),
            self._say("pictures", "그림"),
            self._say("figures", "인물"),
            self._say("precision", "정밀도"),
            self._say("recall", "재현율"),
            "mAP50",
            "mAP50-95",
        )
        rows = [(row["name"], *_cells(row)) for row in self._result["by_class"]]
        body = "".join(_row(row) for row in rows) + _row(self._sums(), ' class="all"')
        kinds = ("", *[' class="num"'] * (len(heads) - 1))
        head = "".join(f"<th{k}>{escape(h)}</th>" for k, h in zip(kinds, heads, strict=True))
        least = f"{self._judged.least:.2f}"
        note = self._say(
            f"Precision and recall at the confidence {least} and an overlap of .50; mAP of masks.",
            f"정밀도와 재현율은 신뢰도 {least}, 겹침 .50에서, mAP는 마스크로 잰 값입니다.",
        )
        return (
            f"{self._head('Each class', '클래스별')}"
            f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
            f'</div>\n<p class="soft">{note}</p>\n'
        )

    def _sums(self) -> Sequence[str]:
        rows = self._result["by_class"]
        means = [[r[k] for r in rows if r[k] is not None] for k in ("precision", "recall")]
        return (
            self._say("all", "전체"),
            f"{sum(r['train_figures'] for r in rows):,}",
            f"{len(self._cache):,}",
            f"{sum(r['figures'] for r in rows):,}",
            *(_share(float(np.mean(values)) if values else None) for values in means),
            _share(self._result["map50"]),
            _share(self._result["map"]),
        )

    # --- charts ------------------------------------------------------------------------------

    def _chart(self, name: str, kind: str = "chart") -> str:
        return f'<div class="{kind}">{_image(self._drawn[name], name, ".png")}</div>'

    def _curves(self) -> str:
        charts = "".join(map(self._chart, CURVES))
        told = self._say(
            "All at an overlap of .50. The dot marks the confidence with the highest mean F1.",
            "모두 겹침 .50에서 잰 값입니다. 점은 평균 F1이 가장 높은 신뢰도입니다.",
        )
        head = self._head("Curves", "곡선")
        return f'{head}<p class="soft">{told}</p>\n<div class="charts">{charts}</div>\n'

    def _matrix(self) -> str:
        told = self._say(
            "Each column is what is there and adds up to 1; below, figures that were missed, and on "
            "the right, finds that are nobody.",
            "세로줄이 실제 클래스이고 합은 1입니다. 맨 아래 줄은 놓친 인물, 맨 오른쪽은 잘못 찾은 것입니다.",
        )
        head = self._head("Who is taken for whom", "혼동 행렬")
        return f'{head}<p class="soft">{told}</p>\n{self._chart(CONFUSION, "chart square")}\n'

    # --- pictures ----------------------------------------------------------------------------

    def _worst(self) -> str:
        order = sorted(self._judged.mistakes, key=lambda one: (-one.cost, one.row))
        worst = [one for one in order if one.cost >= 0.1][:WORST]
        if not worst:
            return ""
        pairs = "".join(self._pair(one) for one in worst)
        return f'{self._head("Worst mistakes", "가장 큰 오류")}<div class="pairs">{pairs}</div>\n'

    def _samples(self) -> str:
        spread = np.linspace(0, len(self._cache) - 1, min(SAMPLES, len(self._cache)))
        rows = np.unique(spread.round().astype(int))
        pairs = "".join(self._pair(self._judged.mistakes[row]) for row in rows)
        head = self._head("Pictures spread over the set", "고르게 뽑은 그림")
        return f'{head}<div class="pairs">{pairs}</div>\n'

    def _pair(self, wrong: Mistakes) -> str:
        """Truth beside what was found."""
        shown = self._cache.shown(wrong.row)
        found = find(self._learner.mean, shown.image, self._learner.config.net.side)
        sure = found.scores >= self._judged.least
        truth = paint(shown.image, shown.masks, shown.classes, self._labels)
        seen = paint(
            shown.image, found.masks[sure], found.classes[sure], self._labels, found.scores[sure]
        )
        sides = ((truth, self._say("truth", "실제")), (seen, self._say("found", "찾은 것")))
        images = "".join(
            f"<span>{_image(image, name)}<small>{name}</small></span>" for image, name in sides
        )
        return (
            f'<div class="pair"><div>{images}</div><small><b>{escape(shown.name)}</b> '
            f"{escape(self._told(wrong))}</small></div>"
        )

    def _told(self, wrong: Mistakes) -> str:
        told = []
        if wrong.missed:
            told.append(f"{self._say('missed', '놓침')}: {self._names(wrong.missed)}")
        if wrong.extra:
            told.append(f"{self._say('nobody there', '없는데 찾음')}: {self._names(wrong.extra)}")
        if wrong.taken:
            pairs = [f"{self._labels[a]} → {self._labels[b]}" for a, b in wrong.taken]
            told.append(f"{self._say('taken for another', '다른 클래스로')}: {', '.join(pairs)}")
        if not told and wrong.cost >= 0.1:
            told.append(self._say("masks differ", "마스크가 다름"))
        return "; ".join(told)

    def _names(self, classes: Sequence[int]) -> str:
        counts = Counter(self._labels[one] for one in classes)
        return ", ".join(f"{name} × {n}" if n > 1 else name for name, n in counts.items())

    # --- how it was made ---------------------------------------------------------------------

    def _training(self) -> str:
        sheet = _image(draw_batch(self._learner.sheet(), self._labels), "batches")
        told = self._say(
            "The first pictures that were learned from, as the network saw them: mirrored, turned, "
            "scaled and cropped, blurred and lit by chance, with the masks it was shown.",
            "신경망이 처음 배운 그림입니다. 무작위로 뒤집고, 돌리고, 키우거나 잘라 내고, 흐리고, 밝기를 바꾼 뒤의 "
            "모습과 함께 보여 준 마스크입니다.",
        )
        charts = self._chart(LOSSES) + self._chart(PRECISION)
        return (
            f"{self._head('How it learned', '학습 과정')}"
            f'<div class="charts">{charts}</div>\n<p class="soft">{told}</p>\n'
            f'<div class="card wide">{sheet}</div>\n'
        )

    def _notes(self) -> str:
        result, learner = self._result, self._learner
        begun = learner.config.net.start or self._say("scratch", "처음부터")
        width, height = learner.material.size
        told = [
            self._say(
                f"Begun from {begun}; {result['classes_known']} of {len(self._labels)} classes were "
                "known to it.",
                f"시작: {begun}. 클래스 {len(self._labels)}개 중 {result['classes_known']}개를 알고 있었습니다.",
            ),
            self._say(
                f"{result['steps']:,} steps of {learner.config.train.batch} pictures, "
                f"{width} × {height} px, {result['seconds']:,.0f} s of learning.",
                f"{width} × {height}픽셀 그림 {learner.config.train.batch}장씩 {result['steps']:,}단계, "
                f"학습 {result['seconds']:,.0f}초.",
            ),
            *learner.material.notes,
        ]
        if result["stopped_early"]:
            told.insert(1, self._say("It was stopped because val got no better.",
                                     "검증 결과가 더 나아지지 않아 일찍 멈췄습니다."))  # fmt: skip
        items = "".join(f"<li>{escape(one)}</li>" for one in told)
        settings = escape(learner.config.to_toml())
        return (
            f'{self._head("Notes", "참고")}<div class="card"><ul>{items}</ul></div>\n'
            f"<details><summary>{self._say('Settings', '설정')}</summary><pre>{settings}</pre>"
            "</details>\n"
        )


def _cells(row: Mapping[str, Any]) -> Sequence[str]:
    counts = [f"{row[k]:,}" for k in ("train_figures", "pictures", "figures")]
    return [*counts, *(_share(row[k]) for k in ("precision", "recall", "map50", "map"))]


def _row(cells: Sequence[str], kind: str = "") -> str:
    first, *rest = (escape(cell) for cell in cells)
    return (
        f"<tr{kind}><td>{first}</td>" + "".join(f'<td class="num">{c}</td>' for c in rest) + "</tr>"
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _image(image: Rgb, name: str, suffix: str = ".jpg") -> str:
    options = [cv2.IMWRITE_JPEG_QUALITY, 84] if suffix == ".jpg" else []
    _, coded = cv2.imencode(suffix, image[:, :, ::-1], options)
    data = base64.b64encode(coded.tobytes()).decode("ascii")
    kind = "jpeg" if suffix == ".jpg" else "png"
    return f'<img alt="{escape(name)}" src="data:image/{kind};base64,{data}">'
