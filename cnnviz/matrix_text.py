"""Matrices as people paste them (Python, LaTeX, spreadsheets, Markdown), and a compact text to keep them in a link."""

import re
from collections.abc import Sequence
from fractions import Fraction

LARGEST = 1e6  # of a cell's absolute value: a sum of MOST_CELLS products of two whole cells is then exact in float64
MOST_CELLS = 4096  # 64 x 64
MOST_CHARACTERS = 100_000  # longer text is refused unread
LARGEST_DENOMINATOR = 100  # format_matrix writes 1/9 rather than 0.1111111111111111 up to here

_ONE_ALPHABET = str.maketrans(
    {
        **dict.fromkeys("−–—‒﹣－", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f", " "),
        **dict.fromkeys("×·∗⋅", "*"),
        **dict.fromkeys("\u200b\ufeff\x1e\x1f", ""),
        **dict.fromkeys("⁄∕", "/"),
        **{"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8", "⅑": "1/9"},
    }
)
_LATEX = [  # (what, by what), in this order
    (r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"\1/\2"),
    (r"\\[dt]?frac\s*(\d)\s*(\d)", r"\1/\2"),
    (r"\{,\}", "."),
    (r"\\[hv]?phantom\s*\{[^{}]*\}", ""),
    (r"\\(?:mathbf|mathrm|textbf|text|boldsymbol|color)\s*\{([^{}]*)\}", r"\1"),
    (r"\\begin\s*\{array\}\s*\{[^{}]*\}", r"\\begin{array}"),
    (r"\\(?:cdot|times)\b", "*"),
    (r"\\(?:left|right)\b\s*(?:\\[{}|]|[\[\]().|])", " "),
    (r"\\(?:hline|toprule|midrule|bottomrule|q?quad)\b|\\[,;:! ]|~|\$|&?\\(?:nonumber|notag)\b", " "),
]
_RECORD_END, _ROW = "\x1e", "\x1f"  # stand-ins that no text holds: for \\\\, and for an innermost bracket
_ROW_END = r"\\\\\*?(?:\s*\[[\d.]+\s*[a-z]{2}\])?|\\(?:cr|tabularnewline)\b"  # \\, \\[2pt], \cr
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_CELL = re.compile(rf"({_NUMBER})(?:/({_NUMBER}))?")
_FACTOR = re.compile(rf"\s*({_NUMBER}(?:/{_NUMBER})?)\s*\*?\s*(?=\\begin|\[|\(|\{{|[A-Za-z_][\w.]*\()")
_FACTOR_AFTER = re.compile(rf"(?<=[\])}}])\s*([*/])\s*({_NUMBER}(?:/{_NUMBER})?)\s*$")
_NAME = re.compile(r"\s*[A-Za-z_]\w*\s*=\s*")
_WRAPPER = re.compile(
    r"\s*(?:[A-Za-z_]\w*\.)*(?:array|asarray|matrix|tensor|Tensor|FloatTensor|as_tensor)\s*\((.*)\)\s*$", re.S
)
_WRAPPED_OPTION = re.compile(
    r",\s*(?:(?:dtype|device|requires_grad)\s*=\s*)?(?:[\w.]*[A-Za-z_][\w.]*|'[^']*'|\"[^\"]*\")\s*$"
)
_INNERMOST = re.compile(r"[\[({]([^\[\](){}]*)[\])}]")
_ONE_MATRIX = re.compile(rf"[\[({{\s]*{_ROW}(?:\s*[,;]?\s*{_ROW})*\s*[,;]?[\])}}\s,;]*")
_MARKDOWN_RULE = re.compile(r"[\s|:+-]*--[\s|:+-]*")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


def parse_matrix(text: str) -> list[list[float]]:
    """The rows of a pasted matrix, each with the same count of numbers; one number or one row is a matrix too.

    Reads Python lists (also inside np.array or torch.tensor), LaTeX matrices, spreadsheet cells (tabs), CSV, Markdown
    tables, MATLAB's semicolons and plain rows; fractions, every kind of minus, and a factor (1/9 [[...]], [[...]] / 9).
    A comma separates numbers, unless another separator is there too: then 0,5 is a decimal ("0,5 1,5", "0,5;1" over
    several lines). A semicolon ends a row, unless several lines are each cut by semicolons.
    Raises ValueError that names the cell or the row, with the way out; a cell's absolute value is at most LARGEST, a
    matrix has at most MOST_CELLS cells.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"the text has {len(text):,} characters: paste at most {MOST_CHARACTERS:,}")
    text = _NAME.sub("", text.translate(_ONE_ALPHABET).replace("\r\n", "\n").replace("\r", "\n"), count=1)
    if "\\" in text or "&" in text:
        text = _from_latex(text)
    text, factor = _without_factor(text)
    if not text.strip():
        raise ValueError("the matrix is empty: type or paste its numbers, for example 1 0 -1; 2 0 -2")
    wrapped = _WRAPPER.match(text)
    if wrapped:
        text = wrapped[1]
        while option := _WRAPPED_OPTION.search(text):
            text = text[: option.start()]
    cells = _bracketed(text) if re.search(r"[\[\](){}]", text) else _lines(text)
    count = sum(map(len, cells))
    if count > MOST_CELLS:
        raise ValueError(f"the matrix has {count:,} numbers: the limit is {MOST_CELLS:,}, give a part of it")
    rows = [[_number(cell, r, c, factor) for c, cell in enumerate(row, 1)] for r, row in enumerate(cells, 1)]
    for r, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise ValueError(
                f"row {r} has {_count(row)}, row 1 has {len(rows[0])}: every row needs the same count, "
                "so write 0 where nothing stands"
            )
    return rows


def format_matrix(rows: Sequence[Sequence[float]]) -> str:
    """The matrix as short text that `parse_matrix` reads back exactly: "1 0 -1; 2 0 -2"."""
    return "; ".join(" ".join(map(format_number, row)) for row in rows)


def format_number(value: float) -> str:
    """The shortest text of a finite number: "3", "0.5", "1/9"."""
    value = float(value)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    plain = repr(value)
    near = Fraction(value).limit_denominator(LARGEST_DENOMINATOR)
    ratio = f"{near.numerator}/{near.denominator}"
    return ratio if len(ratio) < len(plain) and near.numerator / near.denominator == value else plain


def _from_latex(text: str) -> str:
    """LaTeX as plain lines with & between cells; an unknown command stays and is named as a bad cell."""
    ends_rows = re.search(_ROW_END, text) is not None
    text = re.sub(_ROW_END, _RECORD_END, text)
    for what, by in _LATEX:
        text = re.sub(what, by, text)
    factor = _FACTOR.match(text)
    text = re.sub(r"\\(?:begin|end)\s*\{[^{}]*\}|\\[\[\]()]", " ", text[factor.end() :] if factor else text)
    text = re.sub(r"\{([^{}]*)\}", r"\1", text)
    if ends_rows:
        text = text.replace("\n", " ").replace(_RECORD_END, "\n")
    return f"{factor[1]}*[{text}]" if factor else text


def _without_factor(text: str) -> tuple[str, float]:
    """The text without a factor before or after a bracketed matrix, and that factor."""
    factor = 1.0
    if before := _FACTOR.match(text):
        factor, text = _number(before[1], 1, 1), text[before.end() :]
    if after := _FACTOR_AFTER.search(text):
        number = _number(after[2], 1, 1)
        if after[1] == "/" and number == 0:
            raise ValueError("the matrix is divided by 0: give another divisor")
        factor, text = factor / number if after[1] == "/" else factor * number, text[: after.start()]
    return text, factor


def _bracketed(text: str) -> list[list[str]]:
    """Cells of a text with brackets: each innermost bracket is a row; a single one is plain rows in brackets."""
    rows, rest = _INNERMOST.findall(text), _INNERMOST.sub(_ROW, text)
    opened, closed = len(re.findall(r"[\[({]", text)), len(re.findall(r"[\])}]", text))
    if opened != closed:
        raise ValueError(f"{opened} brackets open and {closed} close: each needs its partner")
    if not _ONE_MATRIX.fullmatch(rest):
        stray = re.search(rf"[^\[\](){{}}{_ROW},;\s]+", rest)
        if stray:
            raise ValueError(f"{_short(stray[0])!r} stands outside the brackets of a row: give rows of numbers only")
        raise ValueError("the brackets hold more than one matrix, or rows and numbers mixed: give one [[1, 0], [0, 1]]")
    if len(rows) == 1:
        return _lines(re.sub(r",\s*\n", ", ", rows[0]))
    return [_cells(" ".join(row.split())) for row in rows]


def _lines(text: str) -> list[list[str]]:
    """Cells of plain rows: a row ends at a line's end or at a semicolon."""
    lines = [line.strip(" ") for line in text.split("\n") if line.strip(" \t|;") and not _MARKDOWN_RULE.fullmatch(line)]
    if not lines:
        raise ValueError("the matrix is empty: type or paste its numbers, for example 1 0 -1; 2 0 -2")
    cut = [line.rstrip("; ").split(";") for line in lines]
    if len(lines) > 1 and all(len(row) > 1 and all(len(cell.split()) <= 1 for cell in row) for row in cut):
        return cut  # semicolons between cells, as spreadsheets write where the comma is a decimal point
    return [_cells(row) for row in re.split(r"[;\n]", "\n".join(lines)) if row.strip()]


def _cells(row: str) -> list[str]:
    """The cells of one row, by the strongest separator that is there."""
    row = re.sub(r"\s*/\s*", "/", row.rstrip())
    if "&" in row:
        return row.split("&")
    if "|" in row:
        return row.strip().strip("|").split("|")
    if "\t" in row:
        return row.split("\t")
    decimal_commas = "," in row.strip(", ") and " " in row.strip() and not re.search(r",\s|\s,", row)
    if "," in row and not decimal_commas:
        return row.strip().removesuffix(",").split(",")
    return row.split()


def _number(cell: str, row: int, column: int, factor: float = 1.0) -> float:
    """The value of one cell, times the matrix's factor; row and column count from 1, for the message."""
    place, cell = f"row {row}, column {column}", re.sub(r"^([+-])\s+", r"\1", cell.strip())
    if not cell:
        raise ValueError(f"{place} is empty: write 0 where nothing stands")
    if _THOUSANDS.fullmatch(cell):
        ways = f"{cell.replace(',', '')} or {cell.replace(',', '.')}"
        raise ValueError(f"{place}: {cell!r} could be a thousand or a decimal: write {ways}")
    if re.fullmatch(r"[+-]?\d+,\d+", cell):
        cell = cell.replace(",", ".")
    if re.fullmatch(r"[+-]?(?:nan|inf|infinity)", cell, re.I):
        raise ValueError(f"{place}: {cell!r} is not a finite number: give a number")
    match = _CELL.fullmatch(cell)
    if not match:
        raise ValueError(f"{place}: {_short(cell)!r} is not a number: write it like 3, -0.5, 1/9 or 2e-3")
    above, below = float(match[1]), float(match[2] or 1)
    if below == 0:
        raise ValueError(f"{place}: {_short(cell)!r} divides by 0: give another number")
    value = above / below * factor
    if not abs(value) <= LARGEST:
        raise ValueError(f"{place}: {_short(cell)} is too large: give a number from -{LARGEST:,.0f} to {LARGEST:,.0f}")
    return value + 0.0  # -0.0 becomes 0.0


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:19]}…"


def _count(row: Sequence[float]) -> str:
    return f"{len(row)} number{'s' * (len(row) != 1)}"
