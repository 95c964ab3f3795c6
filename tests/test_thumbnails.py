"""The pictures of the start page are what their lessons' code draws today, one for each lesson."""

import re
from pathlib import Path

import numpy as np
import pytest

from cnnviz.figures.thumbnails import THUMBNAILS
from cnnviz.images import decode_image, to_bytes

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "cnnviz" / "ui" / "thumbnails"


def test_every_lesson_has_a_picture_and_a_page() -> None:
    lessons = re.findall(r'Lesson\("(\w+)"', (ROOT / "app.py").read_text())
    assert set(lessons) == set(THUMBNAILS) == {path.stem for path in FOLDER.glob("*.png")}
    assert set(lessons) == {path.stem for path in (ROOT / "pages").glob("*.py")}


@pytest.mark.parametrize("name", list(THUMBNAILS))
def test_the_file_is_what_the_code_draws(name: str) -> None:
    kept = to_bytes(decode_image((FOLDER / f"{name}.png").read_bytes())).astype(int)
    drawn = THUMBNAILS[name]().astype(int)
    assert kept.shape == drawn.shape
    assert np.abs(kept - drawn).max() <= 2  # another processor may round otherwise
