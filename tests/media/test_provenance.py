"""What made a picture is written into it, read back, and takes nothing of the user's away."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageCms

from pyojeong.errors import BadInput
from pyojeong.media import mp4, xmp
from pyojeong.media.encode import VideoWriter
from pyojeong.media.image import Picture, read_image, write_image
from pyojeong.media.inspect import inspect_file
from pyojeong.media.loops import write_loop
from pyojeong.media.provenance import (
    EDITED,
    edited,
    made,
    packet,
    pixel_hash,
    read_claim,
    stamped,
    visibly_marked,
)

DC = "http://purl.org/dc/elements/1.1/"
OWN = f"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{xmp.RDF}">
<rdf:Description rdf:about="" xmlns:dc="{DC}" xmlns:exif="{xmp.EXIF}" dc:format="image/jpeg"
 exif:GPSLatitude="37,34.0N"><exif:GPSLongitude>126,58.0E</exif:GPSLongitude>
<dc:creator><rdf:Seq><rdf:li>Kim</rdf:li></rdf:Seq></dc:creator></rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>""".encode()


def noise(height=40, width=50):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.fixture
def photo(tmp_path):
    """A JPEG with EXIF, position, a colour profile and XMP of its own."""
    exif = Image.Exif()
    exif[271], exif[315] = "Maker", "Kim"
    exif.get_ifd(0x8769)[0x829A] = 0.01
    exif.get_ifd(0x8825).update({1: "N", 2: (37.0, 34.0, 0.0)})
    path = tmp_path / "photo.jpg"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(noise()).save(path, exif=exif, xmp=OWN, icc_profile=profile)
    return path


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tiff"])
def test_a_claim_is_read_back_and_the_users_own_notes_stay(photo, tmp_path, suffix):
    picture = read_image(photo)
    claim = edited("Expressions drawn on faces", {"asked": {"sadness": 0.8}}, photo.read_bytes())
    out = tmp_path / f"out{suffix}"
    write_image(out, stamped(picture, claim, lossless=suffix in (".png", ".tiff")))
    found = inspect_file(out)
    assert found.source_type == EDITED
    assert found.claim is not None
    assert replace(found.claim, pixels="") == claim
    assert found.unchanged is (True if suffix in (".png", ".tiff") else None)
    assert found.metadata["EXIF Make"] == "Maker"
    assert found.metadata["EXIF Artist"] == "Kim"
    assert "Expressions drawn" in found.metadata["EXIF ImageHistory"]
    assert found.metadata["XMP format"] == "image/jpeg"
    assert b"Kim" in (read_image(out).xmp or b"")
    assert "sRGB" in found.facts["colour profile"]
    assert not [name for name in found.metadata if "GPS" in name]


def test_the_position_is_kept_only_when_asked(photo, tmp_path):
    for position in (False, True):
        picture = read_image(photo, position=position)
        write_image(tmp_path / "o.png", stamped(picture, edited("x", {})))
        found = inspect_file(tmp_path / "o.png").metadata
        assert ("EXIF GPSLatitude" in found) is position
        assert ("XMP GPSLatitude" in found) is position
        assert ("XMP GPSLongitude" in found) is position


def test_changed_pixels_are_told(tmp_path):
    picture = stamped(Picture(noise()), edited("x", {}))
    rgb = picture.rgb.copy()
    rgb[3, 4, 1] ^= 1
    write_image(tmp_path / "o.png", replace(picture, rgb=rgb))
    assert inspect_file(tmp_path / "o.png").unchanged is False
    opaque = Picture(noise(), np.full((40, 50), 255, np.uint8))
    assert pixel_hash(opaque) == pixel_hash(Picture(noise()))


def test_a_second_edit_takes_the_place_of_the_first(tmp_path):
    once = stamped(Picture(noise()), edited("first", {}))
    twice = stamped(once, edited("second", {}, b"bytes"))
    claim, _ = read_claim(twice.xmp)
    assert claim is not None
    assert claim.what == "second"
    assert len(claim.ingredient) == 64
    assert (twice.xmp or b"").count(b"c2pa.actions") == 1


def test_a_film_and_loops(tmp_path):
    claim = made("A photo made to tell a story aloud", {"lines": 3})
    frames = [noise(64, 64) for _ in range(3)]
    with VideoWriter(tmp_path / "f.mp4", 64, 64, 24, None, False, xmp=packet(claim)) as film:
        for frame in frames:
            film.write_frame(frame)
    assert inspect_file(tmp_path / "f.mp4").claim == claim
    assert inspect_file(tmp_path / "f.mp4").facts["size"] == "64x64 px"
    for name in ("l.mp4", "l.gif", "l.webp"):
        write_loop(tmp_path / name, frames, 12, claim)
        assert inspect_file(tmp_path / name).claim == claim, name


def test_nothing_is_claimed_of_other_files(tmp_path):
    write_image(tmp_path / "o.png", Picture(noise()))
    found = inspect_file(tmp_path / "o.png")
    assert (found.claim, found.source_type, found.unchanged) == (None, "", None)
    assert json.dumps(found.as_dict())


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"<x",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<rdf:RDF xmlns:rdf='" + xmp.RDF.encode() + b"'>" + b" " * xmp.MOST_BYTES + b"</rdf:RDF>",
        "<?xml version='1.0' encoding='utf-16'?><a/>".encode("utf-16"),
        b"\xff\xfe\x00\x01",
    ],
)
def test_hostile_packets_are_no_packets(hostile, tmp_path):
    assert xmp.parse(hostile) is None
    assert xmp.properties_of(hostile) == {}
    assert read_claim(hostile) == (None, "")
    file = io.BytesIO()
    Image.fromarray(noise()).save(file, "WEBP", xmp=hostile[:60_000])
    (tmp_path / "h.webp").write_bytes(file.getvalue())
    assert inspect_file(tmp_path / "h.webp").claim is None
    assert xmp.properties_of(xmp.with_properties(hostile, {(DC, "title"): "t"})) == {
        (DC, "title"): "t"
    }


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"assertions": [1]}', '{"assertions": 3}', "null", "[" * 9999]
)
def test_claims_that_are_none(text):
    told = xmp.with_properties(None, {("urn:pyojeong:claim:1", "claim"): text})
    assert read_claim(told)[0] is None


def test_signs_that_end_xml_survive():
    claim = edited('<b> & "]]>" 표정', {"k": "<&>"})
    assert read_claim(packet(claim))[0] == claim


def test_a_cut_film_box_is_no_packet(tmp_path):
    (tmp_path / "f.mp4").write_bytes(b"\0\0\0\x18ftypisom" + b"\0" * 12 + b"\0\0\0\x09uuid\1")
    assert mp4.read_xmp(tmp_path / "f.mp4") is None
    with pytest.raises(BadInput):
        inspect_file(tmp_path / "f.mp4")


def test_the_visible_mark_touches_a_corner_only():
    rgb = noise(300, 400)
    out = visibly_marked(rgb, "Expression edited with AI")
    changed = (out != rgb).any(2)
    assert changed.any()
    assert not changed[:250].any()
    assert not changed[:, :150].any()
    assert visibly_marked(noise(3, 2), "AI").shape == (3, 2, 3)
