"""A VAE of 2 latent dimensions on MNIST, C = 1: the plain lower bound. Its snapshots show how the map takes shape.

Command: python -m cnnviz.train vae_2_c1
"""

from dataclasses import replace

from cnnviz.train.recipes import vae_16_c1

SNAPSHOTS = (0, 60, 240, 480, 960, 2_400)  # the last is after 5 of the 15 epochs: what moves later, moves little
RECIPE = replace(vae_16_c1.RECIPE, name="vae_2_c1", config={"latent_size": 2}, snapshots=SNAPSHOTS)
