"""The VAE of 16 latent dimensions on MNIST, C = 1, that has never seen a 1: ones are a stroke that every digit is made of.

Command: python -m cnnviz.train vae_without_1
"""

from dataclasses import replace

from cnnviz.train.recipes import vae_16_c1

RECIPE = replace(vae_16_c1.RECIPE, name="vae_without_1", without=(1,))
