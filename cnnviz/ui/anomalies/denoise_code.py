"""PyTorch code that spoils the digit on screen and cleans it without this app."""

from cnnviz.denoising import NETWORKS
from cnnviz.digit import levels_code
from cnnviz.noise import FIELD, hit_pixels
from cnnviz.ui.anomalies.denoise_tab import current

NOISE = {
    "gaussian": ["noisy = (x + {level:g} * torch.randn(x.shape, generator=generator)).clamp(0, 1)"],
    "salt": [
        "turn = torch.rand(1, 784, generator=generator).argsort(1).argsort(1).view(x.shape)  # in which pixels are hit",
        "coins = (torch.rand(1, 1, 28, 28, generator=generator) < 0.5).float()",
        "noisy = torch.where(turn < {hit}, coins, x)  # {level:.0%} of 784 pixels",
    ],
    "box": [
        "row, column = (4 + torch.rand(1, 2, generator=generator) * {places}).long()[0]  # within the middle 20 x 20",
        "noisy = x.clone()", "noisy[..., row:row + {side}, column:column + {side}] = 0",
    ],
}  # fmt: skip


def code(key: str) -> str:
    """Code that leaves the noisy picture in `noisy` and the cleaned ones in `cleaned`, and prints their errors."""
    shown = current(key)
    lines = [
        "import torch", "from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss",
        "from cnnviz.checkpoints import load_checkpoint", "", *levels_code(shown.clean[0], "the clean picture"),
    ]  # fmt: skip
    lines += [f"generator = torch.Generator().manual_seed({shown.draw})"]
    values = {"level": shown.level, "hit": hit_pixels(shown.level, 784) if shown.kind == "salt" else 0, "side": int(shown.level),
              "places": FIELD - int(shown.level) + 1}  # fmt: skip
    lines += [line.format(**values) for line in NOISE[shown.kind]]
    lines += [
        'print(f"noisy: squared error {mse_loss(noisy, x):.4f}")', "", "cleaned = {}", f"for name in {NETWORKS!r}:",
        '    model, card = load_checkpoint(f"checkpoints/latent/{name}.safetensors")', "    with torch.inference_mode():",
        "        found = model.encode(noisy)",
        "        mu = found[0] if isinstance(found, tuple) else found  # a VAE's has logvar too",
        "        logits = model.decode(mu)", "    cleaned[name] = logits.sigmoid()",
        '    bce = binary_cross_entropy_with_logits(logits, x, reduction="sum")',
        '    print(f"{name}: squared error {mse_loss(cleaned[name], x):.4f}, BCE {bce:.1f} nats")',
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
