"""Korean numerals: Sino-Korean (일 이 삼) and native (하나 둘 셋) in words."""

from __future__ import annotations

_DIGITS = "영일이삼사오육칠팔구"
_PHONE_DIGITS = "공일이삼사오육칠팔구"
_SMALL = ("", "십", "백", "천")
_LARGE = ("", "만", "억", "조", "경", "해")
LONGEST = 4 * len(_LARGE)
"""Most figures a number in words may have."""
_ONES = ("", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")
_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
# Before a counter.
_BOUND = {"하나": "한", "둘": "두", "셋": "세", "넷": "네"}


def sino(number: int) -> str:
    """In Sino-Korean words, a space after 만, 억 …: 1234567 → 백이십삼만 사천오백육십칠.

    number: not negative. From 10^24 up it is read digit by digit.
    """
    if number == 0:
        return "영"
    if number >= 10**LONGEST:
        return digits(str(number))
    groups: list[str] = []
    for unit in _LARGE:
        number, group = divmod(number, 10000)
        if group:
            spoken = "" if unit == "만" and group == 1 and not number else _four_digits(group)
            groups.append(spoken + unit)
    return " ".join(reversed(groups))


def _four_digits(number: int) -> str:
    words = ""
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            words += ("" if digit == 1 and place else _DIGITS[digit]) + _SMALL[place]
    return words


def native(number: int, counter: bool = True) -> str:
    """In native words up to 99, as they stand before a counter: 3 → 세, 20 → 스무, 21 → 스물한.

    counter False gives the free form: 3 → 셋. Above 99 only a remainder below 10 is native:
    101 → 백한, 120 → 백이십.
    """
    if number == 0:
        return "영"
    if number > 99:
        rest = number % 10
        tens = number % 100 >= 10
        if tens or not rest:
            return sino(number)
        return sino(number - rest) + native(rest, counter)
    tens_word, ones_word = _TENS[number // 10], _ONES[number % 10]
    if not counter:
        return tens_word + ones_word
    if number == 20:
        return "스무"
    return tens_word + _BOUND.get(ones_word, ones_word)


def digits(figures: str) -> str:
    """Digit by digit, 0 as 공: telephone and card numbers."""
    return "".join(_PHONE_DIGITS[int(f)] for f in figures)


def decimals(figures: str) -> str:
    """The part after a decimal point, 0 as 영."""
    return "".join(_DIGITS[int(f)] for f in figures)
