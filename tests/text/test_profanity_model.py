"""The file of the model: read back as written, refused when it is broken."""

import numpy as np
import pytest

from pyojeong.errors import MissingWeights
from pyojeong.text import profanity_model
from pyojeong.text.profanity_model import ProfanityModel, load_model, packed, unpacked

BITS = 12


@pytest.fixture
def model():
    random = np.random.default_rng(4)
    weights = random.integers(-127, 128, 2**BITS).astype(np.int8)
    weights[random.random(2**BITS) < 0.7] = 0
    return ProfanityModel(weights, 0.01, -0.2, 1.5, 0.1, 0.4)


def test_round_trip(model, tmp_path):
    path = tmp_path / "model.npz"
    np.savez_compressed(path, **packed(model))
    with np.load(path, allow_pickle=False) as arrays:
        back = unpacked(arrays)
    assert back.bits == BITS
    assert (back.weights == model.weights).all()
    texts = ["안녕하세요", "a b", ""]
    assert back.evidence(texts) == pytest.approx(model.evidence(texts))
    assert back.threshold == model.threshold


def test_evidence_is_a_sum_over_features(model):
    """Against the definition, feature by feature."""
    from pyojeong.text.features import extract

    text = "나는 네가 정말 싫다"
    found = extract([text], {}, BITS)
    wanted = model.bias + sum(
        model.scale * int(model.weights[bucket]) / np.sqrt(len(ids))
        for ids in found.ids[:3]
        for bucket in ids
    )
    assert model.evidence([text])[0] == pytest.approx(wanted)
    assert model.probabilities([text])[0] == pytest.approx(1 / (1 + np.exp(-1.5 * wanted - 0.1)))


def test_a_text_reads_the_same_in_any_company(model):
    texts = [f"문장 {n} 번" for n in range(600)]
    together = model.evidence(texts)
    assert [model.evidence([t])[0] for t in texts[::97]] == pytest.approx(together[::97])
    assert model.evidence([]).shape == (0,)


def damaged(model):
    arrays = packed(model)
    yield {k: v for k, v in arrays.items() if k != "numbers"}
    yield arrays | {"numbers": arrays["numbers"][:3]}
    yield arrays | {"weights": arrays["weights"][:-1]}
    yield arrays | {"used": arrays["used"][:100]}
    yield arrays | {"used": np.zeros(0, np.uint8)}
    yield arrays | {"numbers": np.array([1, np.nan, 1, 0, 0.5])}
    yield arrays | {"numbers": np.array([object()] * 5, object)}
    yield arrays | {"numbers": np.array(["x"] * 5)}


def test_broken_files_are_refused(model, tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    monkeypatch.setattr(profanity_model, "asset_path", lambda _: path)
    files = [b"", b"PK\x03\x04 no", b"\x80\x04K\x01.", np.zeros(3).tobytes()]
    for arrays in damaged(model):
        np.savez(path, allow_pickle=True, **arrays)
        files.append(path.read_bytes())
    np.savez(path, **packed(model))
    files.append(path.read_bytes()[:-200])
    for content in files:
        path.write_bytes(content)
        load_model.cache_clear()
        with pytest.raises(MissingWeights):
            load_model()
    path.unlink()
    with pytest.raises(MissingWeights):
        load_model()
    load_model.cache_clear()


def test_the_shipped_model():
    model = load_model()
    rude, kind = model.probabilities(["역겨운 쓰레기들 다 나가 죽어라", "꽃이 참 예쁘게 피었어요"])
    assert rude > model.threshold > kind
    from pyojeong.assets import find_asset

    assert find_asset(profanity_model.ASSET).size < 1_000_000
