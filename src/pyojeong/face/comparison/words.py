"""What a comparison says, in English and Korean."""

from __future__ import annotations

from pyojeong.errors import Language

WORDS: dict[str, tuple[str, str]] = {
    "title": ("Face detectors compared", "얼굴 검출기 비교"),
    "summary": ("Summary", "요약"),
    "pictures": ("Pictures", "사진"),
    "disputed": ("Disagreements", "불일치"),
    "failures": ("Failures", "실패"),
    "count": ("Pictures", "사진 수"),
    "unreadable": ("Could not be read", "읽지 못함"),
    "disputed_pictures": ("Pictures on which they disagree", "결과가 다른 사진"),
    "all_faces": ("Different faces in all", "서로 다른 얼굴 전체"),
    "found_by_all": ("Faces found by all", "모두 찾은 얼굴"),
    "detector": ("detector", "검출기"),
    "faces": ("faces", "얼굴"),
    "with_faces": ("pictures with faces", "얼굴이 있는 사진"),
    "alone": ("found by it alone", "혼자 찾음"),
    "missed": ("missed (most found it)", "놓침(과반이 찾음)"),
    "failed": ("failed", "실패"),
    "short_with_faces": ("pictures", "사진"),
    "short_alone": ("alone", "혼자"),
    "short_missed": ("missed", "놓침"),
    "short_agreement": ("same emotion", "같은 감정"),
    "mean_ms": ("mean ms", "평균 ms"),
    "slowest_ms": ("slowest ms", "최장 ms"),
    "total_s": ("total s", "합계 초"),
    "pair": ("pair", "짝"),
    "both": ("found by both", "둘 다 찾음"),
    "f1": ("F1", "F1"),
    "jaccard": ("Jaccard", "자카드"),
    "margin": ("crop margin", "자르기 여백"),
    "agreement": ("same emotion as margin 0", "여백 0과 같은 감정"),
    "mean_confidence": ("mean confidence", "평균 확신도"),
    "accuracy": ("accuracy", "정확도"),
    "labelled": ("labelled pictures", "라벨 있는 사진"),
    "image": ("picture", "사진"),
    "width": ("width", "너비"),
    "height": ("height", "높이"),
    "label": ("label", "라벨"),
    "reason": ("reason", "이유"),
    "seen": ("boxes", "얼굴 상자"),
    "who": ("who found each disputed face", "불일치 얼굴을 찾은 검출기"),
    "ms": ("ms", "ms"),
    "more": (
        "Only the first pictures are shown here; the other sheets and files have them all.",
        "앞의 사진만 보였습니다. 다른 시트와 파일에는 모두 있습니다.",
    ),
    "about_margin": (
        "Margin: share of the crop's side added on each side; 0 is the framing the classifier was "
        "trained on. Read on the first detector's faces.",
        "여백: 자른 사각형 한 변에 대한 비율을 네 방향에 더한 값. 0은 분류기를 학습한 틀. "
        "첫 번째 검출기의 얼굴로 읽음.",
    ),
    "about_pairs": (
        "Two boxes are one face from an intersection over union of 0.4 up.",
        "두 상자의 IoU가 0.4 이상이면 같은 얼굴로 봅니다.",
    ),
}


def word(key: str, lang: Language) -> str:
    return WORDS[key][lang == "ko"]
