"""Ranking, effects of factors and the page, from run folders made without training."""

import csv
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is in the train extra")

import itertools

from pyojeong.errors import BadInput
from pyojeong.train.experiment.gather import gather
from pyojeong.train.experiment.ranking import effects, rank
from pyojeong.train.experiment.report.make import make_report
from pyojeong.train.experiment.report.svg import Axis, log_ticks, ticks

SKILLS = {"base": 1.5, "model=vgg16": 3.5, "batch=16": 1.5, "both": 3.4}


@pytest.fixture
def entries(study):
    return rank(gather(study(SKILLS)).runs)


class TestRanking:
    def test_the_best_comes_first_and_its_equals_are_told(self, entries):
        assert {entries[0].label, entries[1].label} == {"model=vgg16", "both"}
        assert [entry.rank for entry in entries] == [1, 2, 3, 4]
        assert [entry.like_best for entry in entries] == [True, True, False, False]
        assert all(a.accuracy >= b.accuracy for a, b in itertools.pairwise(entries))

    def test_seeds_are_taken_together(self, entries):
        entry = entries[0]
        accuracies = [run.result["accuracy"] for run in entry.runs]
        assert len(accuracies) == 2
        assert entry.accuracy == pytest.approx(np.mean(accuracies))
        assert entry.spread == pytest.approx(np.std(accuracies, ddof=1))
        low, high = entry.accuracy_interval
        assert low < entry.accuracy < high

    def test_runs_on_other_pictures_are_not_compared(self, study):
        folder = study(SKILLS)
        (where,) = (folder / "runs").glob("model-vgg16-s1-*")
        with np.load(where / "predictions.npz") as kept:
            arrays = dict(kept)
        arrays["names"] = np.array([f"other-{n}" for n in range(len(arrays["labels"]))])
        np.savez(where / "predictions.npz", **arrays)
        entries = {entry.label: entry for entry in rank(gather(folder).runs)}
        assert np.isnan(entries["model=vgg16"].p) or entries["model=vgg16"].rank == 1
        make_report(folder, "en")

    def test_the_order_of_the_rows_does_not_matter(self, study, entries):
        folder = study(SKILLS)
        (where,) = (folder / "runs").glob("model-vgg16-s1-*")
        with np.load(where / "predictions.npz") as kept:
            arrays = dict(kept)
        for key in ("logits", "labels", "names", "thumbs"):
            arrays[key] = arrays[key][::-1]
        np.savez(where / "predictions.npz", **arrays)
        again = rank(gather(folder).runs)
        assert [(e.label, e.p) for e in again] == [(e.label, e.p) for e in entries]

    def test_effects_come_from_pairs_that_differ_in_nothing_else(self, study):
        made = {effect.name: effect for effect in effects(gather(study(SKILLS)))}
        network = made["model.name"]
        assert network.reference == "resnet18"
        assert network.levels[0].of_settings
        (level,) = network.levels
        # Two seeds at batch 32, and at batch 16 the run named "both" against "batch=16".
        assert (level.level, level.pairs) == ("vgg16", 4)
        assert 0 < level.interval[0] < level.difference < level.interval[1]
        (batch,) = made["train.batch"].levels
        assert batch.interval[0] < 0 < batch.interval[1]

    def test_files_for_other_programs(self, study):
        folder = study(SKILLS)
        made = make_report(folder, "en")
        rows = json.loads((folder / "ranking.json").read_text("utf-8"))
        with (folder / "ranking.csv").open(encoding="utf-8-sig", newline="") as stream:
            table = list(csv.DictReader(stream))
        assert [row["name"] for row in rows] == [row["name"] for row in table]
        assert rows[0]["accuracy"] == made.entries[0].accuracy
        assert float(table[0]["parameters"]) == 2_000_000
        assert rows[0]["test_pictures"] == 90


class Balanced(HTMLParser):
    """Fails where a tag is left open or closed twice."""

    void = frozenset(("meta", "img", "br", "link"))

    def __init__(self):
        super().__init__()
        self.open, self.texts, self.tags = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


