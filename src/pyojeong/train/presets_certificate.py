"""Write the certificate of weights/presets.json, after a tuning was chosen by eye.

`python -m pyojeong.train.presets_certificate`
"""

from __future__ import annotations

from pyojeong.assets import WEIGHTS, write_certificate


def main() -> None:
    write_certificate(
        "presets",
        WEIGHTS / "presets.json",
        licence="Apache-2.0",
        origin="ships with pyojeong; EMFACS (Friesen & Ekman 1983), tuned by pyojeong.train.presets",
        trained_on="readings of drawn muxspace and FER2013 training faces by two expression "
        "classifiers; the pictures carry no clear licence and do not ship",
        accuracy="see docs/models/presets.md",
        limits="What classifiers and people of the web take for an emotion, not what it feels like.",
        made_by="pyojeong.train.presets, pyojeong.train.presets_certificate",
    )


if __name__ == "__main__":
    main()
