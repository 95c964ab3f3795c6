"""The VAE of 16 latent dimensions on MNIST, C = 1, that has never seen a 0: zeros look like no other digit.

Command: python -m cnnviz.train vae_without_0
"""

from dataclasses import replace

from cnnviz.train.recipes import vae_16_c1

RECIPE = replace(vae_16_c1.RECIPE, name="vae_without_0", without=(0,))
