"""The tab “Compare”: two to four networks side by side, and what a forward pass of each takes here."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st
import torch

from cnnviz.models import MODELS, model_info
from cnnviz.network_plan import EXAMPLES, build, parse_plan
from cnnviz.timing import RUNS, forward_times, median_seconds
from cnnviz.ui.architecture.code import comparison_code
from cnnviz.ui.architecture.reading import Reading, bare, named, planned
from cnnviz.ui.frame import fragment, lesson_end, speaking_errors

KEY = "compare"
OWN = "own"
OWN_PLAN = "build_plan"  # the tab “Build your own” has it too
OPENING = ["alexnet", "vgg16", "googlenet", "resnet50"]
MOST = 4
TOO_MANY_MACS = 400e9  # a forward pass of more than ten seconds on one core
TOO_MANY_BYTES = 3e9
_TIMES = "compare_times"  # session state: (network, input) -> (median seconds, runs), measured by this visitor
_ONE_AT_A_TIME = threading.Lock()  # two measurements at once would measure each other
NOTICE = """
- AlexNet and VGG16 keep most of their parameters in fully connected layers; GoogLeNet and the ResNets replaced them by an
  average over all places, and got deeper **and** smaller.
- Parameters and multiply-adds are different costs: the first is memory, the second is time, but only roughly. Measure:
  small layers use a processor badly, and moving the maps takes time too.
- Accuracies may be compared only on the same data and by the same measurement: see the sources below the table.
"""


@dataclass(frozen=True)
class Column:
    """One network of the comparison."""

    name: str
    title: str
    reading: Reading
    depth: int
    accuracies: tuple[tuple[str, float, str], ...]  # what was measured, per cent, source

    @property
    def shape(self) -> tuple[int, ...]:
        return self.reading.rows[0].output_shape


@fragment
def show() -> None:
    """Draw the tab."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = st.multiselect(
            "Networks, two to four", [*MODELS, OWN], default=OPENING, format_func=_title, max_selections=MOST,
            key=f"{KEY}_networks", bind="query-params", persist_state="session",
        )  # fmt: skip
        pressed = st.button(
            "Measure here", icon=":material/timer:", key=f"{KEY}_measure", disabled=len(names) < 2, width="content",
            help="The time of one forward pass of one picture on the machine that runs this app",
        )  # fmt: skip
    plan = _plan() if OWN in names else ""
    progress = st.container()  # always there: what stands below keeps its place while networks are measured
    columns = [_column(name, plan) for name in names]
    if len(columns) < 2:
        st.info("Choose at least two networks.", icon=":material/compare_arrows:")
    else:
        if pressed:
            with progress, speaking_errors():
                _measure(columns)
        _show(columns)
    lesson_end(
        KEY, notice=NOTICE,
        question="How many times is each parameter used for one picture, in each of these networks? And which kind of layer "
        "uses each of its weights only once?",
        answer=lambda: answer(columns), code=(lambda: code(columns, plan)) if columns else None,
    )  # fmt: skip


def _show(columns: Sequence[Column]) -> None:
    drawings = st.columns([NAMES_SHARE, *[1.0] * len(columns)], gap="small", vertical_alignment="bottom")[1:]
    for place, column in zip(drawings, columns, strict=True):
        with place:
            st.image(_standalone(column.reading.svg), width="stretch")
    st.markdown(table(columns, st.session_state.get(_TIMES, {})), unsafe_allow_html=True)
    st.caption(
        f"{sources(columns)}Multiply-adds: one product added to a sum counts once. Depth: layers with weights along the longest "
        "path. Outputs: of all layers, float32, one picture. Forward pass: measured on this machine's CPU "
        f"({os.cpu_count()} cores, of which PyTorch {torch.__version__} uses {torch.get_num_threads()}), one picture, float32, "
        f"median of {RUNS} runs or fewer."
    )


def table(columns: Sequence[Column], times: dict) -> str:
    """The figures as HTML, one column a network, with bars of the share of the largest in each line."""
    lines: list[tuple[str, list[str], list[float | None]]] = [
        ("Input", [" × ".join(map(str, column.shape)) for column in columns], []),
    ]  # fmt: skip
    found = [times.get((column.name, column.shape)) for column in columns]
    if any(found):
        texts = [_time(*time) if time else "–" for time in found]
        lines.append(("Forward pass here", texts, [time[0] if time else None for time in found]))
    for title in dict.fromkeys(what for column in columns for what, _, _ in column.accuracies):
        each = [next((value for what, value, _ in column.accuracies if what == title), None) for column in columns]
        lines.append((escape(title), [f"{value:.2f} %" if value else "–" for value in each], each))
    for title, numbers in (
        ("Parameters", [column.reading.totals.parameters for column in columns]),
        ("Multiply-adds", [column.reading.totals.macs for column in columns]),
        ("Outputs", [column.reading.totals.bytes / 1e6 for column in columns]),
        ("Depth", [column.depth for column in columns]),
    ):
        texts = [f"{number:,.2f} MB" if title == "Outputs" else f"{number:,}" for number in numbers]
        lines.append((title, texts, [float(number) for number in numbers]))
    head = "".join(f"<th>{escape(column.title)}</th>" for column in columns)
    body = ""
    for title, texts, values in lines:
        cells = zip(texts, _bars(values, len(texts)), strict=True)
        body += f"<tr><th>{title}</th>{''.join(f'<td>{text}{bar}</td>' for text, bar in cells)}</tr>"
    first = f'<th style="width:{100 * NAMES_SHARE / (NAMES_SHARE + len(columns)):.1f}%"></th>'
    return f'<table class="compared" style="{_TABLE}"><tr>{first}{head}</tr>{body}</table>'


