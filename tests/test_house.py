"""Guards: what holds for the whole house, whoever adds a room, a backend or a command to it."""

import ast
import importlib
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import pyojeong
from pyojeong import assets, errors, registry

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/pyojeong"
MODULES = sorted(SOURCE.rglob("*.py"))
HEAVY = {"numpy", "onnxruntime", "cv2", "av", "PIL", "torch", "onnx", "scipy", "pandas", "sklearn"}
ERRORS = {n for n, e in vars(errors).items() if isinstance(e, type) and issubclass(e, Exception)}
PACKAGE_LIMIT = 60_000_000
LONGEST_FILE = 400


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(path: Path) -> list[ast.Call]:
    tree = ast.parse(path.read_text("utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


class TestLightImport:
    @pytest.mark.parametrize(
        "code",
        [
            "import pyojeong",
            "import pyojeong.registry, pyojeong.assets, pyojeong.emotion, pyojeong.expression",
            "import pyojeong.cli.main as m; sys.argv = ['pyojeong', '--help']; run(m.main)",
            "import pyojeong.cli.main as m; sys.argv = ['pyojeong', 'story', '--help']; run(m.main)",
            "import pyojeong.cli.main as m; sys.argv = ['pyojeong', '--version']; run(m.main)",
        ],
    )
    def test_nothing_heavy_is_loaded(self, code):
        program = (
            "import sys\n"
            "def run(main):\n    try: main()\n    except SystemExit as end: assert not end.code\n"
            f"{code}\n"
            f"print('LOADED', *sorted({HEAVY!r} & set(sys.modules)))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == "LOADED", done.stdout

    def test_running_a_network_leaves_nothing_at_home(self, tmp_path):
        """ONNX Runtime would report, and keep a number of the device there."""
        program = (
            "import numpy as np, pyojeong.registry as r; "
            "r.load('FaceDetector').detect(np.zeros((64, 64, 3), np.uint8))"
        )
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("ORT_", "XDG_"))}
        environment["HOME"] = str(tmp_path)
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, timeout=60, check=False
        )
        assert done.returncode == 0
        assert list(tmp_path.iterdir()) == []

    def test_every_public_name_is_there(self):
        for name in pyojeong.__all__:
            assert getattr(pyojeong, name) is not None
        assert set(pyojeong.__all__) <= set(dir(pyojeong))


class TestSource:
    @pytest.mark.parametrize("path", MODULES, ids=name_of)
    def test_prints_only_where_people_are_spoken_to(self, path):
        if path.relative_to(SOURCE).parts[0] in ("cli", "train"):
            return
        printed = [c.lineno for c in calls(path) if getattr(c.func, "id", "") == "print"]
        assert printed == []

    @pytest.mark.parametrize("path", MODULES, ids=name_of)
    def test_no_file_grows_out_of_hand(self, path):
        assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE

    @pytest.mark.parametrize("path", MODULES, ids=name_of)
    def test_errors_speak_both_languages(self, path):
        for call in calls(path):
            if getattr(call.func, "id", getattr(call.func, "attr", "")) not in ERRORS:
                continue
            spread = any(isinstance(a, ast.Starred) for a in call.args)
            assert spread or len(call.args) == 2, f"line {call.lineno}: English and Korean"
            if not spread:
                korean = ast.unparse(call.args[1])
                written = re.search("[가-힣]", korean)
                assert written or not re.match("f?['\"]", korean), f"line {call.lineno}: {korean}"

    def test_every_room_has_its_place_in_the_order(self):
        table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
        (contract,) = table["tool"]["importlinter"]["contracts"]
        ordered = {layer.removeprefix("pyojeong.") for layer in contract["layers"]}
        rooms = {
            p.stem for p in SOURCE.iterdir() if p.suffix == ".py" or (p / "__init__.py").is_file()
        }
        assert rooms - {"__init__", "__main__"} == ordered

    def test_no_path_of_anyones_machine(self):
        tracked = [p for folder in ("src", "scripts", "docs") for p in (ROOT / folder).rglob("*")]
        texts = [p for p in tracked if p.suffix in ("", ".py", ".sh", ".md", ".toml", ".json")]
        for path in [*filter(Path.is_file, texts), ROOT / "README.md", ROOT / "pyproject.toml"]:
            assert not re.search(r"(?<![\w.])/(root|home)/\w", path.read_text("utf-8")), path


