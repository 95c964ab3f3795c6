"""A VAE of 2 latent dimensions on MNIST, C = 0.25: a quarter of the KL: sharp pictures, a latent space with holes.

Command: python -m cnnviz.train vae_2_c025
"""

from dataclasses import replace

from cnnviz.train.objectives import Variational
from cnnviz.train.recipes import vae_16_c1

RECIPE = replace(vae_16_c1.RECIPE, name="vae_2_c025", config={"latent_size": 2}, objective=Variational(kl_weight=0.25))
