"""Everything Pyojeong raises on purpose.

    PyojeongError
    ├── BadInput            what was given cannot be used (missing, broken, too large, wrong kind)
    │   └── NoFace          a command needs a face and the picture shows none that can be used
    ├── BadSettings         an option or a configured value is wrong
    ├── UnknownBackend      no backend of that name
    ├── MissingExtra        a backend needs a package that is not installed
    ├── MissingWeights      a weight file is absent or does not match its hash
    ├── InferenceFailed     a model or a foreign program failed on input that looked right
    ├── OutputFailed        the result cannot be written
    └── NotReached          what was drawn does not show what was asked, where that was insisted on

Every message exists in English and Korean. It says what was seen and what to try.
"""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "ko"]


class PyojeongError(Exception):
    """Base of the tree. `str(error)` is the English text; `error.text("ko")` the Korean one."""

    def __init__(self, en: str, ko: str) -> None:
        super().__init__(en)
        self.en = en
        self.ko = ko

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.en, self.ko)

    def text(self, lang: Language) -> str:
        return self.ko if lang == "ko" else self.en


class BadInput(PyojeongError):
    """What was given cannot be used."""


class NoFace(BadInput):
    """A command needs a face and the picture shows none that can be used."""


class BadSettings(PyojeongError):
    """An option or a configured value is wrong."""


class UnknownBackend(PyojeongError):
    """No backend of that name."""


class MissingExtra(PyojeongError):
    """A backend needs a package that is not installed."""


class MissingWeights(PyojeongError):
    """A weight file is absent or does not match its hash."""


class InferenceFailed(PyojeongError):
    """A model or a foreign program failed on input that looked right."""


class OutputFailed(PyojeongError):
    """The result cannot be written."""


class NotReached(PyojeongError):
    """What was drawn does not show what was asked, where that was insisted on."""


EXIT_CODES: dict[type[BaseException], int] = {
    BadInput: 3,
    NoFace: 4,
    BadSettings: 5,
    UnknownBackend: 6,
    MissingExtra: 7,
    MissingWeights: 8,
    InferenceFailed: 9,
    OutputFailed: 10,
    NotReached: 11,
    KeyboardInterrupt: 130,
}
"""Exit code per error; 0 is success, 1 an unexpected failure (a bug), 2 wrong usage."""


def exit_code(error: BaseException) -> int:
    """Exit code of the nearest ancestor listed in `EXIT_CODES`, else 1."""
    for cls in type(error).__mro__:
        if cls in EXIT_CODES:
            return EXIT_CODES[cls]
    return 1
