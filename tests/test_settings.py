"""Settings come from a file and the environment, and wrong ones are named."""

from pathlib import Path

import pytest

from pyojeong.errors import BadSettings
from pyojeong.settings import Settings, read_settings


def test_defaults():
    got = read_settings({}, None)
    assert got.lang == "auto"
    assert got.max_text_bytes == Settings().max_text_bytes
    assert got.asset_folder.name == "weights"


def test_the_environment_wins_over_the_file(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('lang = "ko"\nmax_text_bytes = 5\nthreads = 1\n', "utf-8")
    got = read_settings({"PYOJEONG_MAX_TEXT_BYTES": "7", "PYOJEONG_ASSET_FOLDER": "/w"}, file)
    assert (got.lang, got.max_text_bytes, got.threads) == ("ko", 7, 1)
    assert got.asset_folder == Path("/w")


def test_a_missing_file_is_no_error(tmp_path):
    assert read_settings({}, tmp_path / "none.toml").lang == "auto"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("langue = 'ko'", "langue"),
        ("lang = 'fr'", "fr"),
        ("threads = 'x'", "x"),
        ("= 3", "settings"),
    ],
)
def test_wrong_files(tmp_path, text, what):
    file = tmp_path / "config.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(BadSettings, match=what):
        read_settings({}, file)


def test_wrong_environment():
    with pytest.raises(BadSettings, match="PYOJEONG_THREADS"):
        read_settings({"PYOJEONG_THREADS": "-2"}, None)
