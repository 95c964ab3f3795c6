"""The tabs Layer chain, Spot the slip and Predict the size, each alone."""

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.layer_chain import CHAINS, ChainLayer, chain_text, parse_chain
from cnnviz.presets import SLIPS
from cnnviz.quiz import grade, make_question
from cnnviz.ui.bench.chain import edited


def tab(name, state=None):
    """A page with that tab only."""
    app = AppTest.from_string(f"from cnnviz.ui.bench import {name}\n{name}.show()", default_timeout=30)
    for key, value in (state or {}).items():
        app.session_state[key] = value
    app.run()
    assert not app.exception, app.exception
    return app


def words(app) -> str:
    return "\n".join(each.value for each in [*app.markdown, *app.success, *app.error, *app.latex])


def test_the_chain_opens_on_the_exercise_of_the_notes():
    app = tab("chain")
    table = app.dataframe[0].value
    assert list(table["output"]) == ["8 × 128 × 128", "8 × 125 × 125"]
    assert list(app.dataframe[1].value["sees"]) == [3, 9]
    assert "**80** parameters, **1,179,648** multiply-adds" in words(app) and "max pool sees 9 × 9" in words(app)


@pytest.mark.parametrize("name", CHAINS)
def test_every_example_chain_loads(name):
    app = tab("chain")
    app.selectbox(key="chain_example").set_value(name).run()
    assert not app.exception and not app.error
    assert app.text_input(key="chain_layers").value == CHAINS[name].text


@pytest.mark.parametrize(("state", "message"), [
    ({"chain_layers": "conv8k3 relu"}, "layer 2: 'relu' is no layer"),
    ({"chain_layers": "max300"}, "Layer 1, max pooling: kernel_size 300 does not fit a 256x256 input"),
    ({"chain_input": "256 256"}, "the input is '256 256': give channels, height and width"),
    ({"chain_input": "1 0 5"}, "sides from 1 to 10,000"),
    ({"chain_input": "a b c"}, "'a' is not a number"),
])  # fmt: skip
def test_a_bad_chain_is_explained_and_stays(state, message):
    app = tab("chain", state)
    assert len(app.error) == 1 and message in app.error[0].value
    for key, value in state.items():
        assert app.text_input(key=key).value == value


THREE = parse_chain("conv8k3 max2s2 conv4k1")


@pytest.mark.parametrize(("edits", "text"), [
    ({"edited_rows": {0: {"stride": 2, "channels": 16}}}, "conv16k3s2 max2s2 conv4k1"),
    ({"edited_rows": {0: {"layer": "avg"}}}, "avg3 max2s2 conv4k1"),
    ({"edited_rows": {2: {"#": 1}}}, "conv4k1 conv8k3 max2s2"),
    ({"edited_rows": {0: {"#": 99}}}, "max2s2 conv4k1 conv8k3"),
    ({"edited_rows": {1: {"kernel": None}}}, "conv8k3 max2s2 conv4k1"),
    ({"deleted_rows": [1]}, "conv8k3 conv4k1"),
    ({"added_rows": [{"layer": "max", "kernel": 3, "stride": 2}]}, "conv8k3 max2s2 conv4k1 max3s2"),
    ({"added_rows": [{}]}, "conv8k3 max2s2 conv4k1 conv8k3"),
])  # fmt: skip
def test_the_tables_edits(edits, text):
    assert chain_text(edited(THREE, edits)) == text


def test_edits_that_make_no_layer_are_refused():
    with pytest.raises(ValueError, match="padding 2 is more than half"):
        edited(THREE, {"edited_rows": {1: {"padding": 2}}})
    with pytest.raises(ValueError, match="a chain needs a layer"):
        edited([ChainLayer("max", 2)], {"deleted_rows": [0]})


def test_the_truth_stays_hidden_until_one_has_judged():
    app = tab("slips")
    assert SLIPS["Diagonal match"].truth().text not in words(app)
    app.button(key="slip_wrong").click().run()
    assert "The score is 2.49." in words(app) and "Yes: the claim is a slip." in words(app)
    app.button(key="slip_next").click().run()
    assert app.selectbox(key="slip_name").value == "Diagonal mismatch" and "**1 of 1** judged rightly" in words(app)
    app.button(key="slip_wrong").click().run()
    assert "No: the claim is right." in words(app) and "**1 of 2** judged rightly" in words(app)


@pytest.mark.parametrize("name", SLIPS)
def test_every_slip_is_shown_and_judged(name):
    app = tab("slips", {"slip_name": name})
    assert SLIPS[name].claim_text in words(app)
    app.button(key="slip_right").click().run()
    assert not app.exception and SLIPS[name].truth().text in words(app)


@pytest.mark.parametrize("level", ["easy", "medium", "hard"])
def test_the_quiz_grades_and_scores_the_first_answer_only(level):
    app = tab("quiz", {"quiz_level": level, "quiz_seed": 5})
    question = make_question(5, level)
    size = grade(question, [1] * len(question.input_size)).size
    answer(app, [n + 1 for n in size])
    assert "is not it" in words(app) and "**0 of 1** right at the first answer" in words(app)
    answer(app, size)
    assert "Yes: the output is" in words(app) and "**0 of 1** right at the first answer" in words(app)
    app.button(key="quiz_next").click().run()
    assert app.number_input(key="quiz_seed").value == 6 and not app.success
    question = make_question(6, level)
    answer(app, grade(question, [1] * len(question.input_size)).size)
    assert "**1 of 2** right at the first answer" in words(app)


def answer(app, numbers):
    """Fill in the answer, (height and width) or length, and check it."""
    fields = [field for field in app.number_input if field.key != "quiz_seed"]
    for field, number in zip(fields, numbers, strict=True):
        field.set_value(number)
    next(button for button in app.button if button.label == "Check").click()
    app.run()


def test_an_empty_answer_is_no_answer():
    app = tab("quiz")
    next(button for button in app.button if button.label == "Check").click()
    app.run()
    assert not app.exception and not app.error and "Work it out first" in words(app)
