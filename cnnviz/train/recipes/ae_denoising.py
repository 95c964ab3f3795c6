"""A denoising auto-encoder of 16 latent dimensions on MNIST: it reads noisy pictures and is to give back the clean ones.

Source: Vincent and others, Extracting and Composing Robust Features with Denoising Autoencoders, 2008.

Command: python -m cnnviz.train ae_denoising
"""

from dataclasses import replace

from cnnviz.train.objectives import Reconstruction
from cnnviz.train.recipes import vae_16_c1

RECIPE = replace(
    vae_16_c1.RECIPE,
    name="ae_denoising",
    architecture="autoencoder",
    config={"latent_size": 16},
    objective=Reconstruction(noise=0.5),
)
