"""The three kinds of noise: their levels are what they say, and the same seed at a higher level is the same noise, stronger."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor

from cnnviz.noise import FIELD, KINDS, add_noise, box, box_corners, gaussian, hit_pixels, salt_and_pepper

SEEDS = st.integers(0, 2**32 - 1)


def seeded(seed: int) -> Generator:
    return Generator().manual_seed(seed)


def middle(count: int = 4, channels: int = 1) -> Tensor:
    """Values round 0.5, different in every pixel."""
    return 0.4 + 0.2 * torch.rand(count, channels, 28, 28, generator=seeded(99))


def test_four_pixels_by_eye() -> None:
    picture, eps = torch.tensor([[[[0.2, 0.9], [0.5, 0.0]]]]), torch.randn(1, 1, 2, 2, generator=seeded(3))
    assert torch.equal(gaussian(picture, 0.1, seeded(3)), (picture + 0.1 * eps).clamp(0, 1))
    spoiled = salt_and_pepper(picture, 0.5, seeded(3))
    assert int((spoiled != picture).sum()) <= 2 and set(spoiled[spoiled != picture].tolist()) <= {0.0, 1.0}
    whole = torch.ones(1, 1, 28, 28)
    row, column = box_corners(whole, 3, seeded(3))[0].tolist()
    covered = box(whole, 3, seeded(3))[0, 0]
    assert covered.sum() == 784 - 9 and covered[row : row + 3, column : column + 3].sum() == 0


@settings(deadline=None, max_examples=50)
@given(SEEDS, st.floats(0, 1))
def test_sigma_is_the_standard_deviation_before_the_cut(seed: int, sigma: float) -> None:
    pictures = middle(8)
    noise = gaussian(pictures.double() * 0 + 0.5, sigma * 0.01, seeded(seed)) - 0.5  # so weak that nothing is cut off
    assert float(noise.std()) == pytest.approx(sigma * 0.01, rel=0.05)  # 6272 draws: 5.6 standard errors
    assert abs(float(noise.mean())) <= 5.6 * sigma * 0.01 / math.sqrt(noise.numel())
    strong = gaussian(pictures, sigma, seeded(seed))
    assert torch.equal(strong, (pictures + sigma * torch.randn(pictures.shape, generator=seeded(seed))).clamp(0, 1))


@settings(deadline=None, max_examples=50)
@given(SEEDS, st.floats(0, 1), st.sampled_from([1, 3]))
def test_salt_and_pepper_hits_exactly_its_share_of_every_picture(seed: int, share: float, channels: int) -> None:
    pictures = middle(3, channels)
    spoiled = salt_and_pepper(pictures, share, seeded(seed))
    hit = spoiled != pictures  # none of the pictures has a 0 or a 1
    assert hit.all(1).flatten(1).sum(1).tolist() == [hit_pixels(share, 784)] * 3
    assert torch.equal(hit.any(1), hit.all(1))
    assert abs(hit_pixels(share, 784) - 784 * share) <= 0.5
    assert set(spoiled[hit].tolist()) <= {0.0, 1.0}


def test_salt_and_pepper_are_equally_many() -> None:
    spoiled = salt_and_pepper(middle(100), 1, seeded(0))
    assert float(spoiled.mean()) == pytest.approx(0.5, abs=0.01)  # 78,400 coins: 5.6 standard errors
    assert set(spoiled.unique().tolist()) == {0.0, 1.0}


@settings(deadline=None, max_examples=50)
@given(SEEDS, st.integers(0, FIELD))
def test_a_box_covers_exactly_its_area_in_the_middle(seed: int, side: int) -> None:
    pictures = middle(5)
    covered = box(pictures, side, seeded(seed)) == 0
    assert covered.flatten(1).sum(1).tolist() == [side * side] * 5
    assert not covered[..., :4, :].any() and not covered[..., 24:, :].any()
    assert not covered[..., :4].any() and not covered[..., 24:].any()
    assert bool((box(pictures, side, seeded(seed))[~covered] == pictures[~covered]).all())


def test_boxes_reach_every_place() -> None:
    corners = box_corners(torch.zeros(4000, 1, 28, 28), 18, seeded(1))
    places, counts = corners.unique(dim=0, return_counts=True)
    assert places.tolist() == [[row, column] for row in (4, 5, 6) for column in (4, 5, 6)]
    assert counts.min() > 350  # of 444 expected


@settings(deadline=None, max_examples=50)
@given(SEEDS, st.sampled_from(list(KINDS)), st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_a_higher_level_is_the_same_noise_stronger(seed: int, kind: str, shares: list[float]) -> None:
    low, high = sorted(KINDS[kind].nearest(share * KINDS[kind].high) for share in shares)
    pictures = middle(2)
    weak, strong = (add_noise(pictures, kind, level, seeded(seed)) for level in (low, high))
    assert bool(((strong - pictures).abs() >= (weak - pictures).abs() - 1e-6).all()) or kind == "box"
    assert torch.equal(strong, add_noise(pictures, kind, high, seeded(seed)))
    assert strong.min() >= 0 and strong.max() <= 1
    assert torch.equal(add_noise(pictures, kind, 0, seeded(seed)), pictures)


@pytest.mark.parametrize(
    ("kind", "level", "message"),
    [
        ("gaussian", -0.1, "sigma is -0.1: a standard deviation is 0 or more"),
        ("gaussian", math.nan, "sigma is nan"),
        ("salt", 1.01, "the share of pixels is 1.01: it must be between 0 and 1"),
        ("box", 21, "the side of the box is 21: give a whole number of pixels, 0 to 20"),
        ("box", 2.5, "the side of the box is 2.5"),
        ("rain", 1, "there is no noise 'rain': give gaussian, salt, box"),
    ],
)
def test_a_wrong_level_says_what_is_right(kind: str, level: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        add_noise(middle(), kind, level, seeded(0))


def test_a_small_picture_has_no_place_for_a_box() -> None:
    with pytest.raises(ValueError, match="pictures of 8 x 8 have no middle of 20 x 20"):
        box(torch.zeros(1, 1, 8, 8), 2, seeded(0))


@pytest.mark.parametrize(
    ("kind", "value", "level"),
    [
        ("gaussian", "0.804", 0.8), ("gaussian", "-3", 0.0), ("gaussian", "1e9", 1.0), ("gaussian", "nan", 0.5),
        ("gaussian", None, 0.5), ("salt", "inf", 1.0), ("box", "7.6", 8.0), ("box", "99", 20.0), ("box", "x", 8.0),
    ],
)  # fmt: skip
def test_a_link_gives_a_level_that_there_is(kind: str, value: str | None, level: float) -> None:
    assert KINDS[kind].nearest(value) == level
