"""A VAE of 2 latent dimensions on MNIST, C = 10: ten times the KL: a smooth space and blurred pictures.

Command: python -m cnnviz.train vae_2_c10
"""

from dataclasses import replace

from cnnviz.train.objectives import Variational
from cnnviz.train.recipes import vae_16_c1

RECIPE = replace(vae_16_c1.RECIPE, name="vae_2_c10", config={"latent_size": 2}, objective=Variational(kl_weight=10))
