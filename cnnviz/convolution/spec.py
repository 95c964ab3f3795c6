"""ConvSpec: the settings of one convolution or pooling layer, under PyTorch's names."""

from dataclasses import dataclass, replace
from typing import NamedTuple

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")
LEAST = {"kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}  # per-dimension fields
MOST_DIMENSIONS = 3  # PyTorch has Conv1d, Conv2d and Conv3d


class Side(NamedTuple):
    """The settings along one dimension."""

    kernel_size: int
    stride: int
    padding: int
    dilation: int
    output_padding: int

    @property
    def reach(self) -> int:
        """How many places the kernel spans from its first tap to its last, gaps of the dilation included."""
        return self.dilation * (self.kernel_size - 1) + 1


@dataclass(frozen=True)
class ConvSpec:
    """The settings of a convolution (or of a pooling: then groups, padding_mode and transposed stay as they are).

    Each of kernel_size, stride, padding, dilation and output_padding is an int or one int per dimension; where one of
    them is a tuple, all become tuples of that length. `ceil_mode` is for pooling only. `str` is the PyTorch call.
    Raises ValueError, with the rule and a way out, for what PyTorch would refuse whatever the input.
    """

    kernel_size: int | tuple[int, ...]
    stride: int | tuple[int, ...] = 1
    padding: int | tuple[int, ...] = 0
    dilation: int | tuple[int, ...] = 1
    groups: int = 1
    output_padding: int | tuple[int, ...] = 0
    transposed: bool = False
    padding_mode: str = "zeros"
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        for name in LEAST:
            if isinstance(getattr(self, name), list):
                object.__setattr__(self, name, tuple(getattr(self, name)))
        for name, least in LEAST.items():
            value = getattr(self, name)
            for number in value if isinstance(value, tuple) else (value,):
                check_whole(name, number, least)
        check_whole("groups", self.groups, 1)
        for name in ("transposed", "ceil_mode"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} is {getattr(self, name)!r}: it must be True or False")
        if self.padding_mode not in PADDING_MODES:
            raise ValueError(f"padding_mode is {self.padding_mode!r}: it must be one of {', '.join(PADDING_MODES)}")
        lengths = {name: len(getattr(self, name)) for name in LEAST if isinstance(getattr(self, name), tuple)}
        if lengths:
            self._spread(lengths)
        self._check_transposed()

    def _spread(self, lengths: dict[str, int]) -> None:
        """Make every per-dimension field a tuple of the one length that its tuples have."""
        if len(set(lengths.values())) > 1:
            given = " and ".join(f"{name} {getattr(self, name)}" for name in lengths)
            raise ValueError(f"{given} differ in length: give one number, or one for each dimension in all of them")
        dimensions = next(iter(lengths.values()))
        if not 1 <= dimensions <= MOST_DIMENSIONS:
            raise ValueError(f"{next(iter(lengths))} has {dimensions} numbers: give 1, 2 or 3, one for each dimension")
        for name in LEAST:
            value = getattr(self, name)
            object.__setattr__(self, name, value if isinstance(value, tuple) else (value,) * dimensions)

    def _check_transposed(self) -> None:
        """The rules for transposed convolution: they need no input size."""
        if self.transposed and self.padding_mode != "zeros":
            raise ValueError(
                f"padding_mode {self.padding_mode!r} does not go with transposed convolution, whose padding crops the "
                "output: give padding_mode 'zeros'"
            )
        if self.transposed and self.ceil_mode:
            raise ValueError("ceil_mode is for pooling, not for transposed convolution: leave ceil_mode False")
        for side in self.along(self.dimensions or 1):
            if side.output_padding and not self.transposed:
                raise ValueError(
                    f"output_padding {as_text(self.output_padding)} is for transposed convolution only: "
                    "give output_padding 0 or transposed=True"
                )
            limit = max(side.stride, side.dilation)
            if side.output_padding >= limit:
                raise ValueError(
                    f"output_padding {side.output_padding} must be below the larger of stride {side.stride} and "
                    f"dilation {side.dilation}: give output_padding {limit - 1}{' or less' if limit > 1 else ''}, or "
                    f"stride {side.output_padding + 1} or more"
                )

    @property
    def dimensions(self) -> int | None:
        """1, 2 or 3; None where all fields are single ints, which fit any number of dimensions."""
        return len(self.kernel_size) if isinstance(self.kernel_size, tuple) else None

    def expand(self, dimensions: int) -> "ConvSpec":
        """The same settings with one number for each of the dimensions; ValueError if they are for another count."""
        if self.dimensions not in (None, dimensions):
            raise ValueError(
                f"kernel_size {self.kernel_size} is for {self.dimensions} dimension{'s' * (self.dimensions != 1)}, "
                f"the input has {dimensions}: give one number, or {dimensions}"
            )
        if isinstance(self.kernel_size, tuple):
            return self
        return replace(self, kernel_size=(self.kernel_size,) * dimensions)

    def along(self, dimensions: int) -> tuple[Side, ...]:
        """The settings along each dimension."""
        spec = self.expand(dimensions)
        return tuple(Side(*numbers) for numbers in zip(*(getattr(spec, name) for name in Side._fields), strict=True))

    def __str__(self) -> str:
        kind = "MaxPool" if self.ceil_mode else "ConvTranspose" if self.transposed else "Conv"
        return f"{kind}{self.dimensions or 2}d({_keywords(self)})"


def pytorch_call(spec: ConvSpec, in_channels: int, out_channels: int, *, bias: bool = True) -> str:
    """The layer as PyTorch code, for `from torch import nn`; two dimensions where the settings do not say."""
    kind = "ConvTranspose" if spec.transposed else "Conv"
    without = "" if bias else ", bias=False"
    return f"nn.{kind}{spec.dimensions or 2}d({in_channels}, {out_channels}, {_keywords(spec)}{without})"


def pooling_call(spec: ConvSpec, mode: str = "max", *, count_include_pad: bool = True) -> str:
    """The pooling layer ("max" or "average") as PyTorch code; with its stride, whose default there is kernel_size."""
    kind = "MaxPool" if mode == "max" else "AvgPool"
    without = "" if count_include_pad or mode == "max" else ", count_include_pad=False"
    return f"nn.{kind}{spec.dimensions or 2}d({_keywords(spec, always=('kernel_size', 'stride'))}{without})"


def check_whole(name: str, value: object, least: int) -> None:
    """Raise ValueError unless the value is an int (not a bool) of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} is {value!r}: it must be a whole number, {least} or more")
    if value < least:
        raise ValueError(f"{name} {value} is too small: it must be {least} or more")


def as_text(value: int | tuple[int, ...]) -> str:
    """One number where all are equal, else the tuple: (3, 3) -> "3", (3, 5) -> "(3, 5)"."""
    return str(value[0]) if isinstance(value, tuple) and len(set(value)) == 1 else str(value)


def _keywords(spec: ConvSpec, always: tuple[str, ...] = ("kernel_size",)) -> str:
    """The fields that differ from PyTorch's defaults, as keyword arguments."""
    plain = ConvSpec(1)
    words = []
    for name in ("kernel_size", "stride", "padding", "output_padding", "dilation", "groups"):
        text = as_text(getattr(spec, name))
        if name in always or text != as_text(getattr(plain, name)):
            words.append(f"{name}={text}")
    if spec.padding_mode != "zeros":
        words.append(f"padding_mode={spec.padding_mode!r}")
    if spec.ceil_mode:
        words.append("ceil_mode=True")
    return ", ".join(words)
