"""Numbers from outside on a control's scale."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.steps import nearest_step


@pytest.mark.parametrize(("value", "wanted"), [
    (0.34, 0.3), ("0.36", 0.4), (-1, 0.1), (9, 1.0), ("inf", 1.0), ("nan", 0.5), ("x", 0.5), (None, 0.5), ([], 0.5),
])  # fmt: skip
def test_steps_of_a_tenth(value: object, wanted: float) -> None:
    assert nearest_step(value, 0.1, 1.0, 0.1, 0.5) == wanted


@given(st.floats(), st.integers(-5, 5), st.integers(1, 40), st.sampled_from([1, 0.5, 0.05]))
def test_it_is_always_on_the_scale(value: float, low: int, count: int, step: float) -> None:
    found = nearest_step(value, low, low + count * step, step, low)
    assert low <= found <= low + count * step + 1e-9
    assert abs((found - low) / step - round((found - low) / step)) < 1e-4
