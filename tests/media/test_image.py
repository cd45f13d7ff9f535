"""Pictures: what is read, what is refused, and what comes back from a file that was written."""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from pyojeong.errors import BadInput, OutputFailed
from pyojeong.media.image import Picture, read_image, to_srgb, write_image

LOSSLESS = [".png", ".tif", ".bmp"]


def colourful(width: int = 40, height: int = 30) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 255 // width, y * 255 // height, (x + y) % 256], 2).astype(np.uint8)


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    ihdr = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    idat = zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", ihdr) + chunk(b"IDAT", idat) + chunk(b"IEND", b"")


def swapped_primaries(icc: bytes) -> bytes:
    """The profile with its red and blue primaries exchanged, by their names in the tag table."""
    return (
        icc.replace(b"rXYZ", b"????", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"????", b"bXYZ", 1)
    )


class TestReading:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
    def test_content_decides_not_the_suffix_and_korean_names_work(self, tmp_path, kind):
        path = tmp_path / "내 얼굴 사진.txt"
        Image.new("RGB", (40, 30), (200, 100, 50)).save(path, kind)
        picture = read_image(path)
        assert picture.rgb.shape == (30, 40, 3)
        assert np.abs(picture.rgb.astype(int) - (200, 100, 50)).max() <= 8
        assert picture.alpha is None
        assert picture.notes == ()

    @pytest.mark.parametrize("orientation", range(10))
    def test_orientation_is_applied_as_pillow_does(self, tmp_path, orientation):
        from PIL import ImageOps

        path = tmp_path / "a.png"
        image = Image.fromarray(colourful())
        exif = Image.Exif()
        exif[0x0112] = orientation
        image.save(path, exif=exif)
        with Image.open(path) as stored:
            expected = np.array(ImageOps.exif_transpose(stored))
        picture = read_image(path)
        np.testing.assert_array_equal(picture.rgb, expected)
        write_image(tmp_path / "b.png", picture)
        np.testing.assert_array_equal(read_image(tmp_path / "b.png").rgb, expected)

    def test_gray_16_bit_palette_and_cmyk_become_rgb(self, tmp_path):
        level = np.linspace(0, 255, 1200).reshape(30, 40).astype(np.uint8)
        path = tmp_path / "a.png"
        Image.fromarray(level).save(path)
        np.testing.assert_array_equal(read_image(path).rgb, np.repeat(level[:, :, None], 3, 2))
        Image.fromarray(level.astype(np.uint16) * 257).save(path)
        picture = read_image(path)
        np.testing.assert_array_equal(picture.rgb, np.repeat(level[:, :, None], 3, 2))
        assert "16-bit" in picture.notes[0].en
        Image.fromarray(colourful()).quantize(64).save(path)
        assert np.abs(read_image(path).rgb.astype(int) - colourful()).mean() < 12
        Image.fromarray(colourful()).convert("CMYK").save(tmp_path / "c.jpg", quality=98)
        picture = read_image(tmp_path / "c.jpg")
        assert np.abs(picture.rgb.astype(int) - colourful()).mean() < 6
        assert "CMYK" in picture.notes[0].en
        assert "CMYK" in picture.notes[0].ko

    @pytest.mark.parametrize("white", [1.0, 255.0, 65535.0, 1e6])
    def test_float_gray_is_scaled_by_its_range(self, tmp_path, white):
        values = np.linspace(0, white, 256).reshape(16, 16).astype(np.float32)
        Image.fromarray(values).save(tmp_path / "f.tif")
        gray = read_image(tmp_path / "f.tif").rgb[:, :, 0]
        np.testing.assert_allclose(gray.ravel(), np.arange(256), atol=1)

    def test_alpha_of_every_kind_is_kept(self, tmp_path):
        alpha = np.tile(np.linspace(0, 255, 40).astype(np.uint8), (30, 1))
        path = tmp_path / "a.png"
        Image.fromarray(np.dstack([colourful(), alpha])).save(path)
        picture = read_image(path)
        np.testing.assert_array_equal(picture.rgb, colourful())
        np.testing.assert_array_equal(picture.alpha, alpha)
        Image.fromarray(np.dstack([colourful()[:, :, 0], alpha])).save(path)
        np.testing.assert_array_equal(read_image(path).alpha, alpha)
        palette = Image.new("P", (4, 4), 1)
        palette.putpalette([0, 0, 0, 255, 0, 0])
        palette.putpixel((0, 0), 0)
        palette.save(path, transparency=0)
        picture = read_image(path)
        assert picture.alpha is not None
        assert picture.alpha[0, 0] == 0
        assert picture.alpha[1, 1] == 255
        Image.new("RGB", (4, 4), (1, 2, 3)).save(path, transparency=(1, 2, 3))
        picture = read_image(path)
        assert picture.alpha is not None
        assert not picture.alpha.any()

    @pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
    def test_of_an_animation_the_first_frame_is_taken_and_said(self, tmp_path, kind):
        frames = [Image.new("RGB", (20, 20), c) for c in ((250, 0, 0), (0, 250, 0), (0, 0, 250))]
        path = tmp_path / "a"
        options = {"lossless": True} if kind == "WEBP" else {}
        frames[0].save(path, kind, save_all=True, append_images=frames[1:], **options)
        picture = read_image(path)
        assert (picture.rgb == (250, 0, 0)).all()
        assert "first" in picture.notes[0].en
        assert "첫 장" in picture.notes[0].ko

    def test_multi_picture_jpeg_gives_its_base(self, tmp_path):
        red, blue = Image.new("RGB", (32, 32), (250, 0, 0)), Image.new("RGB", (32, 32), (0, 0, 250))
        red.save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=[blue])
        picture = read_image(tmp_path / "a.jpg")
        assert picture.rgb[5, 5, 0] > 200
        assert picture.notes == ()

    def test_size_of_one_pixel(self, tmp_path):
        Image.new("RGB", (1, 1), (9, 8, 7)).save(tmp_path / "a.png")
        assert read_image(tmp_path / "a.png").rgb.tolist() == [[[9, 8, 7]]]


