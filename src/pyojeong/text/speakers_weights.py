"""What each piece of evidence for a speaker is worth (points).

Learned with the averaged structured perceptron (Collins 2002) from hand-annotated dialogues:
`python -m pyojeong.train.speakers`. Korean and English have weights of their own where their
grammar differs.
"""

from __future__ import annotations

WEIGHTS: dict[str, float] = {
    "own name": 8.0,
    "pronoun": 5.56, "pronoun other": 3.99,
    "zero subject": 1.0,
    "earlier": 0.66,
    "across": -1.0,
    "before ko subject": 1.92, "before ko topic": 2.48, "before ko owner": 2.0,
    "before ko voice": 1.0, "before en noun": 2.72, "before en pronoun": 3.5,
    "before silent": -1.41, "before enters": 0.35, "before leaves": -1.03, "before I": -0.5,
    "after ko subject": 2.83, "after ko topic": -0.3, "after ko owner": 0.55,
    "after ko voice": 4.5, "after en noun": 1.75, "after en pronoun": 1.82, "after silent": -2.25,
    "after enters": -1.5, "after I": -1.25,
    "first ko subject": 2.44, "first ko topic": 1.14, "first ko owner": 1.66,
    "first ko voice": 4.72, "first en noun": 1.46, "first en pronoun": 1.75, "first later": -0.92,
    "first silent": -2.24, "first enters": -1.01, "first I": -1.15, "first person": 0.3,
    "second ko subject": 2.06, "second ko topic": 3.81, "second ko owner": 1.89,
    "second ko voice": 1.0, "second en noun": 3.98, "second en pronoun": 4.71,
    "second earlier": -1.08, "second silent": -1.23, "second enters": 0.3, "second leaves": -2.0,
    "second I": -0.73,
    "both ko subject": 2.55, "both ko topic": 2.89, "both ko owner": 2.68, "both ko voice": 4.78,
    "both en noun": 4.1, "both en pronoun": 3.7, "both silent": -2.59, "both longer": 0.18,
    "recent 0": 0.72, "recent 1": 0.63, "recent 2": 0.27, "recent 3": 0.46,
    "soon 0": -0.0, "soon 1": -0.34,
    "around": 0.32,
    "linked": 0.81,
    "several": -1.86,
    "barred": -8.05,
    "told of": -1.69,
    "elder": 2.01,
    "no elder": -0.51,
    "other level": -1.06,
    "again near": -4.05, "again later": -0.46, "again tagged": -0.16, "again tagged asked": -1.42,
    "again spread": 1.01, "again tagged spread": 2.62, "again replies": -2.01,
    "again later asked": -1.02,
    "third near": -1.0, "third later": -0.7,
    "called near": 2.38, "called later": 1.75,
    "calls": 0.54,
}  # fmt: skip
