"""A UMAP of the visitor's own: settings behind a button, drawn in a process of its own, with progress and a stop."""

import numpy as np
import streamlit as st

from cnnviz.atlas import Atlas
from cnnviz.embedding import METRICS, UmapSettings
from cnnviz.embedding_job import Job
from cnnviz.ui.frame import plain

EVERY = 1.0  # seconds between looks at a map in the making


def own_maps(known: Atlas, name: str, dimensions: int, *, key: str) -> np.ndarray | None:
    """The button with its settings; returns the visitor's own map (N,2) or (N,3) of this auto-encoder, None without one.

    Session state: the map in the making, and those made, belong to the visitor.
    """
    state = st.session_state
    made: dict[tuple[str, int], tuple[UmapSettings, np.ndarray]] = state.setdefault(f"{key}_own_maps", {})
    job: tuple[str, Job] | None = state.get(f"{key}_job")
    with st.popover("Another UMAP", icon=":material/scatter_plot:"):
        settings = _settings(len(known.labels), dimensions, key)
        busy = job is not None and not job[1].done
        st.button("Draw it", key=f"{key}_draw_map", type="primary", disabled=busy or settings is None,
                  on_click=_start, args=(known, name, settings, key))  # fmt: skip
        if (name, dimensions) in made:
            st.caption(f"On the map now: {words(made[name, dimensions][0])}")
            st.button("Back to the shipped map", key=f"{key}_forget_map", on_click=_forget, args=(name, dimensions, key))
    if job is not None:
        _watch(key)
    if error := state.pop(f"{key}_map_error", None):
        st.error(plain(error))
    found = made.get((name, dimensions))
    return None if found is None else found[1]


def words(settings: UmapSettings) -> str:
    """Settings in a caption."""
    supervised = ", supervised by the labels" if settings.supervised else ""
    return f"n_neighbors {settings.n_neighbors}, min_dist {settings.min_dist:g}, {settings.metric}{supervised}"


def _settings(points: int, dimensions: int, key: str) -> UmapSettings | None:
    """What the visitor sets; None, with the reason shown, where UMAP cannot draw it."""
    neighbours = st.number_input("n_neighbors", value=15, step=5, key=f"{key}_neighbors", persist_state="session",
                                 help="Few: the fine structure; many: the large one, and slower")  # fmt: skip
    least = st.slider("min_dist", 0.0, 1.0, 0.1, 0.05, key=f"{key}_min_dist", persist_state="session")
    metric = st.selectbox("Metric", METRICS, key=f"{key}_metric", persist_state="session")
    supervised = st.toggle("Supervised: the labels pull", key=f"{key}_supervised", persist_state="session")
    try:
        settings = UmapSettings(int(neighbours), float(least), str(metric), bool(supervised), dimensions)
        settings.check(points)
    except ValueError as error:
        st.error(str(error))
        return None
    return settings


def _start(known: Atlas, name: str, settings: UmapSettings, key: str) -> None:
    st.session_state[f"{key}_job"] = (name, Job(known.mu, known.labels, settings))


def _forget(name: str, dimensions: int, key: str) -> None:
    st.session_state[f"{key}_own_maps"].pop((name, dimensions), None)


@st.fragment(run_every=EVERY)
def _watch(key: str) -> None:
    """The bar of a map in the making; when it is there the page is drawn again."""
    state = st.session_state
    if f"{key}_job" not in state:
        return
    name, job = state[f"{key}_job"]
    if job.done:
        del state[f"{key}_job"]
        try:
            if (points := job.points()) is not None:
                state[f"{key}_own_maps"][name, job.settings.dimensions] = (job.settings, points)
        except ValueError as error:
            state[f"{key}_map_error"] = str(error)
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        waiting = f"{job.place} before yours" if job.place else "placing the dots" if job.progress else "finding neighbours"
        st.progress(job.progress, f"UMAP ({words(job.settings)}): {waiting}")
        st.button("Stop", key=f"{key}_stop_map", icon=":material/stop_circle:", on_click=job.stop)
