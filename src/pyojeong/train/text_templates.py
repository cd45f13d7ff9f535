"""Plain sentences that name a feeling, made from short lists written for Pyojeong (CC0).

The corpus teaches hints and moods; these teach the plain words in all their forms, and what a
negation does to them. Drawn at random with a fixed seed; none is kept in a file.
"""

from __future__ import annotations

import random
import tomllib
from functools import cache
from pathlib import Path

import numpy as np

from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.train.text_data import Rows, unrated

_SEED = 7
_GESTURE_SHARE = 0.45
_CONTRAST_SHARE = 0.15
_DENIAL_SHARE = 0.12
_UNWELCOME = ("anger", "sadness", "fear", "surprise", "disgust")
_KO_BRIDGE = (
    "",
    "이제는 ",
    "곧 ",
    "금세 ",
    "나중에는 ",
    "지금은 ",
    "마지막에는 ",
    "친구들 덕분에 ",
    "그 뒤로는 ",
)
_EN_BRIDGE = (
    "but later felt", "but now felt", "but then became", "yet in the end was", "but by evening was",
)  # fmt: skip
_GESTURES = Path(__file__).with_name("text_gestures.toml")
_KO_GESTURE_ENDS = (
    "어요.",
    "다.",
    "습니다.",
    "답니다.",
    "어.",
    "지요.",
    "어요!",
    "고, 아무 말도 하지 않았다.",
)
_EN_GESTURE_ENDS = (".", ".", ".", "!", " and said nothing.", " that evening.", " again.")

