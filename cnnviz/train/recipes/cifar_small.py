"""The small CIFAR network without augmentation: one half of the course's last exercise.

Everything but the augmentation is as in cifar_small_augmented.
Command: python -m cnnviz.train cifar_small --threads=1
Measured: 10.22 % of the CIFAR-10 test set is wrong, after about 49 minutes of one core of a Xeon (bfloat16), seed 0.
"""

from cnnviz.train.objectives import Classification
from cnnviz.train.recipe import Recipe

RECIPE = Recipe(
    name="cifar_small",
    architecture="cifar_cnn",
    data="cifar10",
    epochs=30,
    batch_size=250,
    learning_rate=0.2,
    weight_decay=5e-4,
    objective=Classification(label_smoothing=0.1),
    average=0.998,
    bfloat16=True,
)
