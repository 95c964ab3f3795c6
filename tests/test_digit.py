"""Digits made into pictures of MNIST's kind."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch.nn.functional import avg_pool2d

from cnnviz import datasets, digit
from cnnviz.images import sample_image
from tests.needed_data import need

drawings = st.tuples(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**31 - 1))


def drawn(rows: int, columns: int, seed: int) -> torch.Tensor:
    """Random blots on black, in multiples of 1/255."""
    source = torch.Generator().manual_seed(seed)
    levels = torch.randint(0, 256, (rows, columns), generator=source)
    return levels * (torch.rand(rows, columns, generator=source) < 0.2) / 255


def test_a_bar_is_cropped_scaled_and_centred() -> None:
    drawing = torch.zeros(100, 100)
    drawing[10:50, 70:80] = 1.0  # 40 x 10 in the upper right
    steps = digit.centred(drawing)
    assert steps.box == (10, 70, 40, 10)
    assert steps.scaled.tolist() == [[1.0] * 5] * 20
    assert steps.mass == (9.5, 2.0)
    assert steps.corner == (5, 12)  # 5 + 9.5 = 14.5 and 12 + 2 = 14
    assert steps.placed.nonzero().aminmax(dim=0).min.tolist() == [5, 12]
    assert steps.placed.sum() == 100


def test_parts_of_pixels_count_as_parts() -> None:
    assert digit._area_mean(torch.tensor([[0, 90, 255]]), (1, 2)).tolist() == [[30, 200]]  # (0 + 45) / 1.5, (45 + 255) / 1.5


def test_the_centre_of_mass_comes_to_lie_on_the_middle() -> None:
    drawing = torch.zeros(60, 60)
    drawing[5:45, 5:9] = 0.4
    drawing[41:45, 5:15] = 1.0  # heavy below
    placed = digit.centred(drawing).placed
    mass = (placed.sum(dim=1) * torch.arange(28)).sum() / placed.sum()
    assert 13.5 < mass <= 14.5
    assert placed.any(dim=1).nonzero()[0] == 1  # the box itself is not in the middle, which would be row 4


def test_pictures_of_mnist_come_back_unchanged() -> None:
    need("mnist")
    images = datasets.load("mnist", "test").images[:1000, 0] / 255
    again = torch.stack([digit.centred(image).placed for image in images])
    assert torch.equal(again, images)


@settings(max_examples=60, deadline=None)
@given(drawings)
def test_scaling_agrees_with_area_resampling(case: tuple[int, int, int]) -> None:
    cropped = digit.centred(drawn(*case)).cropped
    if not cropped.numel():
        return
    size = digit._fitted(*cropped.shape, digit.BOX)
    levels = (cropped * 255).round()
    whole = levels.repeat_interleave(size[0], 0).repeat_interleave(size[1], 1)  # every pixel in parts: areas become whole
    truth = avg_pool2d(whole[None].double(), cropped.shape)[0]
    ours = digit.centred(drawn(*case)).scaled.double() * 255
    assert (ours - truth).abs().max() <= 0.5 + 1e-4


@settings(max_examples=60, deadline=None)
@given(drawings, st.integers(0, 30), st.integers(0, 30))
def test_where_it_is_drawn_does_not_matter(case: tuple[int, int, int], down: int, right: int) -> None:
    drawing = drawn(*case)
    shifted = torch.zeros(90, 90)
    shifted[down : down + drawing.shape[0], right : right + drawing.shape[1]] = drawing
    first, second = digit.centred(drawing), digit.centred(shifted)
    assert torch.equal(first.placed, second.placed)
    assert first.box[2:] == second.box[2:]


@settings(max_examples=60, deadline=None)
@given(drawings)
def test_nothing_leaves_the_field_and_the_longer_side_is_20(case: tuple[int, int, int]) -> None:
    steps = digit.centred(drawn(*case))
    assert steps.placed.shape == (28, 28)
    assert torch.equal((steps.placed * 255).round() / 255, steps.placed)
    assert torch.isclose(steps.placed.sum(), steps.scaled.sum())
    assert not steps.cropped.numel() or max(steps.scaled.shape) == 20


@pytest.mark.parametrize("drawing", [torch.zeros(280, 280), torch.full((9, 5), 1e-4)], ids=["black", "fainter than a level"])
def test_an_empty_drawing_gives_black(drawing: torch.Tensor) -> None:
    steps = digit.centred(drawing)
    assert steps.placed.shape == (28, 28)
    assert not steps.placed.any()
    assert steps.box == (0, 0, 0, 0)
    assert not digit.plain_28(drawing).any()


def test_a_full_drawing_and_a_dot_are_squares() -> None:
    for box in (slice(0, 280), slice(100, 103)):
        drawing = torch.zeros(280, 280)
        drawing[box, box] = 1.0
        steps = digit.centred(drawing)
        assert steps.scaled.tolist() == [[1.0] * 20] * 20
        assert steps.corner == (5, 5)  # 9.5 + 5 = 14.5


def test_ink_that_vanishes_at_this_size_leaves_black() -> None:
    drawing = torch.zeros(280, 280)
    drawing[0, 0] = drawing[-1, -1] = 1 / 255
    steps = digit.centred(drawing)
    assert steps.box == (0, 0, 280, 280)
    assert not steps.placed.any()


def test_without_centring_it_is_only_scaled_down() -> None:
    drawing = torch.zeros(280, 280)
    drawing[20:60, 30:40] = 1.0
    plain = digit.plain_28(drawing)
    assert plain.nonzero().tolist() == [[row, 3] for row in (2, 3, 4, 5)]
    assert plain.sum() == 4.0
    assert digit.plain_28(torch.ones(10, 280)).sum(dim=1).nonzero()[:, 0].tolist() == [13]  # 280 x 10 becomes 28 x 1


def test_otsu_parts_two_shades() -> None:
    levels = torch.tensor([[10, 10, 12], [200, 210, 10]])
    assert 12 <= digit.otsu(levels) < 200


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31 - 1))
def test_otsu_is_the_best_of_all_thresholds(seed: int) -> None:
    levels = torch.randint(0, 256, (7, 9), generator=torch.Generator().manual_seed(seed))

    def between(t: int) -> float:
        dark, bright = levels[levels <= t].double(), levels[levels > t].double()
        return len(dark) * len(bright) * float(dark.mean() - bright.mean()) ** 2 if len(dark) and len(bright) else 0.0

    assert between(digit.otsu(levels)) == pytest.approx(max(between(t) for t in range(255)))


@pytest.mark.parametrize("bright_paper", [True, False])
def test_a_photograph_gives_what_the_digit_gives(bright_paper: bool) -> None:
    three = sample_image("digit", 28)[:1]
    wide = torch.nn.functional.interpolate(three[None], scale_factor=8)[0].round()  # 1 224 224
    grey = 0.85 - 0.6 * wide if bright_paper else 0.2 + 0.6 * wide
    noise = 0.03 * torch.randn(wide.shape, generator=torch.Generator().manual_seed(0))
    photo = digit.from_photo((grey + noise).clamp(0, 1).repeat(3, 1, 1))
    assert photo.bright_paper == bright_paper
    truth = digit.centred(wide[0]).placed
    assert (photo.steps.placed - truth).abs().mean() < 0.005
    assert (photo.ink[wide[0] == 0] == 0).all()


def test_specks_on_the_paper_go() -> None:
    picture = torch.full((1, 100, 100), 0.9)
    picture[0, 20:80, 45:52] = 0.1
    picture[0, 95:97, 2:4] = 0.1
    assert digit.from_photo(picture).steps.box == (20, 45, 60, 7)


def test_a_photograph_through_a_file() -> None:
    picture = np.full((120, 90, 3), 230, np.uint8)
    picture[30:90, 40:48] = 40
    with Image.fromarray(picture) as image:
        tensor = torch.from_numpy(np.array(image)).permute(2, 0, 1) / 255
    assert digit.from_photo(tensor).steps.box == (30, 40, 60, 8)


def test_code_makes_the_same_picture() -> None:
    image = digit.centred(drawn(50, 40, 3)).placed[None]
    names: dict = {}
    exec(digit.pixels_code(image), names)
    assert torch.equal(names["image"], image)


def test_errors_say_the_way_out() -> None:
    with pytest.raises(ValueError, match=r"level 128, so there is no ink: take another picture"):
        digit.from_photo(torch.full((3, 8, 8), 128 / 255))
    with pytest.raises(ValueError, match=r"\(3, H, W\) or \(1, H, W\), not \(2, 8, 8\)"):
        digit.from_photo(torch.zeros(2, 8, 8))
    with pytest.raises(ValueError, match=r"\(H, W\), not \(1, 28, 28\)"):
        digit.centred(torch.zeros(1, 28, 28))
    with pytest.raises(ValueError, match="0 to 255 do not fit"):
        digit.plain_28(torch.tensor([[0.0, 255.0]]))
    with pytest.raises(ValueError, match="do not fit"):
        digit.centred(torch.tensor([[float("nan")]]))
