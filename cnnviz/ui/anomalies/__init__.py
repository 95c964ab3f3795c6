"""The parts of the page Denoising and anomalies."""
