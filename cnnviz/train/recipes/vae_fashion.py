"""The VAE of 16 latent dimensions on Fashion-MNIST, C = 1.

Command: python -m cnnviz.train vae_fashion
"""

from dataclasses import replace

from cnnviz.train.recipes import vae_16_c1

RECIPE = replace(vae_16_c1.RECIPE, name="vae_fashion", data="fashion-mnist")
