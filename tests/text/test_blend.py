"""What the default reader says beyond probabilities: intensity, doubt, the kind of text."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pyojeong.assets import find_asset, verify_asset
from pyojeong.emotion import Emotion, Unsure
from pyojeong.errors import MissingWeights
from pyojeong.text import blend as module
from pyojeong.text.blend import TRANSFORMERS, Blend, BlendEmotion, Words, load_blends
from pyojeong.text.reader import TextReader
from pyojeong.text.transformer import Evidence, Transformer

ASSETS = (
    module.ASSET,
    *TRANSFORMERS.values(),
    "text_emotion_ngram_v1",
    "text_emotion_kinds_v1",
    "story_moods_v1",
    "profanity_ngram_v1",
)


@pytest.fixture(scope="module")
def reader() -> BlendEmotion:
    return BlendEmotion()


def test_files_are_as_certified_and_small_together() -> None:
    for name in ASSETS:
        verify_asset(find_asset(name))
    assert sum(find_asset(name).size for name in ASSETS) < 25e6


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("아이는 엄마 품에 안겨 활짝 웃었어요.", Emotion.HAPPINESS),
        ("왕은 주먹으로 탁자를 내리치며 고함을 질렀습니다.", Emotion.ANGER),
        ("강아지가 하늘나라로 떠나자 민수는 밤새 울었어요.", Emotion.SADNESS),
        ("캄캄한 숲에서 무서운 소리가 들려 온몸이 떨렸다.", Emotion.FEAR),
        ("세상에, 호박이 마차로 변하다니!", Emotion.SURPRISE),
        ("썩은 생선 냄새에 속이 메스꺼워 코를 막았어요.", Emotion.DISGUST),
        ("기차는 아침 일곱 시에 역을 떠납니다.", Emotion.NEUTRAL),
        ("The children laughed and danced with joy.", Emotion.HAPPINESS),
        ("She was furious and slammed the door.", Emotion.ANGER),
        ("He wept alone beside his mother's empty chair.", Emotion.SADNESS),
        ("She trembled with fear as the footsteps came closer.", Emotion.FEAR),
        ("To everyone's amazement, the stone began to speak!", Emotion.SURPRISE),
        ("The rotten soup smelled so foul that she gagged.", Emotion.DISGUST),
        ("The shop is on the corner of the street.", Emotion.NEUTRAL),
    ],
)
def test_plain_sentences(reader: BlendEmotion, text: str, emotion: Emotion) -> None:
    assert reader.classify([text])[0].emotion is emotion


def test_intensity_follows_the_words(reader: BlendEmotion) -> None:
    pairs = [
        ("조금 서운했어요.", "너무 슬퍼서 목 놓아 엉엉 울었어요."),
        ("She was a little cross.", "She screamed with rage and smashed every plate."),
    ]
    for weak, strong in pairs:
        low, high = (s.intensity for s in reader.classify([weak, strong]))
        assert low is not None
        assert high is not None
        assert 0 <= low < high <= 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Это очень грустная история о мальчике.", Unsure.LANGUAGE),
        ("彼女はとても悲しそうに泣いていた。", Unsure.LANGUAGE),
        ("", Unsure.SHORT),
        ("?!", None),
        ("어", Unsure.SHORT),
        ("😭😭", None),
        ("오늘 정말 행복해요!", None),
    ],
)
def test_doubt_has_a_reason(reader: BlendEmotion, text: str, why: Unsure | None) -> None:
    found = reader.classify([text])[0].unsure
    assert found is why or (why is None and found is Unsure.FLAT and not text.isalpha())


def test_a_flat_reading_is_unsure(reader: BlendEmotion) -> None:
    texts = (Path(__file__).parents[2] / "examples" / "story_en.txt").read_text("utf-8").split()
    for scores in reader.classify(texts):
        if scores.unsure is Unsure.FLAT:
            assert scores.confidence < 0.35
        elif scores.unsure is None:
            assert scores.confidence >= 0.35


def test_a_text_reads_the_same_in_any_company(reader: BlendEmotion) -> None:
    texts = [f"{'아주 ' * (n % 7)}무서운 밤이었다 {n}" for n in range(60)]
    together = np.array([s.values for s in reader.classify(texts)])
    alone = np.array([reader.classify([t])[0].values for t in texts])
    assert np.abs(together - alone).max() < 1e-4


def test_mixture_of_kinds_is_the_weighted_mean() -> None:
    random = np.random.default_rng(0)
    logits = random.normal(size=(5, 3, 7)).astype(np.float32)
    kinds = random.normal(size=(5, 3)).astype(np.float32)
    words = random.normal(size=(5, 7)).astype(np.float32)
    own = random.normal(size=(5, 3, 7)).astype(np.float32)
    kinds_said = random.normal(size=(5, 3)).astype(np.float32)
    weights = Blend(
        sentence=np.array([1, 0.5, 2], np.float32),
        words=np.array([0.2, 0, 1], np.float32),
        own=np.array([0.7, 1, 0], np.float32),
        bias=random.normal(size=(3, 7)).astype(np.float32),
        kind_sentence=np.array([1, 0.3, 2], np.float32),
        kind_words=np.array([0.5, 0.1, 0], np.float32),
        kind_bias=np.array([0, 0.5, -1], np.float32),
    )
    evidence = Evidence(logits, kinds, np.zeros(5, np.float32))
    found = weights.mixed(evidence, Words(words, own, kinds_said, np.full(5, 9)))
    for n in range(5):
        chance = np.exp(
            kinds[n] * weights.kind_sentence
            + kinds_said[n] * weights.kind_words
            + weights.kind_bias
        )
        chance /= chance.sum()
        expected = np.zeros(7)
        for k in range(3):
            z = logits[n, k] * weights.sentence[k] + words[n] * weights.words[k]
            z = z + own[n, k] * weights.own[k] + weights.bias[k]
            expected += chance[k] * np.exp(z) / np.exp(z).sum()
        assert np.allclose(found[n], expected, atol=1e-5)


def test_story_reader_uses_neighbours(reader: BlendEmotion) -> None:
    story = "엄마가 돌아가셨습니다. 아이는 창가에 앉아 있었습니다. 눈물이 하염없이 흘렀습니다."
    alone = reader.classify(["아이는 창가에 앉아 있었습니다."])[0]
    together = TextReader(reader).read(story)[1].scores
    assert together[Emotion.SADNESS] > alone[Emotion.SADNESS]
    (line,) = list(TextReader(reader).read_lines(["아이는 창가에 앉아 있었습니다."]))
    assert line[1] == alone


def test_spelling_does_not_matter(reader: BlendEmotion) -> None:
    import unicodedata

    text = "너무 무서워서 눈물이 났어요."
    plain, decomposed = reader.classify([text, unicodedata.normalize("NFD", text)])
    assert plain == decomposed
    half = reader.classify(["ﾡￃ\u200d"])  # half-width jamo: no error
    assert len(half) == 1


@pytest.mark.parametrize(
    "text", ["가" * 10**6, "a" * 10**6, "😀" * 10**5, "ㅋ" * 10**6, "\u202e" * 10**6]
)
def test_a_megabyte_without_a_space(reader: BlendEmotion, text: str) -> None:
    assert len(reader.classify([text])) == 1


def test_nothing_is_read_before_the_first_text() -> None:
    code = (
        "import sys\nfrom pyojeong.text.blend import BlendEmotion\nBlendEmotion()\n"
        "print('onnxruntime' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_a_broken_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "blend.npz"
    broken.write_bytes(b"PK")
    monkeypatch.setattr(module, "asset_path", lambda name: broken)
    load_blends.cache_clear()
    with pytest.raises(MissingWeights, match="cannot be read"):
        load_blends()
    load_blends.cache_clear()


def test_a_transformer_without_vocabulary_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    transformer = Transformer(TRANSFORMERS["ko"])
    monkeypatch.setattr(
        type(transformer._network), "metadata", {"pyojeong": json.dumps({"pieces": []})}
    )
    with pytest.raises(MissingWeights, match="vocabulary"):
        transformer.read(["가"])