@pytest.mark.parametrize("lang", ["en", "ko"])
class TestPage:
    @pytest.fixture
    def page(self, study, lang):
        folder = study(SKILLS | {"batch=16": None})
        made = make_report(folder, lang)
        return made.page.read_text("utf-8")

    def test_it_is_whole_and_needs_nothing_else(self, page, lang):
        parser = Balanced()
        parser.feed(page)
        assert parser.open == []
        assert f'<html lang="{lang}">' in page
        assert "default-src 'none'" in page
        for tag, attributes in parser.tags:
            assert tag not in ("link", "iframe")
            assert attributes.get("src", "data:").startswith("data:")
        assert not re.search("https?:", page)

    def test_every_figure_is_labelled(self, page, lang):
        figures = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
        # Ranking, 4 costs, 2 factors; 9 for every run. The factor of the failed runs is left out.
        assert len(figures) == 1 + 4 + 2 + 6 * 9
        for figure in figures:
            assert re.search(r"<figcaption><b>[^<]+</b>", figure)
            assert re.search('role="img" aria-label="[^"]+"', figure)
            assert len(re.findall(r'<text class="title"[^>]*>[^<]+</text>', figure)) >= 1

    def test_what_a_supervisor_asks_for(self, page, lang):
        words = {
            "en": ("95 %", "seed 1", "GFLOP", "parameters", "Confusion", "Calibration", "AP",
                   "Worst mistakes", "torch 2.9", "a machine", "73.33", "elsewhere", "Holm"),
            "ko": ("95 %", "씨앗 1", "GFLOP", "매개변수", "혼동 행렬", "보정", "AP",
                   "가장 큰 실수", "torch 2.9", "a machine", "73.33", "다른 곳", "Holm"),
        }  # fmt: skip
        for word in words[lang]:
            assert word in page, word

    def test_everything_is_escaped(self, page, lang):
        assert "<script>alert" not in page
        assert "a paper <b>" not in page
        assert "a paper &lt;b&gt;" in page
        assert ("too &lt;little&gt; memory" if lang == "en" else "메모리 &lt;부족&gt;") in page

    def test_one_language(self, page, lang):
        text = re.sub(r"<style>.*?</style>|<pre>.*?</pre>", "", page, flags=re.DOTALL)
        if lang == "en":
            assert not re.search("[가-힣]", text)


def test_names_and_classes_from_outside_are_escaped(study):
    classes = ("<i>anger", '"quoted"', "a & b")
    names = [f"<img src=x onerror=alert({n})>.png" for n in range(30)]
    folder = study({}, rows=30, classes=classes, names=names)
    page = make_report(folder, "en").page.read_text("utf-8")
    assert "<img src=x" not in page
    assert "<i>anger" not in page
    assert "&lt;i&gt;anger" in page
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []


def test_one_run_and_no_mistakes(study):
    folder = study({"base": 50.0}, grid="seeds = [1]\n", rows=9)
    made = make_report(folder, "en")
    assert "No mistakes" in made.page.read_text("utf-8")
    assert made.entries[0].accuracy == 1.0


@pytest.mark.parametrize(("lang", "words"), [("en", "trained models"), ("ko", "학습한 모델")])
def test_one_seed_is_about_the_trained_models(study, lang, words):
    made = make_report(study(SKILLS, seeds="[1]"), lang)
    page = made.page.read_text("utf-8")
    verdict, rest = page.split('class="card"')[1].split("</div>", 1)
    assert words in verdict
    assert words in rest.split('<div class="figures two">')[0]
    assert words in made.summary(lang)


def test_several_seeds_are_about_the_settings(study):
    made = make_report(study(SKILLS), "en")
    assert "trained models" not in made.page.read_text("utf-8").split("How it was measured")[0]
    assert "trained models" not in made.summary("en")


def test_nothing_finished_says_why(study, tmp_path):
    with pytest.raises(BadInput, match="too <little> memory"):
        make_report(study({"base": None}, grid="seeds = [1]\n"), "en")
    with pytest.raises(BadInput, match="no experiment"):
        make_report(tmp_path, "en")


@pytest.mark.parametrize(
    "harm",
    [
        lambda run: (run / "predictions.npz").write_bytes(b"PK\x03\x04broken"),
        lambda run: (run / "predictions.npz").unlink(),
        lambda run: (run / "result.json").write_text("[1", "utf-8"),
        lambda run: (run / "result.json").write_text('{"accuracy": "x"}', "utf-8"),
        lambda run: np.savez(run / "predictions.npz", logits=np.zeros((3, 3))),
        lambda run: np.savez(
            run / "predictions.npz",
            logits=np.zeros((3, 3)),
            labels=np.array([0, 1, 7]),
            names=np.array(["a"] * 3),
            thumbs=np.zeros((3, 48, 48, 3), np.uint8),
        ),
        lambda run: np.savez(
            run / "predictions.npz", logits=np.array([{}], dtype=object), labels=np.zeros(1)
        ),
    ],
)
def test_damaged_runs_are_listed_with_their_reason(study, harm):
    folder = study({})
    (where,) = (folder / "runs").glob("base-s1-*")
    harm(where)
    made = make_report(folder, "en")
    (damaged,) = made.experiment.unfinished
    assert damaged.state == "damaged"
    assert "damaged" in damaged.reason["en"]
    assert "손상" in damaged.reason["ko"]
    assert where.name in made.page.read_text("utf-8").split("Not finished")[1].split("</table>")[0]


