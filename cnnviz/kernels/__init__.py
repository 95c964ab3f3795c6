"""Hand-made kernels, the picture filter, and the Sobel gradient."""

from cnnviz.kernels.filtering import check_filter, filter_image, same_padding
from cnnviz.kernels.gradient import Gradient, sobel
from cnnviz.kernels.named import KERNELS, MAX_SIDE, box, gabor, gaussian, random_kernel
from cnnviz.kernels.text import bad_cells, kernel_cells, kernel_from_text, kernel_to_text, normalise

__all__ = [
    "KERNELS", "MAX_SIDE", "Gradient",
    "bad_cells", "box", "check_filter", "filter_image", "gabor", "gaussian", "kernel_cells", "kernel_from_text",
    "kernel_to_text", "normalise", "random_kernel", "same_padding", "sobel",
]  # fmt: skip
