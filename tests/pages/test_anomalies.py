"""The tab Anomalies: its numbers against the stored scores, every network and kind, links that lie, no data set, its code."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from cnnviz import datasets, engine
from cnnviz.anomalies import KL, RECONSTRUCTION, TOTAL, chosen_score
from cnnviz.anomalies.pictures import CONSTANT, NOISE, OTHER
from cnnviz.anomalies.roc import auroc
from cnnviz.ui.anomalies import evidence, uniform
from cnnviz.ui.anomalies.anomalies_tab import OPENING, as_csv, linked_threshold
from cnnviz.ui.anomalies.anomaly_code import anomaly_code
from cnnviz.ui.anomalies.anomaly_notes import answer
from cnnviz.ui.anomalies.evidence import (
    HELD_OUT,
    Question,
    anomaly_scores,
    network_names,
    normal_scores,
    worst_anomalies,
    worst_normal,
)
from cnnviz.ui.anomalies.worst import Chosen
from cnnviz.ui.components.digit_pad.opening import opening
from cnnviz.ui.components.picture_choice import Row, picture_choice, read_choice
from cnnviz.ui.components.score_histogram import area_words, read_threshold, score_histogram
from tests.needed_data import need
from tests.pages.opened import PYTORCH, opened, run_code, sent

STATE = {"denoising_tab": "Anomalies"}
PAGE = "denoising_and_anomalies"


def texts(app) -> str:
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.info, app.error) for element in kind)


def test_it_opens_on_clothes_among_digits_with_the_visitors_own() -> None:
    app = opened(PAGE, STATE)
    shown = sent(app, "score_histogram")[0]
    normal, clothes = normal_scores(OPENING).by(TOTAL), anomaly_scores(OPENING, OTHER).by(TOTAL)
    assert shown["auroc"] == area_words(auroc(normal, clothes)) and shown["log"]
    assert shown["threshold"] == pytest.approx(np.quantile(normal, 0.95), rel=1e-4)
    own = engine.encode(OPENING, opening()[None] / np.float32(255)).loss[0]
    (marked,) = shown["marked"]
    assert marked["score"] == pytest.approx(float(own), rel=1e-6) and marked["share"] == (normal >= own).mean()
    assert [len(row["captions"]) for row in sent(app, "picture_choice")[0]["rows"]] == [10, 10, 1]


@pytest.mark.parametrize(
    ("network", "kind", "score"), [("ae_2", OTHER, RECONSTRUCTION), ("vae_fashion", NOISE, KL), ("vae_without_1", HELD_OUT, TOTAL)]
)
def test_other_networks_kinds_and_scores_open_too(network: str, kind: str, score: str) -> None:
    app = opened(PAGE, STATE | {"anomalies_network": network, "anomalies_kind": kind, "anomalies_score": score})
    area = auroc(normal_scores(network).by(score), anomaly_scores(network, kind).by(score))
    assert sent(app, "score_histogram")[0]["auroc"] == area_words(area) and f"AUROC **{area_words(area)}**" in texts(app)
    assert ("look *more* normal" in texts(app)) == (area < 0.5)
    assert ("trained with all ten classes" in texts(app)) == (kind == HELD_OUT)


def test_a_choice_that_the_next_network_does_not_offer_is_forgotten() -> None:
    app = opened(PAGE, STATE | {"anomalies_network": "vae_without_0", "anomalies_kind": HELD_OUT, "anomalies_score": KL})
    app.selectbox(key="anomalies_network").set_value("ae_16").run()
    assert not app.exception and not app.error
    assert (app.selectbox(key="anomalies_kind").value, sent(app, "score_histogram")[0]["axis"].split(" of")[0]) == (
        OTHER, "reconstruction",
    )  # fmt: skip


def test_a_new_class_is_no_part_of_what_is_normal() -> None:
    normal, held = normal_scores("vae_without_0"), anomaly_scores("vae_without_0", HELD_OUT)
    labels = evidence.atlas("vae_without_0").labels
    assert (labels[held.number] == 0).all() and (labels[normal.number] != 0).all() and len(normal) + len(held) == 10_000
    with pytest.raises(ValueError, match="vae_16_c1 has no anomalies of the kind 'held_out': choose one of other"):
        anomaly_scores("vae_16_c1", HELD_OUT)


def test_the_hardest_pictures_are_the_test_sets_with_the_engines_scores() -> None:
    need("mnist")
    need("fashion-mnist")
    question = Question(OPENING, OTHER, TOTAL)
    normal, clothes = worst_normal(question, 10), worst_anomalies(question, 10)
    mnist, fashion = (datasets.load(name, "test").images[:, 0].numpy() for name in ("mnist", "fashion-mnist"))
    scores = normal_scores(OPENING)
    assert normal.originals and np.array_equal(normal.pictures[0], mnist[scores.number[scores.by(TOTAL).argmax()]])
    assert clothes.originals and np.array_equal(clothes.pictures[0], fashion[5 * anomaly_scores(OPENING, OTHER).by(TOTAL).argmin()])
    for shown, stored in ((normal, np.sort(scores.by(TOTAL))[::-1]), (clothes, np.sort(anomaly_scores(OPENING, OTHER).by(TOTAL)))):
        found = engine.encode(OPENING, shown.pictures / np.float32(255))
        assert np.allclose(shown.scores, chosen_score(found, TOTAL), rtol=1e-6)
        assert np.allclose(shown.scores, stored[:10], rtol=1e-3)


def test_without_the_data_sets_it_shows_reconstructions_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    app = opened(PAGE, STATE)
    assert not app.error and "shown as its reconstruction, with the stored score" in texts(app)
    titles = [row["title"] for row in sent(app, "picture_choice")[0]["rows"]]
    assert ["the data set is not on this machine" in title for title in titles] == [True, True, False]
    question = Question(OPENING, OTHER, KL)
    shown, scores = worst_anomalies(question, 10), anomaly_scores(OPENING, OTHER)
    places = np.argsort(scores.by(KL), kind="stable")[:10]
    assert np.array_equal(shown.scores, scores.by(KL)[places]) and not shown.originals
    assert np.abs(shown.pictures / 255 - engine.decode(OPENING, scores.latents(places))).max() <= 0.51 / 255
    assert worst_anomalies(Question(OPENING, NOISE, KL), 10).originals, "noise needs no data set"


def test_a_picture_that_cannot_be_read_takes_nothing_else_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ValueError("All pixels have the level 7")

    monkeypatch.setattr("cnnviz.ui.anomalies.anomalies_tab.visitors", refuse)
    app = opened(PAGE, STATE)
    assert [error.value for error in app.error] == ["All pixels have the level 7"]
    assert sent(app, "score_histogram")[0]["marked"] == [] and len(sent(app, "picture_choice")[0]["rows"]) == 2


def test_another_drawing_sends_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    messages = []
    for ink in (0, 200):
        monkeypatch.setattr("cnnviz.ui.latent.subject.opening", lambda ink=ink: np.full((28, 28), ink, np.uint8))
        app = opened(PAGE, STATE)
        header, (own,) = sent(app, "picture_choice")
        assert own == bytes([ink]) * 28 * 28
        messages.append([header["pictures_id"], sent(app, "arrays")])
    assert messages[0] == messages[1]


def test_an_empty_pad_scores_below_every_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.ui.latent.subject.opening", lambda: np.zeros((28, 28), np.uint8))
    app = opened(PAGE, STATE)
    (marked,) = sent(app, "score_histogram")[0]["marked"]
    assert marked["share"] == 1 and marked["score"] == pytest.approx(anomaly_scores(OPENING, CONSTANT).by(TOTAL)[0], rel=1e-3)


def test_the_fold_of_uniform_pictures_is_computed_when_it_is_open() -> None:
    said = f"**Black** scores {anomaly_scores(OPENING, CONSTANT).by(TOTAL)[0]:.1f} nats"
    assert said not in texts(opened(PAGE, STATE)) and said in texts(opened(PAGE, STATE | {"anomalies_uniform": True}))


@pytest.mark.parametrize("word", ["", "nan", "inf", "-inf", "1e300", "x", "１２x", None])
def test_a_link_to_no_threshold_names_none(word: str | None) -> None:
    assert linked_threshold(word) is None
    assert linked_threshold("300.5") == 300.5


def test_a_link_far_beyond_all_scores_opens() -> None:
    app = opened(PAGE, STATE | {"anomalies_thresholds": {f"{OPENING} {TOTAL}": 1e8}})
    assert sent(app, "score_histogram")[0]["threshold"] == 1e8 and not app.error


NO_NUMBERS = (True, "1", None, float("nan"), float("inf"), 1e300, [1])


@pytest.mark.parametrize(
    "message", [None, 3, {}, {"set_id": "b", "threshold": 1}, *({"set_id": "a", "threshold": each} for each in NO_NUMBERS)]
)
def test_a_browser_that_lies_moves_no_threshold(message: object) -> None:
    assert read_threshold(message, set_id="a") is None
    assert read_threshold({"set_id": "a", "threshold": 2}, set_id="a") == 2.0


@pytest.mark.parametrize("message", [None, [0, 1], {"set_id": "a", "row": 2, "place": 0}, {"set_id": "a", "row": 0, "place": 3},
                                     {"set_id": "a", "row": -1, "place": 0}, {"set_id": "a", "row": True, "place": 0},
                                     {"set_id": "b", "row": 0, "place": 0}])  # fmt: skip
def test_a_browser_that_lies_chooses_no_picture(message: object) -> None:
    assert read_choice(message, set_id="a", sizes=[3, 1]) is None
    assert read_choice({"set_id": "a", "row": 1, "place": 0}, set_id="a", sizes=[3, 1]) == (1, 0)


def test_components_refuse_what_does_not_fit() -> None:
    few = np.array([1.0, 2.0])
    with pytest.raises(ValueError, match="the threshold is nan: give a finite number"):
        score_histogram(key="k", set_id="s", scores_id="i", normal=few, anomalous=few, titles=("a", "b"), axis="x",
                        threshold=np.nan)  # fmt: skip
    with pytest.raises(ValueError, match="a has 2 pictures and 1 captions: give one for each"):
        picture_choice([Row("a", np.zeros((2, 28, 28), np.uint8), ["1"])], key="k", set_id="s", pictures_id="p", chosen=(0, 0))
    assert [area_words(area) for area in (1, 0.99999, 0.9, 0.00001, 0)] == ["1.0000", "> 0.9999", "0.9000", "< 0.0001", "0.0000"]


def test_the_table_holds_every_score() -> None:
    question = Question(OPENING, NOISE, TOTAL)
    head, *rows = csv.reader(io.StringIO(as_csv(question)))
    assert head == ["set", "number", "reconstruction + KL (nats)", "reconstruction (nats)", "KL (nats)"]
    assert [sum(row[0] == name for row in rows) for name in ("normal", "noise")] == [10_000, 1000]
    values = np.array([row[2:] for row in rows if row[0] == "noise"], float)
    assert np.allclose(values[:, 0], anomaly_scores(OPENING, NOISE).by(TOTAL), rtol=1e-3)


@pytest.mark.parametrize("name", sorted(network_names()))
def test_what_is_said_of_uniform_pictures_follows_the_numbers(name: str) -> None:
    question = Question(name, NOISE, RECONSTRUCTION)
    said, scores = uniform.explained(question), anomaly_scores(name, CONSTANT).reconstruction
    cheap = scores[0] <= normal_scores(name).reconstruction.min()  # no ink costs less than any digit
    assert ("too simple" in said) == cheap and ("it draws some all the same" in said) != cheap
    assert (scores * (1 + 1e-3) + 1e-3 >= uniform.floors()).all(), "no network beats the floor"
    assert f"{784 * -(128 / 255 * np.log(128 / 255) + 127 / 255 * np.log(127 / 255)):.1f} nats even" in said
    assert uniform.as_table(question).count("\n") == len(uniform.LEVELS) + 1


def test_the_exercise_is_computed() -> None:
    caught = (anomaly_scores("vae_without_1", HELD_OUT).reconstruction
              >= np.quantile(normal_scores("vae_without_1").reconstruction, 0.95)).mean()  # fmt: skip
    assert f"**{caught:.1%}** of the class it never saw" in answer() and answer().count("\n") == len(network_names())


def test_the_code_scores_the_chosen_picture() -> None:
    need("mnist")
    need("fashion-mnist")
    app = opened(PAGE, STATE | {"denoising_end": PYTORCH})
    names, question = run_code(app), Question(OPENING, OTHER, TOTAL)
    assert names["score"] == pytest.approx(float(worst_anomalies(question, 1).scores[0]), rel=1e-5)
    normal, clothes = normal_scores(OPENING).by(TOTAL), anomaly_scores(OPENING, OTHER).by(TOTAL)
    assert names["auroc"] == pytest.approx(auroc(normal, clothes), abs=0.002)


@pytest.mark.parametrize("question", [
    Question("vae_without_0", HELD_OUT, KL), Question("ae_2", "rotated_90", RECONSTRUCTION),
    Question("ae_2", "rotated_30", RECONSTRUCTION), Question(OPENING, CONSTANT, TOTAL), Question(OPENING, NOISE, KL),
])  # fmt: skip
def test_the_code_of_other_questions_agrees_too(question: Question) -> None:
    need("mnist")
    names: dict = {}
    exec(anomaly_code(question, Chosen(opening(), "your drawing", True)), names)
    found = chosen_score(engine.encode(question.name, opening()[None] / np.float32(255)), question.score)
    assert names["score"] == pytest.approx(float(found[0]), rel=1e-5)
    area = auroc(normal_scores(question.name).by(question.score), anomaly_scores(question.name, question.kind).by(question.score))
    assert names["auroc"] == pytest.approx(area, abs=0.04), "a tenth of the test pictures"
