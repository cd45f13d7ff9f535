"""What reports say, in English and Korean, and the colours they give the emotions."""

from __future__ import annotations

from pyojeong.emotion import EMOTIONS, KOREAN_NAMES, UNSURE_WORDS, Emotion, Unsure
from pyojeong.errors import Language
from pyojeong.face.palette import COLOURS as COLOUR_OF
from pyojeong.face.palette import Colour, ink_on


def hexadecimal(colour: Colour) -> str:
    """As "#RRGGBB"."""
    return "#" + "".join(f"{value:02X}" for value in colour)


COLOURS: dict[str, str] = {emotion: hexadecimal(COLOUR_OF[emotion]) for emotion in EMOTIONS}
"""The house's colours as CSS and Excel write them."""

INKS: dict[str, str] = {emotion: hexadecimal(ink_on(COLOUR_OF[emotion])) for emotion in EMOTIONS}
"""Of text on them."""

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Face report", "얼굴 보고서"),
    "summary": ("Summary", "요약"),
    "faces": ("Faces", "얼굴"),
    "pictures": ("Pictures", "사진"),
    "failures": ("Failures", "읽지 못한 사진"),
    "failed": ("Could not be read", "읽지 못함"),
    "faceless": ("Without a face", "얼굴 없음"),
    "unread": ("Faces too small or turned to be read", "너무 작거나 돌아가 읽지 못한 얼굴"),
    "unsure_faces": ("Readings not to rely on", "확실하지 않은 판독"),
    "thumbnail": ("Face", "얼굴"),
    "share": ("Share", "비율"),
    "mean_confidence": ("Mean confidence", "평균 확신도"),
    "count": ("Faces", "얼굴 수"),
    "reason": ("Reason", "이유"),
    "main_emotion": ("Emotion of the largest face", "가장 큰 얼굴의 감정"),
    "no_face": ("no face found", "얼굴을 찾지 못함"),
    "unreadable": ("too small or turned too far to be read", "너무 작거나 돌아가 읽지 못함"),
    "search": ("Search", "찾기"),
    "all": ("all", "모두"),
    "image": ("picture", "사진"),
    "width": ("width", "너비"),
    "height": ("height", "높이"),
    "face": ("no.", "번호"),
    "x1": ("left", "왼쪽"),
    "y1": ("top", "위"),
    "x2": ("right", "오른쪽"),
    "y2": ("bottom", "아래"),
    "score": ("detector", "검출 점수"),
    "emotion": ("emotion", "감정"),
    "confidence": ("confidence", "확신도"),
    "valence": ("valence", "긍정도"),
    "arousal": ("arousal", "각성도"),
    "unsure": ("unsure", "불확실"),
    "sharpness": ("sharpness", "선명도"),
    "eyes_px": ("eyes px", "눈 간격 px"),
    "yaw": ("yaw", "좌우 각도"),
    "pitch": ("pitch", "상하 각도"),
    "roll": ("roll", "기울기"),
    "error": ("error", "오류"),
}


def word(key: str, lang: Language) -> str:
    """The word of that key; an emotion's name; the key itself where there is none."""
    if key in tuple(Emotion):
        return emotion_name(key, lang)
    return _WORDS.get(key, (key, key))[lang == "ko"]


def emotion_name(emotion: str, lang: Language) -> str:
    return KOREAN_NAMES[Emotion(emotion)] if lang == "ko" else str(emotion)


def unsure_name(reason: object, lang: Language) -> str:
    """A reason as `Unsure` names it, in words; unknown ones stay as they are."""
    if reason in tuple(Unsure):
        return UNSURE_WORDS[Unsure(str(reason))][lang == "ko"]
    return "" if reason is None else str(reason)