@pytest.mark.parametrize(
    "values",
    [
        '"file_mb": "x"', '"temperature": 0', '"temperature": NaN', '"seconds": Infinity',
        '"best_epoch": "x"', '"classes": [1, 2, 3]', '"classes": [null, {}, []]', '"classes": []',
        '"flops": -1', '"accuracy": NaN', '"parameters": 1e300', '"note": "\\ud800"',
    ],
)  # fmt: skip
def test_damaged_results_are_listed(study, values):
    folder = study({})
    (where,) = (folder / "runs").glob("base-s1-*")
    text = (where / "result.json").read_text("utf-8").rstrip("}")
    (where / "result.json").write_text(f"{text}, {values}}}", "utf-8")
    made = make_report(folder, "ko")
    assert [run.state for run in made.experiment.unfinished] == ["damaged"]


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("labels", lambda _: np.int64(1)),
        ("labels", lambda v: v.astype(str)),
        ("labels", lambda v: v + 0.5),
        ("logits", lambda v: v.astype(str)),
        ("logits", lambda v: v.astype(np.float64) * 1e300),
        ("names", lambda v: np.arange(len(v))),
        ("thumbs", lambda v: np.zeros((40_000, 48, 48, 3), np.uint8)),
    ],
)
def test_damaged_predictions_are_listed(study, key, change):
    folder = study({})
    (where,) = (folder / "runs").glob("base-s1-*")
    with np.load(where / "predictions.npz") as kept:
        arrays = dict(kept)
    arrays[key] = change(arrays[key])
    np.savez_compressed(where / "predictions.npz", **arrays)
    assert [run.state for run in make_report(folder, "en").experiment.unfinished] == ["damaged"]


def test_predictions_are_measured_before_they_are_unpacked(study, monkeypatch):
    from pyojeong.train.experiment import predictions

    folder = study({})
    monkeypatch.setattr(predictions, "LARGEST", 1000)
    monkeypatch.setattr(predictions, "_array", None)
    found = gather(folder)
    assert found.runs == ()
    assert all("too large" in run.reason["en"] for run in found.unfinished)


def test_costs_that_were_not_measured(study):
    folder = study({})
    for where in (folder / "runs").iterdir():
        result = json.loads((where / "result.json").read_text("utf-8"))
        result |= {"file_mb": None, "flops": float("nan"), "seconds": None}
        (where / "result.json").write_text(json.dumps(result), "utf-8")
    made = make_report(folder, "en")
    assert made.experiment.unfinished == ()
    page = made.page.read_text("utf-8")
    assert not re.search(r"[> ]nan\b", page)
    assert page.split("<tbody>")[1].split("</tr>")[0].count(">–<") >= 3


def test_odd_names_and_epochs_are_drawn(study):
    folder = study({}, names=["a\x01\ud800"] * 90)
    (where,) = (folder / "runs").glob("base-s1-*")
    with (where / "log.jsonl").open("a") as stream:
        stream.write('{"epoch": 1e999}\n{"epoch": 4, "val_loss": 1e300, "lr": "x"}\n')
    assert make_report(folder, "en").experiment.unfinished == ()


@pytest.mark.parametrize(
    "harm",
    [
        lambda plan: plan["runs"][0].update(name="../../etc"),
        lambda plan: plan["runs"][0].update(name=".."),
        lambda plan: plan["runs"][0].pop("name"),
        lambda plan: plan["runs"].insert(0, "x"),
        lambda plan: plan.pop("base"),
        lambda plan: plan.update(title="x"),
        lambda plan: plan.update(factors=[{}]),
        lambda plan: plan["published"][0].update(accuracy="x"),
    ],
)
def test_a_damaged_plan_is_an_error_in_both_languages(study, harm):
    folder = study({})
    plan = json.loads((folder / "experiment.json").read_text("utf-8"))
    harm(plan)
    (folder / "experiment.json").write_text(json.dumps(plan), "utf-8")
    with pytest.raises(BadInput, match="damaged") as caught:
        make_report(folder, "en")
    assert "손상" in caught.value.ko


def test_a_log_cut_short_is_read_as_far_as_it_goes(study):
    folder = study({})
    (where,) = (folder / "runs").glob("base-s1-*")
    with (where / "log.jsonl").open("a") as stream:
        stream.write('{"epoch": 4, "tra')
    runs = {run.plan["name"]: run for run in gather(folder).runs}
    assert len(runs[where.name].log) == 3


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-7, 3, [-6, -4, -2, 0, 2]),
        (99.95, 100.05, [99.96, 99.98, 100, 100.02, 100.04]),
    ],
)
def test_ticks_are_round(low, high, wanted):
    assert ticks(low, high) == pytest.approx(wanted)


def test_log_ticks():
    assert log_ticks(0.5, 2000) == [1, 10, 100, 1000]
    assert log_ticks(0.9, 11) == [1, 2, 5, 10]
    assert Axis("", 1, 100, log=True).share(10) == pytest.approx(0.5)
    assert len(log_ticks(3.1, 4.2)) >= 3
