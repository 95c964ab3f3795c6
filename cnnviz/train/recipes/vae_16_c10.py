"""A VAE of 16 latent dimensions on MNIST, C = 10: ten times the KL: a smooth space and blurred pictures.

Command: python -m cnnviz.train vae_16_c10
"""

from dataclasses import replace

from cnnviz.train.objectives import Variational
from cnnviz.train.recipes import vae_16_c1

RECIPE = replace(vae_16_c1.RECIPE, name="vae_16_c10", objective=Variational(kl_weight=10))
