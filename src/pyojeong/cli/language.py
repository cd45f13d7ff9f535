"""The language of messages: chosen once, before any command is built."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from pyojeong.errors import BadSettings, Language
from pyojeong.settings import settings

_current: Language = "en"


def choose_language(arguments: Sequence[str]) -> list[str]:
    """Set the language from `--lang` anywhere among the arguments, else settings, else locale.

    Returns the arguments without `--lang`. Raises BadSettings for a language there is none of.
    """
    global _current  # noqa: PLW0603 - one process speaks one language
    wanted, rest = _take_option(arguments)
    if wanted is None:
        configured = settings().lang
        wanted = _from_locale() if configured == "auto" else configured
    if wanted not in ("en", "ko"):
        raise BadSettings(
            f"--lang takes en or ko, not {wanted!r}.", f"--lang은 en 또는 ko입니다: {wanted!r}."
        )
    _current = "ko" if wanted == "ko" else "en"
    return rest


def language() -> Language:
    return _current


def say(en: str, ko: str) -> str:
    """The text in the language of this run."""
    return ko if _current == "ko" else en


def _take_option(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    wanted: str | None = None
    rest: list[str] = []
    items = iter(arguments)
    for item in items:
        if item == "--":
            return wanted, [*rest, item, *items]
        if item == "--lang":
            wanted = next(items, "")
        elif item.startswith("--lang="):
            wanted = item.removeprefix("--lang=")
        else:
            rest.append(item)
    return wanted, rest


def _from_locale() -> Language:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "ko" if value.lower().startswith("ko") else "en"
    if sys.platform == "win32":
        import locale

        return "ko" if (locale.getlocale()[0] or "").lower().startswith("ko") else "en"
    return "en"
