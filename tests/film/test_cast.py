"""people.toml: written, read, and what it says of tracks."""

import numpy as np
import pytest

from pyojeong.errors import BadInput, BadSettings
from pyojeong.film.cast import Cast, Person, cast_roles, read_cast, write_cast

FOUND = (Person(1, "person 1", about="9.0 s"), Person(2, "person 2"), Person(3, "person 3"))
IDS = np.array([1, 2, 3, 1, 2])


def roles(text, tmp_path):
    path = tmp_path / "people.toml"
    path.write_text(text, "utf-8")
    return cast_roles(read_cast(path), IDS, FOUND)


@pytest.mark.parametrize("name", ["기쁨이", 'the "great" \\ one', "a # b = c", "person 1"])
def test_what_is_written_is_read(tmp_path, name):
    cast = Cast("abc", (Person(1, name, True, (3, 5)), Person(2, "b")))
    write_cast(tmp_path / "p.toml", cast)
    assert read_cast(tmp_path / "p.toml") == cast


def test_an_untouched_list_changes_nothing(tmp_path):
    made = cast_roles(Cast("", FOUND), IDS, FOUND)
    assert [(c.name, c.given) for c in made.characters] == [
        ("person 1", False),
        ("person 2", False),
        ("person 3", False),
    ]
    assert made.of_track.tolist() == [0, 1, 2, 0, 1]


def test_names_merge_and_ignore(tmp_path):
    made = roles(
        '[[person]]\nid = 1\nname = "Ann"\n[[person]]\nid = 3\nname = "Ann"\n'
        '[[person]]\nid = 2\nname = "Bob"\nignore = true\n',
        tmp_path,
    )
    assert [(c.name, c.given) for c in made.characters] == [("Ann", True)]
    assert made.of_track.tolist() == [0, -1, 0, 0, -1]


def test_a_track_can_be_given_to_somebody_else(tmp_path):
    made = roles('[[person]]\nid = 3\nname = "Cho"\ntracks = [1]\n', tmp_path)
    assert [c.name for c in made.characters] == ["person 1", "person 2", "Cho"]
    assert made.of_track.tolist() == [2, 1, 2, 0, 1]


def test_a_class_keeps_its_name_as_given():
    made = cast_roles(Cast("", ()), np.array([1]), (Person(1, "joy", given=True),))
    assert made.characters[0].given


@pytest.mark.parametrize(
    "text",
    [
        "[[person]\n",
        '[[person]]\nid = "1"\nname = "a"\n',
        "[[person]]\nid = 1\n",
        '[[person]]\nid = 1\nname = ""\n',
        '[[person]]\nid = 1\nname = "a"\nignore = 1\n',
        '[[person]]\nid = 1\nname = "a"\ntracks = ["x"]\n',
        '[[person]]\nid = 1\nname = "a"\ntracks = 3\n',
        '[[person]]\nid = 1\nname = "a"\ncolour = "red"\n',
        '[[person]]\nid = 1\nname = "a"\n[[person]]\nid = 1\nname = "b"\n',
        "person = 3\n",
        f'[[person]]\nid = 1\nname = "{"a" * 200}"\n',
        "a = " + "[" * 5000 + "]" * 5000 + "\n",
        '[[person]]\nid = 9\nname = "nobody"\n',
        '[[person]]\nid = 1\nname = "a"\ntracks = [6]\n',
    ],
)
def test_what_is_no_list_of_people_is_refused(tmp_path, text):
    with pytest.raises(BadSettings):
        roles(text, tmp_path)


def test_a_picture_is_no_list(tmp_path):
    (tmp_path / "people.toml").write_bytes(b"\x89PNG\0\0" * 9)
    with pytest.raises(BadInput):
        read_cast(tmp_path / "people.toml")
