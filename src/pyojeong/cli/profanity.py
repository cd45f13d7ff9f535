"""`pyojeong text --profanity`: abuse in each text, as a JSON key and as a column; `--mask`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pyojeong.cli.language import say

if TYPE_CHECKING:
    from pyojeong.text.profanity import Profanity, ProfanityGuard

FindProfanity = Annotated[
    bool,
    typer.Option(
        "--profanity",
        help=say(
            "Find abuse in Korean and English, also where it is disguised.",
            "한국어와 영어의 욕설을 찾습니다. 변형된 표기도 찾습니다.",
        ),
    ),
]
MaskProfanity = Annotated[
    bool,
    typer.Option(
        "--mask",
        help=say(
            "Find abuse and show the text with it masked.", "욕설을 찾아 가린 글을 보여 줍니다."
        ),
    ),
]


@dataclass(frozen=True, slots=True)
class Judge:
    """Looks for abuse in texts. mask: whether to show them masked as well."""

    guard: ProfanityGuard
    mask: bool

    def keys(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """The JSON keys to add to each text (docs/json.md)."""
        found = self.guard.find(texts)
        return [self._key(text, one) for text, one in zip(texts, found, strict=True)]

    def _key(self, text: str, found: Profanity) -> dict[str, Any]:
        from pyojeong.text.profanity import masked

        hidden = {"masked": masked(text, found)} if self.mask else {}
        return {"profanity": found.as_reading() | hidden}

    def shown(self, keys: dict[str, Any]) -> str:
        """The cell of a table: what was found, or the masked text."""
        from rich.markup import escape

        found = keys["profanity"]
        if self.mask:
            return escape(" ".join(found["masked"].split()))
        return escape(", ".join(" ".join(span["text"].split()) for span in found["spans"]))


def judge_for(wanted: bool, mask: bool) -> Judge | None:
    """What to look with, when either option was given."""
    if not (wanted or mask):
        return None
    from pyojeong.text.profanity import ProfanityGuard

    return Judge(ProfanityGuard(), mask)
