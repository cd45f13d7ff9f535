"""Fine-tuning with tiny encoders: it learns, goes on exactly, and its export runs alone."""

import csv
import itertools
import json
import math
import subprocess
import sys

import numpy as np
import pytest

from pyojeong.emotion import EMOTIONS
from pyojeong.errors import BadInput, BadSettings

torch = pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("transformers", reason="transformers is in the train extra")

from pyojeong.text.encoder import HfEmotion  # noqa: E402
from pyojeong.text.onnx_encoder import KEY, OnnxEmotion  # noqa: E402
from pyojeong.train import encoder, encoder_config, encoder_export  # noqa: E402
from pyojeong.train.encoder_config import Config, make  # noqa: E402

WORDS = ("기뻐", "화나", "슬퍼", "무서워", "놀라워", "역겨워", "보통")
TEXTS = ["나는 오늘 {}요!", "여우가 {}", "abc {}요? 정말.", "우리가 {} ab"]
# The last text is longer than the 64 places that a tiny encoder has.
ODD = ["", "😀", "\ud800", "나는 " * 200]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """112 sentences that differ in the word of their emotion."""
    path = tmp_path_factory.mktemp("toy") / "toy.csv"
    who, when = ("나는", "여우가", "곰은", "우리가"), ("오늘", "정말", "abc", "")
    with path.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream)
        lines.writerow(["text", "label"])
        for (word, emotion), a, b in itertools.product(
            zip(WORDS, EMOTIONS, strict=True), who, when
        ):
            lines.writerow([f"{a} {b} {word}요", emotion])
    return path


def toy(folder, table, **changes):
    values = {"encoder": str(folder), "data": [str(table)], "epochs": 10, "rate": 3e-3, "batch": 8}
    return make({**values, "device": "cpu", **changes})


def quiet(line):
    del line


@pytest.fixture(scope="module", params=["bert", "electra"])
def trained(request, tiny_encoder, table, tmp_path_factory):
    """A finished run from a bare encoder, and its result."""
    out = tmp_path_factory.mktemp("run") / request.param
    config = toy(tiny_encoder(request.param, None), table)
    return out, encoder.run(config, out, tell=quiet)


def all_texts():
    return [t.format(w) for t in TEXTS for w in WORDS]


