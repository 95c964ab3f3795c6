"""A convolution as a matrix, in the browser: entries coloured, linked by hovering to the input, the kernel and the output."""

from torch import Tensor

from cnnviz.bench.matrices import MatrixView
from cnnviz.ui.components import component, pack
from cnnviz.ui.components.convolution_bench import ENDS
from cnnviz.ui.components.convolution_bench.desk import Desk

# The desk, the pens and the numerals of the bench.
_BENCH = [f"convolution_bench/{name}" for name in ("desk.js", "scene.js", "pen.js", "desk.css")]
_mount = component("matrix_view", uses=_BENCH)


def matrix_view(
    view: MatrixView | None, *, key: str, desk: Desk | None = None, caption: str = "", one_dimensional: bool = False,
    height: int = 430,
) -> None:  # fmt: skip
    """Show the matrix with its grids, or the desk alone; hovering and the arrow keys walk through it.

    caption: markup over the matrix. height: CSS pixels of the drawing.
    """
    blobs: list[bytes] = []

    def blob(values: Tensor, kind: str = "<f4") -> dict:
        blobs.append(values.contiguous().numpy().astype(kind).tobytes())
        return {"shape": list(values.shape), "blob": len(blobs) - 1}

    desk = desk or Desk()
    header = {"desk": desk.header(), "caption": caption, "colours": ENDS, "height": height, "oneDimensional": one_dimensional}
    if view:
        header |= {
            "form": view.form,
            "entries": blob(view.entries),
            "parts": blob(view.parts, "<i4"),
            "input": blob(view.input),
            "kernels": blob(view.kernels),
            "output": blob(view.output),
        }
    _mount(key=key, data=pack(header, *blobs), **desk.handlers(key))
