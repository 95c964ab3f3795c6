"""Pasted matrices: every usual form, the exact round trip, and messages that name the cell."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cnnviz.matrix_text import LARGEST, MOST_CELLS, MOST_CHARACTERS, format_matrix, format_number, parse_matrix

FEWER = settings(max_examples=100, deadline=None, database=None)

SOBEL = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
SOBEL_AS = {
    "compact": "1 0 -1; 2 0 -2; 1 0 -1",
    "lines": "1 0 -1\n2 0 -2\n\n  1   0 -1  \n",
    "windows lines": "1 0 -1\r\n2 0 -2\r\n1 0 -1\r\n",
    "spreadsheet": "1\t0\t-1\n2\t0\t-2\n1\t0\t-1\n",
    "csv": "1,0,-1\n2,0,-2\n1,0,-1",
    "csv with spaces": "1, 0, -1\n2, 0, -2\n1, 0, -1,",
    "csv with semicolons": "1;0;-1\n2;0;-2\n1;0;-1",
    "python": "[[1, 0, -1], [2, 0, -2], [1, 0, -1]]",
    "python over lines": "[[1, 0, -1],\n [2, 0, -2],\n [1, 0, -1],]",
    "tuples": "((1, 0, -1), (2, 0, -2), (1, 0, -1))",
    "rows alone": "[1, 0, -1]\n[2, 0, -2]\n[1, 0, -1]",
    "named": "gx = np.array([[1., 0., -1.], [2., 0., -2.], [1., 0., -1.]], dtype=np.float32)",
    "torch": "torch.tensor([[[[1, 0, -1], [2, 0, -2], [1, 0, -1]]]], dtype=torch.float64, device='cpu')",
    "torch printed": "tensor([[ 1.,  0., -1.],\n        [ 2.,  0., -2.],\n        [ 1.,  0., -1.]])",
    "numpy printed": "[[ 1  0 -1]\n [ 2  0 -2]\n [ 1  0 -1]]",
    "matlab": "[1 0 -1; 2 0 -2; 1 0 -1]",
    "matlab lines": "[1, 0, -1;\n 2, 0, -2;\n 1, 0, -1];",
    "mathematica": "{{1, 0, -1}, {2, 0, -2}, {1, 0, -1}}",
    "bmatrix": r"\begin{bmatrix} 1 & 0 & -1 \\ 2 & 0 & -2 \\ 1 & 0 & -1 \end{bmatrix}",
    "pmatrix over lines":
        "\\begin{pmatrix}\n1 & 0 & -1 \\\\\n2 & 0\n & {-2} \\\\[2pt]\n1 & 0 & - 1 \\\\\n\\end{pmatrix}",
    "array":
        r"$\left[\begin{array}{c|r} 1 & \phantom{-}0 & -1 \\ \hline 2 & 0 & -2 \\ \mathbf{1} & 0 & -1\end{array}\right]$",
    "cells only": "1 & 0 & -1 \\\\ 2 & 0 & -2 \\\\ 1 & 0 & -1",
    "matrix with cr": r"K = \left(\begin{matrix}1&0&-1\cr 2&0&-2\cr 1&0&-1\end{matrix}\right)",
    "markdown": "| 1 | 0 | -1 |\n|---|:-:|---:|\n| 2 | 0 | -2 |\n| 1 | 0 | -1 |",
    "markdown with an empty head": "|   |   |   |\n|---|---|---|\n| 1 | 0 | -1 |\n| 2 | 0 | -2 |\n| 1 | 0 | -1 |",
    "unicode minus": "1 0 −1; 2 0 –2; 1 0 −1",
    "no-break spaces": "1\u00a00\u00a0-1; 2 0 -2; 1\u20090 -1",
    "factor after": "[[2, 0, -2], [4, 0, -4], [2, 0, -2]] / 2",
    "factor before": "1/2 * [[2, 0, -2], [4, 0, -4], [2, 0, -2]]",
    "latex factor": r"\frac{1}{2}\begin{bmatrix}2 & 0 & -2\\4 & 0 & -4\\2 & 0 & -2\end{bmatrix}",
    "latex factor, tall brackets":
        r"\tfrac12 \cdot \left[\begin{array}{ccc}2 & 0 & -2\\4 & 0 & -4\\2 & 0 & -2\end{array}\right]",
}  # fmt: skip


@pytest.mark.parametrize("form", SOBEL_AS)
def test_every_usual_form_of_the_same_kernel(form: str) -> None:
    assert parse_matrix(SOBEL_AS[form]) == SOBEL


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("7", [[7]]),
        ("-2.5e-1", [[-0.25]]),
        ("[5]", [[5]]),
        ("1 2 3", [[1, 2, 3]]),
        ("[[1], [2]]", [[1], [2]]),
        ("1\n2", [[1], [2]]),
        ("1/9 1 / 9 -1/2", [[1 / 9, 1 / 9, -0.5]]),
        ("½ ⅓", [[0.5, 1 / 3]]),
        (r"\begin{bmatrix}\frac{1}{2} & -\dfrac34\\ \frac{-1}{8} & 0{,}5\end{bmatrix}", [[0.5, -0.75], [-0.125, 0.5]]),
        ("0,5 1,25", [[0.5, 1.25]]),  # spaces separate, so the commas are decimal
        ("0,5\t1\n0,125\t2", [[0.5, 1], [0.125, 2]]),
        ("0,5;1\n2;3", [[0.5, 1], [2, 3]]),
        ("0,5", [[0, 5]]),  # a comma alone separates
        ("0,5; 1,5", [[0, 5], [1, 5]]),  # on one line a semicolon ends a row
        (".5 5. +3 -0", [[0.5, 5, 3, 0]]),
        ("[1, 2,\n 3]", [[1, 2, 3]]),
    ],
)
def test_small_forms(text: str, rows: list[list[float]]) -> None:
    assert parse_matrix(text) == rows


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3"), (-0.0, "0"), (0.5, "0.5"), (1 / 9, "1/9"), (-2 / 3, "-2/3"), (1e-7, "1e-07")]
)
def test_numbers_are_written_short(value: float, text: str) -> None:
    assert format_number(value) == text


NUMBERS = some.one_of(
    some.integers(-1_000_000, 1_000_000).map(float),
    some.floats(-LARGEST, LARGEST),
    some.fractions(-100, 100, max_denominator=100).map(lambda f: f.numerator / f.denominator),
)


ROWS = some.integers(1, 5).flatmap(
    lambda width: some.lists(some.lists(NUMBERS, min_size=width, max_size=width), min_size=1, max_size=5)
)


@FEWER
@given(ROWS)
def test_the_compact_text_reads_back_exactly(rows: list[list[float]]) -> None:
    assert parse_matrix(format_matrix(rows)) == rows
    assert parse_matrix(str(rows)) == rows


@FEWER
@given(some.text(alphabet="0123456789.,;:-+/eE[](){}&|\\ \n\tabfrcnigd*=#$~_½", max_size=40))
def test_any_text_is_a_matrix_or_a_message(text: str) -> None:
    try:
        rows = parse_matrix(text)
    except ValueError as error:
        assert str(error)
        return
    assert rows and rows[0] and len({len(row) for row in rows}) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the matrix is empty"),
        (" \n\t ", "the matrix is empty"),
        ("[]", "the matrix is empty"),
        ("1 0 -1; 2 0 abc", "row 2, column 3: 'abc' is not a number"),
        ("1 0 -1; 2 0", "row 2 has 2 numbers, row 1 has 3"),
        ("1\t\t3", "row 1, column 2 is empty"),
        ("[[1, , 3]]", "row 1, column 2 is empty"),
        ("1 nan", "row 1, column 2: 'nan' is not a finite number"),
        ("-inf", "row 1, column 1: '-inf' is not a finite number"),
        ("1 1e7", "row 1, column 2: 1e7 is too large: give a number from -1,000,000 to 1,000,000"),
        ("1e999", "row 1, column 1: 1e999 is too large"),
        ("1e6 * [[1, 2]]", "row 1, column 2: 2 is too large"),
        ("1/0", "row 1, column 1: '1/0' divides by 0"),
        ("1,000\t2", "'1,000' could be a thousand or a decimal: write 1000 or 1.000"),
        ("[[1, 2], [3, 4]", "3 brackets open and 2 close"),
        ("[[[1, 2]], [[3, 4]]]", "more than one matrix"),
        ("; ;", "the matrix is empty"),
        ("[[1, 2], #, [3, 4]]", "'#' stands outside the brackets"),
        ("[[1, 2], x, [3, 4]]", "'x' stands outside the brackets"),
        (r"\begin{bmatrix} 1 & \cdots & 3 \end{bmatrix}", r"row 1, column 2: '\\cdots' is not a number"),
        ("[[1, 2]] / 0", "divided by 0"),
        ("1 " * (MOST_CELLS + 1), "the matrix has 4,097 numbers: the limit is 4,096"),
        ("1" * (MOST_CHARACTERS + 1), "paste at most 100,000"),
    ],
)
def test_the_message_names_the_place_and_the_way_out(text: str, message: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_matrix(text)
    assert message in str(error.value)
