"""The page Walks and generation, tab A to B: its films against the models, ends that are nothing, links that lie, its code."""

from pathlib import Path

import numpy as np
import pytest

from cnnviz import engine
from cnnviz.ui.components.digit_pad.opening import opening
from cnnviz.ui.components.walk_film import End, Pick, Track, read_pick, walk_film
from cnnviz.ui.latent.reading import atlas, thumbnails
from cnnviz.ui.walks.ends import OPENING, PAIRS
from cnnviz.ui.walks.field_notes import NETWORKS, answer, sure_half_way
from cnnviz.walks import FRAMES, film
from tests.pages.opened import PYTORCH, opened, run_code, sent

PAGE = "walks_and_generation"


def films_of(app) -> tuple[dict, np.ndarray, np.ndarray]:
    """The films' header, and the pictures of the ends and of the films as the browser gets them: (2,28,28), (2,FRAMES,28,28)."""
    header, blobs = sent(app, "walk_film")
    pictures = np.frombuffer(b"".join(blobs), np.uint8).reshape(-1, 28, 28)
    return header, pictures[:2], pictures[2:].reshape(2, FRAMES, 28, 28)


def texts(app) -> str:
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.info, app.error) for element in kind)


def test_it_opens_with_both_films_between_the_same_pictures() -> None:
    header, ends, films = films_of(opened(PAGE))
    pictures = thumbnails("vae_2_c1").pictures[list(OPENING.values())]
    assert np.array_equal(ends, pictures) and header["active"] == "A"
    assert header["ends"] == [f"2\nnumber {PAIRS[0].a:,}", f"9\nnumber {PAIRS[0].b:,}"]
    for name, shown, track in zip(("ae_2", "vae_2_c1"), films, header["tracks"], strict=True):
        found = engine.encode(name, pictures / np.float32(255))
        exact = film(name, *found.mu)
        assert np.abs(shown - exact.pictures * 255).max() <= 0.501
        assert np.allclose(track["path"], exact.latents, atol=1e-4)  # the plane is the latent space
        assert np.allclose(track["reconstruction"], engine.encode(name, exact.pictures).reconstruction, atol=0.05)
        assert (track["kl"] is None) == (name == "ae_2")
        assert np.abs(shown[[0, -1]] / 255 - engine.decode(name, found.mu)).max() < 0.003  # the ends are the reconstructions


@pytest.mark.parametrize("map_name", ["umap", "pca"])
def test_in_sixteen_dimensions_the_way_lies_where_the_map_puts_it(map_name: str) -> None:
    state = {"walks_size": 16, "walks_weight": 10.0, "walks_way": "spherical", "walks_map": map_name}
    header, _, _ = films_of(opened(PAGE, state | {"walks_from": 7, "walks_to": 8}))
    ends = engine.encode("vae_16_c10", thumbnails("vae_16_c10").pictures[[7, 8]] / np.float32(255)).mu
    way = film("vae_16_c10", *ends, way="spherical").latents
    assert header["tracks"][1]["title"] == "VAE, C = 10"
    assert np.allclose(header["tracks"][1]["path"], atlas("vae_16_c10").place(way, f"{map_name}2"), atol=1e-3)


def test_the_same_picture_twice_stands_still_and_says_so() -> None:
    app = opened(PAGE, {"walks_from": 5, "walks_to": 5, "walks_way": "spherical"})
    header, _, films = films_of(app)
    assert "A and B are the same picture: the films stand still" in texts(app)
    assert (films == films[:, :1]).all() and all(np.ptp(track["reconstruction"]) < 0.01 for track in header["tracks"])