class TestRun:
    def test_it_learns(self, trained):
        out, finished = trained
        assert finished.report.accuracy >= 0.9
        found = HfEmotion(out).classify(all_texts())
        assert [s.emotion for s in found] == list(EMOTIONS) * len(TEXTS)

    def test_the_folder_tells_all(self, trained):
        out, finished = trained
        names = {path.name for path in out.iterdir()}
        assert names == {
            "README.md",
            "config.json",
            "log.jsonl",
            "model.onnx",
            "model.safetensors",
            "pyojeong.json",
            "result.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "train.json",
        }
        log = [json.loads(line) for line in (out / "log.jsonl").read_text("utf-8").splitlines()]
        assert [line["epoch"] for line in log] == list(range(1, 11))
        assert all({"loss", "accuracy", "macro_f1", "ece"} <= set(line) for line in log)
        assert log[0]["loss"] > log[-1]["loss"]
        result = json.loads((out / "result.json").read_text("utf-8"))
        assert result["validation"]["macro_f1"] == finished.report.macro_f1
        assert result["train_rows"] + result["valid_rows"] == 112
        assert Config.load(out / "train.json").epochs == 10
        assert f"{result['validation']['accuracy']:.3f}" in (out / "README.md").read_text("utf-8")

    def test_transformers_reads_the_folder_too(self, trained):
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        out, finished = trained
        net = AutoModelForSequenceClassification.from_pretrained(out).eval()
        tokenizer = AutoTokenizer.from_pretrained(out)
        assert list(net.config.id2label.values()) == list(EMOTIONS)
        text = "나는 오늘 슬퍼요!"
        with torch.no_grad():
            logits = net(**tokenizer([text, "곰"], padding=True, return_tensors="pt")).logits
        (scores,) = HfEmotion(out).classify([text])
        expected = (logits[0] / finished.temperature).softmax(0)
        assert scores.values == pytest.approx(expected.tolist(), abs=1e-5)

    def test_the_export_agrees_with_torch(self, trained):
        out, finished = trained
        torched, exported = HfEmotion(out), OnnxEmotion(out / "model.onnx")
        texts = [*all_texts(), *ODD]
        for ours, theirs in zip(exported.classify(texts), torched.classify(texts), strict=True):
            assert np.abs(np.subtract(ours.values, theirs.values)).max() < 1e-4
        ids, mask = exported.subwords.padded(exported.subwords.encode(texts))
        assert np.abs(exported._logits(ids, mask) - torched._logits(ids, mask)).max() < 1e-4
        assert exported.subwords.longest == torched.subwords.longest == 64
        assert exported.temperature == torched.temperature == finished.temperature

    def test_the_export_runs_without_torch(self, trained, tmp_path):
        """In a process where torch and transformers cannot be imported, from the file alone."""
        out, _ = trained
        moved = tmp_path / "alone.onnx"
        moved.write_bytes((out / "model.onnx").read_bytes())
        program = (
            "import sys\n"
            "for name in ('torch', 'transformers', 'safetensors', 'onnx', 'huggingface_hub'):\n"
            "    sys.modules[name] = None\n"
            "from pyojeong import registry\n"
            f"found = registry.load('TextEmotion', 'onnx', model={str(moved)!r})\n"
            f"print(*(s.emotion for s in found.classify({all_texts()!r})))\n"
        )
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == list(EMOTIONS) * len(TEXTS)

    def test_the_card_is_whole(self, trained):
        onnx = pytest.importorskip("onnx", reason="onnx is in the train extra")
        out, finished = trained
        facts = {p.key: p.value for p in onnx.load(str(out / "model.onnx")).metadata_props}
        card = json.loads(facts[KEY])
        assert card["labels"] == list(EMOTIONS)
        assert (card["max_len"], card["temperature"]) == (64, finished.temperature)

    def test_a_finished_folder_is_left_alone(self, trained, table, tiny_encoder):
        out, _ = trained
        for resume in (False, True):
            with pytest.raises(BadSettings, match="finished run"):
                encoder.run(toy(tiny_encoder(), table), out, resume, quiet)


class Stopped(Exception):
    """Stands for a machine that goes down."""


