"""ResNet-20 on CIFAR-10 (K. He and others, arXiv 1512.03385, section 4.2, where it errs on 8.75 % of the test set).

The paper trains for 64,000 steps of 128 pictures; here a third of that, with a schedule that rises and falls once.
Command: python -m cnnviz.train resnet20_cifar
"""

from functools import partial

from cnnviz.train.augment import flip, translate
from cnnviz.train.recipe import Recipe

RECIPE = Recipe(
    name="resnet20_cifar",
    architecture="cifar_resnet20",
    data="cifar10",
    epochs=60,
    batch_size=128,
    learning_rate=0.2,
    weight_decay=5e-4,
    augment=(flip, partial(translate, pixels=4)),
    average=0.998,
    bfloat16=True,
)