# Past stem / form before 서 and 요 / form before 네요, 지만, 구나. "-" where a form is not used.
_KO_FEELS = {
    "happiness": """행복했/행복해/행복하 기뻤/기뻐/기쁘 즐거웠/즐거워/즐겁 신났/신나/신나
        반가웠/반가워/반갑
        뿌듯했/뿌듯해/뿌듯하 고마웠/고마워/고맙 설렜/설레/설레 흐뭇했/흐뭇해/흐뭇하
        자랑스러웠/자랑스러워/자랑스럽
        다행스러웠/다행스러워/다행스럽 사랑스러웠/사랑스러워/사랑스럽
        감격스러웠/감격스러워/감격스럽 좋았/좋아/좋
        든든했/든든해/든든하 편안했/편안해/편안하 괜찮았/괜찮아/괜찮 만족스러웠/만족스러워/만족스럽
        재미있었/재미있어/재미있
        감사했/감사해/감사하 흥겨웠/흥겨워/흥겹 벅찼/벅차/벅차 유쾌했/유쾌해/유쾌하""",
    "anger": """화났/화나/화나 분했/분해/분하 억울했/억울해/억울하 짜증났/짜증나/짜증나
        괘씸했/괘씸해/괘씸하
        얄미웠/얄미워/얄밉 미웠/미워/밉 원망스러웠/원망스러워/원망스럽
        분통이_터졌/분통이_터져/분통이_터지
        약이_올랐/약이_올라/약이_오르 화가_났/화가_나/화가_나 열받았/열받아/열받
        못마땅했/못마땅해/못마땅하
        울화가_치밀었/울화가_치밀어/울화가_치미 성이_났/성이_나/성이_나
        신경질이_났/신경질이_나/신경질이_나
        속이_부글부글_끓었/속이_부글부글_끓어/속이_부글부글_끓""",
    "sadness": """슬펐/슬퍼/슬프 서러웠/서러워/서럽 외로웠/외로워/외롭 쓸쓸했/쓸쓸해/쓸쓸하
        우울했/우울해/우울하
        속상했/속상해/속상하 서운했/서운해/서운하 섭섭했/섭섭해/섭섭하 그리웠/그리워/그립 보고_싶었/보고_싶어/보고_싶
        괴로웠/괴로워/괴롭
        허전했/허전해/허전하 미안했/미안해/미안하 안타까웠/안타까워/안타깝 불쌍했/불쌍해/불쌍하
        실망했/실망해/실망하
        절망했/절망해/절망하 가슴이_아팠/가슴이_아파/가슴이_아프
        마음이_아팠/마음이_아파/마음이_아프 후회됐/후회돼/후회되
        울적했/울적해/울적하 허탈했/허탈해/허탈하 막막했/막막해/막막하
        눈물이_났/눈물이_나/눈물이_나 아쉬웠/아쉬워/아쉽
        죄책감이_들었/죄책감이_들어/죄책감이_드 부끄러웠/부끄러워/부끄럽""",
    "fear": """무서웠/무서워/무섭 두려웠/두려워/두렵 겁났/겁나/겁나 겁이_났/겁이_나/겁이_나
        불안했/불안해/불안하
        걱정됐/걱정돼/걱정되 초조했/초조해/초조하 긴장됐/긴장돼/긴장되 긴장했/긴장해/긴장하
        떨렸/떨려/떨리
        조마조마했/조마조마해/조마조마하 오싹했/오싹해/오싹하 섬뜩했/섬뜩해/섬뜩하
        으스스했/으스스해/으스스하
        소름이_돋았/소름이_돋아/소름이_돋 안절부절못했/안절부절못해/안절부절못하
        염려됐/염려돼/염려되
        겁에_질렸/겁에_질려/겁에_질리 공포에_떨었/공포에_떨어/공포에_떠
        가슴이_철렁했/가슴이_철렁해/가슴이_철렁하
        간이_콩알만_해졌/간이_콩알만_해져/간이_콩알만_해지
        손에_땀이_났/손에_땀이_나/손에_땀이_나""",
    "surprise": """놀랐/놀라/놀라 놀라웠/놀라워/놀랍 깜짝_놀랐/깜짝_놀라/깜짝_놀라
        당황했/당황해/당황하
        어리둥절했/어리둥절해/어리둥절하 얼떨떨했/얼떨떨해/얼떨떨하
        믿기지_않았/믿기지_않아/믿기지_않
        화들짝_놀랐/화들짝_놀라/화들짝_놀라 뜻밖이었/뜻밖이어/뜻밖이 신기했/신기해/신기하
        경악했/경악해/경악하
        입이_떡_벌어졌/입이_떡_벌어져/입이_떡_벌어지 눈이_휘둥그레졌/눈이_휘둥그레져/눈이_휘둥그레지
        충격적이었/충격적이어/충격적이 눈을_의심했/눈을_의심해/눈을_의심하
        귀를_의심했/귀를_의심해/귀를_의심하""",
    "disgust": """역겨웠/역겨워/역겹 더러웠/더러워/더럽 징그러웠/징그러워/징그럽
        메스꺼웠/메스꺼워/메스껍
        구역질이_났/구역질이_나/구역질이_나 혐오스러웠/혐오스러워/혐오스럽
        지저분했/지저분해/지저분하
        속이_울렁거렸/속이_울렁거려/속이_울렁거리 비위가_상했/비위가_상해/비위가_상하
        토할_것_같았/토할_것_같아/토할_것_같
        꼴도_보기_싫었/꼴도_보기_싫어/꼴도_보기_싫 한심했/한심해/한심하 비열했/비열해/비열하
        악취가_났/악취가_나/악취가_나
        느끼했/느끼해/느끼하 끔찍하게_싫었/끔찍하게_싫어/끔찍하게_싫 경멸스러웠/경멸스러워/경멸스럽
        정나미가_떨어졌/정나미가_떨어져/정나미가_떨어지 진저리가_났/진저리가_나/진저리가_나
        구린내가_났/구린내가_나/구린내가_나""",
}
_KO_WHO = (
    "나", "토끼", "늑대", "여우", "곰", "소년", "소녀", "할머니", "할아버지", "엄마", "아빠", "동생", "임금님",
    "공주", "왕자", "나무꾼", "아이", "친구", "선생님", "다람쥐", "고양이", "강아지", "민수", "지우", "우리", "그",
    "그녀", "마녀", "어부",
)  # fmt: skip
_KO_VERY = (
    "",
    "",
    "",
    "너무 ",
    "정말 ",
    "몹시 ",
    "무척 ",
    "아주 ",
    "조금 ",
    "매우 ",
    "참 ",
    "진짜 ",
)
_KO_WHEN = (
    "", "", "", "", "그 말을 듣고 ", "그날 밤 ", "문을 열자 ", "집에 돌아와서 ", "학교에서 ",
    "그 모습을 보니 ", "숲속에서 ",
    "편지를 읽고 ", "하루 종일 ", "아침부터 ", "혼자 방에서 ", "생각할수록 ", "전화를 받고 ", "이야기를 다 듣고 나니 ",
)  # fmt: skip
_KO_ENDS = (
    "{past}어요.", "{past}다.", "{past}습니다.", "{past}어.", "{past}답니다.",
    "{form}요.", "{form}요!", "{form}!", "{base}네요.",
    "{base}구나!", "{form}서 아무 말도 할 수 없었다.", "{form}서 가만히 있었어요.", "{form}서 그 자리에 서 있었습니다.",
    "“아, {form}!” 하고 말했어요.", "“정말 {base}네.” 하고 말했다.",
)  # fmt: skip
_KO_NOT = (
    "하나도 {base}지 않았어요.", "전혀 {base}지 않았다.", "이제 {base}지 않습니다.", "조금도 {base}지 않았어.",
    "{base}지 않았다.", "별로 {base}지 않았어요.",
)  # fmt: skip

