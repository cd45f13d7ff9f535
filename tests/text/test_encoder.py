"""TextEmotion "hf" with tiny encoders: what it reads, and what it refuses to open."""

import json
import random
import shutil
import unicodedata

import numpy as np
import pytest

from pyojeong import registry
from pyojeong.emotion import LABEL_SETS, Emotion
from pyojeong.errors import BadInput, BadSettings, MissingExtra, MissingWeights

torch = pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("transformers", reason="transformers is in the train extra")

from pyojeong.text import checkpoint as checkpoint_module  # noqa: E402
from pyojeong.text.encoder import HfEmotion  # noqa: E402

ODD = ["", " ", "😀", "?!", "\u200b", "\ud800", "\u202eabc", "ا", "a\u0301" * 99, "\x00", "[SEP]"]


@pytest.fixture(scope="module", params=["bert", "electra"])
def folder(request, tiny_encoder):
    return tiny_encoder(request.param)


@pytest.fixture(scope="module")
def classifier(folder):
    return registry.load("TextEmotion", "hf", model=folder)


@pytest.fixture
def copy(tiny_encoder, tmp_path):
    """A folder to spoil."""
    return shutil.copytree(tiny_encoder(), tmp_path / "model")


def change(folder, name="config.json", **values):
    table = json.loads((folder / name).read_text("utf-8"))
    table.update(values)
    (folder / name).write_text(json.dumps(table), "utf-8")