def _time(seconds: float, runs: int) -> str:
    return f"{1e3 * seconds:,.2f} ms <small>{f'median of {runs}' if runs > 1 else 'one run'}</small>"


def sources(columns: Sequence[Column]) -> str:
    """Where the accuracies were published, each source with what it says."""
    by_source: dict[str, dict[str, None]] = {}
    for column in columns:
        for _, _, source in column.accuracies:
            by_source.setdefault(source, {})[column.title] = None
    if not by_source:
        return ""
    texts = (f"{source} ({', '.join(titles)})" if len(by_source) > 1 else source for source, titles in by_source.items())
    return f"Accuracy, as published: {'; '.join(texts)}. "


NAMES_SHARE = 0.7  # of a network's column: what the names of the figures take
_TABLE = "width:100%;table-layout:fixed;font-variant-numeric:tabular-nums"
_BAR = "height:6px;border-radius:3px;background:#0072B2;margin-top:3px;min-width:1px"  # Okabe and Ito's blue


def _bars(values: Sequence[float | None], count: int) -> list[str]:
    largest = max((value or 0 for value in values), default=0)
    if not largest:
        return [""] * count
    return [f'<div style="{_BAR};width:{100 * (value or 0) / largest:.1f}%"></div>' for value in values]


def _measure(columns: Sequence[Column]) -> None:
    """Time each network, the bar moving with each run; ValueError where somebody else is measuring."""
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise ValueError("Somebody else is measuring on this machine just now: try again in some seconds.")
    try:
        times = st.session_state.setdefault(_TIMES, {})
        place = st.empty()
        with place.container(horizontal=True, vertical_alignment="center"):
            # Any button ends a run of the page, at the next step of the bar; what was measured stays
            st.button("Stop", icon=":material/stop_circle:", key=f"{KEY}_stop", width="content")
            bar = st.progress(0.0)
        for number, column in enumerate(columns):
            sums = column.reading.totals
            bar.progress(number / len(columns), f"{column.title}: first run, {sums.macs / 1e9:,.2f} billion multiply-adds")
            if sums.macs > TOO_MANY_MACS or sums.bytes > TOO_MANY_BYTES:
                st.warning(f"{column.title} is too large to be measured here.")
                continue
            model = bare(column.name) if column.name != OWN else build(parse_plan(st.session_state[OWN_PLAN]))
            spent: list[float] = []
            for seconds in forward_times(model, column.shape):
                spent.append(seconds)
                done = (number + min(1.0, len(spent) / RUNS)) / len(columns)
                bar.progress(done, f"{column.title}: run {len(spent)}, {1e3 * seconds:,.1f} ms")
            times[column.name, column.shape] = (median_seconds(spent), len(spent))
        place.empty()
    finally:
        _ONE_AT_A_TIME.release()


def _column(name: str, plan: str) -> Column:
    if name == OWN:
        reading = planned(plan)
        if reading.fault:
            raise ValueError(f"your own network: {reading.fault}")
        return Column(name, "Your own network", reading, depth(reading), ())
    info = model_info(name)
    accuracies = tuple(
        (f"{what.removesuffix(' error %')}", 100 - figure.value, figure.source)
        for what, figure in info.published.items()
        if what.endswith("error %")
    )
    return Column(name, info.title, named(name, None, *info.input_shape[1:]), info.depth, accuracies)


def depth(reading: Reading) -> int:
    """Layers with multiply-adds along the longest path."""
    longest: dict[str, int] = {}
    for row in reading.rows:
        longest[row.name] = max((longest[source] for source in row.inputs), default=0) + bool(row.macs)
    return longest[reading.rows[-1].name]


def _plan() -> str:
    return st.text_input(
        "Your own network, as in “Build your own”", next(iter(EXAMPLES.values())), key=OWN_PLAN, bind="query-params",
        persist_state="session",
    )  # fmt: skip


def answer(columns: Sequence[Column]) -> str:
    """Multiply-adds a parameter, for each network; ValueError for none."""
    if not columns:
        raise ValueError("There is no network to look at: choose some above.")
    uses = ", ".join(f"{column.title} {column.reading.totals.macs / column.reading.totals.parameters:,.1f}" for column in columns)
    return f"On average {uses} times. A fully connected layer uses each weight once; a convolution once for each place."


def code(columns: Sequence[Column], plan: str) -> str:
    return comparison_code(
        [("" if column.name == OWN else column.name, column.shape) for column in columns], parse_plan(plan) if plan else None, RUNS
    )


def _standalone(svg: str) -> str:
    """The drawing as a small picture of its own, without its words; a grey legible on light and dark for its lines."""
    return svg.replace("<svg ", '<svg color="#808890" ', 1).replace("<style>", "<style>text,svg>rect,.bracket{display:none}", 1)


def _title(name: str) -> str:
    return "Your own network" if name == OWN else MODELS[name].title
