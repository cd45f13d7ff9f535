"""Emotions and attributes drawn by a trained StarGAN, read back like any other edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyojeong.edit.express import Expressed, FaceEdit, read_back
from pyojeong.edit.field import zone_of
from pyojeong.edit.pose import fit_pose
from pyojeong.edit.readback import judge
from pyojeong.edit.stargan import StarGanEditor
from pyojeong.emotion import KOREAN_NAMES, Emotion
from pyojeong.errors import BadSettings, NoFace
from pyojeong.face.reader import FaceReader, ReadFace
from pyojeong.face.types import Image
from pyojeong.text.label_map import emotion_named


def express_stargan(
    image: Image,
    faces: Sequence[ReadFace],
    mix: Mapping[Emotion, float],
    attributes: Sequence[str],
    editor: StarGanEditor,
    reader: FaceReader,
) -> Expressed:
    """Draw the strongest emotion of a mix and attributes on faces of one photo.

    attributes: labels of the editor's file, "-name" to take one away. Raises NoFace when a face has
    no mesh, BadSettings for what the file was not trained on, InferenceFailed.
    """
    targets = targets_of(editor.labels, mix, attributes)
    edits = []
    for face in faces:
        if face.mesh is None:
            raise NoFace(
                "The face is too small or too far turned away. Use a larger picture.",
                "얼굴이 너무 작거나 옆을 보고 있습니다. 더 큰 사진을 쓰세요.",
            )
        made = editor.edit_towards(image, face.mesh, targets)
        zone = zone_of(face.mesh.points[:468, :2], fit_pose(face.mesh.points), image.shape)
        seen = read_back(made, zone, face.mesh, reader)
        verdict = judge(mix, (face.mesh, face.scores), seen, 1.0)
        x0, y0, x1, y1 = (float(v) for v in face.box)
        edits.append(FaceEdit((x0, y0, x1, y1), verdict))
        image = made
    return Expressed(image, tuple(edits))


def targets_of(
    labels: Sequence[str], mix: Mapping[Emotion, float], attributes: Sequence[str]
) -> dict[str, bool | float]:
    """What the editor is asked for, by its own labels. Raises BadSettings."""
    targets: dict[str, bool | float] = {}
    for emotion, strength in mix.items():
        label = next((one for one in labels if emotion_named(one) is emotion), None)
        if label is None:
            raise BadSettings(
                f"This file was not trained on {emotion.value}; it knows: {', '.join(labels)}.",
                f"이 파일은 {KOREAN_NAMES[emotion]}을(를) 배우지 않았습니다. 아는 것: "
                f"{', '.join(labels)}.",
            )
        targets[label] = strength
    for name in attributes:
        targets[name.removeprefix("-").strip()] = not name.startswith("-")
    if not targets:
        raise BadSettings(
            "Nothing to draw: give an emotion or an attribute.",
            "그릴 것이 없습니다. 감정이나 속성을 주세요.",
        )
    return targets