class TestReading:
    def test_agrees_with_transformers(self, classifier, folder):
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        net = AutoModelForSequenceClassification.from_pretrained(folder).eval()
        tokenizer = AutoTokenizer.from_pretrained(folder)
        texts = ["나는 정말 기뻐요!", "여우가 무서워", "abc"]
        for text, scores in zip(texts, classifier.classify(texts), strict=True):
            with torch.no_grad():
                logits = net(**tokenizer(text, return_tensors="pt")).logits
            assert scores.values == pytest.approx(logits.softmax(1)[0].tolist(), abs=1e-5)
            assert scores.source == f"hf:{folder.name}"
            assert scores.label_set == "house-7"

    def test_batching_changes_nothing(self, classifier):
        source = random.Random(1)
        texts = [
            "".join(source.choices("나는여우 가.!?ab", k=source.randrange(90))) for _ in range(150)
        ]
        whole = np.array([s.values for s in classifier.classify(texts)])
        single = np.array([classifier.classify([t])[0].values for t in texts[::10]])
        assert np.allclose(whole[::10], single, atol=1e-5)
        assert classifier.classify([]) == []

    @pytest.mark.parametrize("text", ODD)
    def test_any_unicode_gives_probabilities(self, classifier, text):
        assert np.isfinite(classifier.classify([text])[0].values).all()

    @pytest.mark.parametrize("text", ["", "  ", "\n\t", "\u200b\ufeff"])
    def test_nothing_to_read_is_neutral(self, classifier, text):
        assert classifier.classify(["나는", text])[1].emotion is Emotion.NEUTRAL

    def test_spelling_of_unicode_does_not_matter(self, classifier):
        text = "나는 정말 놀라워요!"
        decomposed = unicodedata.normalize("NFD", text)
        values = [s.values for s in classifier.classify([text, decomposed, "\u200b".join(text)])]
        assert values[0] == pytest.approx(values[1], abs=1e-6)
        assert values[0] == pytest.approx(values[2], abs=1e-6)

    @pytest.mark.parametrize("unit", ["가", "x", "무서워 ", " ", "\u0301", "!"])
    def test_a_megabyte_is_cut(self, classifier, unit):
        (scores,) = classifier.classify([unit * (10**6 // len(unit))])
        assert 0 < scores.confidence <= 1

    def test_a_mark_in_a_text_is_text(self, classifier):
        (row,) = classifier.subwords.encode(["[SEP][PAD]"])
        assert row.count(3) == 1
        assert 0 not in row

    def test_labels_of_another_set(self, tiny_encoder):
        labels = LABEL_SETS["kote-43"].labels
        found = HfEmotion(tiny_encoder("electra", labels, several=True))
        assert found.labels.several
        (scores,) = found.classify(["기뻐"])
        assert scores.label_set == "kote-43"

    def test_own_labels_need_a_map(self, tiny_encoder, tmp_path):
        folder = tiny_encoder("bert", ["LABEL_0", "LABEL_1"])
        with pytest.raises(BadSettings, match="'LABEL_0', 'LABEL_1'"):
            HfEmotion(folder)
        table = tmp_path / "labels.toml"
        table.write_text('LABEL_0 = "sadness"\nLABEL_1 = "happiness"', "utf-8")
        values = HfEmotion(folder, table).classify(["기뻐"])[0]
        assert values["sadness"] + values["happiness"] == pytest.approx(1)

    def test_fewer_pieces_can_be_read(self, folder):
        short = HfEmotion(folder, max_len=8)
        assert [len(row) for row in short.subwords.encode(["나" * 50])] == [8]
        with pytest.raises(BadSettings, match="from 4 to 64"):
            HfEmotion(folder, max_len=65)


class TestKoBert:
    def test_its_tokenizer_is_put_together_from_its_file(self, copy, kobert_pieces):
        """A folder as monologg/kobert lays it out: a SentencePiece file and no tokenizer.json."""
        pieces = kobert_pieces(["나는 정말 기뻐요 여우가 무서워요", "곰은 오늘 슬퍼요"] * 20, 45)
        for name in ("tokenizer.json", "tokenizer_config.json"):
            (copy / name).unlink()
        (copy / "tokenizer_78b3253a26.model").write_bytes(pieces.serialized_model_proto())
        change(
            copy, "config.json", auto_map={"AutoTokenizer": "tokenization_kobert.KoBertTokenizer"}
        )
        (copy / "tokenization_kobert.py").write_text("raise SystemExit('code was run')", "utf-8")
        found = HfEmotion(copy)
        text = "나는 오늘 무서워요"
        assert found.subwords.encode([text]) == [[2, *pieces.encode(text), 3]]
        assert found.classify([text])[0].confidence > 0


class TestRefusals:
    def test_pickled_weights(self, copy):
        torch.save({"x": torch.zeros(1)}, copy / "pytorch_model.bin")
        (copy / "model.safetensors").unlink()
        with pytest.raises(MissingWeights, match=r"pytorch_model\.bin.*save_pretrained") as caught:
            HfEmotion(copy)
        assert "safetensors" in caught.value.ko

    def test_no_weights_at_all(self, copy):
        (copy / "model.safetensors").unlink()
        with pytest.raises(MissingWeights, match=r"no model\.safetensors"):
            HfEmotion(copy)

    def test_no_config(self, copy):
        (copy / "config.json").unlink()
        with pytest.raises(MissingWeights, match=r"no config\.json"):
            HfEmotion(copy)

    @pytest.mark.parametrize(
        "values",
        [
            {"hidden_size": 10**9},
            {"vocab_size": 10**8},
            {"max_position_embeddings": 10**7},
            {"type_vocab_size": 10**8},
            {"num_hidden_layers": 10**6},
            {"num_hidden_layers": 900},
            {"num_labels": 10**9},
            {"hidden_size": "many"},
            {"hidden_size": -5},
            {"hidden_size": [1]},
            {"id2label": {str(n): "joy" for n in range(20_000)}},
            {"id2label": {"1": "joy", "2": "fear"}},
            {"id2label": "joy"},
            {"max_position_embeddings": 2},
            {"num_attention_heads": 7},
            {"model_type": "no-such-model"},
            {"model_type": "gpt2"},
            {"hidden_act": "os.system"},
        ],
    )
    def test_configs_that_cannot_be(self, copy, values):
        change(copy, **values)
        with pytest.raises(BadInput):
            HfEmotion(copy)

    @pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b'{"a":' * 50_000])
    def test_configs_that_are_no_object(self, copy, content):
        (copy / "config.json").write_bytes(content)
        with pytest.raises(BadInput):
            HfEmotion(copy)

    def test_a_huge_config_is_not_read(self, copy):
        with (copy / "config.json").open("r+b") as file:
            file.truncate(10_000_000_000)
        with pytest.raises(BadInput, match="more than"):
            HfEmotion(copy)

    @pytest.mark.parametrize("content", [b"", b"\xff" * 64, b"PK\x03\x04" * 9000])
    def test_broken_weights(self, copy, content):
        (copy / "model.safetensors").write_bytes(content.ljust(120_000, b"\0") if content else b"")
        with pytest.raises(BadInput):
            HfEmotion(copy)

    def test_weights_of_something_else(self, copy):
        from safetensors.torch import save_file

        save_file({"x": torch.zeros(50_000)}, copy / "model.safetensors")
        with pytest.raises(BadInput, match="lacks"):
            HfEmotion(copy)

    @pytest.mark.parametrize("shard", ["../model.safetensors", "model.bin", "a/b.safetensors", 3])
    def test_shards_elsewhere(self, copy, shard):
        (copy / "model.bin").write_bytes(b"x")
        (copy / "model.safetensors").rename(copy / "first.safetensors")
        index = {"metadata": {}, "weight_map": {"x": shard}}
        (copy / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
        with pytest.raises(BadInput, match="no safetensors file of that folder"):
            HfEmotion(copy)

    def test_shards_beside_it_are_read(self, copy):
        from safetensors.torch import load_file

        names = list(load_file(copy / "model.safetensors"))
        (copy / "model.safetensors").rename(copy / "first.safetensors")
        index = {"metadata": {}, "weight_map": dict.fromkeys(names, "first.safetensors")}
        (copy / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
        assert HfEmotion(copy).classify(["기뻐"])[0].confidence > 0

    @pytest.mark.parametrize("content", ["", "{}", "[" * 9999, '{"version": "1.0", "model": {}}'])
    def test_broken_tokenizers(self, copy, content):
        (copy / "tokenizer.json").write_text(content, "utf-8")
        with pytest.raises(BadInput):
            HfEmotion(copy)

    def test_a_tokenizer_of_another_model(self, copy):
        table = json.loads((copy / "tokenizer.json").read_text("utf-8"))
        table["model"]["vocab"] |= {f"word{n}": 1000 + n for n in range(500)}
        (copy / "tokenizer.json").write_text(json.dumps(table), "utf-8")
        with pytest.raises(BadInput, match="pieces"):
            HfEmotion(copy)

    def test_code_of_a_checkpoint_is_not_run(self, copy):
        change(copy, model_type="evil", auto_map={"AutoConfig": "evil.Config"})
        (copy / "evil.py").write_text("raise SystemExit('code was run')", "utf-8")
        with pytest.raises(BadInput):
            HfEmotion(copy)

    def test_an_adapter(self, copy):
        (copy / "adapter_config.json").write_text("{}", "utf-8")
        with pytest.raises(BadInput, match="adapter"):
            HfEmotion(copy)

    def test_a_bare_encoder(self, tiny_encoder):
        with pytest.raises(BadInput, match="pyojeong train text"):
            HfEmotion(tiny_encoder("bert", None))

    def test_weights_that_are_not_finite(self, copy):
        from safetensors.torch import load_file, save_file

        from pyojeong.errors import InferenceFailed

        tensors = load_file(copy / "model.safetensors")
        tensors["classifier.bias"][0] = torch.nan
        save_file(tensors, copy / "model.safetensors", metadata={"format": "pt"})
        with pytest.raises(InferenceFailed, match="not finite"):
            HfEmotion(copy).classify(["기뻐"])

    @pytest.mark.parametrize("values", [{"temperature": 0}, {"temperature": "x"}, {"max_len": -1}])
    def test_our_own_file_is_checked(self, copy, values):
        (copy / "pyojeong.json").write_text(json.dumps(values), "utf-8")
        with pytest.raises(BadInput):
            HfEmotion(copy)


class TestHub:
    @pytest.fixture
    def fetched(self, monkeypatch):
        """What is asked of the hub; nothing goes out."""
        import huggingface_hub

        calls = []

        def answer(with_what):
            def fetch(name, allow_patterns):
                calls.append((name, allow_patterns))
                if isinstance(with_what, Exception):
                    raise with_what
                return str(with_what)

            monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
            return calls

        return answer

    def test_an_id_fetches_only_what_is_read(self, fetched, tiny_encoder):
        calls = fetched(tiny_encoder())
        found = HfEmotion("someone/some-model")
        assert found.source == "hf:some-model"
        ((name, patterns),) = calls
        assert name == "someone/some-model"
        assert patterns == checkpoint_module.FETCHED
        assert not {"*", "*.bin", "*.py", "*.pt", "*.h5"} & set(patterns)

    def test_no_network_names_the_way_round(self, fetched):
        fetched(OSError("offline"))
        with pytest.raises(MissingWeights, match=r"offline.*by hand"):
            HfEmotion("someone/some-model")

    @pytest.mark.parametrize(
        "name",
        ["", "no_such", "./no/such", "a/b/c", "../x", "~/x", "owner/", "http://x/y", "a b/c"],
    )
    def test_what_is_no_id_asks_nobody(self, fetched, name):
        calls = fetched(AssertionError())
        with pytest.raises(MissingWeights):
            HfEmotion(name or "\0")
        assert calls == []

    def test_a_mistyped_folder_asks_nobody(self, fetched, tmp_path, monkeypatch):
        calls = fetched(AssertionError())
        monkeypatch.chdir(tmp_path)
        (tmp_path / "runs").mkdir()
        with pytest.raises(MissingWeights, match="no model folder runs/kobret"):
            HfEmotion("runs/kobret")
        assert calls == []


def test_without_a_model_the_option_is_named():
    with pytest.raises(BadSettings, match="needs a model"):
        registry.load("TextEmotion", "hf")


def test_without_transformers_the_install_line_is_named(tiny_encoder, monkeypatch):
    folder = tiny_encoder()
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(MissingExtra, match=r'pip install "pyojeong\[hf\]"'):
        registry.load("TextEmotion", "hf", model=folder)
