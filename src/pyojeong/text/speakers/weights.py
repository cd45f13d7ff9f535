"""What each piece of evidence for a speaker is worth (points).

Learned with the averaged structured perceptron (Collins 2002) from hand-annotated dialogues:
`python -m pyojeong.train.speakers`. Korean and English have weights of their own where their
grammar differs.
"""

from __future__ import annotations

WEIGHTS: dict[str, float] = {
    "own name": 8.00,
    "pronoun": 5.84, "pronoun near": 1.23, "pronoun other": 3.90,
    "zero subject": 1.00,
    "earlier": 1.25,
    "across": -1.23, "across quoted": -3.00,
    "own": 2.88, "own first": 0.75,
    "across first": 1.03,
    "both own": 2.00,
    "before ko subject": 2.52, "before ko topic": 2.74, "before ko owner": 2.03,
    "before ko voice": 1.00, "before en noun": 3.16, "before en pronoun": 3.68,
    "before silent": -1.49, "before enters": 0.63, "before leaves": -1.26, "before I": -0.41,
    "after ko subject": 2.87, "after ko topic": 0.41, "after ko owner": 0.72,
    "after ko voice": 4.50, "after en noun": 1.41, "after en pronoun": 2.20,
    "after silent": -2.02, "after enters": -1.50, "after I": -0.97,
    "first ko subject": 2.37, "first ko topic": 0.73, "first ko owner": 1.63,
    "first ko voice": 4.68, "first en noun": 1.19, "first en pronoun": 1.82, "first later": -1.20,
    "first silent": -2.23, "first enters": -1.07, "first I": -1.03, "first person": 0.30,
    "second ko subject": 2.30, "second ko topic": 4.07, "second ko owner": 2.02,
    "second ko voice": 1.00, "second en noun": 3.89, "second en pronoun": 4.29,
    "second earlier": -1.36, "second silent": -1.55, "second enters": -0.00,
    "second leaves": -2.06, "second I": -0.73,
    "both ko subject": 3.01, "both ko topic": 3.26, "both ko owner": 2.67, "both ko voice": 4.82,
    "both en noun": 3.92, "both en pronoun": 4.14, "both silent": -2.28, "both longer": 0.50,
    "recent 0": 0.79, "recent 1": 0.54, "recent 2": 0.23, "recent 3": 0.27,
    "soon 0": -0.48, "soon 1": -0.71,
    "around": 0.25,
    "linked": 1.07,
    "several": -1.63,
    "barred": -8.49,
    "told of": -1.27, "told once": -0.33,
    "elder": 2.12, "elder polite": -0.40, "elder plain": 0.43, "elder calls elder": -0.03,
    "elder calls young": -0.15,
    "no elder": -0.62,
    "other level": -0.95,
    "again near": -4.14, "again later": -0.81, "again tagged": 0.36, "again tagged asked": -1.36,
    "again spread": 2.85, "again tagged spread": 3.75, "again replies": -1.77,
    "again later asked": -1.10, "again new": -4.39, "again tagged asks": -1.78,
    "again echo": -2.00,
    "third near": -1.06, "third new": -1.02, "third later": -0.34,
    "called near": 2.82, "called new": 2.25, "called later": 2.15,
    "calls": 0.96,
    "young polite": 0.40, "young plain": -0.43, "young calls elder": 0.03,
    "young calls young": 0.15,
    "never sure": 0.06,
    "proper": 0.57,
}  # fmt: skip
