"""Latin letters in Korean text: letter names, well-known words, or the English voice.

Acronyms are spelled out (AI → 에이아이), words that Korean has taken over are written in Hangul
(hello → 헬로, Mr. → 미스터). Any other word stays as it is: espeak's Korean voice then reads it
with its English rules.
"""

from __future__ import annotations

import re

from pyojeong.speech.numbers import UNIT
from pyojeong.speech.pronounced import Pronounced

_LETTER_NAMES = """
에이 비 씨 디 이 에프 지 에이치 아이 제이 케이 엘 엠 엔 오 피 큐 아르 에스 티 유 브이 더블유 엑스
와이 지
"""
_WORD_TABLE = """
mr.=미스터 mr=미스터 mrs.=미시즈 mrs=미시즈 ms.=미즈 dr.=닥터 dr=닥터 vs=대 vs.=대 etc.=기타
st.=세인트 no.=넘버 e-mail=이메일 email=이메일 ok=오케이 okay=오케이 hello=헬로 hi=하이 hey=헤이
bye=바이 yes=예스 no=노 please=플리즈 sorry=쏘리 thank=땡큐 love=러브 you=유 i=아이 my=마이 me=미
good=굿 morning=모닝 night=나이트 happy=해피 birthday=버스데이 day=데이 new=뉴
christmas=크리스마스 merry=메리 party=파티 baby=베이비 cat=캣 dog=도그 the=더 and=앤드 of=오브
in=인 to=투 for=포 go=고 stop=스톱 start=스타트 game=게임 over=오버 computer=컴퓨터 robot=로봇
internet=인터넷 app=앱 apps=앱스 web=웹 online=온라인 youtube=유튜브 google=구글 apple=애플
samsung=삼성 lg=엘지 kakao=카카오 naver=네이버 facebook=페이스북 instagram=인스타그램
twitter=트위터 netflix=넷플릭스 windows=윈도우 android=안드로이드 iphone=아이폰 ipad=아이패드
python=파이썬 java=자바 news=뉴스 music=뮤직 world=월드 star=스타 king=킹 queen=퀸 prince=프린스
princess=프린세스 magic=매직 dream=드림 story=스토리 sad=새드 wow=와우 oh=오 ah=아 bravo=브라보
fighting=파이팅 coffee=커피 pizza=피자 cake=케이크 ice=아이스 cream=크림 nasa=나사 nato=나토
unesco=유네스코 unicef=유니세프 fifa=피파 covid=코비드 opec=오펙 ikea=이케아 lego=레고 ted=테드
mp3=엠피쓰리 mp4=엠피포 3d=쓰리디 2d=투디 4d=포디 5g=파이브지 4g=포지 3g=쓰리지 2g=투지
wifi=와이파이 wi-fi=와이파이 usb=유에스비 led=엘이디 cctv=씨씨티브이 k-pop=케이팝 kpop=케이팝
tv=티브이 pd=피디 cd=씨디 dvd=디브이디 pc=피씨 ai=에이아이 sns=에스엔에스 dna=디엔에이
diy=디아이와이 sf=에스에프 pm=오후 am=오전 p.m.=오후 a.m.=오전 a/s=에이에스 r&b=알앤비
q&a=큐앤에이
"""
_LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        _LETTER_NAMES.split(),
        strict=True,
    )
)
_LETTERS["R"] = "알"
_LETTERS["Z"] = "제트"

_WORDS = {word: hangul for pair in _WORD_TABLE.split() for word, _, hangul in [pair.partition("=")]}
_TOKEN = re.compile(
    "|".join(
        [
            rf"(?P<unit>(?<=\d) ?(?:{UNIT})(?![A-Za-z])|(?<=[°º]) ?[CF](?![A-Za-z]))",
            # Listed words that hold a digit or a mark, then letters (with an apostrophe inside).
            *(rf"(?<![A-Za-z0-9]){re.escape(w)}(?![A-Za-z0-9])" for w in _WORDS if not w.isalpha()),
            r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:['’][A-Za-z]+)?",
        ]
    ),
    re.IGNORECASE,
)
_LONGEST_ACRONYM = 5


def spell_latin(text: str) -> Pronounced:
    """Korean text with its acronyms and well-known Latin words in Hangul."""
    return Pronounced.replaced(
        text, _TOKEN, lambda match: None if match["unit"] else hangul_for(match.group())
    )


def hangul_for(word: str) -> str | None:
    """The Hangul of a Latin word, or None for one that the English voice should read."""
    known = _WORDS.get(word.casefold())
    if known is not None:
        return known
    if _is_acronym(word):
        return "".join(_LETTERS[letter] for letter in word.upper())
    return None


def _is_acronym(word: str) -> bool:
    if not (word.isascii() and word.isalpha()):
        return False
    if len(word) == 1 or not set(word.casefold()) & set("aeiouy"):
        return True
    return word.isupper() and len(word) <= _LONGEST_ACRONYM
