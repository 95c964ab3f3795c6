"""Filters and activations: a trained network looks at a picture, layer by layer, down to the sum behind any number."""

import streamlit as st

from cnnviz.engine import Network
from cnnviz.ui.device_note import device_note
from cnnviz.ui.frame import lesson_end, speaking_errors, title
from cnnviz.ui.network import excite, filters, maps, overview, unfolded
from cnnviz.ui.network.choice import chosen_network, network_choice, show_note
from cnnviz.ui.network.field_answer import field_answer

KEY = "inside"
TABS = ("Look inside", "Filters", "Activation maps", "Trace", "What excites a channel")
NOTICE = """
- Hover over a map: it is enlarged, with the part of the picture that the pointed unit sees. Deeper units see more.
- A map is blue where its kernel disagrees with the picture and orange where it agrees. **ReLU** keeps only the orange;
  **pooling** keeps the largest of each window and forgets where in it that was.
- The first filters look for edges and strokes of one direction; the last maps hardly show the digit any more: what matters
  now is which of them answer, not where.
- Switch off **Centre it as MNIST does** and draw in a corner: the strips change, and so does the answer. A convolution does
  not mind the shift, the fully connected layers do.
- In **Filters**, drag the steps of training back to 0: from noise to strokes in a few hundred steps.
- Click any number anywhere: **Trace** shows the sum behind it, and the sums behind that, down to the pixels.
"""


def lesson(network: Network) -> None:
    """The open tab, and the end of the page below it."""
    show_note(network)
    body = st.container()
    code_tab = lesson_end(
        KEY, notice=NOTICE,
        question=f"Which layer of {network.title} is the first whose units in the middle see the whole input? Guess, then hover "
        "over the strips from top to bottom.",
        answer=lambda: field_answer(network.rows),
    )  # fmt: skip
    with body:
        shows = (overview.show, filters.show, maps.show, unfolded.show, excite.show)
        for tab, show in zip(st.tabs(TABS, key=f"{KEY}_tab", on_change="rerun", bind="query-params"), shows, strict=True):
            if tab.open:
                with tab:
                    show(network, key=KEY, code_tab=code_tab)


with title("Filters and activations", "A trained network looks at your picture: every filter, every map, every number in it."):
    name = network_choice(key="inside_network")

with speaking_errors():
    chosen = chosen_network(name, key="inside_network")
    if chosen is not None:
        lesson(chosen)
device_note()
