"""The bench as an animation: a frame for each place, drawn as indices into a palette."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from torch import Tensor

from cnnviz.bench.glyphs import HEIGHT, WIDTH, words
from cnnviz.bench.scenes import PADDING, Scene, scenes
from cnnviz.bench.setting import Bench
from cnnviz.figures.colours import DIVERGING
from cnnviz.images import encode_gif

MOST_WIDTH, MOST_HEIGHT = 800, 460  # px of the grids
MARGIN, GAP, SUM = 14, 34, 50  # px round the grids, between them, and under them for the sum
PAPER, INK, LINE, FRAME, PAD, BLANK, FIRST_LEVEL = range(7)
LEVELS = DIVERGING[78:179]  # the middle of the palette: a dark numeral can be read on all of it
PALETTE = np.zeros((256, 3), np.uint8)
PALETTE[: FIRST_LEVEL + len(LEVELS)] = np.vstack(
    [[[255, 255, 255], [22, 32, 43], [190, 198, 207], [11, 92, 173], [244, 246, 248], [250, 250, 250]], LEVELS]
)


def frame_count(bench: Bench) -> int:
    """How many places the animation steps through."""
    scene = scenes(bench)[0]
    stepped = scene.input if scene.stamp else scene.output
    return stepped.shape[1] * stepped.shape[2]


def gif(bench: Bench, *, out: int = 0, milliseconds: int = 400, progress: Callable[[float], object] = lambda share: None) -> bytes:
    """The animation as a GIF file; progress hears shares from 0 to 1.

    out: the output channel whose window, kernel and sum are shown. Values of all channels appear place by place.
    """
    total, drawn = frame_count(bench), []
    for number, picture in enumerate(frames(bench, out=out), 1):
        drawn.append(picture)
        progress(0.6 * number / total)
    data = encode_gif(drawn, milliseconds, PALETTE)
    progress(1.0)
    return data


def frames(bench: Bench, *, out: int = 0) -> Iterator[np.ndarray]:
    """The frames, uint8 (H, W) indices into PALETTE, one for each place."""
    scene = scenes(bench)[0]
    sheet = _Sheet(scene, out)
    kh, kw = scene.kernel_size
    reach = [(n - 1) * d + 1 for n, d in zip(scene.kernel_size, scene.dilation, strict=True)]
    stepped, name = (scene.input, "input") if scene.stamp else (scene.output, "output")
    other = "output" if scene.stamp else "input"
    grown = scene.output.new_zeros(scene.output.shape) + (scene.bias[:, None, None] if scene.bias is not None else 0)
    for row in range(stepped.shape[1]):
        for col in range(stepped.shape[2]):
            top, left = row * scene.stride[0], col * scene.stride[1]
            if scene.stamp:
                rows, cols = top + scene.dilation[0] * np.arange(kh), left + scene.dilation[1] * np.arange(kw)
                _stamp(grown, scene, row, col, rows, cols)
                for r, c in ((r, c) for r in rows for c in cols):
                    sheet.show(sheet.base, "output", int(r), int(c), grown[:, r, c])
            else:
                sheet.show(sheet.base, "output", row, col, scene.output[:, row, col])
            picture = sheet.base.copy()
            if any(scene.crop):
                before, after, first, last = scene.crop
                rows_kept, cols_kept = scene.output.shape[1] - before - after, scene.output.shape[2] - first - last
                sheet.frame(picture, "output", before, first, rows_kept, cols_kept, range(len(scene.output)), INK)
            sheet.frame(picture, other, top, left, reach[0], reach[1], sheet.reads(other))
            sheet.frame(picture, name, row, col, 1, 1, sheet.reads(name))
            if not scene.stamp:
                sheet.write_sum(picture, row, col)
            yield picture


def _stamp(grown: Tensor, scene: Scene, row: int, col: int, rows: np.ndarray, cols: np.ndarray) -> None:
    """Add the kernel times one input place to the output, for every channel of every group."""
    assert scene.weight is not None
    ins, outs = len(scene.input) // scene.groups, scene.weight.shape[1]
    for channel in range(len(scene.input)):
        first = channel // ins * outs
        for i, r in enumerate(rows):
            grown[first : first + outs, r, cols] += scene.input[channel, row, col] * scene.weight[channel, :, i]


class _Sheet:
    """Where the grids stand, and the picture of what does not change."""

    def __init__(self, scene: Scene, out: int) -> None:
        self.scene, self.out = scene, out
        outs = 1 if scene.weight is None else len(scene.output) // scene.groups
        ins = 1 if scene.weight is None else len(scene.input) // scene.groups
        self.ins = [out] if scene.weight is None else list(range(out // outs * ins, (out // outs + 1) * ins))
        grids: dict[str, Tensor] = {"input": scene.input}
        if scene.weight is not None:
            stamped = scene.stamp
            grids["kernel"] = scene.weight[self.ins, out % outs] if stamped else scene.weight[out]
        self.grids = grids | {"output": scene.output}
        self.largest = {name: float(grid[grid.isfinite()].abs().max()) if grid.isfinite().any() else 0.0
                        for name, grid in self.grids.items()}  # fmt: skip
        cells_wide = sum(grid.shape[2] for grid in self.grids.values())
        cells_high = max(len(grid) * grid.shape[1] for grid in self.grids.values())
        self.cell = max(6, min(46, (MOST_WIDTH - 3 * GAP) // cells_wide, (MOST_HEIGHT - 3 * MARGIN) // cells_high))
        self.left, x = {}, MARGIN
        for name, grid in self.grids.items():
            self.left[name] = x
            x += grid.shape[2] * self.cell + GAP
        high = max(self._high(name) for name in self.grids)
        self.top = {name: MARGIN + (high - self._high(name)) // 2 for name in self.grids}
        self.base = np.full((high + 2 * MARGIN + (0 if scene.stamp else SUM), x - GAP + MARGIN), PAPER, np.uint8)
        for name in self.grids:
            for row in range(self.grids[name].shape[1]):
                for col in range(self.grids[name].shape[2]):
                    self.show(self.base, name, row, col, None if name == "output" else self.grids[name][:, row, col])

    def reads(self, name: str) -> list[int]:
        return self.ins if name == "input" else [self.out]

    def show(self, picture: np.ndarray, name: str, row: int, col: int, values: Tensor | None) -> None:
        """Draw a place of a grid in all its channels; None leaves the cells blank."""
        n = self.cell
        padding = name == "input" and PADDING in (self.scene.axes[0].roles[row], self.scene.axes[1].roles[col])
        for channel in range(len(self.grids[name])):
            y, x = self._corner(name, channel, row, col)
            picture[y : y + n + 1, x : x + n + 1] = LINE
            inner = picture[y + 1 : y + n, x + 1 : x + n]
            if values is None:
                inner[:] = BLANK
                continue
            value = float(values[channel])
            share = value / self.largest[name] if self.largest[name] and np.isfinite(value) else 0.0
            level = round((len(LEVELS) - 1) * (0.5 + 0.5 * max(-1.0, min(1.0, share))))
            inner[:] = PAD if padding and share == 0 else FIRST_LEVEL + level
            text = number_text(value)
            scale = min(3, (n - 3) // (len(text) * (WIDTH + 1)), (n - 3) // (HEIGHT + 1))
            if scale >= 1:
                wide = (len(text) * (WIDTH + 1) - 1) * scale
                self._write(picture, text, y + (n + 1 - HEIGHT * scale) // 2, x + (n + 1 - wide) // 2, scale)

    def frame(self, picture: np.ndarray, name: str, row: int, col: int, rows: int, cols: int, channels: Iterable[int],
              colour: int = FRAME) -> None:  # fmt: skip
        """A thick outline round rows x cols places, cut off at the grid's end."""
        height, width = self.grids[name].shape[1:]
        for channel in channels:
            y, x = self._corner(name, channel, row, col)
            bottom, right = self._corner(name, channel, min(row + rows, height), min(col + cols, width))
            picture[y - 1 : y + 3, x - 1 : right + 2] = picture[bottom - 2 : bottom + 2, x - 1 : right + 2] = colour
            picture[y - 1 : bottom + 2, x - 1 : x + 3] = picture[y - 1 : bottom + 2, right - 2 : right + 2] = colour

    def write_sum(self, picture: np.ndarray, row: int, col: int) -> None:
        """The sum of this place in one or two lines where it fits, otherwise its value."""
        value = number_text(float(self.scene.output[self.out, row, col]))
        text, room = f"{self._terms(row, col)} = {value}", (picture.shape[1] - 2 * MARGIN) // (WIDTH + 1)
        lines, scale = _wrapped(text, room // 2), 2
        if len(lines) > 2:
            lines, scale = _wrapped(text, room), 1
        if len(lines) > 2:
            lines, scale = [f"… = {value}"], 2
        for number, line in enumerate(lines):
            self._write(picture, line, picture.shape[0] - SUM + 4 + number * 22, MARGIN, scale)

    def _terms(self, row: int, col: int) -> str:
        scene = self.scene
        rows = [row * scene.stride[0] + i * scene.dilation[0] for i in range(scene.kernel_size[0])]
        cols = [col * scene.stride[1] + j * scene.dilation[1] for j in range(scene.kernel_size[1])]
        height, width = scene.input.shape[1:]
        taps = [(i, j, r, c) for i, r in enumerate(rows) for j, c in enumerate(cols) if r < height and c < width]
        if scene.weight is None:
            values = [number_text(float(scene.input[self.out, r, c])) for _, _, r, c in taps]
            if scene.operation == "max":
                return f"max({', '.join(values)})"
            assert scene.divisors is not None
            return f"({_joined(values)})/{int(scene.divisors[row, col])}"
        pairs = [(float(scene.input[channel, r, c]), float(self.grids["kernel"][k, i, j]))
                 for k, channel in enumerate(self.ins) for i, j, r, c in taps]  # fmt: skip
        terms = [f"{number_text(x)}·{_bracketed(number_text(w))}" for x, w in pairs]
        return _joined(terms if scene.bias is None else [*terms, number_text(float(scene.bias[self.out]))])

    def _write(self, picture: np.ndarray, text: str, y: int, x: int, scale: int) -> None:
        mask = words(text, scale)
        picture[y : y + mask.shape[0], x : x + mask.shape[1]][mask[: picture.shape[0] - y, : picture.shape[1] - x]] = INK

    def _high(self, name: str) -> int:
        grid = self.grids[name]
        return len(grid) * grid.shape[1] * self.cell + (len(grid) - 1) * MARGIN

    def _corner(self, name: str, channel: int, row: int, col: int) -> tuple[int, int]:
        """Top and left px of a cell."""
        step = self.grids[name].shape[1] * self.cell + MARGIN
        return self.top[name] + channel * step + row * self.cell, self.left[name] + col * self.cell


def number_text(value: float) -> str:
    """Whole numbers as they are, others with up to two decimals."""
    if np.isinf(value):
        return "∞" if value > 0 else "-∞"
    text = f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 1e5 else f"{value:.1e}".replace("e+0", "e")
    return "0" if text in ("-0", "") else text


def _wrapped(text: str, room: int) -> list[str]:
    """The text in lines of at most `room` characters, broken before a sign where it can be."""
    lines = [""]
    for part in text.replace(" + ", "\n+ ").replace(" = ", "\n= ").split("\n"):
        if lines[-1] and len(lines[-1]) + 1 + len(part) > room:
            lines.append(part)
        else:
            lines[-1] = f"{lines[-1]} {part}".strip()
    return lines


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def _joined(terms: list[str]) -> str:
    return " + ".join(_bracketed(term) if k and term.startswith("-") else term for k, term in enumerate(terms))
