"""Weights and other learned data, each with a birth certificate.

Every asset has a certificate `weights/<name>.toml` inside the package: file, sha256, licence,
origin, what it was trained on, measured accuracy, limits. Files are ONNX, NPZ or JSON; nothing
here ever unpickles. Small files ship beside their certificate; others lie in the user's asset
folder (settings), where `pyojeong models` says how to put them.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from pyojeong.errors import MissingWeights
from pyojeong.settings import settings

WEIGHTS = Path(str(resources.files("pyojeong"))) / "weights"


@dataclass(frozen=True, slots=True)
class Asset:
    """One learned file and where it comes from. size in bytes."""

    name: str
    file: str
    sha256: str
    size: int
    licence: str
    origin: str
    trained_on: str
    accuracy: str
    limits: str
    made_by: str


@cache
def assets() -> tuple[Asset, ...]:
    """All certificates, by name."""
    return tuple(_certificate(p) for p in sorted(WEIGHTS.glob("*.toml")))


def _certificate(path: Path) -> Asset:
    table = tomllib.loads(path.read_text("utf-8"))
    return Asset(name=path.stem, **table)


def find_asset(name: str) -> Asset:
    """The certificate of that name. Raises MissingWeights listing the names."""
    for asset in assets():
        if asset.name == name:
            return asset
    names = ", ".join(a.name for a in assets())
    raise MissingWeights(
        f"No asset called {name!r}; there are: {names}.",
        f"자산 {name!r}이(가) 없습니다. 사용 가능: {names}.",
    )


def asset_path(name: str) -> Path:
    """Where the asset's file lies: in the package, else in the user's asset folder, whose files
    are checked by hash before they are used. Raises MissingWeights."""
    asset = find_asset(name)
    shipped = WEIGHTS / asset.file
    if shipped.is_file():
        return shipped
    placed = settings().asset_folder / asset.file
    if placed.is_file() and sha256_of(placed) == asset.sha256:
        return placed
    state_en = "does not match its hash" if placed.is_file() else "is not there"
    state_ko = "해시가 다릅니다" if placed.is_file() else "파일이 없습니다"
    raise MissingWeights(
        f"{asset.file} {state_en}. Put the file from {asset.origin} at {placed}.",
        f"{asset.file}: {state_ko}. {asset.origin}의 파일을 {placed}에 두세요.",
    )


def verify_asset(asset: Asset) -> bool:
    """Whether the file is there and its sha256 is the certificate's."""
    try:
        return sha256_of(asset_path(asset.name)) == asset.sha256
    except MissingWeights:
        return False


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_certificate(name: str, file: Path, **facts: str) -> None:
    """Write `weights/<name>.toml` for a file that a training script has just made.

    facts: licence, origin, trained_on, accuracy, limits, made_by.
    """
    table: dict[str, str | int] = {
        "file": file.name,
        "sha256": sha256_of(file),
        "size": file.stat().st_size,
        **facts,
    }
    lines = [f"{key} = {_toml(value)}" for key, value in table.items()]
    (WEIGHTS / f"{name}.toml").write_text("\n".join(lines) + "\n", "utf-8")
    assets.cache_clear()


def _toml(value: str | int) -> str:
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)