class TestErrors:
    def test_every_error_has_an_exit_code_of_its_own_or_its_parents(self):
        for name in ERRORS - {"PyojeongError"}:
            code = errors.exit_code(getattr(errors, name)("x", "엑스"))
            assert code not in (0, 1, 2), name
        codes = list(errors.EXIT_CODES.values())
        assert len(codes) == len(set(codes))

    def test_both_languages_are_needed_and_given(self):
        with pytest.raises(TypeError):
            errors.BadInput("English only")  # type: ignore[call-arg]
        error = errors.NoFace("no face", "얼굴이 없습니다")
        assert (error.text("en"), error.text("ko"), str(error)) == (
            "no face",
            "얼굴이 없습니다",
            "no face",
        )
        assert errors.exit_code(RuntimeError()) == 1

    def test_exit_codes_are_documented(self):
        documented = (ROOT / "docs/json.md").read_text("utf-8")
        for code in errors.EXIT_CODES.values():
            assert re.search(rf"\b{code}\b", documented), code


class TestAssets:
    @pytest.mark.parametrize("asset", assets.assets(), ids=lambda a: a.name)
    def test_certificate_is_true_and_complete(self, asset):
        path = assets.WEIGHTS / asset.file
        if path.is_file():
            assert path.stat().st_size == asset.size
            assert assets.verify_asset(asset)
        assert path.suffix in (".onnx", ".npz", ".json", ".safetensors")
        for fact in (asset.licence, asset.origin, asset.trained_on, asset.limits, asset.made_by):
            assert fact.strip()

    def test_no_data_without_a_certificate_or_a_hand_that_wrote_it(self):
        certified = {asset.file for asset in assets.assets()}
        learned = {p.name for p in assets.WEIGHTS.iterdir() if p.suffix not in (".toml", ".json")}
        assert learned <= certified

    def test_the_package_stays_small(self):
        files = [p for p in SOURCE.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
        assert sum(p.stat().st_size for p in files) < PACKAGE_LIMIT


class TestRegistry:
    @pytest.mark.parametrize("backend", registry.BUILT_IN, ids=lambda b: f"{b.capability}-{b.name}")
    def test_every_row_points_at_something(self, backend):
        module, _, cls = backend.target.partition(":")
        assert isinstance(getattr(importlib.import_module(module), cls), type)
        names = {asset.name for asset in assets.assets()}
        assert set(backend.weights) <= names
        assert backend.licence
        assert backend.reference

    def test_names_are_unique(self):
        keys = [(b.capability, b.name) for b in registry.BUILT_IN]
        assert len(keys) == len(set(keys))


def readme_commands() -> list[str]:
    text = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"```(?:console|bash|sh)\n(.*?)```", text, re.DOTALL)
    lines = [line.removeprefix("$ ").strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


class TestReadme:
    def test_it_shows_commands(self):
        assert any(line.startswith("pyojeong story") for line in readme_commands())

    @pytest.mark.parametrize(
        "line", [line for line in readme_commands() if line.startswith("pyojeong")]
    )
    def test_every_command_parses(self, line):
        import typer.main

        from pyojeong.cli.main import build

        command = typer.main.get_command(build())
        words = shlex.split(line, comments=True)[1:]
        context = command.make_context("pyojeong", list(words), resilient_parsing=True)
        at = words.index(next(word for word in words if not word.startswith("-")))
        name, command, words = command.resolve_command(context, words[at:])
        while hasattr(command, "commands"):
            # As the command line does it: `film` takes a film's name in place of a command.
            name, command, words = command.resolve_command(context, words)
        context = command.make_context(name, list(words), parent=context)
        assert context.params is not None

    @pytest.mark.parametrize(
        "line", [line for line in readme_commands() if line.startswith("scripts/")]
    )
    def test_every_script_is_there(self, line):
        assert os.access(ROOT / shlex.split(line, comments=True)[0], os.X_OK)

    def test_files_it_names_are_there(self):
        text = (ROOT / "README.md").read_text("utf-8")
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert (ROOT / link).exists(), link
        for file in re.findall(r"examples/[\w.]+", text):
            assert (ROOT / file).exists(), file


class TestScripts:
    @pytest.mark.parametrize("name", ["demo", "test", "check", "bench", "../.ci/run"])
    def test_scripts_are_executable_and_stop_at_the_first_error(self, name):
        path = ROOT / "scripts" / name
        assert os.access(path, os.X_OK)
        assert "set -eu" in path.read_text("utf-8")
        subprocess.run(["bash", "-n", path], check=True, timeout=10)