_EN_FEELS = {
    "happiness": "happy glad delighted joyful cheerful proud grateful thankful excited overjoyed thrilled relieved "
    "pleased content merry hopeful elated ecstatic amused thoroughly_happy full_of_joy over_the_moon",
    "anger": "angry furious mad cross annoyed irritated enraged outraged livid indignant fuming resentful "
    "frustrated red_with_anger beside_herself_with_rage full_of_rage boiling_with_fury fed_up",
    "sadness": "sad unhappy lonely heartbroken miserable sorrowful gloomy disappointed homesick hopeless ashamed "
    "depressed sorry hurt dejected tearful melancholy full_of_sorrow full_of_grief close_to_tears lost_without_her",
    "fear": "afraid scared frightened terrified nervous anxious worried fearful uneasy panicked petrified alarmed "
    "tense timid full_of_dread scared_stiff trembling_with_fear shaking_with_fright pale_with_fear",
    "surprise": "surprised astonished amazed shocked stunned startled astounded bewildered dumbfounded "
    "speechless taken_aback flabbergasted lost_for_words wide-eyed_with_wonder unable_to_believe_it",
    "disgust": "disgusted revolted sickened repulsed nauseated appalled_by_the_stench grossed_out queasy "
    "full_of_disgust full_of_contempt sick_to_the_stomach disgusted_by_the_smell repelled",
}
_EN_WHO = (
    "I", "The fox", "The king", "The little girl", "The boy", "My brother", "Grandmother", "The wolf", "He", "She",
    "The princess", "Tom", "Anna",
    "The old man", "The rabbit", "My teacher", "The giant", "The mouse", "Mum", "The witch",
)  # fmt: skip
_EN_VERY = ("", "", "", "very ", "so ", "really ", "terribly ", "quite ", "rather ", "too ")
_EN_VERB = ("was", "was", "was", "felt", "looked", "became", "had never been so")
_EN_TAIL = (
    ".", ".", ".", "!", " when the door opened.", " all day long.", " after school.", " that night.",
    " because of the letter.", ", and everyone could see it.", " when the news came.",
    ", standing there in the hall.", " about it all.",
)  # fmt: skip

_NEUTRAL_KO = (
    "{who} 문을 열었어요. {who} 책상 앞에 앉았다. {who} 길을 따라 걸었습니다. "
    "{who} 물을 한 잔 마셨다. {who} 시장에 갔어요. "
    "{who} 마을에 살았습니다. {who} 책을 읽었다. {who} 저녁을 먹었어요. {who} 창문을 닫았습니다. {who} 가방을 챙겼다. "
    "{who} 다리를 건넜어요. {who} 산 너머에 살고 있었습니다. {who} 나무 아래에 앉았다. {who} 신발을 신었어요."
)
_NEUTRAL_EN = (
    "{who} opened the door. {who} sat down at the table. {who} walked along the road. {who} went to the market. "
    "{who} lived near the river. {who} read a book. {who} closed the window. {who} crossed the bridge. "
    "{who} packed a bag. {who} put on the blue coat. {who} wrote a short letter. {who} looked at the map."
)


def template_rows(per_class: int = 700) -> Rows:
    """Sentences of both languages, `per_class` of each emotion and language, as two sources:
    `templates_ko` and `templates_en`."""
    source = random.Random(_SEED)
    texts: list[str] = []
    labels: list[int] = []
    names: list[str] = []
    for emotion in EMOTIONS:
        for language, make in (("ko", _korean), ("en", _english)):
            found = {make(emotion, source) for _ in range(per_class)}
            texts += sorted(found)
            labels += [EMOTIONS.index(emotion)] * len(found)
            names += [f"templates_{language}"] * len(found)
    targets = np.full((len(labels), 7), 0.1 / 7, np.float32)
    targets[np.arange(len(labels)), labels] += 0.9
    return unrated(texts, targets, np.array(names))


def _korean(emotion: Emotion, source: random.Random) -> str:
    who = source.choice(_KO_WHO)
    topic = who + _particle(who, source.choice((("은", "는"), ("이", "가"))))
    topic = {"나이가": "내가", "나가": "내가"}.get(topic, topic)
    if emotion is Emotion.NEUTRAL:
        if source.random() < 0.6:
            plain = source.choice(_NEUTRAL_KO.split(". ")).rstrip(".") + "."
            return plain.format(who=topic)
        return _korean_denial(topic, source.choice(_UNWELCOME), source)
    if emotion is Emotion.SADNESS and source.random() < _DENIAL_SHARE:
        return _korean_denial(topic, "happiness", source)
    return _korean_feeling(topic, emotion, source)


