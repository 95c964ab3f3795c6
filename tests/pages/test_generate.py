"""The tab Generate: what its sheets are sent, links that lie, sums of latents against the model, the family's numbers, its code."""

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz import engine
from cnnviz.browser_decoder import decoder_message
from cnnviz.generation import class_mean, draws
from cnnviz.ui.components.generator import Hand, generator, read_hand
from cnnviz.ui.latent.reading import atlas
from cnnviz.ui.walks import arithmetic
from cnnviz.ui.walks.arithmetic import Operand, remark, result
from cnnviz.ui.walks.generate import CHOSEN, COUNT, PRIOR, SUM, VIEWS, linked, source
from tests.pages.opened import opened, sent

SENT = {"temperature": 1.5, "c": 4, "label": 7}


def app_of(state: dict[str, Any] | None = None, hand: dict[str, Any] | None = None) -> AppTest:
    """The tab alone, as its page draws it."""

    def page() -> None:
        from cnnviz.ui.walks import generate

        generate.show(key="walks", alone=False)

    app = AppTest.from_function(page, default_timeout=30)
    for key, value in (state or {}).items():
        app.session_state[key] = value
    if hand:
        app.session_state["walks_draws"] = {"rest": hand}
    app.run()
    assert not app.exception, app.exception
    return app


def draws_of(app: AppTest) -> tuple[dict[str, Any], np.ndarray]:
    """The header and the draws that the generator was sent."""
    header, (draws,) = sent(app, "generator")
    return header, np.frombuffer(draws, "<f4").reshape(-1, header["size"])


def texts(app: AppTest) -> str:
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.error) for element in kind)


def pictures(app: AppTest) -> dict[str, Any]:
    """What the tab's own PyTorch code leaves."""
    names: dict[str, Any] = {}
    exec(compile(app.session_state["walks_generate_code"], "the tab's code", "exec"), names)
    return names["pictures"]


def test_it_opens_with_the_family_and_its_draws() -> None:
    app = app_of()
    header, z = draws_of(app)
    assert np.array_equal(z, draws(COUNT, 16, seed=1))
    assert (header["view"], header["seed"], header["start"]) == ("draws", 1, {"temperature": 1, "c": 1, "label": 3})
    names = [one["id"].split()[0] for one in header["networks"]]
    assert names == ["ae_16", "vae_16_c025", "vae_16_c1", "vae_16_c4", "vae_16_c10"]
    assert [one["c"] for one in header["networks"]] == [None, 0.25, 1, 4, 10]
    for name, one in zip(names, header["networks"], strict=True):
        known = atlas(name)
        assert one["reconstruction"] == pytest.approx(known.reconstruction.astype(float).mean())
        assert one["kl"] == (None if known.kl is None else pytest.approx(known.kl.astype(float).mean()))
        assert source(name).decoder == decoder_message(engine.coder(name).model)
    plain, opened = header["networks"][0], header["networks"][2]
    assert plain["inside"] < 0.01 and opened["inside"] > 0.9


