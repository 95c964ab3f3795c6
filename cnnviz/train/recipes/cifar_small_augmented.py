"""The small CIFAR network with augmentation: mirrored, moved by up to four pixels, and a square of it blackened.

The other half of the course's last exercise: everything but the augmentation is as in cifar_small.
Command: python -m cnnviz.train cifar_small_augmented
"""

from dataclasses import replace
from functools import partial

from cnnviz.train.augment import cutout, flip, translate
from cnnviz.train.recipes import cifar_small

RECIPE = replace(
    cifar_small.RECIPE,
    name="cifar_small_augmented",
    augment=(flip, partial(translate, pixels=4), partial(cutout, size=10)),
)
