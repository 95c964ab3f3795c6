"""A common slip, and the slips with the layer's settings, which an output's numbers and its size show alike."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from cnnviz.convolution import ConvSpec, output_size
from cnnviz.slide_check.claim import Claim, Rows, computed_output, truth


@dataclass(frozen=True)
class CommonSlip:
    """A named slip: why its value is wrong, in one line, and the value that it gives; None where it cannot be made."""

    name: str
    why: str
    value: Callable[[Claim], Rows | None]


def padding_left_out(claim: Claim) -> Rows | None:
    return _with(claim, padding=0)


def stride_left_out(claim: Claim) -> Rows | None:
    return _with(claim, stride=1, output_padding=0) if not claim.spec.transposed else None


def dilation_left_out(claim: Claim) -> Rows | None:
    return _with(claim, dilation=1) if not claim.spec.transposed else None


def output_padding_left_out(claim: Claim) -> Rows | None:
    return _with(claim, output_padding=0) if claim.spec.transposed else None


def default_pooling_stride(claim: Claim) -> Rows | None:
    return _with(claim, stride=claim.sides.kernel_size) if claim.layer.mode else None


def transposed_for_forward(claim: Claim) -> Rows | None:
    forward, spec = not claim.spec.transposed, claim.sides
    if claim.layer.mode or spec.padding_mode != "zeros":
        return None
    other = replace(spec, transposed=forward, output_padding=(0,) * claim.layer.dimensions)
    if claim.what == "size":
        return (tuple(map(float, output_size(other, claim.input_size or ()))),)
    return computed_output(claim, other)


def _with(claim: Claim, **fields: object) -> Rows | None:
    """The truth with other settings: a size, or an output's numbers."""
    spec: ConvSpec = replace(claim.sides, **fields)  # type: ignore[arg-type]
    return truth(replace(claim, spec=spec))


SETTING_SLIPS = [
    CommonSlip("padding left out", "the layer was computed without its padding", padding_left_out),
    CommonSlip("stride left out", "the window was moved by one place each time", stride_left_out),
    CommonSlip("dilation left out", "the kernel was laid on neighbouring places, without the gaps", dilation_left_out),
    CommonSlip("output_padding left out", "the rows and columns that output_padding adds at the end were left away",
               output_padding_left_out),
    CommonSlip("pooling stride default", "PyTorch's pooling steps by its kernel_size unless a stride is given: this "
               "was computed so, but the settings say another stride", default_pooling_stride),
    CommonSlip("forward and transposed mixed up", "this is what the other direction gives", transposed_for_forward),
]  # fmt: skip
