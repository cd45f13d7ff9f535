"""What users get: the wheel and the source archive, or an environment the wheel was put into.

python scripts/check_package.py WHEEL SDIST
python scripts/check_package.py --installed VENV
"""

from __future__ import annotations

import re
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

WHEEL_LIMIT, INSTALL_LIMIT = 60_000_000, 700_000_000
HEAVY = {"torch", "tensorflow", "jax", "scipy", "pandas", "scikit-learn", "onnx", "mediapipe"}
NEEDED = (
    "pyojeong/py.typed",
    "pyojeong/media/fonts/PyojeongGothic-Regular.ttf",
    "pyojeong/media/fonts/PyojeongGothic-Bold.ttf",
    "pyojeong/media/fonts/OFL.txt",
)


def check_wheel(path: Path) -> list[str]:
    """Faults of a wheel."""
    with zipfile.ZipFile(path) as wheel:
        sizes = {info.filename: info.file_size for info in wheel.infolist()}
        names = set(sizes)
        certificates = {
            name: tomllib.loads(wheel.read(name).decode())
            for name in names
            if name.startswith("pyojeong/weights/") and name.endswith(".toml")
        }
    faults = [f"{name} is missing" for name in NEEDED if name not in names]
    for licence in ("LICENSE", "NOTICE"):
        if not any(name.endswith(f".dist-info/licenses/{licence}") for name in names):
            faults.append(f"{licence} is missing")
    for certificate, facts in certificates.items():
        weight = f"pyojeong/weights/{facts['file']}"
        if sizes.get(weight, facts["size"]) != facts["size"]:
            faults.append(f"{weight} is not the size that {certificate} says")
    faults += [
        f"{name} does not belong there"
        for name in names
        if not re.match(r"pyojeong/|pyojeong-[^/]+\.dist-info/", name)
        or name.endswith((".pkl", ".pickle", ".pt", ".pth", ".parquet"))
    ]
    size = path.stat().st_size
    if size > WHEEL_LIMIT or sum(sizes.values()) > WHEEL_LIMIT:
        faults.append(f"{size:,} bytes, {sum(sizes.values()):,} unpacked: over {WHEEL_LIMIT:,}")
    sys.stdout.write(f"wheel {size / 1e6:.1f} MB, {len(certificates)} assets\n")
    return faults


def check_source(path: Path) -> list[str]:
    """Faults of a source archive."""
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = ("pyproject.toml", "README.md", "LICENSE", "NOTICE", "src/pyojeong/__init__.py")
    return [f"{name} is missing from {path.name}" for name in wanted if name not in names]


def check_installed(environment: Path) -> list[str]:
    """Faults of an environment that holds a plain install."""
    folder = next((environment / "lib").glob("python*/site-packages"))
    packages = {
        re.sub(r"[-_.]+", "-", path.name.split("-")[0]).lower()
        for path in folder.glob("*.dist-info")
    }
    size = sum(f.lstat().st_size for f in environment.rglob("*") if not f.is_symlink())
    sys.stdout.write(f"plain install {size / 1e6:.0f} MB: {' '.join(sorted(packages))}\n")
    faults = [f"a plain install brings {name}" for name in sorted(packages & HEAVY)]
    if size > INSTALL_LIMIT:
        faults.append(f"a plain install takes {size:,} bytes, more than {INSTALL_LIMIT:,}")
    return faults


def main() -> None:
    if sys.argv[1] == "--installed":
        faults = check_installed(Path(sys.argv[2]))
    else:
        faults = check_wheel(Path(sys.argv[1])) + check_source(Path(sys.argv[2]))
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
