"""The quiz: questions that PyTorch takes, grades that are PyTorch's, and a rule whose numbers are right."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some
from torch import nn

from cnnviz.convolution import ConvSpec
from cnnviz.quiz import LEVELS, Question, grade, make_question, rule_in_letters, worked_rule

FEWER = settings(max_examples=100, deadline=None, database=None)

SEEDS, ANY_LEVEL = some.integers(0, 999_999), some.sampled_from(LEVELS)
EDGE_OF_CEIL = Question("max_pool", ConvSpec(2, stride=3, padding=1, ceil_mode=True), (5, 5))


def test_the_exercise_of_the_notes() -> None:
    question = Question("max_pool", ConvSpec(4), (128, 128))
    assert grade(question, [125, 125]).right
    wrong = grade(question, [32, 32])
    assert (wrong.right, wrong.size, [slip.name for slip in wrong.slips]) == (False, (125, 125), ["pooling stride default"])


def test_the_rule_with_its_numbers() -> None:
    assert worked_rule(Question("conv2d", ConvSpec(3, stride=2, padding=1), (6, 6))) == [
        r"\begin{aligned}\text{height and width} &= \left\lfloor \frac{6 + 2\cdot1 - 3}{2} \right\rfloor + 1 \\ "
        r"&= \left\lfloor \frac{5}{2} \right\rfloor + 1 = 3\end{aligned}"
    ]
    height, width = worked_rule(Question("transposed2d", ConvSpec(3, stride=(2, 1), transposed=True), (4, 4)))
    assert height.endswith("= 9\\end{aligned}") and width.endswith("= 6\\end{aligned}")


def test_the_rule_says_when_the_last_window_of_ceil_mode_is_dropped() -> None:
    assert grade(EDGE_OF_CEIL, [2, 2]).right
    assert r"= 3\;\to\; 2\ \text{(the last window would start in the padding)}" in worked_rule(EDGE_OF_CEIL)[0]
    assert r"\lceil" in rule_in_letters(EDGE_OF_CEIL)


@FEWER
@given(SEEDS, ANY_LEVEL)
def test_the_right_answer_is_pytorchs(seed: int, level: str) -> None:
    question = make_question(seed, level)
    layer = eval(question.call, {"nn": nn})
    theirs = tuple(layer(torch.zeros(1, 1, *question.input_size)).shape[2:])
    result = grade(question, theirs)
    assert result.right and result.size == theirs and result.slips == []
    wrong = grade(question, [n + 1 for n in theirs])
    assert not wrong.right and wrong.size == theirs


@FEWER
@given(SEEDS, ANY_LEVEL)
def test_the_worked_rule_ends_in_the_answer(seed: int, level: str) -> None:
    question = make_question(seed, level)
    size = grade(question, [1] * len(question.input_size)).size
    lines = worked_rule(question)
    ends = [int(re.findall(r"(?:=|\\to\\;) (\d+)", line)[-1]) for line in lines]
    assert ends == list(size) or (len(lines) == 1 and ends * 2 == list(size))


@FEWER
@given(SEEDS, ANY_LEVEL)
def test_a_seed_gives_one_question(seed: int, level: str) -> None:
    assert make_question(seed, level) == make_question(seed, level)


def test_the_levels_ask_what_they_say() -> None:
    questions = {level: [make_question(seed, level) for seed in range(200)] for level in LEVELS}
    assert {question.kind for question in questions["easy"]} == {"conv2d", "conv1d"}
    assert all(set(question.spec.expand(len(question.input_size)).stride) == {1} for question in questions["easy"])  # type: ignore[arg-type]
    assert {question.kind for question in questions["medium"]} == {"conv2d", "conv1d", "max_pool", "average_pool"}
    hard = questions["hard"]
    assert any(q.spec.ceil_mode for q in hard) and any(q.spec.transposed for q in hard)
    assert any(len(set(q.input_size)) == 2 for q in hard)
    assert len({(q.kind, q.spec, q.input_size) for q in hard}) > 190


@pytest.mark.parametrize(
    ("seed", "level", "message"),
    [(1, "hardest", "the level is 'hardest': it must be one of easy, medium, hard"), (-1, "easy", "the seed is -1: give")],
)
def test_a_question_that_is_not_there(seed: int, level: str, message: str) -> None:
    with pytest.raises(ValueError) as error:
        make_question(seed, level)
    assert message in str(error.value)


def test_an_answer_of_the_wrong_length() -> None:
    with pytest.raises(ValueError, match="the answer has 1 numbers: give 2"):
        grade(EDGE_OF_CEIL, [2])
