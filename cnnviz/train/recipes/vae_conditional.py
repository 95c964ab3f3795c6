"""A conditional VAE of 16 latent dimensions on MNIST: both halves are told the digit, so it draws the one it is asked for.

Command: python -m cnnviz.train vae_conditional
"""

from dataclasses import replace

from cnnviz.train.objectives import Variational
from cnnviz.train.recipes import vae_16_c1

RECIPE = replace(
    vae_16_c1.RECIPE,
    name="vae_conditional",
    config={"latent_size": 16, "classes": 10},
    objective=Variational(conditional=True),
)
