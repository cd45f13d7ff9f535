"""Numbers in Korean text → words, as a reader would say them.

Which numerals a number takes depends on what it counts (세 개, 삼 층, 스무 살, 열두 시 삼십 분);
the tables below hold the counters. Reading rules: National Institute of Korean Language,
온라인가나다 and 한글 맞춤법 section 44 on units of 만.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pyojeong.speech.hangul import split_syllable
from pyojeong.speech.numerals import LONGEST, decimals, digits, native, sino
from pyojeong.speech.pronounced import Pronounced

# Counted with native numerals. Longest first where one begins another.
_NATIVE_TEXT = """
번째 가지 켤레 송이 그루 마리 사람 시간 자루 조각 마디 다발 묶음 군데 차례 방울 걸음 발자국 포기
모금 스푼 숟갈 봉지 상자 바퀴 바구니 그릇 꾸러미 접시 주먹 움큼 아름 뿌리 이랑 채 개 명 살 시 번
장 권 대 병 잔 벌 쌍 곳 줄 척 통 알 달 배 끼 집 판 톨 컵 칸 단 분 자 밤 돌 모 겹 마당 고개 놈 녀석
"""
_NATIVE = tuple(_NATIVE_TEXT.split())
# Counters and other words after which a number is Sino-Korean, some because they begin like
# a native counter.
_SINO_TEXT = """
개월 개국 개년 개조 개사 시경 번지 번길 번가 번선 번대 대째 대손 장조 장로 명당 배럴 배속 단계
단원 판결 분기 분의 차원 단지 시리즈 통신 자리 채널 대조 집단 알엔에이 개소 년 월 일 층 원 초 도
호 반 세 주 위 등 급 점 쪽 절 항 조 편 화 회 학년 인분 호선 동 세기 주년 주일 인 미터 번
"""
_SINO = tuple(_SINO_TEXT.split())
UNITS: dict[str, str] = {
    "km/h": "킬로미터", "km": "킬로미터", "cm": "센티미터", "mm": "밀리미터", "m²": "제곱미터", "m2": "제곱미터",
    "km2": "제곱킬로미터", "m3": "세제곱미터", "m": "미터", "kg": "킬로그램", "mg": "밀리그램", "g": "그램", "t": "톤",
    "ml": "밀리리터", "mL": "밀리리터", "dl": "데시리터", "l": "리터", "L": "리터", "cc": "씨씨", "ha": "헥타르",
    "kcal": "킬로칼로리", "cal": "칼로리", "kW": "킬로와트", "W": "와트", "V": "볼트", "A": "암페어", "Hz": "헤르츠",
    "kHz": "킬로헤르츠", "MHz": "메가헤르츠", "GHz": "기가헤르츠", "KB": "킬로바이트", "MB": "메가바이트",
    "GB": "기가바이트", "TB": "테라바이트", "px": "픽셀", "fps": "에프피에스", "dB": "데시벨", "ms": "밀리초",
    "ppm": "피피엠", "in": "인치", "inch": "인치", "ft": "피트", "lb": "파운드", "oz": "온스", "mph": "마일",
    "%p": "퍼센트포인트", "%": "퍼센트", "‰": "퍼밀", "rpm": "알피엠", "kWh": "킬로와트시", "mmHg": "수은주밀리미터",
}  # fmt: skip
_MONEY = {"$": "달러", "₩": "원", "€": "유로", "£": "파운드", "¥": "엔"}
_MONTHS = {6: "유", 10: "시"}
# A number with a native counter from here on takes Sino numerals after all.
_NUMBERED = r"(?= ?(?:출구|버스|문제|타자|선수|트랙|국도|홈|답|방|번호|곡|지))"

_N = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SIGN = r"(?<![\w)\]])[-−]|±"
UNIT = "|".join(re.escape(u) for u in sorted(UNITS, key=len, reverse=True))
_COUNTER = "|".join(sorted({*_NATIVE, *_SINO}, key=len, reverse=True))
_RANGE = r" ?[~∼～–] ?"


def spell_numbers(text: str) -> Pronounced:
    """Korean text with every number in words; what is not a number stays as it is.

    spell_numbers("3개와 3층").text == "세 개와 삼 층".
    """
    return Pronounced.replaced(text, _PATTERN, _read)


def _read(match: re.Match[str]) -> str:
    said = _READERS[match.lastgroup or ""](match)
    follows = match.string[match.end() : match.end() + 1]
    # A Latin letter or a figure right after would run into the last syllable.
    close = said[-1:] != " " and follows.isascii() and follows.isalnum()
    return said + " " if close else said


def _number(figures: str) -> str:
    """Any number as written: 1,234.5 → 천이백삼십사 점 오."""
    whole, _, part = figures.replace(",", "").partition(".")
    if (len(whole) > 1 and whole.startswith("0") and not part) or len(whole) > LONGEST:
        return digits(whole)
    return sino(int(whole)) + (f" 점 {decimals(part)}" if part else "")


def _counted(figures: str, counter: str) -> str:
    """A number before its counter, both in words."""
    plain = figures.replace(",", "")
    if not plain.isdigit() or len(plain) > LONGEST:
        return f"{_number(figures)} {counter}"
    number = int(plain)
    if counter == "월" and number in _MONTHS:
        return f"{_MONTHS[number]}월"
    if counter == "번째" and number == 1:
        return "첫 번째"
    if counter in _NATIVE and not _takes_sino(number, counter):
        return f"{native(number)} {counter}"
    return _number(figures) + _gap(counter) + counter


def _gap(counter: str) -> str:
    """Sino numerals run into a counter that begins with a vowel: 십일월 [시비뤌], 만원 [마눤]."""
    return "" if split_syllable(counter[0])[0] == "ㅇ" else " "


def _takes_sino(number: int, counter: str) -> bool:
    if counter == "대":  # ages: 10대, 20대
        return number % 10 == 0
    if counter == "시":  # 24-hour clock
        return number > 12 or number == 0
    if counter == "번":
        return number >= 20
    return counter == "분"  # minutes are far more usual than persons


def _read_date(match: re.Match[str]) -> str:
    year, month, day = (int(match[name]) for name in ("y", "mo", "d"))
    return f"{sino(year)} 년 {_MONTHS.get(month, sino(month))}월 {sino(day)}일"


def _read_clock(match: re.Match[str]) -> str:
    hour, minute = int(match["hh"]), int(match["mm"])
    words = _counted(str(hour), "시") + (f" {sino(minute)} 분" if minute else "")
    return words + (f" {sino(int(match['ss']))} 초" if match["ss"] else "")


def _read_phone(match: re.Match[str]) -> str:
    return ", ".join(digits(part) for part in re.split(r"[-)\s]+", match["phone"].strip("(")))


def _read_range(match: re.Match[str]) -> str:
    """3~5개 → 세 개에서 다섯 개; 10~20% → 십에서 이십 퍼센트."""
    low, high = match["low"], match["high"]
    counter, unit = match["range_counter"], match["range_unit"]
    if counter:
        return f"{_counted(low, counter)}에서 {_counted(high, counter)}"
    return f"{_number(low)}에서 {_number(high)}" + (f" {UNITS[unit]}" if unit else "")


def _read_fraction(match: re.Match[str]) -> str:
    return f"{sino(int(match['below']))} 분의 {sino(int(match['above']))}"


def _read_score(match: re.Match[str]) -> str:
    return f"{sino(int(match['left']))} 대 {sino(int(match['right']))}"


def _read_degrees(match: re.Match[str]) -> str:
    scale = {"C": "섭씨 ", "F": "화씨 ", "": ""}[match["scale"] or ""]
    below = "영하 " if match["cold"] else ""
    return f"{scale}{below}{_number(match['degrees'])} 도"


def _read_money(match: re.Match[str]) -> str:
    large = match["large"] or ""
    return f"{_number(match['amount'])}{large} {_MONEY[match['currency']]}"


def _read_unit(match: re.Match[str]) -> str:
    hourly = "시속 " if match["unit_name"] in ("km/h", "mph") else ""
    sign = _signed(match["unit_sign"])
    return f"{hourly}{sign}{_number(match['size'])} {UNITS[match['unit_name']]}"


def _read_counter(match: re.Match[str]) -> str:
    figures, counter = match["count"], match["counter"]
    if match["ordinal"] or match["numbered"] is not None:
        return f"{match['ordinal'] or ''}{_number(figures)} {counter}"
    return _counted(figures, counter)


def _read_joined(match: re.Match[str]) -> str:
    return "".join(decimals(c) for c in match["joined"] if c.isdigit())


def _read_operator(match: re.Match[str]) -> str:
    """3+4=7 → 삼 더하기 사는 칠."""
    if match["operator"] == "=":
        return "는 " if match.string[match.start() - 1] in "2459" else "은 "
    said = {"+": "더하기", "×": "곱하기", "÷": "나누기"}.get(match["operator"] or "", "빼기")
    return f" {said} "


def _read_plain(match: re.Match[str]) -> str:
    return _signed(match["sign"]) + _number(match["number"])


def _signed(sign: str | None) -> str:
    return {"": "", "±": "플러스 마이너스 "}.get(sign or "", "마이너스 ")


_Reader = Callable[[re.Match[str]], str]
# In the order they are tried; the name is also that of the outermost group.
_KINDS: dict[str, tuple[str, _Reader]] = {
    "date": (
        r"(?P<y>\d{4})(?:-|\. ?|/)(?P<mo>0?[1-9]|1[0-2])(?:-|\. ?|/)"
        r"(?P<d>0?[1-9]|[12]\d|3[01])(?!\d)",
        _read_date,
    ),
    "tel": (
        r"(?P<phone>\(?0\d{1,2}[-) ]{1,2}\d{3,4}-\d{4}|1\d{3}-\d{4}"
        rf"|11[2-9](?! ?\d|[.,]\d| ?(?:{_COUNTER})| ?(?:{UNIT})))",
        _read_phone,
    ),
    "clock": (r"(?P<hh>[01]?\d|2[0-4]):(?P<mm>[0-5]\d)(?::(?P<ss>[0-5]\d))?(?![\d:])", _read_clock),
    "score": (r"(?P<left>\d{1,3}):(?P<right>\d{1,3})(?!\d)", _read_score),
    "span": (
        rf"(?P<low>{_N})(?:{_COUNTER})?{_RANGE}(?P<high>{_N}) ?"
        rf"(?:(?P<range_counter>{_COUNTER})|(?P<range_unit>{UNIT})(?![A-Za-z]))?",
        _read_range,
    ),
    "heat": (
        rf"(?P<cold>(?<!\w)[-−])?(?P<degrees>{_N}) ?[°º](?P<scale>[CF])?",
        _read_degrees,
    ),
    "money": (
        rf"(?P<currency>[{''.join(_MONEY)}]) ?(?P<amount>{_N})(?P<large>[만억조천백])?",
        _read_money,
    ),
    "measure": (
        rf"(?P<unit_sign>{_SIGN})?(?P<size>{_N}) ?(?P<unit_name>{UNIT})(?![A-Za-z])",
        _read_unit,
    ),
    "fraction": (r"(?<![\d/])(?P<above>\d{1,3})[/⁄](?P<below>\d{1,3})(?![\d/])", _read_fraction),
    "event": (r"(?P<joined>\d{1,2}[·ㆍ]\d{1,2})(?!\d)", _read_joined),
    "sum": (
        r"(?<=\d) ?(?P<operator>[+×÷=]) ?(?=\d)|(?<=\d) (?P<minus>[-−]) (?=\d)",
        _read_operator,
    ),
    "until": (r"(?<=[가-힣\d)]) [~∼〜] (?=\S)", lambda match: "에서 "),
    "counted": (
        rf"(?P<ordinal>제 ?)?(?P<count>{_N}) ?(?P<counter>{_COUNTER})"
        rf"(?P<numbered>(?<=번){_NUMBERED})?",
        _read_counter,
    ),
    "plain": (rf"(?P<sign>{_SIGN})?(?P<number>{_N})", _read_plain),
}
_PATTERN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, (pattern, _) in _KINDS.items()))
_READERS: dict[str, _Reader] = {name: reader for name, (_, reader) in _KINDS.items()}
