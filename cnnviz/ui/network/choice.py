"""The choice of a network: this repository's, torchvision's, and the visitor's own."""

import streamlit as st

from cnnviz import engine
from cnnviz.engine import Network
from cnnviz.models import model_info
from cnnviz.own_network import ENDINGS, LARGEST_FILE, architectures
from cnnviz.pretrained import PRETRAINED
from cnnviz.ui.architecture import fetching
from cnnviz.ui.architecture.fetching import Download
from cnnviz.ui.frame import link, plain

OPENING = "lenet_modern_mnist"
OWN = "own"  # the choice to upload one
RECOGNISE = "recognise it"
EVERY = 0.4  # seconds between two looks at a download
MEGABYTE = 1e6
LONGEST = 40  # letters of a link that are repeated


def network_choice(*, key: str) -> str:
    """A select box; returns the name of the chosen network, which may not be here yet, or OWN.

    The link carries the name, kept by hand: Streamlit would write the title. A name that is not there is told by
    `chosen_network`.
    """
    state, here, own = st.session_state, engine.available(), st.session_state.setdefault(f"{key}_own", {})
    titles = here | {name: f"{model_info(name).title}, ImageNet (to be fetched)" for name in PRETRAINED if name not in here} | own
    titles[OWN] = "Your own weights …"
    asked, unknown = st.query_params.get(key), f"{key}_unknown"
    if asked is not None and asked != state.get(f"{key}_linked"):  # a link, or the browser's way back
        state.pop(unknown, None)
        if asked in titles:
            state[key] = asked
        else:
            state[unknown] = asked
    opening = OPENING if OPENING in titles else next(iter(titles))
    if state.get(key) not in titles:
        state[key] = opening
    name = st.selectbox(
        "Network", list(titles), format_func=titles.__getitem__, key=key, persist_state="session",
        label_visibility="collapsed", width=300, on_change=lambda: state.pop(unknown, None),
    )  # fmt: skip
    state[f"{key}_linked"] = None if name == opening else name
    link(key, state[f"{key}_linked"])
    return name


def chosen_network(name: str, *, key: str) -> Network | None:
    """The network; None, and what can be done about it, while its weights are not on this machine."""
    if (unknown := st.session_state.get(f"{key}_unknown")) is not None:
        st.warning(plain(_no_such(unknown)), icon=":material/link_off:")
    if name == OWN:
        _own_form(key)
        return None
    if name in PRETRAINED and name not in engine.available():
        _fetch(name, key)
        return None
    return engine.network(name)


def show_note(network: Network) -> None:
    """What the visitor should know of the network; nothing in the usual case."""
    if network.note:
        st.info(plain(network.note), icon=":material/info:")


def _no_such(name: str) -> str:
    """Why a link's network is not shown."""
    shown = name if len(name) <= LONGEST else f"{name[:LONGEST]}…"
    if name.startswith(f"{OWN}-"):
        return f"The link asks for {shown!r}, somebody's own weights, which a link does not carry: upload their file again."
    return f"The link asks for the network {shown!r}, which is not here: choose one beside the title."


def _own_form(key: str) -> None:
    state = st.session_state
    st.markdown("The weights of a network that you have trained: one of the architectures here, or torchvision's.")
    titles = {RECOGNISE: "Recognise it by its weights", **architectures()}
    st.selectbox("Architecture", list(titles), key=f"{key}_own_architecture", persist_state="session", width=360,
                 format_func=titles.__getitem__)  # fmt: skip
    st.file_uploader(
        f"A state dict, {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}, up to {LARGEST_FILE // 1_000_000} MB", type=list(ENDINGS),
        max_upload_size=LARGEST_FILE // 1_000_000, key=f"{key}_own_file", on_change=_take_own, args=(key,),
    )  # fmt: skip
    st.caption("Opened without running any code in it. It stays in this server's memory for a while and is stored nowhere.")
    if message := state.get(f"{key}_own_refused"):
        st.error(plain(message), icon=":material/error:")


def _take_own(key: str) -> None:
    """Callback: open the file and choose it; a file that does not fit replaces nothing."""
    state = st.session_state
    state.pop(f"{key}_own_refused", None)
    file, architecture = state[f"{key}_own_file"], state[f"{key}_own_architecture"]
    if file is None:
        return
    try:
        name = engine.add_own(file.getvalue(), file.name, None if architecture == RECOGNISE else architecture)
        state[f"{key}_own"][name] = engine.network(name).title
    except ValueError as error:
        state[f"{key}_own_refused"] = str(error)
        return
    state[key] = name


def _fetch(name: str, key: str) -> None:
    """Weights that are not here: a button, then a bar, then the network."""
    title, mine = model_info(name).title, f"{key}_download"  # session state: the one this visitor began, for its message
    if download := fetching.under_way(name):
        st.fragment(_show_progress, run_every=EVERY)(download, key)
        return
    ended: Download | None = st.session_state.get(mine)
    if ended and ended.name == name and ended.error:
        message = plain(ended.error[:1].upper() + ended.error[1:])
        (st.info if ended.stopping else st.error)(message, icon=":material/cloud_off:")
    st.markdown(f"The ImageNet weights of **{title}** are not on this machine. Everything here needs them.")
    if st.button(f"Fetch the weights of {title}", icon=":material/cloud_download:", key=f"{key}_fetch"):
        st.session_state[mine] = fetching.start(name)
        st.rerun()


def _show_progress(download: Download, key: str) -> None:
    if download.done:
        st.rerun()
    share = min(download.have / download.total, 1.0) if download.total else 0.0
    of = f" of {download.total / MEGABYTE:,.1f}" if download.total else ""
    words = "Stopping" if download.stopping else f"Fetching the weights: {download.have / MEGABYTE:,.1f}{of} MB"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Stop", icon=":material/stop_circle:", key=f"{key}_stop", on_click=download.stop, disabled=download.stopping,
                  width="content", help="What has arrived is kept")  # fmt: skip
        st.progress(share, words)
