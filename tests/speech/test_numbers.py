"""Numbers, signs and Latin letters in Korean words."""

from __future__ import annotations

import pytest

from pyojeong.speech.latin import spell_latin
from pyojeong.speech.numbers import spell_numbers
from pyojeong.speech.numerals import native, sino

PAIRS = """
3개|세 개
3층|삼 층
20살|스무 살
21살|스물한 살
12시 30분|열두 시 삼십 분
15시 5분|십오 시 오 분
0시|영 시
2026년 11월 6일|이천이십육 년 십일월 육일
6월 6일과 10월 10일|유월 육일과 시월 십일
2026-11-06|이천이십육 년 십일월 육일
2026. 6. 3.|이천이십육 년 유월 삼일.
1,234,567원|백이십삼만 사천오백육십칠원
10,000원|만원
5만 원|오만 원
$5|오 달러
₩1,000|천 원
3.14|삼 점 일사
0.05|영 점 영오
-5|마이너스 오
50%|오십 퍼센트
0.5%p|영 점 오 퍼센트포인트
-5°C|섭씨 영하 오 도
36.5°|삼십육 점 오 도
010-1234-5678|공일공, 일이삼사, 오육칠팔
02-345-6789|공이, 삼사오, 육칠팔구
1588-1234|일오팔팔, 일이삼사
119에 전화|일일구에 전화
119명|백십구 명
3~5개|세 개에서 다섯 개
10~20%|십에서 이십 퍼센트
3시~5시|세 시에서 다섯 시
1번째|첫 번째
2번째|두 번째
20번째|스무 번째
제3장|제삼 장
3번 출구|삼 번 출구
3번 불렀다|세 번 불렀다
101마리|백한 마리
10대 소년|십 대 소년
차 3대|차 세 대
6개월|육 개월
3학년 2반|삼 학년 이 반
100m 앞|백 미터 앞
2kg|이 킬로그램
100km/h|시속 백 킬로미터
12:30|열두 시 삼십 분
9:05:10|아홉 시 오 분 십 초
3:2로 이겼다|삼 대 이로 이겼다
1/2|이 분의 일
3·1절|삼일절
6·25|육이오
3+4=7|삼 더하기 사는 칠
10 - 3 = 7|십 빼기 삼은 칠
007|공공칠
0|영
100000000|일억
99가지|아흔아홉 가지
8시간|여덟 시간
30분 동안|삼십 분 동안
7명이|일곱 명이
""".strip().split("\n")


@pytest.mark.parametrize("pair", PAIRS)
def test_numbers_in_words(pair: str) -> None:
    written, spoken = pair.split("|")
    assert spell_numbers(written).text == spoken


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "영"),
        (10, "십"),
        (11, "십일"),
        (100, "백"),
        (1_000, "천"),
        (10_000, "만"),
        (20_001, "이만 일"),
        (110_000, "십일만"),
        (100_000_000, "일억"),
        (1_0001_0000, "일억 일만"),
        (10**12, "일조"),
        (9999_9999, "구천구백구십구만 구천구백구십구"),
    ],
)
def test_sino(number: int, words: str) -> None:
    assert sino(number) == words


def test_numbers_beyond_all_units_are_read_figure_by_figure() -> None:
    assert sino(10**24) == "일" + "공" * 24
    assert spell_numbers("9" * 5000).text == "구" * 5000


def test_native() -> None:
    words = [native(n) for n in (1, 2, 3, 4, 5, 20, 21, 55, 99, 100, 103, 120)]
    assert words == [
        "한",
        "두",
        "세",
        "네",
        "다섯",
        "스무",
        "스물한",
        "쉰다섯",
        "아흔아홉",
        "백",
        "백세",
        "백이십",
    ]
    assert native(3, counter=False) == "셋"
    assert native(20, counter=False) == "스물"


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("AI를", "에이아이를"),
        ("PD가 TV에", "피디가 티브이에"),
        ("Mr. Kim", "미스터 Kim"),
        ("NASA와 YouTube", "나사와 유튜브"),
        ("MP3, 3D, Q&A", "엠피쓰리, 쓰리디, 큐앤에이"),
        ("T셔츠 A반", "티셔츠 에이반"),
        ("beautiful day", "beautiful 데이"),
        ("100km와 5kg", "100km와 5kg"),
        ("KBS 뉴스", "케이비에스 뉴스"),
        ("WONDERFUL", "WONDERFUL"),
        ("xyz", "xyz"),
        ("brr", "비알알"),
    ],
)
def test_latin_letters(written: str, spoken: str) -> None:
    assert spell_latin(written).text == spoken
