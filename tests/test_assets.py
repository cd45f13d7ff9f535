"""Assets: certificates, hashes, and files that a user puts in place by hand."""

import pytest

from pyojeong import assets
from pyojeong.assets import Asset
from pyojeong.errors import MissingWeights
from pyojeong.settings import Settings


@pytest.fixture
def own_folders(tmp_path, monkeypatch):
    """Empty package weights and an empty user folder; returns both."""
    shipped, placed = tmp_path / "shipped", tmp_path / "placed"
    shipped.mkdir()
    placed.mkdir()
    monkeypatch.setattr(assets, "WEIGHTS", shipped)
    monkeypatch.setattr(assets, "settings", lambda: Settings(asset_folder=placed))
    assets.assets.cache_clear()
    yield shipped, placed
    assets.assets.cache_clear()


FACTS = {
    "licence": "MIT",
    "origin": 'made "here"',
    "trained_on": "nothing",
    "accuracy": "1",
    "limits": "표정 없음",
    "made_by": "test",
}


def certified(folder, content=b"weights") -> Asset:
    file = folder / "thing.npz"
    file.write_bytes(content)
    assets.write_certificate("thing", file, **FACTS)
    return assets.find_asset("thing")


def test_a_certificate_round_trips(own_folders):
    asset = certified(own_folders[0])
    assert (asset.origin, asset.limits, asset.size) == ('made "here"', "표정 없음", 7)
    assert assets.verify_asset(asset)
    assert assets.asset_path("thing").read_bytes() == b"weights"


def test_a_changed_file_does_not_verify(own_folders):
    asset = certified(own_folders[0])
    (own_folders[0] / "thing.npz").write_bytes(b"weighty")
    assert not assets.verify_asset(asset)


def test_a_file_placed_by_hand_is_checked_by_hash(own_folders):
    shipped, placed = own_folders
    certified(shipped)
    (shipped / "thing.npz").rename(placed / "thing.npz")
    assert assets.asset_path("thing") == placed / "thing.npz"
    (placed / "thing.npz").write_bytes(b"other")
    with pytest.raises(MissingWeights, match="does not match its hash"):
        assets.asset_path("thing")
    (placed / "thing.npz").unlink()
    with pytest.raises(MissingWeights, match="is not there"):
        assets.asset_path("thing")


def test_unknown_asset_lists_names(own_folders):
    certified(own_folders[0])
    with pytest.raises(MissingWeights, match="there are: thing"):
        assets.find_asset("other")
