"""Numerals of 5 x 7 dots, for pictures that are drawn without a font: an exported animation."""

from functools import cache

import numpy as np

HEIGHT, WIDTH = 7, 5  # dots; a character takes WIDTH + 1
_DOTS = {
    "0": ".###. #...# #..## #.#.# ##..# #...# .###.",
    "1": "..#.. .##.. ..#.. ..#.. ..#.. ..#.. .###.",
    "2": ".###. #...# ....# ...#. ..#.. .#... #####",
    "3": "##### ...#. ..#.. ...#. ....# #...# .###.",
    "4": "...#. ..##. .#.#. #..#. ##### ...#. ...#.",
    "5": "##### #.... ####. ....# ....# #...# .###.",
    "6": "..##. .#... #.... ####. #...# #...# .###.",
    "7": "##### ....# ...#. ..#.. .#... .#... .#...",
    "8": ".###. #...# #...# .###. #...# #...# .###.",
    "9": ".###. #...# #...# .#### ....# ...#. .##..",
    "-": "..... ..... ..... .###. ..... ..... .....",
    ".": "..... ..... ..... ..... ..... .##.. .##..",
    ",": "..... ..... ..... ..... .##.. ..#.. .#...",
    "+": "..... ..#.. ..#.. ##### ..#.. ..#.. .....",
    "=": "..... ..... ##### ..... ##### ..... .....",
    "·": "..... ..... ..... ..#.. ..... ..... .....",
    "×": "..... #...# .#.#. ..#.. .#.#. #...# .....",
    "/": "....# ....# ...#. ..#.. .#... #.... #....",
    "(": "...#. ..#.. .#... .#... .#... ..#.. ...#.",
    ")": ".#... ..#.. ...#. ...#. ...#. ..#.. .#...",
    "∞": "..... ..... .#.#. #.#.# .#.#. ..... .....",
    "e": "..... ..... .###. #...# ##### #.... .###.",
    "m": "..... ..... ##.#. #.#.# #.#.# #...# #...#",
    "a": "..... ..... .###. ....# .#### #...# .####",
    "x": "..... ..... #...# .#.#. ..#.. .#.#. #...#",
    "…": "..... ..... ..... ..... ..... ..... #.#.#",
    " ": "..... ..... ..... ..... ..... ..... .....",
}


@cache
def words(text: str, scale: int) -> np.ndarray:
    """The text as a mask: bool (7 scale, 6 scale len(text) - scale). ValueError for a character without dots."""
    if missing := set(text) - set(_DOTS):
        raise ValueError(f"no dots for {sorted(missing)}: only numerals and signs of arithmetic are drawn")
    blank = np.zeros((HEIGHT, 1), bool)
    parts = [part for char in text for part in (_glyph(char), blank)][:-1] or [blank[:, :0]]
    return np.hstack(parts).repeat(scale, 0).repeat(scale, 1)


@cache
def _glyph(char: str) -> np.ndarray:
    return np.array([[dot == "#" for dot in row] for row in _DOTS[char].split()])