class TestResume:
    @pytest.mark.parametrize("at", [17, 26, 30])
    def test_a_stopped_run_ends_with_the_same_numbers(
        self, tiny_encoder, table, tmp_path, monkeypatch, at
    ):
        """Stopped in the middle of an epoch, right after one, and between two checkpoints."""
        changes = {"epochs": 4, "save_every": 5, "schedule": "linear", "warmup": 0.2}
        config = toy(tiny_encoder("bert", None), table, **changes)
        whole = encoder.run(config, tmp_path / "whole", tell=quiet)
        step = encoder.train_step

        def stop(config, state, *rest):
            if state.step == at:
                raise Stopped
            return step(config, state, *rest)

        broken = tmp_path / "broken"
        monkeypatch.setattr(encoder, "train_step", stop)
        with pytest.raises(Stopped):
            encoder.run(config, broken, tell=quiet)
        monkeypatch.setattr(encoder, "train_step", step)
        with pytest.raises(BadSettings, match="--resume"):
            encoder.run(config, broken, tell=quiet)
        torch.manual_seed(99)
        again = encoder.run(make({}), broken, resume=True, tell=quiet)
        assert again.report == whole.report
        assert again.temperature == whole.temperature
        for name in ("log.jsonl", "model.safetensors", "pyojeong.json"):
            assert (broken / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name

    @pytest.fixture
    def stopped(self, tiny_encoder, table, tmp_path, monkeypatch):
        """A folder with a checkpoint, and a copy of the table that may change."""
        own = tmp_path / "own.csv"
        own.write_bytes(table.read_bytes())

        def stop(*_):
            raise Stopped

        monkeypatch.setattr(encoder, "load_weights", stop)
        with pytest.raises(Stopped):
            encoder.run(
                toy(tiny_encoder("bert", None), own, epochs=1), tmp_path / "run", tell=quiet
            )
        monkeypatch.undo()
        return tmp_path / "run", own

    def test_other_texts_are_noticed(self, stopped):
        folder, own = stopped
        with own.open("a", encoding="utf-8") as stream:
            stream.write("곰은 기뻐,happiness\n")
        with pytest.raises(BadSettings, match="have changed"):
            encoder.run(make({}), folder, True, quiet)

    @pytest.mark.parametrize("content", [b"", b"x" * 100, b"\x80\x02}q\x00."])
    def test_a_broken_checkpoint_is_named(self, stopped, content):
        folder, _ = stopped
        (folder / "checkpoint.safetensors").write_bytes(content)
        with pytest.raises(BadInput, match="checkpoint"):
            encoder.run(make({}), folder, True, quiet)

    def test_there_is_nothing_to_go_on_with(self, tmp_path):
        with pytest.raises(BadSettings, match="Cannot read"):
            encoder.run(make({}), tmp_path, True, quiet)


class TestRows:
    def test_texts_held_out_are_not_learned(self, table, tmp_path):
        valid = tmp_path / "valid.csv"
        valid.write_text("text,label\n나는 오늘 기뻐요,happiness\n처음 보는 글,neutral\n", "utf-8")
        learned, held = encoder.split_rows(
            make({"data": [str(table)], "valid": [str(valid)]}), quiet
        )
        assert len(learned) == 111
        assert not set(learned.texts) & set(held.texts)

    def test_doubles_stay_on_one_side(self, tmp_path):
        path = tmp_path / "a.csv"
        rows = "".join(f"글 {n % 50},joy\n" for n in range(500))
        path.write_text("text,label\n" + rows, "utf-8")
        learned, held = encoder.split_rows(make({"data": [str(path)], "valid_share": 0.3}), quiet)
        assert len(learned) + len(held) == 500
        assert not set(learned.texts) & set(held.texts)

    def test_too_few_are_refused(self, tmp_path):
        (tmp_path / "a.csv").write_text("text,label\n하나,joy\n", "utf-8")
        with pytest.raises(BadInput, match="too few"):
            encoder.split_rows(make({"data": [str(tmp_path)]}), quiet)


class TestArithmetic:
    def test_schedules_follow_those_of_transformers(self):
        """Warm-up and decay, step by step, against the functions the recipes used."""
        from transformers import get_cosine_schedule_with_warmup, get_linear_schedule_with_warmup

        theirs = {
            "linear": get_linear_schedule_with_warmup,
            "cosine": get_cosine_schedule_with_warmup,
        }
        for name, build in theirs.items():
            config = make({"schedule": name, "warmup": 0.1, "rate": 0.01})
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.01)
            schedule = build(optimizer, 5, 50)
            for step in range(50):
                assert encoder.learning_rate(config, step, 50) == pytest.approx(
                    schedule.get_last_lr()[0]
                )
                optimizer.step()
                schedule.step()
        constant = make({"schedule": "constant", "rate": 0.01})
        assert {encoder.learning_rate(constant, step, 50) for step in range(50)} == {0.01}

    def test_loss_against_torch(self):
        torch.manual_seed(0)
        logits, hard = torch.randn(20, 7), torch.randint(0, 7, (20,))
        weights = torch.rand(7)
        expected = torch.nn.functional.cross_entropy(logits, hard, weights)
        made = encoder.soft_loss(logits, torch.nn.functional.one_hot(hard, 7).float(), weights)
        assert made.item() == pytest.approx(expected.item(), rel=1e-5)
        soft = torch.rand(20, 7).softmax(1)
        expected = torch.nn.functional.cross_entropy(logits, soft)
        assert encoder.soft_loss(logits, soft, torch.ones(7)).item() == pytest.approx(
            expected.item(), rel=1e-5
        )

    def test_balanced_weights_make_up_for_rarity(self):
        targets = np.eye(7, dtype=np.float32)[[0] * 60 + [1] * 20 + [2] * 10]
        weights = encoder.class_weights(make({"class_weights": "balanced"}), targets).numpy()
        assert (weights[:3] * [60, 20, 10]).tolist() == pytest.approx([30] * 3)
        assert weights.max() <= 10
        assert encoder.class_weights(make({}), targets).tolist() == [1] * 7

    def test_calibration_finds_a_temperature(self):
        rng = np.random.default_rng(1)
        logits = rng.normal(0, 1, (4000, 7)).astype(np.float32)
        chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        drawn = np.array([rng.choice(7, p=p / p.sum()) for p in chances.astype(float)])
        found, report, before = encoder_export.calibrated(
            logits * 2, np.eye(7, dtype=np.float32)[drawn]
        )
        assert found == pytest.approx(2, rel=0.12)
        assert report.ece < 0.03 < before

    def test_epochs_are_shuffled_by_seed_and_number(self):
        config = make({"batch": 8})
        orders = [np.concatenate(list(encoder.batches(config, 20, n))) for n in (0, 0, 1)]
        assert (orders[0] == orders[1]).all()
        assert (orders[0] != orders[2]).any()
        assert sorted(orders[2]) == list(range(20))


