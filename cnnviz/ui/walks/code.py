"""PyTorch code that makes both films without this app."""

import torch

from cnnviz.digit import levels_code
from cnnviz.ui.walks.choice import Choice
from cnnviz.ui.walks.ends import Ends
from cnnviz.walks import FRAMES

WAY_LINES = {
    "linear": ["    z = (1 - t) * a + t * b"],
    "spherical": [
        "    u, v = normalize(a, dim=0), normalize(b, dim=0)  # directions",
        "    aside = v - (u @ v) * u  # at right angles to u; opposite ends would need another",
        "    angle = torch.atan2(aside.norm(), u @ v) * t",
        "    z = ((1 - t) * a.norm() + t * b.norm()) * (torch.cos(angle) * u + torch.sin(angle) * normalize(aside, dim=0))",
    ],
}  # fmt: skip


def walk_code(choice: Choice, ends: Ends) -> str:
    """Code that leaves the frames of each network in `films`, float32 (frames,28,28)."""
    lines = ["import torch", *(["from torch.nn.functional import normalize"] if choice.way == "spherical" else []),
             "from cnnviz.checkpoints import load_checkpoint", ""]  # fmt: skip
    lines += [*levels_code(torch.tensor(ends.pictures), "A, then B"),
              f"t = torch.linspace(0, 1, {FRAMES}, dtype=torch.float64)[:, None]",
              "films = {}", "for name in " + repr(list(choice.networks)) + ":",
              '    model, card = load_checkpoint(f"checkpoints/latent/{name}.safetensors")',
              "    with torch.inference_mode():",
              "        found = model.encode(x)",
              "    mu = found[0] if isinstance(found, tuple) else found  # a VAE gives mu and logvar",
              "    a, b = mu.double()", *WAY_LINES[choice.way], "    with torch.inference_mode():",
              "        films[name] = model.decode(z.float()).sigmoid()[:, 0]"]  # fmt: skip
    return "\n".join(lines) + "\n"
