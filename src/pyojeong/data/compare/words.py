"""What a comparison says, in English and Korean."""

from __future__ import annotations

import numpy as np

from pyojeong.data.compare.failure import Accuracy, Failure, Lift
from pyojeong.data.compare.shifts import Drift, Shift
from pyojeong.errors import Language

NAMES: dict[str, tuple[str, str]] = {
    "size": ("picture size, px", "사진 크기(px)"),
    "light": ("light", "밝기"),
    "contrast": ("contrast", "대비"),
    "colour": ("colourfulness", "색의 세기"),
    "sharpness": ("sharpness of the face", "얼굴 선명도"),
    "face": ("face over picture", "사진에서 얼굴이 차지하는 비율"),
    "found": ("face found", "얼굴이 찾아진 비율"),
    "yaw": ("yaw, degrees", "좌우로 돌린 각도"),
    "pitch": ("pitch, degrees", "위아래로 숙인 각도"),
    "roll": ("roll, degrees", "옆으로 기운 각도"),
    "classes": ("class balance", "클래스 비율"),
}
_LESS: dict[str, tuple[str, str]] = {
    "size": ("B's pictures are smaller", "B의 사진이 더 작습니다"),
    "light": ("B is darker", "B가 더 어둡습니다"),
    "contrast": ("B has less contrast", "B의 대비가 더 낮습니다"),
    "colour": ("B is grayer", "B의 색이 더 옅습니다(흑백에 가깝습니다)"),
    "sharpness": ("B's faces are more blurred", "B의 얼굴이 더 흐립니다"),
    "face": (
        "B is cropped wider: faces fill less of the picture",
        "B는 더 넓게 잘려 얼굴이 작게 보입니다",
    ),
    "found": (
        "fewer of B's pictures show a face that can be found",
        "B에는 얼굴을 찾을 수 없는 사진이 더 많습니다",
    ),
}
_MORE: dict[str, tuple[str, str]] = {
    "size": ("B's pictures are larger", "B의 사진이 더 큽니다"),
    "light": ("B is lighter", "B가 더 밝습니다"),
    "contrast": ("B has more contrast", "B의 대비가 더 높습니다"),
    "colour": ("B is more colourful", "B의 색이 더 진합니다"),
    "sharpness": ("B's faces are sharper", "B의 얼굴이 더 선명합니다"),
    "face": (
        "B is cropped tighter: faces fill more of the picture",
        "B는 더 좁게 잘려 얼굴이 크게 보입니다",
    ),
    "found": (
        "more of B's pictures show a face that can be found",
        "B에는 얼굴을 찾을 수 있는 사진이 더 많습니다",
    ),
}
_TURNED = {
    "yaw": ("B's heads are turned differently (yaw)", "B의 머리는 좌우 각도가 다릅니다"),
    "pitch": ("B's heads are nodded differently (pitch)", "B의 머리는 위아래 각도가 다릅니다"),
    "roll": ("B's heads are tilted differently (roll)", "B의 머리는 기운 각도가 다릅니다"),
    "classes": ("B's classes are balanced differently", "B의 클래스 비율이 다릅니다"),
}


def pick(pair: tuple[str, str], lang: Language) -> str:
    return pair[lang == "ko"]


def show(value: float) -> str:
    """A number with three figures; a dash for none."""
    return (
        f"{value:.3g}"
        if np.isfinite(value) and abs(value) < 1000
        else (f"{value:,.0f}" if np.isfinite(value) else "-")
    )


def sentence(one: Shift, lang: Language) -> str:
    """What a shift means, with its numbers."""
    table = _TURNED if one.name in _TURNED else _MORE if one.b > one.a else _LESS
    head = pick(table[one.name], lang)
    if one.a == one.b:
        head = pick(
            (f"B differs in {NAMES[one.name][0]}", f"B는 {NAMES[one.name][1]}이(가) 다릅니다"), lang
        )
    if one.name == "classes":
        share = f"{one.distance:.0%}"
        return pick(
            (
                f"{head}: {share} of the rows would have to change class to agree.",
                f"{head}. 같아지려면 행의 {share}이(가) 다른 클래스여야 합니다.",
            ),
            lang,
        )
    kind = ("share", "비율") if one.name == "found" else ("median", "중앙값")
    numbers = f"{show(one.a)} → {show(one.b)}"
    return pick(
        (
            f"{head} ({kind[0]} {numbers}; distance {one.distance:.2f}).",
            f"{head}({kind[1]} {numbers}, 거리 {one.distance:.2f}).",
        ),
        lang,
    )


def drift_sentence(one: Drift | None, found: bool, lang: Language) -> str:
    """How well the sets can be told apart, and that nothing was found where so."""
    nothing = (
        ""
        if found
        else pick(("No property differs clearly. ", "뚜렷이 다른 속성은 없습니다. "), lang)
    )
    if one is None:
        return nothing + pick(
            (
                "Too few pictures to say whether the sets can be told apart.",
                "사진이 너무 적어 두 데이터를 구분할 수 있는지 말할 수 없습니다.",
            ),
            lang,
        )
    span = f"AUC {one.auc:.2f}, {one.low:.2f}-{one.high:.2f}"
    if one.low <= 0.5:
        return nothing + pick(
            (
                f"A classifier cannot tell the sets apart ({span}).",
                f"분류기가 두 데이터를 구분하지 못합니다({span}).",
            ),
            lang,
        )
    return nothing + pick(
        (
            f"A classifier tells the sets apart ({span}; 0.5 is chance).",
            f"분류기가 두 데이터를 구분합니다({span}, 0.5는 우연).",
        ),
        lang,
    )


def share_of(one: Accuracy | None) -> str:
    return f"{one.share:.0%} ({one.low:.0%}-{one.high:.0%}, n = {one.total})" if one else "-"


def accuracy_sentence(why: Failure, lang: Language) -> str:
    return pick(
        (
            f"The classifier reads {share_of(why.a)} of A and {share_of(why.b)} of B right.",
            f"분류기의 정확도: A {share_of(why.a)}, B {share_of(why.b)}.",
        ),
        lang,
    )


def lift_sentence(one: Lift, lang: Language) -> str:
    name = NAMES[one.name]
    span = f"{one.low:.1f}-{one.high:.1f}"
    side = ("above", "보다 큰") if one.high_side else ("below", "보다 작은")
    limit = show(one.limit)
    en = (
        f"Pictures of B with {name[0]} {side[0]} {limit} fail {one.ratio:.1f} times as often "
        f"({span})."
    )
    ko = f"B에서 {name[1]} 값이 {limit}{side[1]} 사진은 {one.ratio:.1f}배 자주 틀립니다({span})."
    return pick((en, ko), lang)
