"""The first tab of the bench: the layer at work, place by place, and what can be taken away from it."""

from dataclasses import asdict
from html import escape

import streamlit as st

from cnnviz.bench import LAYERS, Bench
from cnnviz.bench.animation import frame_count, gif
from cnnviz.bench.choice import Choice
from cnnviz.bench.code import pytorch_text, sizes_text
from cnnviz.bench.rule import as_html, left_out, size_rule, volume_count, weight_count
from cnnviz.bench.supply import supply
from cnnviz.bench.volume import Volume
from cnnviz.convolution import ConvSpec, output_size
from cnnviz.latex import worked_sum
from cnnviz.ui.bench.layer_controls import layer_controls
from cnnviz.ui.bench.state import MORE, VIEW, change, current, example, setting_desk
from cnnviz.ui.components.convolution_bench import Edit, convolution_bench
from cnnviz.ui.components.convolution_bench.desk import Desk
from cnnviz.ui.frame import fragment, lesson_end

HEIGHT = 566  # CSS px of the component, at the least: with the title all of it is seen on a screen of 768
NOTICE = """
- Every output is one window times the same kernel: the weights do not depend on the place. Hover a weight to see all that it meets.
- Without padding a kernel of 3 costs one row and one column at each side; padding 1 gives them back (“same”).
- A stride that does not come out even never reads the last rows or columns: they are hatched.
- With several channels each output sums over all input channels of its group: the kernel is a stack, one sheet a channel.
- A transposed convolution stamps its kernel into the output, and is also a plain convolution over a stretched input.
"""
QUESTION = (
    "A Conv2d with kernel 3, stride 2 and padding 1 reads 7×7, and then 8×8. What sizes come out? A ConvTranspose2d with the "
    "same numbers takes each result back: to what sizes, and what does output_padding repair?"
)


def show() -> None:
    """The row of controls, the fields with the animation, and under it what can be taken away."""
    layer_controls()
    _view()
    preset = example()
    st.caption(f"Begun with {preset.name}. As printed there: {preset.note} Source: {preset.source}.")
    _more()


@st.fragment(key=VIEW)
def _view() -> None:
    choice = current()
    shown, desk = shown_or_told(choice)

    def edited(edit: Edit) -> None:
        assert isinstance(shown, Bench)
        changed = asdict(current().with_cell(shown, edit.part, edit.index, edit.value))
        name = "input" if edit.part == "input" else "weight"
        _take({name: changed[name], f"{name}_text": changed[f"{name}_text"]})

    counts = ""
    if isinstance(shown, Volume):
        counts = volume_count(shown)
    elif shown:
        counts = f"{weight_count(shown)}. {left_out(shown)}"
    caption = f"<code>{escape(shown.call)}</code> {counts}" if shown else ""
    place = convolution_bench(
        shown, key="bench_animation", desk=desk, caption=caption, height=HEIGHT, on_edit=edited, supply=supply(choice)
    )
    if place and isinstance(shown, Bench):
        st.latex(worked_sum(shown, place))  # how the copied LaTeX looks


def shown_or_told(choice: Choice) -> tuple[Bench | Volume | None, Desk]:
    """What is chosen, and the desk for it: with the size rule, or with the reason why nothing fits and the ways out.

    The reason stands in the component, beside the field that it is about; so it is caught here and not by the frame.
    """
    try:
        shown = choice.volume() if LAYERS[choice.layer].dimensions == 3 else choice.bench()
        rule = as_html(size_rule(shown.spec, shown.input_size))
    except ValueError as error:
        ways = choice.ways_out()
        labels = [label for label, _ in ways]
        return None, setting_desk(choice, message=str(error), ways=labels, on_way=lambda number: _take(ways[number][1]))
    return shown, setting_desk(choice, rule=rule)


def _take(fields: dict[str, object]) -> None:
    """Callback: the controls take these values, and the whole page shows them."""
    change(fields)
    st.rerun()


@fragment
def _more() -> None:
    """What is read after the experiment. Closed at first: tabs under the grids would make every new grid wait for them."""
    more = st.expander("What to notice, an exercise, PyTorch code, the animation as GIF", on_change="rerun", key=MORE)
    if not more.open:
        return
    with more:
        choice = current()
        shown, _ = shown_or_told(choice)
        code = None
        if shown:
            code = lambda: sizes_text(shown) if isinstance(shown, Volume) else pytorch_text(shown)  # noqa: E731
        lesson_end("bench", notice=NOTICE, question=QUESTION, answer=_answer, code=code)
        if isinstance(shown, Bench):
            _film(shown)


def _film(bench: Bench) -> None:
    """The animation as GIF, made when it is asked for."""
    out = 0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wait = st.select_slider("Milliseconds a place", [100, 200, 400, 700, 1000, 2000], 400, key="bench_film_wait", width=260)
        if bench.out_channels > 1:
            out = st.segmented_control("Output channel", range(bench.out_channels), default=0, required=True,
                                       key="bench_film_out")  # fmt: skip
        wanted = st.button(f"Make a GIF of {frame_count(bench)} frames", icon=":material/animation:", key="bench_film_make")
    if wanted:
        bar = st.progress(0.0, "Drawing")
        data = gif(bench, out=out, milliseconds=wait, progress=lambda share: bar.progress(share, "Drawing"))
        bar.empty()
        st.download_button(f"Download {len(data) / 1000:,.0f} kB", data, "convolution.gif", "image/gif", on_click="ignore")


def _answer() -> str:
    forward, back = ConvSpec(3, stride=2, padding=1), ConvSpec(3, stride=2, padding=1, transposed=True)
    repaired = ConvSpec(3, stride=2, padding=1, output_padding=1, transposed=True)
    (seven,), (eight,) = output_size(forward, (7,)), output_size(forward, (8,))
    (returned,), (more,) = output_size(back, (seven,)), output_size(repaired, (eight,))
    return (
        f"7×7 gives {seven}×{seven} and 8×8 gives {eight}×{eight} too: the floor makes two sizes one. The transposed convolution "
        f"returns {returned}×{returned} from either. output_padding 1 makes it {more}×{more}: it names which of the two was meant."
    )
