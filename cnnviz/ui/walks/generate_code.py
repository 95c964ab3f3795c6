"""PyTorch code that generates what the tab “Generate” shows, without this app."""

from collections.abc import Sequence

_OPEN = "import torch\nfrom cnnviz.checkpoints import load_checkpoint\n"


def draws_code(names: Sequence[str], count: int, size: int, *, seed: int, temperature: float, label: int | None = None) -> str:
    """Code that leaves the sheet of each network in `pictures`, name -> (count,28,28); label: of a conditional network."""
    told = "" if label is None else f", torch.full(({count},), {label})"
    return f"""{_OPEN}
eps = torch.randn({count}, {size}, generator=torch.Generator().manual_seed({seed}))
z = {temperature:g} * eps  # the temperature
pictures = {{}}
for name in {list(names)}:
    model, card = load_checkpoint(f"checkpoints/latent/{{name}}.safetensors")
    with torch.inference_mode():
        pictures[name] = model.decode(z{told}).sigmoid()[:, 0]
"""


def sum_code(names: Sequence[str], operands: Sequence[tuple[int | None, int | None]]) -> str:
    """Code that leaves a - b + c of each network in `pictures`, name -> (28,28); an operand: its number, or the label of a mean."""
    a, b, c = (f"mu[{index}]" if index is not None else f"mu[labels == {label}].mean(0)" for index, label in operands)
    return f"""import numpy as np
{_OPEN}
pictures = {{}}
for name in {list(names)}:
    model, card = load_checkpoint(f"checkpoints/latent/{{name}}.safetensors")
    atlas = np.load(f"checkpoints/latent/{{name}}.npz")  # the latents of the test set, half precision
    mu, labels = torch.from_numpy(atlas["mu"]).float(), torch.from_numpy(atlas["labels"])
    z = {a} - {b} + {c}
    with torch.inference_mode():
        pictures[name] = model.decode(z[None]).sigmoid()[0, 0]
"""
