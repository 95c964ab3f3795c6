"""The page Attribution: input, two classes, the maps, their check, and the end."""

from dataclasses import replace

import streamlit as st

from cnnviz import engine
from cnnviz.engine import Network
from cnnviz.ui.attribution import check, maps
from cnnviz.ui.attribution.code import attribution_code
from cnnviz.ui.attribution.controls import Settings, class_choice, label_of, settings
from cnnviz.ui.attribution.methods import INTEGRATED, found_of, jobs_of
from cnnviz.ui.attribution.work import finish, progress_above
from cnnviz.ui.frame import fragment, lesson_end
from cnnviz.ui.network.choice import show_note
from cnnviz.ui.network_input import Input, network_input

KEY = "attribution"
INPUT_KEY = "inside_input"  # the page Filters and activations looks at the same picture
INPUT_WIDTH = 262  # CSS pixels, as there
FEW_AND_MANY = (4, 64)  # steps
NOTICE = """
- The methods ask different questions. **Saliency**: what would a little more light do? **Integrated gradients**: which part of
  the score came from this pixel on the way from nothing to the picture? **Occlusion**: what is lost when it is hidden?
- A gradient is local: where a score is saturated it is small although the pixel matters. SmoothGrad only averages its noise.
- The numbers of integrated gradients **add up** to the difference of the scores of picture and baseline. What the sum misses
  (the gap) shrinks with more steps; try 4.
- **Grad-CAM** is as coarse as its layer. An empty map is no mistake: its weighted sum was nowhere above 0, and the ReLU cut it off.
- Black as “nothing” is blind to dark pixels: where the picture is black already, nothing changes. Another fill, another map.
- A beautiful map proves nothing. The **deletion check** does, a little: the class must vanish faster than in random order.
"""


def show(network: Network) -> None:
    """Draw the page below its title."""
    show_note(network)
    with progress_above(key=KEY):
        _lesson(network)


@fragment
def _lesson(network: Network) -> None:
    row = st.container(horizontal=True, vertical_alignment="bottom")
    with st.container(horizontal=True, gap="medium"):
        left, right = st.container(width=INPUT_WIDTH), st.container(width="stretch")
    with left:
        chosen = network_input(network, key=INPUT_KEY)
    prediction = engine.classify(network.name, chosen.image[None].numpy())
    with row:
        choices = [class_choice(network, rank, key=KEY) for rank in (0, 1)]
        options = settings(network, key=KEY)
        shared = st.toggle("One scale", value=True, key=f"{KEY}_shared", bind="query-params", persist_state="session",
                           help="Both classes of a method on the same scale; off: each map on its own")  # fmt: skip
        over = st.toggle("Over the picture", value=True, key=f"{KEY}_over", bind="query-params", persist_state="session",
                         help="The stronger the colour, the less of the picture shows through")  # fmt: skip
    labels = [label_of(network, choice, prediction.probabilities[0]) for choice in choices]
    with right:
        map_tab, check_tab = st.tabs(["Maps", "Deletion check"], key=f"{KEY}_tab", on_change="rerun", bind="query-params")
        if map_tab.open:
            with map_tab:
                maps.show(network, chosen, prediction, labels, options, over=over, shared=shared, key=KEY)
        if check_tab.open:
            with check_tab:
                check.show(network, chosen, prediction, labels[0], options, key=KEY)
    lesson_end(
        KEY, notice=NOTICE,
        question="Set integrated gradients to 4 steps, then to 64. What happens to the sum under its map, and why?",
        answer=lambda: gap_answer(network, chosen, labels[0], options),
        code=lambda: attribution_code(network, chosen, labels[0], options),
    )  # fmt: skip


def gap_answer(network: Network, chosen: Input, label: int, options: Settings) -> str:
    """The sums of integrated gradients with few and with many steps, and the difference that they miss."""
    gaps = []
    with st.spinner("Integrating"):
        for steps in FEW_AND_MANY:
            jobs = jobs_of(network, chosen, [label], replace(options, steps=steps))
            finish(next(job for job in jobs if job.title == INTEGRATED))
            found = found_of(jobs, INTEGRATED, label)
            assert found and found.sums
            gaps.append(found.sums)
    (few, difference), (many, _) = gaps
    return (
        f"The scores of picture and baseline ({options.fill}) differ by {difference:.4f}. {FEW_AND_MANY[0]} steps sum up to "
        f"{few:.4f}, {FEW_AND_MANY[1]} to {many:.4f}: the gap goes from {few - difference:.3g} to {many - difference:.3g}. The "
        "sum is a numerical integral of the gradient along the way, and the integral of a slope is the height climbed: exact for "
        "endlessly many steps."
    ).replace(" -", " −")
