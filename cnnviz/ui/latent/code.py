"""PyTorch code that encodes and decodes the current digit without this app."""

import torch

from cnnviz import engine
from cnnviz.digit import levels_code
from cnnviz.ui.latent.subject import Subject


def latent_code(name: str, found: Subject) -> str:
    """Code that prints the digit's latent and its loss, and leaves the reconstruction in `picture`."""
    coder = engine.coder(name)
    lines = [
        "import torch", "from torch.nn.functional import binary_cross_entropy_with_logits",
        "from cnnviz.checkpoints import load_checkpoint", "",
        f'model, card = load_checkpoint("checkpoints/latent/{name}.safetensors")',
    ]  # fmt: skip
    picture = "the picture" if found.original else "a reconstruction, since the data set is not on this machine"
    lines += ["", *levels_code(torch.tensor(found.picture)[None], picture)]
    told = f", torch.tensor([{found.label}])" if coder.labels else ""
    lines += ["with torch.inference_mode():"]
    if coder.variational:
        lines += [f"    mu, logvar = model.encode(x{told})", f"    logits = model.decode(mu{told})",
                  "    kl = -0.5 * (1 + logvar - logvar.exp() - mu**2)  # one a dimension"]  # fmt: skip
    else:
        lines += ["    mu = model.encode(x)", "    logits = model.decode(mu)"]
    lines += [
        '    bce = binary_cross_entropy_with_logits(logits, x, reduction="sum")', "picture = logits.sigmoid()[0, 0]",
        'print("mu", mu[0].tolist())', 'print(f"BCE {bce:.3f} nats")',
    ]  # fmt: skip
    if coder.variational:
        lines += ['print("sigma", (logvar[0] / 2).exp().tolist())', 'print(f"KL {kl.sum():.3f} nats")']
    return "\n".join(lines) + "\n"
