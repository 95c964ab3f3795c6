"""An auto-encoder of 2 latent dimensions on MNIST: the VAEs' twin without a draw and without KL.

Command: python -m cnnviz.train ae_2
"""

from dataclasses import replace

from cnnviz.train.objectives import Reconstruction
from cnnviz.train.recipes import vae_16_c1

RECIPE = replace(vae_16_c1.RECIPE, name="ae_2", architecture="autoencoder", config={"latent_size": 2}, objective=Reconstruction())
