"""The page Latent space: the digit against the model, its sums, its maps, links that lie, no data set, a new UMAP, its code."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz import datasets, engine
from cnnviz.ui.components.digit_pad.opening import opening
from cnnviz.ui.latent.reading import atlas, sheet, thumbnails
from cnnviz.ui.latent.subject import OPENING, linked
from tests.needed_data import need
from tests.pages.opened import PYTORCH, opened, run_code, sent

MAP = "latent_map"


def texts(app) -> str:
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.info, app.warning, app.error) for element in kind)


def test_the_opening_digit_costs_what_the_model_says() -> None:
    need("mnist")
    app = opened("latent_space")
    picture = datasets.load("mnist", "test").images[OPENING].numpy() / np.float32(255)
    found = engine.encode("vae_2_c1", picture)
    assert f"= **{found.loss[0]:.1f} nats**" in texts(app) or abs(found.loss[0] * 10 % 1 - 0.5) < 0.2
    share = float((atlas("vae_2_c1").loss < atlas("vae_2_c1").loss[OPENING]).mean())
    assert f"more than {share:.1%} of the test pictures" in texts(app)
    shown = sent(app, MAP)[0]
    assert (shown["dimensions"], shown["selected"], shown["thumbnails"]) == (2, OPENING, "originals")
    assert shown["classes"] == list("0123456789") and len(set(shown["class_colours"])) == 10


def test_the_sheet_holds_each_picture_at_its_place() -> None:
    need("mnist")
    pixels = sheet(thumbnails("vae_2_c1").pictures)
    images = datasets.load("mnist", "test").images[:, 0].numpy()
    assert pixels.shape == (2800, 2800)
    for number in (0, 99, 100, 4321, 9999):
        top, left = 28 * (number // 100), 28 * (number % 100)
        assert np.array_equal(pixels[top : top + 28, left : left + 28], images[number])


def test_a_conditional_network_and_one_without_kl_open_too() -> None:
    for name in ("ae_2", "vae_16_c1"):
        app = opened("latent_space", {"latent_network": name})
        assert sent(app, MAP)[0]["width"] == engine.coder(name).latent_size
        assert ("KL" in texts(app).split("nats")[0]) == engine.coder(name).variational


@pytest.mark.parametrize("tab", ["Dials", "The sum behind it", "Training"])
def test_every_tab_opens(tab: str) -> None:
    app = opened("latent_space", {"latent_tab": tab})
    if tab == "Dials":
        start = sent(app, "latent_explorer")[0]["start"]
        assert np.allclose(start, atlas("vae_2_c1").mu[OPENING], atol=1e-6)
    elif tab == "The sum behind it":
        assert app.dataframe[0].value.shape == (2, 7) and "the training's own loss" in texts(app).lower()
    else:
        assert sent(app, MAP)[0]["atlas_id"] == "vae_2_c1 after training"


def test_another_draw_changes_z_and_not_mu() -> None:
    app = opened("latent_space", {"latent_tab": "The sum behind it"})
    before = app.dataframe[0].value
    after = app.button(key="latent_eps").click().run().dataframe[0].value
    assert (before["μ"] == after["μ"]).all() and (before["z = μ + σ ε"] != after["z = μ + σ ε"]).all()


def test_the_plain_auto_encoder_says_why_it_has_no_sum() -> None:
    app = opened("latent_space", {"latent_network": "ae_2", "latent_tab": "The sum behind it"})
    assert "no σ, no draw, no KL" in texts(app)


@pytest.mark.parametrize("named", ["-1", "10000", "99999999999", "x", "１２", ""])
def test_a_link_to_no_digit_opens_the_usual_one(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.query_params", {"digit": named})
    assert linked(10_000) == OPENING
    monkeypatch.setattr("streamlit.query_params", {"digit": "17"})
    assert linked(10_000) == 17


def test_without_the_data_set_the_pictures_are_reconstructions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    app = opened("latent_space")
    assert sent(app, MAP)[0]["thumbnails"] == "reconstructions"
    known = atlas("vae_2_c1")
    decoded = engine.decode("vae_2_c1", known.mu[4321:4322])[0]
    pixels = sheet(thumbnails("vae_2_c1").pictures)
    assert np.abs(pixels[28 * 43 : 28 * 44, 28 * 21 : 28 * 22] - decoded * 255).max() <= 0.51


def test_the_training_tab_brings_its_pictures_along() -> None:
    app = opened("latent_space", {"latent_tab": "Training"})
    shown = sent(app, MAP)[0]
    assert sent(app, "pixels")[0]["picture_id"] == shown["picture_id"]
    assert not shown["decodes"], "nobody answers a click on a free place here"


def test_the_sum_without_the_data_set_is_the_reconstructions_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "the numbers are those of the reconstruction" in texts(opened("latent_space", {"latent_tab": "The sum behind it"}))


def test_a_click_on_the_same_dot_ends_a_preset() -> None:
    def page() -> None:
        import streamlit as st

        from cnnviz.ui.components.latent_map import Choice
        from cnnviz.ui.latent.map_tab import _number

        st.session_state["map_preset"] = (5, 111)
        st.text([_number(Choice(3, press=press), 10, "map") for press in (111, 222)])

    assert AppTest.from_function(page).run().text[0].value == "[5, 3]"


def test_umap_settings_that_fail_say_why_and_the_button_waits() -> None:
    app = opened("latent_space", {"latent_kind_2": "umap"})
    app.number_input(key="latent_neighbors").set_value(10_000).run()
    assert "n_neighbors is 10000, but there are only 10000 points: give 2 to 9999" in texts(app)
    assert app.button(key="latent_draw_map").disabled
    app.number_input(key="latent_neighbors").set_value(30).run()
    assert not app.button(key="latent_draw_map").disabled and not app.exception


def test_the_code_gives_the_numbers_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened("latent_space", {"latent_end": PYTORCH})
    names = run_code(app)
    known = engine.encode("vae_2_c1", thumbnails("vae_2_c1").pictures[OPENING : OPENING + 1] / np.float32(255))
    assert np.allclose(names["mu"][0].numpy(), known.mu[0], rtol=1e-5, atol=1e-5)
    assert float(names["bce"]) == pytest.approx(float(known.reconstruction[0]), rel=1e-5)
    assert float(names["kl"].sum()) == pytest.approx(float(known.kl[0]), rel=1e-5)


@pytest.mark.parametrize("kind", ["plain", "umap", "pca"])
def test_a_drawing_stands_where_the_map_puts_its_latent(kind: str) -> None:
    app = opened("latent_space", {"latent_source": "draw", "latent_kind_2": kind})
    (marker,) = sent(app, MAP)[0]["markers"]
    mu = engine.encode("vae_2_c1", opening()[None] / np.float32(255)).mu
    place = mu if kind == "plain" else atlas("vae_2_c1").place(mu, f"{kind}2")
    assert marker["place"] == pytest.approx(place[0].tolist(), abs=1e-5)
    assert marker["picture"] == opening().ravel().tolist()
