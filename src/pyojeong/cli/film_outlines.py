"""`pyojeong film outlines`: what a network finds in frames, as annotations to be corrected."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pyojeong.cli.film_options import Segmenter
from pyojeong.cli.instance_options import Out, To, form_of, print_figures, summary
from pyojeong.cli.language import say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import StoppedAndTold, print_json, print_note, progress_bar


def add_to(group: typer.Typer) -> None:
    group.command(
        "outlines",
        help=say(
            "Outline the figures of frames with a network, as YOLO-seg or COCO for Roboflow, CVAT or "
            "Label Studio: to be corrected instead of drawn. Goes on where it was stopped.",
            "신경망으로 프레임 속 인물의 윤곽을 그려 Roboflow, CVAT, Label Studio용 YOLO-seg나 COCO로 "
            "씁니다. 처음부터 그리지 않고 고치기만 하면 됩니다. 중단된 작업은 이어서 합니다.",
        ),
        epilog="pyojeong film outlines frames/ -o drafts/ --characters weights.onnx --to coco",
    )(run)


def run(
    frames: Annotated[
        Path,
        typer.Argument(
            metavar="FRAMES",
            show_default=False,
            help=say(
                "Folder of pictures, such as that of pyojeong film frames.",
                "pyojeong film frames로 만든 것 같은 그림 폴더.",
            ),
        ),
    ],
    out: Out,
    characters: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help=say(
                "Network that cuts the characters out (YOLO-seg as .onnx, or Mask R-CNN as "
                ".safetensors).",
                "인물을 오려 내는 신경망(YOLO-seg .onnx 또는 Mask R-CNN .safetensors).",
            ),
        ),
    ],
    segmenter: Segmenter = None,
    to: To = "coco",
    threshold: Annotated[
        float,
        typer.Option(
            help=say("Least score of a figure.", "인물로 볼 최소 점수."),
        ),
    ] = 0.25,
    as_json: AsJson = False,
) -> None:
    from pyojeong.data.instances.save import save_instances
    from pyojeong.data.save import check_new_folder
    from pyojeong.film.drafts import Drafts
    from pyojeong.film.prelabel import outlined
    from pyojeong.film.segments import segmenter_of

    form = form_of(to)
    check_new_folder(out)
    network = segmenter_of(characters, segmenter or "")
    drafts = Drafts(out, characters, threshold, segmenter or "")
    try:
        with progress_bar(as_json, say("Outlining", "윤곽 그리는 중")) as progress:
            found = outlined(frames, network, threshold, drafts, progress)
        save_instances(found, out, form)
    except KeyboardInterrupt:
        print_note(
            say(
                "Stopped. The same command goes on from here.",
                "중단했습니다. 같은 명령을 다시 실행하면 이어서 합니다.",
            )
        )
        raise StoppedAndTold from None
    finally:
        drafts.close()
    drafts.remove()
    if as_json:
        print_json(summary(found) | {"out": str(out)})
        return
    print_figures(found)
    for note in found.notes:
        print_note(note)
    print_note(
        say(
            f"Written to {out}. Correct the outlines, export, then: pyojeong train characters SET "
            "-o run (docs/characters.md says how)",
            f"{out}에 썼습니다. 윤곽을 고치고 내보낸 뒤 실행하세요: pyojeong train characters SET -o run"
            "(방법: docs/characters.md)",
        )
    )
