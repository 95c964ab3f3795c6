"""What is chosen on the bench: where it is kept, how it is changed from code, and its share of the link.

A worked example gives every control its default, so a link holds its name and only what was changed. The numbers live in the
browser's component (`setting_desk`) and, as typed, in one entry of the session state, which alone is the truth; the rest are
Streamlit's own controls (layer_controls.py). Session state and link are touched here because a component's state is not bound
to the link by itself.
"""

from dataclasses import asdict
from functools import cache
from typing import Any

import streamlit as st

from cnnviz.bench import LAYERS, MOST_CHANNELS, MOST_SIDE
from cnnviz.bench.choice import PER_DIMENSION, Choice, Number, choice_of, number
from cnnviz.bench.volume import MOST_SIDE as MOST_VOLUME
from cnnviz.presets import PRESETS, Preset
from cnnviz.ui.components.convolution_bench.desk import MOST_TYPED, Desk, Field

FIRST = "Guide 1.1: a convolution with numbers"
VIEW = "bench_view"  # key of the fragment that shows the choice, in whichever tab is open
NUMBERS, EPOCH = "bench_numbers", "bench_epoch"  # session state: typed texts that differ from the example; changes from code
APART = "apart"  # among the numbers: "true" where rows and columns have numbers of their own
MORE = "bench_more"  # key of the expander under the view
THREE = ("size", *PER_DIMENSION)
AXES = ("depth", "rows", "columns")
COUNTS = ("in_channels", "out_channels", "groups")
_MOST = {"size": MOST_SIDE, "kernel_size": MOST_SIDE, "in_channels": MOST_CHANNELS, "out_channels": MOST_CHANNELS,
         "groups": MOST_CHANNELS}  # fmt: skip
_HELP = {"kernel_size": "kernel_size: how many cells the kernel covers", "stride": "How far the window moves in a step",
         "padding": "Cells put around the input, at each side", "dilation": "Distance between the taps of the kernel",
         "output_padding": "Cells added at one side of the output", "groups": "So many layers share the channels"}  # fmt: skip


def key(name: str) -> str:
    return f"bench_{name}"


def example() -> Preset:
    """The worked example that gives the defaults."""
    return PRESETS[st.session_state.get("preset", FIRST)]


@cache
def defaults(preset: str) -> dict[str, Any]:
    """A worked example as values of the controls: texts of the numbers (size_rows, ..., apart), and the rest as in Choice."""
    fields = asdict(choice_of(PRESETS[preset]))
    texts = {f"{name}_{axis}": f"{n:g}" for name in THREE for axis, n in zip(AXES, fields.pop(name), strict=True)}
    texts |= {name: f"{fields.pop(name):g}" for name in COUNTS}
    differ = "1d" not in fields["layer"] and any(texts[f"{n}_rows"] != texts[f"{n}_columns"] for n in PER_DIMENSION)
    return {**fields, **texts, APART: "true" if differ else "false"}


@cache
def _number_names(preset: str) -> tuple[str, ...]:
    return tuple(name for name in defaults(preset) if name in (*COUNTS, APART) or name.rpartition("_")[0] in THREE)


def texts() -> dict[str, str]:
    """What stands in the number fields, and `apart`."""
    preset = st.session_state.get("preset", FIRST)
    given = defaults(preset)
    return {name: given[name] for name in _number_names(preset)} | st.session_state.get(NUMBERS, {})


def current() -> Choice:
    """What is chosen, unchecked."""
    state, given = st.session_state, defaults(st.session_state.get("preset", FIRST))
    typed = texts()
    fields = {name: state.get(key(name), value) for name, value in given.items() if name not in typed}
    fields |= {name: number(typed[name]) for name in COUNTS}
    apart = typed[APART] == "true" and LAYERS[fields["layer"]].dimensions > 1
    for name in THREE:
        three: tuple[Number, ...] = tuple(number(typed[f"{name}_{axis}"]) for axis in AXES)
        fields[name] = three if apart or name == "size" else (three[-1],) * 3
    return Choice(**fields)


