"""Presets and slips: every size and number that a source prints, recomputed by the engine."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from cnnviz.convolution import ConvSpec, convolve, output_size, pool
from cnnviz.presets import PRESETS, SLIPS, Preset, Slip, least_squares_kernel
from cnnviz.presets.slips import change_when_shifted
from cnnviz.slide_check import check, exact_size

FUNCTIONS = {"conv1d": F.conv1d, "conv2d": F.conv2d, "transposed1d": F.conv_transpose1d, "transposed2d": F.conv_transpose2d}


def computed(preset: Preset) -> Tensor:
    if preset.weight is None:
        return pool(preset.input, preset.spec, preset.kind.removesuffix("_pool")).values
    return convolve(preset.input, preset.weight, preset.spec, preset.bias)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("Vertical edge", [[0, 30, 30, 0]] * 4),
        ("Edges that turn", [[0] * 4, [30, 10, -10, -30], [30, 10, -10, -30], [0] * 4]),
        ("Vertical kernel on digits", [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]]),
        ("Diagonal detector, match", [[2.49]]),
        ("Diagonal detector, mismatch", [[1.21]]),
        ("Box over box", [[0, 0, 1, 2, 3, 2, 1, 0, 0]]),
        ("Means as a kernel", [[27, 39, 51], [55, 59, 63], [25, 21, 17]]),
        ("Max pooling 2x2", [[6, 8], [3, 4]]),
        ("Mean pooling 2x2", [[3, 5], [2, 2]]),
        ("Up-sampling by repeating", [[3, 3, 5, 5], [3, 3, 5, 5], [2, 2, 2, 2], [2, 2, 2, 2]]),
        ("Sobel x on a step", [[0, -4, -4, 0]]),
        ("Guide 1.1: a convolution with numbers", [[12, 12, 17], [10, 17, 19], [9, 6, 14]]),
        ("Guide 1.2: the same, padded, stride 2", [[6, 17, 3], [8, 17, 13], [6, 4, 4]]),
        ("Guide 1.6: max pooling", [[3, 3, 3], [3, 3, 3], [3, 2, 3]]),
    ],
)
def test_printed_outputs(name: str, rows: list[list[float]]) -> None:
    torch.testing.assert_close(computed(PRESETS[name])[0], torch.tensor(rows, dtype=torch.float32).reshape(
        computed(PRESETS[name])[0].shape))  # fmt: skip


@pytest.mark.parametrize("number", [f"1.{n}" for n in range(1, 7)] + [f"2.{n}" for n in range(1, 8)]
                         + [f"4.{n}" for n in range(1, 8)] + ["5.1"])  # fmt: skip
def test_every_figure_of_the_guide_is_there(number: str) -> None:
    assert any(f"figure {number}" in f"{preset.source};" and name.startswith(f"Guide {number}:")
               for name, preset in PRESETS.items())  # fmt: skip


@pytest.mark.parametrize("figure", range(2, 9))
def test_every_figure_of_the_fourth_notes_is_there(figure: int) -> None:
    assert any(preset.source.endswith(f"L4, figure {figure}") for preset in PRESETS.values())


@pytest.mark.parametrize("number", [f"4.{n}" for n in range(1, 8)])
def test_a_transposed_figure_gives_back_the_size_of_its_forward_one(number: str) -> None:
    """Figure 4.n is the transpose of 2.n: same settings, sizes the other way round."""
    forward = next(p for name, p in PRESETS.items() if name.startswith(f"Guide 2.{number[-1]}:"))
    back = next(p for name, p in PRESETS.items() if name.startswith(f"Guide {number}:"))
    assert back.input.shape[1:] == computed(forward).shape[1:]
    assert computed(back).shape[1:] == forward.input.shape[1:]
    for field in ("kernel_size", "stride", "padding"):
        assert getattr(back.spec, field) == getattr(forward.spec, field)


@pytest.mark.parametrize("name", PRESETS)
def test_sizes_are_those_stated_and_numbers_are_pytorchs(name: str) -> None:
    preset = PRESETS[name]
    ours = computed(preset)
    assert preset.stated_size == tuple(ours.shape[1:])
    assert preset.kind in ("max_pool", "average_pool", *FUNCTIONS) and preset.source
    assert (preset.kind.startswith("transposed")) == preset.spec.transposed
    x, spec = preset.input[None], preset.spec
    assert x.dtype == torch.float32 and max(x.shape[2:]) <= 16 and max(x.shape[1], ours.shape[0]) <= 4
    if preset.weight is None:
        function = F.max_pool2d if preset.kind == "max_pool" else F.avg_pool2d
        theirs = function(x, spec.kernel_size, spec.stride, spec.padding)
    elif spec.transposed:
        theirs = FUNCTIONS[preset.kind](
            x, preset.weight, preset.bias, spec.stride, spec.padding, spec.output_padding, spec.groups, spec.dilation
        )
    else:
        if spec.padding_mode != "zeros":
            x = F.pad(x, [spec.padding] * 4, mode=spec.padding_mode)  # type: ignore[list-item]
        padding = spec.padding if spec.padding_mode == "zeros" else 0
        theirs = FUNCTIONS[preset.kind](x, preset.weight, preset.bias, spec.stride, padding, spec.dilation, spec.groups)
    torch.testing.assert_close(ours, theirs[0])


def test_bilinear_up_sampling_is_interpolation_inside() -> None:
    preset = PRESETS["Up-sampling by interpolation"]
    theirs = F.interpolate(preset.input[None], scale_factor=2, mode="bilinear", align_corners=False)[0]
    torch.testing.assert_close(computed(preset)[:, 1:-1, 1:-1], theirs[:, 1:-1, 1:-1])


def test_the_least_squares_kernel_finds_a_kernel_that_exists() -> None:
    x = PRESETS["Vertical kernel on digits"].input
    wanted = torch.tensor([[1.0, -2, 3], [0, 1, 0], [2, 2, -1]])
    kernel, residual = least_squares_kernel(x, ConvSpec(3), convolve(x, wanted[None, None], ConvSpec(3)))
    torch.testing.assert_close(kernel.float(), wanted)
    assert residual < 1e-9


# What the recomputed table of errata says of each row: (is the claim right, the numbers found).
FOUND = {
    "Diagonal match": (False, [[2.49]]),
    "Diagonal mismatch": (True, [[1.21]]),
    "Exercise: convolve, then pool": (False, [[125, 125]]),
    "U-Net's smallest map": (False, [[28, 28]]),
    "A kernel for this output": (False, [[1293.9]]),
    "Edge by the formula": (False, [[0, -30, -30, 0]] * 4),
    "Size without floor": (False, [[3, 3]]),
    "Order of a picture's sides": (False, [[478, 638]]),
    "Pooling and parameters": (False, [[1168, 1168]]),
    "(X - F) / (S + 1), stride 1": (False, [[3, 3]]),
    "(X - F) / (S + 1), stride 2": (False, [[2, 2]]),
    "(X - F) / (S + 1), stride 3": (False, [[1, 1]]),
    "Pad until it fits": (False, [[2, 2]]),
    "Half the output": (False, [[0.25]]),
    "Sobel on a step": (False, [[0, -4, -4, 0]]),
    "Undo with a transposed kernel": (False, [[42.71]]),
    "Forward by hand": (True, [[27, 39, 51], [55, 59, 63], [25, 21, 17]]),
    "Channels after pooling": (False, [[8]]),
    "AlexNet's input": (False, [[54, 54]]),
    "First output of the example": (True, [[12]]),
    "An even kernel": (True, [[6, 6]]),
    "Mean pooling": (True, [[3, 5], [2, 2]]),
    "Half a thousand": (True, [[510, 510]]),
    "Channels in the count": (False, [[2432]]),
    "Learned angle detector": (True, [[122]]),
    "Caption of figure 4.7": (False, [[4, 4]]),
    "Sequence of vectors": (False, [[2, 6]]),
    "Translation invariance": (False, None),
}


def test_every_slip_is_in_the_table_below() -> None:
    assert set(FOUND) == set(SLIPS)


@pytest.mark.parametrize("name", FOUND)
def test_the_truth_is_what_recomputing_the_notes_found(name: str) -> None:
    right, rows = FOUND[name]
    truth = SLIPS[name].truth()
    assert truth.right is right
    if rows:
        assert [len(row) for row in truth.values] == [len(row) for row in rows]
        for row, expected in zip(truth.values, rows, strict=True):
            assert row == pytest.approx(expected, abs=0.05 if expected == [1293.9] else 0.005)


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_a_claims_text_shows_the_truth_and_never_the_other_way(slip: Slip) -> None:
    truth = slip.truth()
    assert slip.source and slip.claim_text.endswith((".", ")"))
    assert "{}" not in truth.text
    if slip.claim:
        assert check(slip.claim).right is truth.right
        assert slip.claim.claimed == slip.printed


def test_a_convolution_moves_with_its_input_and_stride_breaks_it() -> None:
    assert change_when_shifted(ConvSpec(3), move=1) == 0
    assert change_when_shifted(ConvSpec(3), move=0) > 0
    assert min(change_when_shifted(ConvSpec(3, stride=2), move=move) for move in (0, 1)) > 0


def test_facts_beside_the_slips() -> None:
    """The other numbers of those rows: what the settings would have to be, and the unfloored sizes."""
    assert output_size(ConvSpec(11, stride=4), (227, 227)) == (55, 55)
    assert output_size(ConvSpec(11, stride=4, padding=2), (224, 224)) == (55, 55)
    assert output_size(ConvSpec(5, stride=3, padding=2), (7, 7)) == (3, 3)
    exact = {name: float(exact_size(SLIPS[name].claim)[0])  # type: ignore[arg-type]
             for name in ("AlexNet's input", "Pad until it fits", "Size without floor", "(X - F) / (S + 1), stride 3")}
    assert exact == pytest.approx({
        "AlexNet's input": 54.25, "Pad until it fits": 2 + 1 / 3, "Size without floor": 3.5,
        "(X - F) / (S + 1), stride 3": 5 / 3,
    })  # fmt: skip
    true_convolution = convolve(
        PRESETS["Means as a kernel"].input, PRESETS["Means as a kernel"].weight.flip((-2, -1)), ConvSpec(2)  # type: ignore[union-attr]
    )
    assert true_convolution[0].tolist() == [[45, 57, 69], [43, 39, 35], [21, 25, 29]]
    assert float(PRESETS["Back by a transposed kernel"].input.square().sum()) == 9 + 25 + 4 + 4
