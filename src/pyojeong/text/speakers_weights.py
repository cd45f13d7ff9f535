"""What each piece of evidence for a speaker is worth (points).

Learned with the averaged structured perceptron (Collins 2002) from hand-annotated dialogues:
`python -m pyojeong.train.speakers`. Korean and English have weights of their own where their
grammar differs.
"""

from __future__ import annotations

WEIGHTS: dict[str, float] = {
    "own name": 8.0,
    "pronoun": 5.33, "pronoun other": 3.87,
    "zero subject": 1.0,
    "earlier": 0.76,
    "across": -1.0,
    "before ko subject": 1.87, "before ko topic": 2.36, "before ko owner": 2.0,
    "before ko voice": 1.0, "before en noun": 2.52, "before en pronoun": 3.5,
    "before silent": -1.39, "before enters": 0.41, "before leaves": -0.91, "before I": -0.48,
    "after ko subject": 2.68, "after ko topic": -0.68, "after ko owner": 0.14,
    "after ko voice": 4.5, "after en noun": 1.36, "after en pronoun": 1.8, "after silent": -2.17,
    "after enters": -1.5, "after I": -1.25,
    "first ko subject": 2.2, "first ko topic": 1.04, "first ko owner": 1.59,
    "first ko voice": 4.73, "first en noun": 1.4, "first en pronoun": 1.73, "first later": -1.02,
    "first silent": -2.28, "first enters": -0.77, "first I": -1.15, "first person": 0.28,
    "second ko subject": 2.08, "second ko topic": 3.74, "second ko owner": 1.82,
    "second ko voice": 1.0, "second en noun": 3.87, "second en pronoun": 4.71,
    "second earlier": -1.16, "second silent": -1.25, "second enters": 0.17, "second leaves": -2.0,
    "second I": -0.87,
    "both ko subject": 2.44, "both ko topic": 2.81, "both ko owner": 2.72, "both ko voice": 4.77,
    "both en noun": 3.79, "both en pronoun": 3.56, "both silent": -2.7, "both longer": 0.13,
    "recent 0": 0.66, "recent 1": 0.46, "recent 2": 0.26, "recent 3": 0.38,
    "soon 0": -0.21, "soon 1": -0.36,
    "around": 0.31,
    "linked": 0.98,
    "several": -2.12,
    "barred": -7.93,
    "told of": -1.67, "told once": -0.23,
    "elder": 2.05, "elder polite": -0.32, "elder plain": 0.13, "elder calls elder": -0.12,
    "elder calls young": 0.09,
    "no elder": -0.55,
    "other level": -0.94,
    "again near": -3.96, "again later": -0.58, "again tagged": -0.05, "again tagged asked": -1.5,
    "again spread": 0.77, "again tagged spread": 2.5, "again replies": -1.94,
    "again later asked": -1.05,
    "third near": -0.81, "third later": -0.39,
    "called near": 2.49, "called later": 1.67,
    "calls": 0.38,
    "young polite": 0.32, "young plain": -0.13, "young calls elder": 0.12,
    "young calls young": -0.09,
    "never sure": 0.19,
    "proper": 0.22,
}  # fmt: skip
