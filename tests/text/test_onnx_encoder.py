"""TextEmotion "onnx": files of other making, and broken ones. Agreement with torch and the run
without it are in tests/train/test_encoder.py, where the file is made."""

import json
import shutil

import numpy as np
import pytest

from pyojeong import registry
from pyojeong.emotion import EMOTIONS
from pyojeong.errors import BadInput, BadSettings, InferenceFailed, MissingExtra, MissingWeights

onnx = pytest.importorskip("onnx", reason="onnx is in the train extra")
pytest.importorskip("tokenizers", reason="tokenizers is in the train extra")

from pyojeong.text.onnx_encoder import KEY, OnnxEmotion  # noqa: E402

LABELS = tuple(e.value for e in EMOTIONS)
VOCABULARY = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "기뻐": 4, "슬퍼": 5, "무서워": 6}


def tokenizer_json():
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel(VOCABULARY, unk_token="[UNK]"))  # noqa: S106 - a piece
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer.to_str()


def word_counter(path, card, inputs=("input_ids", "attention_mask"), outputs=7):
    """A network whose logits are a fixed row per word, summed: 기뻐 is happiness and so on."""
    rows = np.zeros((len(VOCABULARY), outputs), np.float32)
    rows[4, 0] = rows[5, 2] = rows[6, min(3, outputs - 1)] = 5
    helper, kind = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("Gather", ["rows", "input_ids"], ["picked"]),
        helper.make_node("Cast", [inputs[-1]], ["seen"], to=kind.FLOAT),
        helper.make_node("Unsqueeze", ["seen", "last"], ["column"]),
        helper.make_node("Mul", ["picked", "column"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "middle"], ["logits"], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "words",
        [helper.make_tensor_value_info(n, kind.INT64, ["n", "t"]) for n in inputs],
        [helper.make_tensor_value_info("logits", kind.FLOAT, ["n", outputs])],
        [
            onnx.numpy_helper.from_array(rows, "rows"),
            onnx.numpy_helper.from_array(np.array([2], np.int64), "last"),
            onnx.numpy_helper.from_array(np.array([1], np.int64), "middle"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if card is not None:
        helper.set_model_props(model, {KEY: card if isinstance(card, str) else json.dumps(card)})
    onnx.save(model, str(path))
    return path


def good_card(**changes):
    return {
        "format": 1,
        "labels": LABELS,
        "house": np.eye(7).tolist(),
        "label_set": "house-7",
        "several": False,
        "max_len": 16,
        "pad": 0,
        "temperature": 2.0,
        "tokenizer": tokenizer_json(),
        **changes,
    }


def test_reads_by_its_card(tmp_path):
    path = word_counter(tmp_path / "words.onnx", good_card())
    found = registry.load("TextEmotion", "onnx", model=path)
    glad, nothing, sad = found.classify(["기뻐 기뻐", "", "슬퍼"])
    # Logits 10 and 5, by temperature 2.
    assert glad.confidence == pytest.approx(np.exp(5) / (np.exp(5) + 6))
    assert sad["sadness"] == pytest.approx(np.exp(2.5) / (np.exp(2.5) + 6))
    assert nothing["neutral"] == 1
    assert glad.source == "onnx:words"
    assert [s.emotion for s in found.classify(["슬퍼", "기뻐 슬퍼 슬퍼 x y"])] == ["sadness"] * 2
    assert found.classify([]) == []


def test_a_label_map_takes_the_place_of_its_own(tmp_path):
    path = word_counter(tmp_path / "words.onnx", good_card())
    table = {**{label: {} for label in LABELS}, "happiness": "fear"}
    assert OnnxEmotion(path, table).classify(["기뻐"])[0]["fear"] == 1


def test_a_folder_of_other_making(tmp_path):
    """model.onnx with its config.json and tokenizer.json, as exporters of others lay it out."""
    inputs = ("input_ids", "token_type_ids", "attention_mask")
    word_counter(tmp_path / "model.onnx", None, inputs, 3)
    with pytest.raises(BadInput, match="tokenizer"):
        OnnxEmotion(tmp_path)
    config = {
        "model_type": "bert",
        "architectures": ["BertForSequenceClassification"],
        "id2label": {"0": "기쁨", "1": "분노", "2": "상처"},
    }
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    (tmp_path / "tokenizer.json").write_text(tokenizer_json(), "utf-8")
    found = OnnxEmotion(tmp_path)
    assert [s.emotion for s in found.classify(["기뻐", "슬퍼"])] == ["happiness", "sadness"]
    assert found.source == f"onnx:{tmp_path.name}"


@pytest.mark.parametrize(
    "card",
    [
        "",
        "[]",
        "{",
        "[" * 10_000,
        "{}",
        {"format": 2},
        {"labels": LABELS[:3]},
        {"labels": 3},
        {"house": [[1]]},
        {"house": (np.eye(7) * 2).tolist()},
        {"house": (np.eye(7) * np.nan).tolist()},
        {"temperature": 0},
        {"temperature": "x"},
        {"max_len": 10**9},
        {"max_len": 1},
        {"pad": None},
        {"tokenizer": "{}"},
        {"tokenizer": ""},
    ],
)
def test_broken_cards(tmp_path, card):
    table = good_card(**card) if isinstance(card, dict) else card
    with pytest.raises(BadInput):
        OnnxEmotion(word_counter(tmp_path / "x.onnx", table))


def test_a_card_with_fewer_labels_than_the_network(tmp_path):
    path = word_counter(tmp_path / "x.onnx", good_card(), outputs=9)
    with pytest.raises(InferenceFailed, match="7 labels"):
        OnnxEmotion(path).classify(["기뻐"])


def test_numbers_beyond_the_vocabulary(tmp_path):
    words = VOCABULARY | {"많다": 99}
    tokenizer = json.loads(tokenizer_json())
    tokenizer["model"]["vocab"] = words
    path = word_counter(tmp_path / "x.onnx", good_card(tokenizer=json.dumps(tokenizer)))
    with pytest.raises(InferenceFailed):
        OnnxEmotion(path).classify(["많다"])


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x08" * 1000])
def test_broken_files(tmp_path, content):
    (tmp_path / "x.onnx").write_bytes(content)
    with pytest.raises(BadInput):
        OnnxEmotion(tmp_path / "x.onnx")


def test_a_network_of_another_kind(portrait_path):
    from pyojeong.assets import WEIGHTS

    del portrait_path
    with pytest.raises(BadInput):
        OnnxEmotion(WEIGHTS / "expression_ferplus.onnx")


def test_weights_in_other_files_are_not_drawn_in(tmp_path):
    path = word_counter(tmp_path / "x.onnx", good_card())
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(4 * 7 * len(VOCABULARY)))
    model = onnx.load(str(path))
    (rows,) = [t for t in model.graph.initializer if t.name == "rows"]
    rows.ClearField("raw_data")
    rows.data_location = onnx.TensorProto.EXTERNAL
    entry = rows.external_data.add()
    entry.key, entry.value = "location", "secret"
    path.write_bytes(model.SerializeToString())
    with pytest.raises((BadInput, InferenceFailed)):
        OnnxEmotion(path).classify(["기뻐"])


def test_what_is_missing_is_named(tmp_path, monkeypatch):
    with pytest.raises(MissingWeights, match=r"none\.onnx"):
        OnnxEmotion(tmp_path / "none.onnx")
    with pytest.raises(MissingWeights, match=r"model\.onnx"):
        OnnxEmotion(tmp_path)
    with pytest.raises(BadSettings, match="needs a model"):
        registry.load("TextEmotion", "onnx")
    path = word_counter(tmp_path / "x.onnx", good_card())
    monkeypatch.setitem(__import__("sys").modules, "tokenizers", None)
    with pytest.raises(MissingExtra, match=r'pip install "pyojeong\[onnx-text\]"'):
        registry.load("TextEmotion", "onnx", model=path)


class TestCommand:
    def test_a_file_is_a_classifier(self, tmp_path, run_text):
        path = word_counter(tmp_path / "words.onnx", good_card())
        for options in (["--classifier", path], ["--model", path]):
            got = run_text("기뻐", "--json", *options)
            assert json.loads(got)["sentences"][0]["emotion"] == "happiness"

    def test_a_folder_is_a_model(self, tmp_path, run_text):
        word_counter(tmp_path / "model.onnx", good_card())
        got = run_text("슬퍼", "--json", "--classifier", "onnx", "--model", tmp_path)
        assert json.loads(got)["sentences"][0]["emotion"] == "sadness"

    def test_the_built_in_one_takes_no_model(self, tmp_path, run_text):
        assert run_text("기뻐", "--classifier", "ngram", "--model", tmp_path) == 2

    def test_a_label_map_is_handed_on(self, tmp_path, run_text):
        path = shutil.move(word_counter(tmp_path / "a.onnx", good_card()), tmp_path / "b.onnx")
        table = tmp_path / "labels.toml"
        lines = [f'{label} = "disgust"' for label in LABELS]
        table.write_text("\n".join(lines), "utf-8")
        got = run_text("기뻐", "--json", "--classifier", path, "--label-map", table)
        assert json.loads(got)["sentences"][0]["emotion"] == "disgust"


@pytest.fixture
def run_text(monkeypatch, capsys):
    """run_text(...) → what `pyojeong text` printed, or its exit code when that is not 0."""
    from pyojeong.cli import main as cli

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["pyojeong", "text", *map(str, arguments)])
        try:
            cli.main()
        except SystemExit as stop:
            if stop.code:
                return stop.code
        return capsys.readouterr().out

    return call