def _korean_feeling(topic: str, emotion: Emotion, source: random.Random) -> str:
    when, very = source.choice(_KO_WHEN), source.choice(_KO_VERY)
    if source.random() < _CONTRAST_SHARE:
        return f"{topic} {when}{_korean_contrast(emotion, source)}"
    if source.random() < _GESTURE_SHARE:
        gesture = source.choice(_gestures()[emotion, "ko"]) + source.choice(_KO_GESTURE_ENDS)
        return f"{when}{topic} {gesture}"
    past, form, base = _forms(source.choice(_KO_FEELS[emotion].split()))
    end = source.choice(_KO_ENDS).format(past=past, form=form, base=base)
    if end.startswith("“"):
        return f"{when}{topic} {end}"
    subject = topic + " " if source.random() < 0.75 else ""
    return f"{subject}{when}{very}{end}"


def _korean_contrast(emotion: Emotion, source: random.Random) -> str:
    """Another feeling, then this one: the last clause wins."""
    before, *_ = _forms(source.choice(_other(_KO_FEELS, emotion, source).split()))
    after, *_ = _forms(source.choice(_KO_FEELS[emotion].split()))
    return f"{before}지만 {source.choice(_KO_BRIDGE)}{after}{source.choice(_KO_GESTURE_ENDS)}"


def _other(feels: dict[str, str], emotion: Emotion, source: random.Random) -> str:
    return feels[source.choice([name for name in feels if name != emotion])]


@cache
def _gestures() -> dict[tuple[str, str], list[str]]:
    """(emotion, language) → phrases of `text_gestures.toml`."""
    table = tomllib.loads(_GESTURES.read_text("utf-8"))
    return {
        (emotion, language): [" ".join(p.split()) for p in phrases.split("/")]
        for emotion, both in table.items()
        for language, phrases in both.items()
    }


def _korean_denial(topic: str, feeling: str, source: random.Random) -> str:
    """하나도 무섭지 않았다. No joy is sadness, no other feeling is none."""
    *_, base = _forms(source.choice(_KO_FEELS[feeling].split()))
    subject = topic + " " if source.random() < 0.6 else ""
    return f"{subject}{source.choice(_KO_NOT).format(base=base)}"


def _english_denial(who: str, feeling: str, source: random.Random) -> str:
    word = source.choice(_EN_FEELS[feeling].split()).replace("_", " ")
    negated = source.choice(("was not", "wasn't", "was never", "did not feel", "was no longer"))
    return f"{who} {negated} {word}{source.choice(_EN_TAIL)}"


def _forms(entry: str) -> tuple[str, str, str]:
    past, form, base = entry.replace("_", " ").split("/")
    return past, form, base


def _particle(word: str, pair: tuple[str, str]) -> str:
    """The first of the pair after a final consonant, else the second."""
    return pair[0] if (ord(word[-1]) - 0xAC00) % 28 else pair[1]


def _english(emotion: Emotion, source: random.Random) -> str:
    who = source.choice(_EN_WHO)
    if emotion is Emotion.NEUTRAL:
        if source.random() < 0.6:
            plain = source.choice(_NEUTRAL_EN.split(". ")).rstrip(".") + "."
            return plain.format(who=who)
        return _english_denial(who, source.choice(_UNWELCOME), source)
    if emotion is Emotion.SADNESS and source.random() < _DENIAL_SHARE:
        return _english_denial(who, "happiness", source)
    return _english_feeling(who, emotion, source)


def _english_feeling(who: str, emotion: Emotion, source: random.Random) -> str:
    if source.random() < _CONTRAST_SHARE:
        before = source.choice(_other(_EN_FEELS, emotion, source).split())
        after = source.choice(_EN_FEELS[emotion].split())
        text = f"{who} was {before} at first, {source.choice(_EN_BRIDGE)} {after}."
        return text.replace("_", " ")
    if source.random() < _GESTURE_SHARE:
        gesture = source.choice(_gestures()[emotion, "en"]).rstrip("!")
        return f"{who} {gesture}{source.choice(_EN_GESTURE_ENDS)}"
    word = source.choice(_EN_FEELS[emotion].split()).replace("_", " ")
    verb, very = source.choice(_EN_VERB), source.choice(_EN_VERY)
    if verb.endswith("so"):
        very = ""
    return f"{who} {verb} {very}{word}{source.choice(_EN_TAIL)}"
