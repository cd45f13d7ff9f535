"""What each piece of evidence for a speaker is worth (points).

Learned with the averaged structured perceptron (Collins 2002) from hand-annotated dialogues:
`python -m pyojeong.train.speakers`. Korean and English have weights of their own where their
grammar differs.
"""

from __future__ import annotations

WEIGHTS: dict[str, float] = {
    "own name": 8.00,
    "pronoun": 5.91, "pronoun other": 4.25,
    "zero subject": 1.00,
    "earlier": 1.28,
    "across": -1.00,
    "before ko subject": 2.23, "before ko topic": 2.94, "before ko owner": 2.00,
    "before ko voice": 1.00, "before en noun": 3.27, "before en pronoun": 3.51,
    "before silent": -1.48, "before enters": 0.33, "before leaves": -1.39, "before I": -0.50,
    "after ko subject": 2.52, "after ko topic": 0.83, "after ko owner": 1.41,
    "after ko voice": 4.50, "after en noun": 1.56, "after en pronoun": 2.04,
    "after silent": -2.02, "after enters": -1.50, "after I": -1.20,
    "first ko subject": 2.47, "first ko topic": 1.47, "first ko owner": 1.87,
    "first ko voice": 4.52, "first en noun": 1.83, "first en pronoun": 1.99, "first later": -0.86,
    "first silent": -2.07, "first enters": -1.28, "first I": -1.00, "first person": 0.29,
    "second ko subject": 2.39, "second ko topic": 3.59, "second ko owner": 1.93,
    "second ko voice": 1.00, "second en noun": 3.93, "second en pronoun": 4.15,
    "second earlier": -1.08, "second silent": -1.42, "second enters": 0.24,
    "second leaves": -2.00, "second I": -0.59,
    "both ko subject": 3.05, "both ko topic": 3.45, "both ko owner": 2.60, "both ko voice": 4.98,
    "both en noun": 4.28, "both en pronoun": 4.20, "both silent": -2.15, "both longer": 0.45,
    "recent 0": 0.56, "recent 1": 0.50, "recent 2": 0.31, "recent 3": 0.19,
    "soon 0": -0.18, "soon 1": -0.25,
    "around": 0.24,
    "linked": 0.98,
    "several": -1.34,
    "barred": -8.89,
    "told of": -1.50, "told once": -0.16,
    "elder": 1.99, "elder polite": -0.40, "elder plain": 0.21, "elder calls elder": -0.10,
    "elder calls young": 0.08,
    "no elder": -0.49,
    "other level": -0.86,
    "again near": -3.91, "again later": -0.75, "again tagged": 0.20, "again tagged asked": -1.11,
    "again spread": 2.59, "again tagged spread": 3.88, "again replies": -1.56,
    "again later asked": -1.03,
    "third near": -1.00, "third later": -0.30,
    "called near": 2.50, "called later": 1.55,
    "calls": 1.31,
    "young polite": 0.40, "young plain": -0.21, "young calls elder": 0.10,
    "young calls young": -0.08,
    "never sure": 0.19,
    "proper": 0.22,
}  # fmt: skip