class TestRefusing:
    def test_missing_folder_empty_and_text(self, tmp_path):
        (tmp_path / "empty.png").write_bytes(b"")
        (tmp_path / "text.png").write_text("그림이 아닙니다", "utf-8")
        for name, word in [
            ("none.png", "no file"),
            (".", "folder"),
            ("empty.png", "empty"),
            ("text.png", "not a picture"),
        ]:
            with pytest.raises(BadInput, match=word):
                read_image(tmp_path / name)

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_truncated(self, tmp_path, kind, share):
        noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(noise).save(buffer, kind)
        data = buffer.getvalue()
        (tmp_path / "cut").write_bytes(data[: int(len(data) * share)])
        with pytest.raises(BadInput, match="damaged"):
            read_image(tmp_path / "cut")

    def test_bomb_is_refused_before_decoding(self, tmp_path):
        (tmp_path / "bomb.png").write_bytes(png_header(30_000, 30_000))
        with pytest.raises(BadInput, match="30000x30000 px, the limit"):
            read_image(tmp_path / "bomb.png")

    def test_frame_larger_than_its_header_says(self, tmp_path):
        buffer = io.BytesIO()
        Image.new("P", (16, 16)).save(buffer, "GIF")
        data = bytearray(buffer.getvalue())
        at = data.index(b"\x2c") + 5
        data[at : at + 4] = b"\xff\xff\xff\xff"
        (tmp_path / "a.gif").write_bytes(data)
        with pytest.raises(BadInput, match="too large"):
            read_image(tmp_path / "a.gif")

    def test_between_pillows_limit_and_ours_no_warning_leaks(self, tmp_path):
        (tmp_path / "large.png").write_bytes(png_header(9_900, 9_900))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with pytest.raises(BadInput):
                read_image(tmp_path / "large.png")
        assert caught == []

    @pytest.mark.parametrize(
        ("head", "name"),
        [
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
            (b"\0\0\0\x1cftypavif\0\0\0\0mif1", "AVIF"),
            (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
            (b"%PDF-1.7\n", "PDF"),
            (b"8BPS\0\1", "PSD"),
        ],
    )
    def test_formats_we_do_not_read_say_what_to_convert_to(self, tmp_path, head, name):
        (tmp_path / "a.jpg").write_bytes(head + b"\0" * 64)
        with pytest.raises(BadInput, match=f"{name}.*PNG or JPEG"):
            read_image(tmp_path / "a.jpg")

    def test_formats_outside_the_list_are_refused_although_pillow_knows_them(self, tmp_path):
        Image.new("RGB", (8, 8)).save(tmp_path / "a.tga")
        Image.new("RGB", (8, 8)).save(tmp_path / "a.ppm")
        for name in ("a.tga", "a.ppm"):
            with pytest.raises(BadInput, match="not a picture"):
                read_image(tmp_path / name)

    def test_random_damage_never_escapes_as_another_error(self, tmp_path):
        random = np.random.default_rng(7)
        for kind in ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"):
            buffer = io.BytesIO()
            Image.fromarray(colourful()).save(buffer, kind)
            good = np.frombuffer(buffer.getvalue(), np.uint8)
            for _ in range(40):
                bad = good.copy()
                bad[random.integers(8, len(bad), 6)] = random.integers(0, 256, 6)
                (tmp_path / "bad").write_bytes(bad.tobytes())
                try:
                    read_image(tmp_path / "bad")
                except BadInput:
                    continue

    def test_reading_leaves_no_trace_in_the_process(self, tmp_path):
        write_image(tmp_path / "a.png", Picture(colourful()))
        before = (Image.MAX_IMAGE_PIXELS, list(warnings.filters))
        results: list[Picture] = []
        threads = [
            threading.Thread(target=lambda: results.append(read_image(tmp_path / "a.png")))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 8
        after = (Image.MAX_IMAGE_PIXELS, list(warnings.filters))
        assert after == before


class TestWriting:
    @pytest.mark.parametrize("suffix", LOSSLESS)
    def test_pixels_come_back(self, tmp_path, suffix):
        path = tmp_path / f"결과{suffix}"
        assert write_image(path, Picture(colourful())) == ()
        np.testing.assert_array_equal(read_image(path).rgb, colourful())

    @pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
    def test_pixels_under_transparent_alpha_come_back_too(self, tmp_path, suffix):
        alpha = np.tile(np.linspace(0, 255, 40).astype(np.uint8), (30, 1))
        write_image(tmp_path / f"a{suffix}", Picture(colourful(), alpha), quality=100)
        back = read_image(tmp_path / f"a{suffix}")
        np.testing.assert_array_equal(back.rgb, colourful())
        np.testing.assert_array_equal(back.alpha, alpha)

    def test_jpeg_is_close_and_lays_alpha_on_white_with_a_note(self, tmp_path):
        write_image(tmp_path / "a.jpg", Picture(colourful()))
        assert np.abs(read_image(tmp_path / "a.jpg").rgb.astype(int) - colourful()).mean() < 3
        clear = Picture(colourful(), np.zeros((30, 40), np.uint8))
        notes = write_image(tmp_path / "a.jpg", clear)
        assert "white" in notes[0].en
        assert (read_image(tmp_path / "a.jpg").rgb > 250).all()

    @pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
    def test_profile_and_exif_go_along_without_position_and_orientation(self, tmp_path, suffix):
        icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        exif = Image.Exif()
        exif[271], exif[0x0112], exif[315] = "카메라", 6, "Artist"
        exif.get_ifd(0x8769)[36867] = "2026:01:02 03:04:05"
        exif.get_ifd(0x8825)[1] = "N"
        Image.fromarray(colourful()).save(tmp_path / "in.jpg", exif=exif, icc_profile=icc)
        picture = read_image(tmp_path / "in.jpg")
        assert picture.rgb.shape == (40, 30, 3)
        write_image(tmp_path / f"out{suffix}", picture)
        with Image.open(tmp_path / f"out{suffix}") as back:
            kept = back.getexif()
            assert kept[315] == "Artist"
            assert kept.get(0x0112, 1) == 1
            assert kept.get_ifd(0x8769)[36867] == "2026:01:02 03:04:05"
            assert not kept.get_ifd(0x8825)
            assert back.info["icc_profile"] == icc
            assert back.size == (30, 40)

    def test_exif_too_long_for_jpeg_is_left_out(self, tmp_path):
        exif = Image.Exif()
        exif[270] = "x" * 70_000
        Image.fromarray(colourful()).save(tmp_path / "a.png", exif=exif)
        picture = read_image(tmp_path / "a.png")
        assert picture.exif is not None
        write_image(tmp_path / "a.jpg", picture)
        assert read_image(tmp_path / "a.jpg").exif is None

    def test_broken_exif_is_no_reason_to_refuse(self, tmp_path):
        random = np.random.default_rng(2)
        exif = Image.Exif()
        exif[271], exif[0x0112] = "Maker", 6
        good = exif.tobytes()
        for _ in range(60):
            bad = bytearray(good)
            for place in random.integers(6, len(bad), 4):
                bad[place] = random.integers(0, 256)
            Image.fromarray(colourful()).save(tmp_path / "a.jpg", exif=bytes(bad))
            assert read_image(tmp_path / "a.jpg").rgb.size == 30 * 40 * 3

    def test_unknown_suffix_and_sizes_a_format_cannot_hold(self, tmp_path):
        with pytest.raises(OutputFailed, match=r"\.png"):
            write_image(tmp_path / "a.heic", Picture(colourful()))
        wide = Picture(np.zeros((1, 20_000, 3), np.uint8))
        with pytest.raises(OutputFailed, match="16383"):
            write_image(tmp_path / "a.webp", wide)
        assert list(tmp_path.iterdir()) == []

    def test_a_failed_write_leaves_the_old_file(self, tmp_path, monkeypatch):
        path = tmp_path / "a.png"
        path.write_bytes(b"old")

        def fail(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Image.Image, "save", fail)
        with pytest.raises(OutputFailed, match="space"):
            write_image(path, Picture(colourful()))
        assert path.read_bytes() == b"old"
        assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


class TestColours:
    def test_a_wide_profile_is_brought_to_srgb_and_a_broken_one_dropped(self):
        assert to_srgb(Picture(colourful())).icc is None
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        same = to_srgb(Picture(colourful(), icc=srgb))
        assert np.abs(same.rgb.astype(int) - colourful()).max() <= 1
        wide = swapped_primaries(srgb)
        alpha = np.full((30, 40), 7, np.uint8)
        found = to_srgb(Picture(colourful(), alpha, icc=wide))
        np.testing.assert_array_equal(found.alpha, alpha)
        assert found.icc is None
        # With red and blue primaries exchanged, so are the channels.
        assert np.abs(found.rgb.astype(int) - colourful()[:, :, ::-1]).max() <= 2
        broken = to_srgb(Picture(colourful(), icc=b"no profile"))
        np.testing.assert_array_equal(broken.rgb, colourful())


class TestPicture:
    @pytest.mark.parametrize("shape", [(3, 3), (3, 3, 4)])
    def test_wrong_shapes_are_refused(self, shape):
        with pytest.raises(ValueError, match="expected"):
            Picture(np.zeros(shape, np.uint8))

    def test_alpha_of_another_size_is_refused(self):
        with pytest.raises(ValueError, match="alpha"):
            Picture(colourful(), np.zeros((3, 3), np.uint8))

    def test_size(self):
        picture = Picture(colourful())
        assert (picture.width, picture.height) == (40, 30)
