"""One picture_trace, described by the link: ?case={"picture": ..., "steps": [...], ...} as JSON, see `main`."""

import json

import numpy as np
import streamlit as st
import torch
import torch.nn.functional as F

from cnnviz.ui.components import picture_trace as trace
from cnnviz.ui.components.pixels import pixels

STEPS = {
    kind.__name__.lower(): kind for kind in (trace.Filter, trace.Pool, trace.Relu, trace.Threshold, trace.Magnitude, trace.Angle)
}


def picture(name: str) -> np.ndarray:
    """uint8 pictures: "noise HxW" grey, "colour HxW", or "scene N": a smooth grey one, N by N."""
    kind, size = name.split()
    height, width = (int(side) for side in size.split("x")) if "x" in size else (int(size), int(size))
    if kind == "scene":
        rows, columns = np.mgrid[0:height, 0:width] / width
        waves = np.sin(40 * rows * columns) * 50 + np.cos(9 * rows) * 60 + 127
        disc = (rows - 0.45) ** 2 + (columns - 0.55) ** 2 < 0.06
        return np.where(disc, 235 - waves / 2, waves).astype(np.uint8)
    shape = (height, width, 3) if kind == "colour" else (height, width)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def operation(step: dict) -> trace.Operation:
    """{"kind": "filter", ...} -> Filter(...); lists become tuples where they are pairs."""
    fields = {name: tuple(x) if isinstance(x, list) and name != "kernel" else x for name, x in step.items()}
    return STEPS[fields.pop("kind")](**fields)


def evaluate(op: trace.Operation, panels: list[torch.Tensor], ceil_mode: bool = False) -> torch.Tensor:
    """What PyTorch says: float64 (C,H,W) from the panels before it."""
    x = panels[op.of if isinstance(op.of, int) else op.of[0]]
    if isinstance(op, trace.Filter):
        kernel = torch.tensor(op.kernel, dtype=torch.float64)
        kernel = kernel.flip(0, 1) if op.flip else kernel
        height, width = (op.padding, op.padding) if isinstance(op.padding, int) else op.padding
        mode = "constant" if op.padding_mode == "zeros" else op.padding_mode
        padded = F.pad(x[:, None], (width, width, height, height), mode=mode)  # (C,1,H+2p,W+2p)
        return F.conv2d(padded, kernel[None, None], stride=op.stride, dilation=op.dilation)[:, 0]
    if isinstance(op, trace.Pool) and op.mode == "max":
        return F.max_pool2d(x, op.size, op.stride, op.padding, op.dilation, ceil_mode)
    if isinstance(op, trace.Pool):
        return F.avg_pool2d(x, op.size, op.stride, op.padding, ceil_mode, op.count_include_pad)
    if isinstance(op, trace.Relu):
        return F.relu(x)
    if isinstance(op, trace.Threshold):
        return torch.where(x > op.level, x if op.above is None else torch.tensor(op.above, dtype=x.dtype), op.below)
    y = panels[op.of[1]]
    return torch.hypot(x, y) if isinstance(op, trace.Magnitude) else torch.atan2(y, x)


def results(case: dict) -> list[torch.Tensor]:
    """All panels of a case, float64 (C,H,W): the input / 255, then each step."""
    source = torch.from_numpy(picture(case["picture"])).double() / 255
    panels = [source.movedim(-1, 0) if source.ndim == 3 else source[None]]
    for step in case["steps"]:
        panels.append(evaluate(operation(step), panels, case.get("ceil_mode", False)))
    return panels


def paint(values: torch.Tensor) -> dict:
    """Signed grey through the palette, colours by their size: enough to look at."""
    largest = values.abs().max().item() or 1.0
    if values.shape[0] == 3:
        return {"pixels": (values.abs() / largest * 255).byte().movedim(0, -1).contiguous().numpy()}
    index = (values[0] / largest * 127.5 + 127.5).round().byte().numpy()
    return {"pixels": index, "palette": trace.DIVERGING, "limits": (-largest, largest)}


def main() -> None:
    """Show the case; what Python has heard of the visitor is written below, for the test to read."""
    st.set_page_config(layout="wide")
    case = json.loads(st.query_params["case"])
    if "typed" in st.session_state and case["steps"][0]["kind"] == "filter":
        cells = st.session_state.typed
    else:
        cells = tuple(tuple(repr(w).removesuffix(".0") for w in row) for row in case["steps"][0].get("kernel", []))
    if st.button("Preset"):
        cells = st.session_state.typed = (("0", "1", "0"), ("1", "-4", "1"), ("0", "1", "0"))
    bad = []
    for i, row in enumerate(cells):
        for j, cell in enumerate(row):
            try:
                case["steps"][0]["kernel"][i][j] = float(cell)
            except ValueError:
                bad.append((i, j))
    values = results(case)
    panels = [trace.Panel("Input", tuple(values[0].shape))]
    for step, tensor in zip(case["steps"], values[1:], strict=True):
        shape = tuple(tensor.shape)
        panels.append(trace.Panel(step["kind"].title(), shape, operation=operation(step), caption=f"{shape}", **paint(tensor)))
    pixels(case["picture"], picture(case["picture"]), key="carrier")
    grid = trace.Grid(cells, "Kernel", bad=tuple(bad), step=case.get("step", 1.0)) if case.get("grid") else None
    pinned = trace.picture_trace(
        panels,
        picture_id=case["picture"],
        key="trace",
        grid=grid,
        on_kernel=lambda typed: st.session_state.update(typed=typed),
        start=case.get("start"),
        height=case.get("height", 320),
    )
    st.session_state.runs = st.session_state.get("runs", 0) + 1
    heard = {"cells": cells, "bad": bad, "pinned": pinned, "runs": st.session_state.runs}
    st.markdown(f"`heard {json.dumps(heard)}`")


if __name__ == "__main__":
    main()
