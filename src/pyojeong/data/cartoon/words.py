"""What the cartoon's characters say, by the emotion of the words."""

from __future__ import annotations

LINES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "happiness": (
            "I am so happy today!",
            "What a wonderful day, I love it!",
            "This is the best present ever, thank you!",
            "We did it! I am so proud of us!",
        ),
        "anger": (
            "I am so angry right now!",
            "Stop that at once, I am furious!",
            "How dare you! That makes me mad!",
            "I hate it when you do that!",
        ),
        "sadness": (
            "I miss my friend so much.",
            "I feel so sad and lonely.",
            "It is lost, and I cannot stop crying.",
            "Nobody came to my party. It hurts.",
        ),
        "fear": (
            "I am scared, something is out there!",
            "Help! I am so afraid of the dark!",
            "Please don't leave me alone, I am terrified.",
            "What if it comes back? I am frightened.",
        ),
        "disgust": (
            "Yuck, that is disgusting!",
            "Ew, this smells gross!",
            "That slimy thing makes me sick.",
            "I will never eat that, how revolting!",
        ),
    },
    "ko": {
        "happiness": (
            "오늘 정말 행복해!",
            "너무 기뻐서 춤추고 싶어!",
            "최고의 선물이야, 정말 고마워!",
            "우리가 해냈어! 정말 신난다!",
        ),
        "anger": (
            "나 지금 너무 화가 나!",
            "당장 그만둬! 정말 짜증 나!",
            "어떻게 그럴 수 있어! 분해 죽겠어!",
            "네가 그럴 때마다 화가 치밀어!",
        ),
        "sadness": (
            "친구가 너무 보고 싶어서 눈물이 나.",
            "나 혼자라서 너무 슬퍼.",
            "소중한 걸 잃어버렸어. 자꾸 눈물이 나.",
            "아무도 오지 않았어. 마음이 아파.",
        ),
        "fear": (
            "무서워, 저기 뭔가 있어!",
            "도와줘! 어두워서 너무 무서워!",
            "제발 혼자 두지 마, 겁이 나.",
            "그게 다시 오면 어떡하지? 두려워.",
        ),
        "disgust": (
            "으웩, 너무 역겨워!",
            "으, 냄새가 정말 지독해!",
            "끈적끈적해서 토할 것 같아.",
            "저런 건 절대 안 먹어, 징그러워!",
        ),
    },
}
"""Language, emotion → lines."""

CONTRARY = {
    "happiness": ("sadness", "anger"),
    "anger": ("happiness",),
    "sadness": ("happiness",),
    "fear": ("happiness",),
    "disgust": ("happiness",),
}
"""Words that contradict a face."""
