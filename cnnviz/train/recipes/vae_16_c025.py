"""A VAE of 16 latent dimensions on MNIST, C = 0.25: a quarter of the KL: sharp pictures, a latent space with holes.

Command: python -m cnnviz.train vae_16_c025
"""

from dataclasses import replace

from cnnviz.train.objectives import Variational
from cnnviz.train.recipes import vae_16_c1

RECIPE = replace(vae_16_c1.RECIPE, name="vae_16_c025", objective=Variational(kl_weight=0.25))
