"""The parts of the page Latent space."""