def setting_desk(choice: Choice, **more: Any) -> Desk:
    """The number fields that the layer has, in rows, with what is typed in them; more: other fields of Desk."""
    kind, typed = LAYERS[choice.layer], texts()
    apart = typed[APART] == "true" if kind.dimensions > 1 else None
    axes = AXES[-kind.dimensions :]

    def field(name: str, label: str, setting: str = "", short: str = "") -> Field:
        setting = setting or name
        most = MOST_VOLUME if setting == "size" and kind.dimensions == 3 else _MOST.get(setting, 2 * MOST_SIDE)
        return Field(name, label, short or label, PER_DIMENSION.get(setting, 1), most, _HELP.get(setting, ""))

    def along(name: str, label: str) -> list[Field]:
        return [field(f"{name}_{axis}", f"{label} {axis}", name, axis if k else "") for k, axis in enumerate(axes)]

    sizes = along("size", "Input") if len(axes) > 1 else [field("size_columns", "Input length", "size")]
    channels = [field("in_channels", "Channels" if kind.pooling else "In channels")]
    channels += [] if kind.pooling else [field("out_channels", "Out channels")]
    rows, cells = [sizes, channels], []
    for name in PER_DIMENSION:
        if (name == "output_padding" and not kind.transposed) or (name == "dilation" and kind.pooling == "average"):
            continue
        label = {"kernel_size": "Kernel", "output_padding": "Out. pad."}.get(name, name.capitalize())
        if apart:
            rows.append(along(name, label))
        else:
            cells.append(field(f"{name}_columns", label, name))
    cells += [] if kind.pooling else [field("groups", "Groups")]
    rows += [cells[first : first + 2] for first in range(0, len(cells), 2)]
    given = defaults(st.session_state.get("preset", FIRST))
    link = {key(name): (name, given[name]) for name in typed}
    return Desk(rows, typed, st.session_state.get(EPOCH, 0), apart, link=link, on_setting=_typed, **more)


def change(fields: dict[str, object]) -> None:
    """Set controls from code: fields of Choice and their values."""
    numbers: dict[str, str] = {}
    for name, value in fields.items():
        if name in THREE:
            numbers |= {f"{name}_{axis}": _text(n) for axis, n in zip(AXES, value, strict=True)}  # type: ignore[call-overload]
            if name != "size" and len(set(value[-2:])) > 1:  # type: ignore[index]
                numbers[APART] = "true"
        elif name in COUNTS:
            numbers[name] = _text(value)
        else:
            st.session_state[key(name)] = value
    if numbers:
        _keep(texts() | numbers)
        _renew()


def load_example() -> None:
    """Callback of the worked examples: every control takes its values."""
    given = defaults(st.session_state["preset"])
    for name, value in given.items():
        if name not in _number_names(st.session_state["preset"]):
            st.session_state[key(name)] = value
    _keep({})
    _renew()


def _keep(typed: dict[str, str]) -> None:
    """Keep what is typed, where it differs from the example."""
    given = defaults(st.session_state.get("preset", FIRST))
    st.session_state[NUMBERS] = {name: text for name, text in typed.items() if text != given[name]}


def write_link() -> None:
    """Put what is kept into the link; what is typed in the fields the browser has put there already (desk.js)."""
    link = {key(name): text for name, text in st.session_state[NUMBERS].items()}
    for name in _number_names(st.session_state.get("preset", FIRST)):
        if key(name) in st.query_params and key(name) not in link:
            del st.query_params[key(name)]
    if any(st.query_params.get(name) != text for name, text in link.items()):
        st.query_params.update(link)


def read_link() -> None:
    """At a visitor's first sight of the bench the link's numbers count; from then on the session's, which go into the link."""
    if NUMBERS not in st.session_state:
        names = _number_names(st.session_state.get("preset", FIRST))
        _keep({name: st.query_params[key(name)][:MOST_TYPED] for name in names if key(name) in st.query_params})
    write_link()


def _typed(new: dict[str, str], apart: bool) -> None:
    """Callback of the fields: only the view runs, unless what is told of the setting is open under it."""
    _keep(texts() | new | {APART: "true" if apart else "false"})
    if st.session_state.get(MORE):
        st.rerun()


def _renew() -> None:
    """The browser shall take over what stands in the session."""
    st.session_state[EPOCH] = st.session_state.get(EPOCH, 0) + 1


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value or "")
