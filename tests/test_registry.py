"""The registry: a readable table, helpful misses, no shadowing."""

from importlib.metadata import EntryPoint

import pytest

from pyojeong import registry
from pyojeong.errors import MissingExtra, UnknownBackend
from pyojeong.registry import Backend

CAPABILITIES = {
    "ExpressionClassifier",
    "ExpressionEditor",
    "FaceDetector",
    "FaceMesher",
    "Ocr",
    "TextEmotion",
    "Voice",
}


@pytest.fixture
def own_table(monkeypatch):
    def use(backends, points=()):
        monkeypatch.setattr(registry, "BUILT_IN", tuple(backends))
        monkeypatch.setattr(registry, "entry_points", lambda group: list(points))
        registry.backends.cache_clear()

    yield use
    registry.backends.cache_clear()


def test_every_capability_has_a_default():
    assert {b.capability for b in registry.BUILT_IN} >= CAPABILITIES
    for capability in CAPABILITIES:
        assert registry.find(capability).capability == capability


def test_names_are_unique_and_facts_are_given():
    keys = [(b.capability, b.name) for b in registry.BUILT_IN]
    assert len(keys) == len(set(keys))
    for backend in registry.BUILT_IN:
        assert backend.licence
        assert backend.reference


def test_a_miss_lists_names_and_guesses():
    with pytest.raises(UnknownBackend, match=r"blazeface.*Did you mean blazeface") as caught:
        registry.find("FaceDetector", "blazefase")
    assert "혹시" in caught.value.ko


def test_load_builds_with_settings(own_table):
    own_table([Backend("Counter", "plain", "collections:Counter", "PSF-2.0", "Python")])
    assert registry.load("Counter", "plain", a=2)["a"] == 2


def test_an_absent_package_names_the_install_line(own_table):
    own_table([Backend("X", "y", "no_such_module_at_all:Z", "MIT", "-", extra="extra")])
    with pytest.raises(MissingExtra, match=r'pip install "pyojeong\[extra\]"'):
        registry.load("X")


def test_entry_points_add_but_never_shadow(own_table):
    own_table(
        [Backend("X", "mine", "collections:Counter", "MIT", "-")],
        [
            EntryPoint("X:mine", "evil:Thing", "pyojeong.backends"),
            EntryPoint("X:theirs", "collections:OrderedDict", "pyojeong.backends"),
        ],
    )
    assert registry.find("X", "mine").target == "collections:Counter"
    assert registry.find("X", "theirs").target == "collections:OrderedDict"
    assert registry.find("X").name == "mine"