class TestStart:
    def test_a_classifier_for_other_labels_gets_a_new_last_layer(
        self, tiny_encoder, table, tmp_path
    ):
        folder = tiny_encoder("electra", ["a", "b", "c"])
        config = toy(folder, table, epochs=1, dropout=0.4, max_len=16, keep="last")
        finished = encoder.run(config, tmp_path / "run", tell=quiet)
        found = json.loads((tmp_path / "run" / "config.json").read_text("utf-8"))
        assert list(found["id2label"].values()) == list(EMOTIONS)
        assert found["classifier_dropout"] == 0.4
        assert finished.facts["epoch"] == 1
        assert HfEmotion(tmp_path / "run").subwords.longest == 16

    def test_missing_layers_of_the_encoder_are_not_made_up(self, tiny_encoder, table, tmp_path):
        from safetensors.torch import load_file, save_file

        folder = tiny_encoder("bert", None)
        tensors = load_file(folder / "model.safetensors")
        kept = {name: t for name, t in tensors.items() if "layer.1." not in name}
        kept["padding"] = torch.zeros(200_000)
        save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
        with pytest.raises(BadInput, match=r"lacks .*layer\.1"):
            encoder.run(toy(folder, table), tmp_path / "run", tell=quiet)


class TestConfig:
    def test_presets_are_the_original_settings(self):
        kobert, koelectra = make({"preset": "kobert"}), make({"preset": "koelectra"})
        assert (kobert.max_len, kobert.batch, kobert.epochs) == (71, 64, 5)
        assert (kobert.rate, kobert.warmup, kobert.dropout) == (5e-5, 0.1, 0.5)
        assert (koelectra.max_len, koelectra.batch, koelectra.rate) == (75, 16, 5e-6)
        assert kobert.encoder == "monologg/kobert"
        assert koelectra.encoder == "monologg/koelectra-base-v3-discriminator"

    def test_options_go_over_the_file_and_the_file_over_the_preset(self, tmp_path):
        path = tmp_path / "a.toml"
        path.write_text('preset = "kobert"\nepochs = 9\nrate = 1\ndata = ["x", "y"]\n', "utf-8")
        found = make({"epochs": 2, "batch": None}, path)
        assert (found.epochs, found.batch, found.rate) == (2, 64, 1.0)
        assert found.data == ("x", "y")
        found.save(tmp_path / "b.json")
        assert Config.load(tmp_path / "b.json") == found

    @pytest.mark.parametrize(
        "values",
        [
            {"epoch": 3},
            {"epochs": 0},
            {"epochs": 2.5},
            {"epochs": True},
            {"epochs": "3"},
            {"rate": math.nan},
            {"rate": 0},
            {"preset": "kobart"},
            {"schedule": "stairs"},
            {"data": [3]},
            {"data": 3},
            {"strength": 1},
            {"class_weights": "some"},
        ],
    )
    def test_wrong_values_are_named(self, values):
        with pytest.raises(BadSettings, match=next(iter(values))):
            make(values)

    def test_unreadable_files_are_named(self, tmp_path):
        (tmp_path / "a.toml").write_text("x =", "utf-8")
        for name in ("a.toml", "b.toml"):
            with pytest.raises(BadSettings, match=name):
                make({}, tmp_path / name)
        (tmp_path / "c.json").write_text("[]", "utf-8")
        with pytest.raises(BadSettings, match=r"c\.json"):
            encoder_config.Config.load(tmp_path / "c.json")

    def test_data_has_to_be_named(self, tiny_encoder, tmp_path):
        with pytest.raises(BadSettings, match="--data"):
            encoder.run(make({"encoder": str(tiny_encoder())}), tmp_path / "run", tell=quiet)
        assert not (tmp_path / "run").exists()
