"""Small closed word lists the sentence splitter leans on: endings, tags, abbreviations."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ABBREVIATIONS = _words(
    """mr mrs ms dr prof rev fr sr jr st mt lt col gen sgt capt cmdr adm gov pres sen rep hon messrs
    mmes mme mlle vs v etc cf al ed eds vol vols fig figs no nos pp ch sec dept est approx inc ltd co
    corp bros e.g i.e a.m p.m ph.d m.d b.a m.a u.s u.k u.n d.c jan feb mar apr jun jul aug sep sept
    oct nov dec ave blvd rd"""
)
"""Words that may end in a full stop inside a sentence (lower case, without the last stop)."""

MAY_END = _words("etc jr sr a.m p.m u.s u.k u.n d.c inc ltd co corp ph.d m.d b.a m.a")
"""Abbreviations that also end sentences: a capital after them starts a new one."""

NUMBERED = _words("no nos fig figs vol vols pp ch sec p")
"""Abbreviations only before a number ("No. 5", but "Say no.")."""

# Final endings strong enough to close a sentence that has no punctuation. Deliberately short:
# a missed boundary costs a long subtitle, a wrong one breaks the sense.
_CLOSED_BY_SS = "".join(map(chr, range(0xAC00 + 20, 0xD7A4, 28)))  # 갔, 었, 했, 겠 ...
_CLOSED_BY_B = "".join(map(chr, range(0xAC00 + 17, 0xD7A4, 28)))  # 합, 습, 입 ...
FINAL_ENDING = re.compile(
    f"(?:[{_CLOSED_BY_B}]니다|[어아여해워와려져겨셔쳐돼]요|예요|에요|네요|군요|지요|죠|세요|까요"
    f"|[{_CLOSED_BY_SS}]다)$"
)
STARTS_ANEW = re.compile("(?:그래서|그리고|그러나|그런데|그러자|그때|하지만|그러면)\\s")
"""Words that begin a clause whatever ending stands before them."""

_PREDICATE_ENDING = re.compile("(?:[다요까죠네지라자래걸군구나야어아해마니데걸])$")

# Words that carry on after such an ending: quoting, auxiliary and connective forms.
CARRIES_ON = re.compile(
    r"(?:이?라[고며는던]|라면서|하[고며면는던니자더]|하였|했다|한다고|할지|해도|(?:고|며|면|는|던|만|마는)\b"
    r"|왔|보[니면]|\S{1,4}다\s[하했]|간\b|갈\b|온\b|올\b|오[고는던며]|와서|갔|가[고는던며]\b|싶|그랬|느[꼈낌]|생각[했하]|들었|전[했해]|듯)"
)

# What follows a closed quotation when its tag goes on: 하고, 라고, 라며 ...
QUOTING = re.compile(
    "(?:이?라고|하고|하며|하면서|하는|하던|하자|하니|하면|하기|한다|한\\s|했[다어지습]|라며|라면서|라는|라던|라니|이?란|"
    "고\\s|며\\s|면서|는\\s|던\\s|라[.,]|그렇게\\s*(?:말|외|소리|물|대답)|이렇게\\s*(?:말|외|소리|물|대답))"
)

# The predicate of a speech tag: "늑대가 말했어요". Stems only; the clause they end is short.
SPEECH_VERB_KO = re.compile(
    "말했|말하|말한|말씀|말을 (?:걸|건|했|꺼)|물었|묻|물어|외쳤|외치|소리쳤|소리치|소리를|소리 질|소리질|대답|속삭|"
    "중얼|불렀|부르|덧붙|울부짖|투덜|타일렀|타이르|되물|되묻|읊|고함|꾸짖|꾸중|이야기했|얘기했|인사했|한마디|여쭈|여쭸|여쭤|"
    "아뢰|부탁|빌었|빌며|애원|명령|재촉|칭찬했|놀렸|약속했|소곤|웅얼|으르렁|흐느|감탄했|비명|호통|설명했|쏘아붙|"
    "다그쳤|탄식|조잘|노래했|노래를 불|외침|반문|다독|달랬|말리|거들|끄덕이며|혼잣말|생각했|생각하"
)

SPEECH_VERB_EN = _words(
    """said says asked asks cried cries shouted shouts whispered whispers replied replies answered
    answers yelled yells screamed screams called calls exclaimed exclaims murmured muttered added
    began begged sobbed laughed giggled sighed growled roared barked squeaked chirped gasped groaned
    moaned hissed snapped grumbled mumbled sang announced declared explained insisted demanded
    wondered thought told continued agreed admitted promised warned suggested ordered commanded
    repeated pleaded wailed howled snarled croaked purred boomed bellowed"""
)


def ends_predicate(text: str) -> bool:
    """Whether a Korean phrase ends the way a sentence can (a loose test, for pauses and lines)."""
    return bool(_PREDICATE_ENDING.search(text))
