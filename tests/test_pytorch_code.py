"""The generated PyTorch code runs as it is and ends with the numbers that the pages show."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from cnnviz.chain import Step, apply_chain, pool_image
from cnnviz.convolution import PADDING_MODES, ConvSpec
from cnnviz.images import picture_code, sample_image, to_grey
from cnnviz.kernels import KERNELS, box, filter_image, gabor, random_kernel, sobel
from cnnviz.pytorch_code import chain_code, filter_code, pool_code, sobel_code

MANY = settings(max_examples=150, deadline=None, database=None)
PICTURE = "import torch\n\nimage = torch.randint(256, (3, 20, 23), generator=torch.Generator().manual_seed(0)) / 255\n"
IMAGE = torch.randint(256, (3, 20, 23), generator=torch.Generator().manual_seed(0)) / 255


def run(code: str) -> dict[str, Any]:
    """The variables that the code leaves behind."""
    assert "cnnviz" not in code
    names: dict[str, Any] = {}
    exec(compile(code, "generated", "exec"), names)
    return names


def result(code: str) -> Tensor:
    return run(code)["result"]


def test_the_code_of_a_filter_reads_as_one_would_write_it() -> None:
    code = filter_code("import torch\n\nimage = torch.rand(3, 9, 9)\n", KERNELS["Sobel x"])
    assert (
        code
        == """\
import torch
import torch.nn.functional as F

image = torch.rand(3, 9, 9)

kernel = torch.tensor([
    [-1, 0, 1],
    [-2, 0, 2],
    [-1, 0, 1],
], dtype=torch.float32)
result = F.conv2d(image[None], kernel.expand(3, 1, -1, -1), padding=1, groups=3)[0]
"""
    )


@given(
    st.tuples(st.integers(1, 5), st.integers(1, 5)), st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.integers(0, 3), st.integers(0, 3)), st.tuples(st.integers(1, 2), st.integers(1, 2)),
    st.sampled_from(PADDING_MODES), st.booleans(), st.booleans(),
)  # fmt: skip
@MANY
def test_filters(
    size: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int], dilation: tuple[int, int], mode: str,
    flip: bool, grey: bool,
) -> None:  # fmt: skip
    kernel, spec = random_kernel(size, 1), ConvSpec(size, stride, padding, dilation, padding_mode=mode)
    image = to_grey(IMAGE) if grey else IMAGE
    found = result(filter_code(PICTURE, kernel, spec, flip=flip, grey=grey))
    assert torch.allclose(found, filter_image(image, kernel, spec, flip=flip), atol=1e-5)


@pytest.mark.parametrize("kernel", [box(3), box((2, 4)), gabor(11, 5, 45, 2.5)], ids=["odd", "even", "Gabor"])
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
def test_filters_that_keep_the_size(kernel: Tensor) -> None:
    assert torch.allclose(result(filter_code(PICTURE, kernel)), filter_image(IMAGE, kernel), atol=1e-5)


@pytest.mark.parametrize("padding_mode", [*PADDING_MODES, "valid"])
def test_sobel(padding_mode: str) -> None:
    names = run(sobel_code(PICTURE, padding_mode=padding_mode, threshold=0.5))
    gradient = sobel(to_grey(IMAGE), padding_mode=padding_mode)
    assert torch.allclose(names["result"], torch.cat(list(gradient)), atol=1e-5)
    assert torch.equal(names["edges"], gradient.magnitude[0] >= 0.5)


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("mode", ["max", "average"])
@pytest.mark.parametrize("spec", [ConvSpec(2, stride=2), ConvSpec((3, 2), stride=(2, 3), padding=1, ceil_mode=True)])
def test_pooling(mode: str, spec: ConvSpec, grey: bool) -> None:
    image = to_grey(IMAGE) if grey else IMAGE
    assert torch.equal(result(pool_code(PICTURE, spec, mode, grey=grey)), pool_image(image, spec, mode))


@pytest.mark.parametrize("grey", [False, True])
def test_chains(grey: bool) -> None:
    steps = [
        Step("filter", "Sobel y", ConvSpec(3, padding=1, padding_mode="replicate")),
        Step("relu"),
        Step("filter", "1/9 2/9; 0 -1", flip=True),
        Step("max pool", spec=ConvSpec(2, stride=2)),
        Step("threshold", level=0.25),
    ]
    names = run(chain_code(PICTURE, steps, grey=grey))
    pictures = apply_chain(to_grey(IMAGE) if grey else IMAGE, steps)
    for number, picture in enumerate(pictures[:4], start=1):
        assert torch.allclose(names[f"step_{number}"], picture, atol=1e-5)
    assert torch.equal(names["result"], pictures[4])
    assert torch.equal(result(chain_code(PICTURE, [])), IMAGE)
    threshold = [Step("threshold", level=IMAGE[0, 0, 0].item())]
    assert torch.equal(result(chain_code(PICTURE, threshold)), apply_chain(IMAGE, threshold)[0])


@pytest.mark.parametrize("name", ["step edge", "china", "zone plate"])
def test_with_the_code_of_a_sample(name: str) -> None:
    found = result(sobel_code(picture_code(name, 64)))
    assert torch.allclose(found, torch.cat(list(sobel(to_grey(sample_image(name, 64))))), atol=1e-5)


def test_a_picture_whose_code_imports_no_torch() -> None:
    found = result(filter_code("from torch import ones\n\nimage = ones(3, 4, 4)\n", KERNELS["identity"]))
    assert torch.equal(found, torch.ones(3, 4, 4))
