"""Settings: limits, language, folders. From the environment and a TOML file, never from code.

Read once, lowest first: the defaults below, `config.toml` in the user's configuration folder
(or the file named by PYOJEONG_CONFIG), then environment variables `PYOJEONG_<FIELD>`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from pyojeong.errors import BadSettings


def _config_folder() -> Path:
    if os.name == "nt":
        return Path(os.environ.get("APPDATA", Path.home())) / "pyojeong"
    return Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config")) / "pyojeong"


def _data_folder() -> Path:
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "pyojeong"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local/share")) / "pyojeong"


@dataclass(frozen=True, slots=True)
class Settings:
    """Values a user may change.

    lang: "en", "ko" or "auto" (by locale). max_text_bytes: largest text file or argument read.
    max_story_sentences: longest story. max_image_pixels: largest picture decoded, width times
    height. max_image_bytes: largest picture file opened. max_annotation_bytes: largest file of
    outlines (COCO JSON) read. threads: per model, 0 = all cores.
    asset_folder: where weights that do not ship are looked for. clova_url, clova_secret: invoke
    URL and secret key of NAVER CLOVA OCR, empty where there is no account. removebg_key,
    removebg_url: API key and address of remove.bg. profanity_allow,
    profanity_deny: files of words the profanity guard shall never or always find, one per line.
    """

    lang: str = "auto"
    max_text_bytes: int = 10_000_000
    max_story_sentences: int = 5_000
    max_image_pixels: int = 100_000_000
    max_image_bytes: int = 200_000_000
    max_annotation_bytes: int = 1_000_000_000
    threads: int = 0
    asset_folder: Path = Path()
    profanity_allow: Path = Path()
    profanity_deny: Path = Path()
    clova_url: str = ""
    clova_secret: str = field(default="", repr=False)
    removebg_url: str = "https://api.remove.bg/v1.0/removebg"
    removebg_key: str = field(default="", repr=False)


def read_settings(environ: Mapping[str, str], file: Path | None) -> Settings:
    """Settings from a mapping of environment variables and an optional TOML file.

    Raises BadSettings for an unknown name, a wrong type, or a file that is not TOML.
    """
    values: dict[str, Any] = {"asset_folder": _data_folder() / "weights"}
    for name, raw in _file_values(file).items():
        values[name] = _convert(name, raw, str(file))
    for known in fields(Settings):
        variable = f"PYOJEONG_{known.name.upper()}"
        if variable in environ:
            values[known.name] = _convert(known.name, environ[variable], variable)
    return Settings(**values)


def _file_values(file: Path | None) -> dict[str, Any]:
    if file is None or not file.is_file():
        return {}
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadSettings(
            f"Cannot read the settings in {file}: {error}",
            f"설정 파일을 읽을 수 없습니다: {file}: {error}",
        ) from error


def _convert(name: str, raw: Any, where: str) -> Any:
    kinds = {f.name: type(getattr(Settings(), f.name)) for f in fields(Settings)}
    if name not in kinds:
        known = ", ".join(kinds)
        raise BadSettings(
            f"Unknown setting {name!r} in {where}; there are: {known}.",
            f"{where}: 모르는 설정 {name!r}. 사용 가능: {known}.",
        )
    kind = kinds[name]
    try:
        if kind is int:
            return _positive(int(raw))
        value = Path(raw).expanduser() if issubclass(kind, Path) else str(raw)
        if name == "lang" and value not in ("auto", "en", "ko"):
            raise ValueError
        return value
    except (TypeError, ValueError) as error:
        raise BadSettings(
            f"{where}: {raw!r} is no value for {name}.",
            f"{where}: {name} 값이 잘못되었습니다: {raw!r}.",
        ) from error


def _positive(value: int) -> int:
    if value < 0:
        raise ValueError
    return value


@cache
def settings() -> Settings:
    """The settings of this process, read on first use."""
    named = os.environ.get("PYOJEONG_CONFIG")
    return read_settings(os.environ, Path(named) if named else _config_folder() / "config.toml")