def test_an_empty_drawing_is_encoded_and_said() -> None:
    app = opened(PAGE)
    app.toggle(key="walks_draw_B").set_value(True).run()
    header, ends, _ = films_of(app)
    assert (header["active"], header["ends"][1]) == ("B", "your drawing") and np.array_equal(ends[1], opening())
    app.session_state["walks_drawn_B"] = np.zeros((28, 28), np.uint8)
    app.run()
    _, ends, _ = films_of(app)
    assert "B is empty: the networks encode it like any other picture" in texts(app) and not ends[1].any()
    app.toggle(key="walks_draw_A").set_value(True).run()
    assert not films_of(app)[1][1].any()  # the pad shows A now, and the drawing of B stays


def test_a_pair_and_the_swap_set_both_ends() -> None:
    app = opened(PAGE)
    app.button(key="walks_pair_2").click().run()
    assert [int(app.number_input(key=key).value) for key in ("walks_from", "walks_to")] == [PAIRS[2].a, PAIRS[2].b]
    assert films_of(app)[0]["tracks"][0]["axes"] == ["UMAP 1", "UMAP 2"]
    app.button(key="walks_swap").click().run()
    assert [int(app.number_input(key=key).value) for key in ("walks_from", "walks_to")] == [PAIRS[2].b, PAIRS[2].a]


def test_without_the_data_set_the_ends_are_reconstructions_and_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    app = opened(PAGE)
    _, ends, _ = films_of(app)
    known = atlas("vae_2_c1").mu[list(OPENING.values())]
    assert np.abs(ends - engine.decode("vae_2_c1", known) * 255).max() <= 0.501
    assert "is not on this machine: the digits are what the VAE made of them" in texts(app)
    app.segmented_control(key="walks_size").set_value(16).run()  # the fragment alone: the pictures under the pointer come along
    assert sent(app, "pixels")[0]["picture_id"] == sent(app, "walk_film")[0]["picture_id"] == "vae_16_c1 reconstructions"


@pytest.mark.parametrize("way", ["linear", "spherical"])
def test_the_code_makes_the_frames_of_the_page(way: str) -> None:
    app = opened(PAGE, {"walks_end": PYTORCH, "walks_way": way})
    films = run_code(app)["films"]
    _, _, shown = films_of(app)
    assert list(films) == ["ae_2", "vae_2_c1"]
    for made, pictures in zip(films.values(), shown, strict=True):
        assert np.abs(made.numpy() * 255 - pictures).max() <= 0.51


def test_the_answer_is_computed(one_thread: None) -> None:
    said, (ae, vae) = answer(), NETWORKS["16 dimensions"]
    shares = sure_half_way(ae), sure_half_way(vae)
    assert f"| 16 dimensions | {shares[0]:.0%} | {shares[1]:.0%} |" in said
    assert 0.5 < shares[0] < shares[1] < 1


def test_only_ends_and_dots_that_are_there_are_picked() -> None:
    assert read_pick({"end": "B", "index": 9}, dots=10) == Pick("B", 9)
    lies = (("C", 1), ("A", 10), ("A", -1), ("A", True), ("A", 1.0), (["A"], 1), (None, None))
    for lie in (None, "A", *({"end": end, "index": index} for end, index in lies)):
        assert read_pick(lie, dots=10) is None


def test_parts_that_do_not_fit_are_refused() -> None:
    def track(frames: int, kl: int) -> Track:
        return Track("one", np.zeros((frames, 28, 28)), np.zeros(frames), np.zeros(kl), [""] * frames, "m", np.zeros((4, 2)),
                     np.zeros(4), np.zeros((frames, 2)), ("x", "y"))  # fmt: skip

    def shown(tracks: list[Track], active: str = "A") -> None:
        ends = [End(np.zeros((28, 28)), "")] * 2
        walk_film(key="f", walk_id="w", tracks=tracks, ends=ends, active=active, classes="x", picture_id="p", on_pick=print)

    with pytest.raises(ValueError, match="parts of 2 and 3 frames: give one number"):
        shown([track(3, 2)])
    with pytest.raises(ValueError, match="ends A and B, not 'C'"):
        shown([track(3, 3)], "C")