def test_two_dimensions_another_seed_and_the_button() -> None:
    app = app_of({"walks_dimensions": 2, "walks_seed": 7})
    header, z = draws_of(app)
    assert header["size"] == 2 and header["seed"] == 7 and np.array_equal(z, draws(COUNT, 2, seed=7))
    app.button(key="walks_another").click().run()
    assert np.array_equal(draws_of(app)[1], draws(COUNT, 2, seed=8))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"temperature": "0.5", "c": "10", "digit": "0"}, Hand(0.5, 10, 0)), ({"temperature": "0"}, Hand(0, 1, 3)),
        ({"temperature": "3.01", "c": "2", "digit": "10"}, Hand()), ({"temperature": "nan", "c": "inf", "digit": "-1"}, Hand()),
        ({"temperature": "x", "c": "", "digit": "2.5"}, Hand()), ({"temperature": "-1", "c": "4", "digit": "inf"}, Hand(1, 4, 3)),
        ({"digit": "x"}, Hand()), ({"digit": "nan"}, Hand()),
    ],
)  # fmt: skip
def test_a_link_opens_what_it_says_and_the_usual_for_what_cannot_be(
    query: dict[str, str], wanted: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamlit.query_params", {f"walks_{name}": value for name, value in query.items()})
    assert linked("walks") == wanted


def test_a_hand_is_read_and_what_no_slider_gives_is_refused() -> None:
    assert read_hand(SENT, cs=[1, 4], labels=10) == Hand(1.5, 4, 7)
    refused: list[Any] = [
        None, [], {}, {**SENT, "c": 3}, {**SENT, "c": True}, {**SENT, "label": 10}, {**SENT, "label": 1.0}, {**SENT, "label": -1},
        {**SENT, "temperature": float("nan")}, {**SENT, "temperature": 4}, {**SENT, "temperature": "1"},
        {**SENT, "temperature": 10**400}, {**SENT, "c": 10**400},
    ]  # fmt: skip
    assert [read_hand(one, cs=[1, 4], labels=10) for one in refused] == [None] * len(refused)
    assert read_hand({**SENT, "c": 10**400}, cs=[], labels=10) is None


def test_where_the_hand_rests_is_kept_by_the_code_and_the_other_views() -> None:
    app = app_of(hand={**SENT, "temperature": 0.5})
    found = pictures(app)
    assert set(found) == {"ae_16", "vae_16_c4"}
    z = draws(COUNT, 16, seed=1, temperature=0.5)
    for name, sheet in found.items():
        assert np.abs(sheet.numpy() - engine.decode(name, z)).max() <= 2e-5
    app.session_state["walks_view"] = CHOSEN
    header, z = draws_of(app.run())
    assert header["start"] == {"temperature": 0.5, "c": 4, "label": 7} and header["classes"] == list("0123456789")
    assert np.array_equal(z, draws(COUNT, 16, seed=1))
    wanted = engine.decode("vae_conditional", z / 2, np.full(COUNT, 7))
    assert np.abs(pictures(app)["vae_conditional"].numpy() - wanted).max() <= 2e-5


def test_the_opening_sum_is_the_models_and_its_code_gives_it() -> None:
    app = app_of({"walks_view": SUM})
    for name, picture in pictures(app).items():
        known = atlas(name)
        z = known.mu[arithmetic.OPENING] - class_mean(known, 7) + class_mean(known, 1)
        found = result(name, (Operand(arithmetic.OPENING, None), Operand(None, 7), Operand(None, 1)))
        assert np.abs(found.pictures[3] - engine.decode(name, z[None])[0]).max() <= 2e-5
        assert np.abs(found.pictures[3] - picture.numpy()).max() <= 2e-5
        assert remark(found) in texts(app) and "LeNet" in remark(found)
    assert len(app.get("image")) == 8


def test_a_digit_minus_itself_plus_another_is_the_other() -> None:
    for same, other in ((Operand(5, None), Operand(9, None)), (Operand(None, 4), Operand(None, 9))):
        found = result("vae_16_c1", (same, same, other))
        assert np.abs(found.pictures[3] - found.pictures[2]).max() <= 1e-5


def test_every_picture_of_a_class_is_tried() -> None:
    app = app_of({"walks_view": SUM, "walks_everyone": True})
    said = f"{arithmetic.share('vae_16_c1', 7, 1):.1%}"
    assert said in texts(app) and "LeNet reads a 1 in x − mean of the 7s + mean of the 1s" in texts(app)


def test_what_does_not_fit_a_view_is_refused() -> None:
    fitting: dict[str, Any] = {"key": "k", "view": "draws", "seed": 0, "z": draws(36, 16, seed=0), "start": Hand()}
    with pytest.raises(ValueError, match="'draws' of 1 networks"):
        generator(**fitting, sources=[source("ae_16")])
    with pytest.raises(ValueError, match="N a multiple of 6"):
        generator(**{**fitting, "z": draws(7, 16, seed=0)}, sources=[source("ae_16"), source("vae_16_c1")])


def test_its_page_opens_it() -> None:
    app = opened("walks_and_generation", {"walks_tab": "Generate", "walks_dimensions": 2})
    assert draws_of(app)[0]["view"] == "draws" and "same 36 draws" in texts(app)


def test_the_views_are_those_of_the_link() -> None:
    assert (PRIOR, CHOSEN, SUM) == VIEWS == ("AE and VAE", "A chosen digit", "a − b + c")
