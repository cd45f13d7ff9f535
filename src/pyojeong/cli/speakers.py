"""`pyojeong text --speakers`: who says what, as JSON keys and as a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyojeong.cli.language import say
from pyojeong.text.sentences import Sentence
from pyojeong.text.speakers.attribution import NARRATOR


@dataclass(frozen=True, slots=True)
class Told:
    """Keys to add to each sentence, and the cast list (docs/json.md)."""

    sentences: list[dict[str, Any]]
    cast: list[dict[str, Any]]

    def shown(self, number: int) -> str:
        """The cell of a table: everybody who is heard in the quotations of a sentence."""
        from rich.markup import escape

        names = dict.fromkeys(span["speaker"] for span in self.sentences[number]["spans"])
        return escape(", ".join(names)) or f"[dim]{say('narrator', '해설')}[/dim]"


def speakers_of(text: str, sentences: Sequence[Sentence]) -> Told:
    """Who says the sentences of a text."""
    from pyojeong.text.normalize import normalize
    from pyojeong.text.speakers.attribution import attribute
    from pyojeong.text.speakers.sentences import voiced

    dialogue = attribute(text)
    found = [
        {"speaker": v.speaker, "spans": [span.as_dict() for span in v.spans]}
        for v in voiced(normalize(text), dialogue, sentences)
    ]
    counts = {member.name: (0, member.quotations) for member in dialogue.cast}
    for item in found:
        name = str(item["speaker"])
        number, quotations = counts.get(name, (0, 0))
        counts[name] = number + 1, quotations
    names = sorted(counts, key=lambda name: name != NARRATOR)
    cast = [{"name": n, "sentences": counts[n][0], "spans": counts[n][1]} for n in names]
    return Told(found, cast)
