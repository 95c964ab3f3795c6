"""A VAE of 16 latent dimensions on MNIST, C = 1: the plain lower bound, reconstruction + KL.

The family around it (ae_2, ae_16, vae_2_c025 to vae_16_c10) has the same encoder, decoder and budget.
Command: python -m cnnviz.train vae_16_c1
"""

from cnnviz.train.objectives import Variational
from cnnviz.train.recipe import Recipe

RECIPE = Recipe(
    name="vae_16_c1",
    architecture="vae",
    config={"latent_size": 16},
    data="mnist",
    epochs=15,
    batch_size=125,
    optimiser="adamw",
    learning_rate=4e-3,
    weight_decay=1e-3,
    warm_up=0.1,
    objective=Variational(),
    average=0.998,
    mean=(0.0,),  # pictures stay in [0,1]: they are what is to be reconstructed
    std=(1.0,),
    bfloat16=True,
    folder="latent",
)
