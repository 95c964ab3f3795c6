"""PyTorch code that scores the chosen picture and computes the AUROC without this app."""

import torch

from cnnviz import engine
from cnnviz.anomalies import KL, TOTAL
from cnnviz.anomalies.pictures import CONSTANT, NOISE, OTHER, ROTATED, needed
from cnnviz.digit import levels_code
from cnnviz.ui.anomalies.evidence import HELD_OUT, Question
from cnnviz.ui.anomalies.worst import Chosen

EVERY = 10  # each how many test pictures the code scores: a second, not ten


def anomaly_code(question: Question, chosen: Chosen) -> str:
    """Code that leaves the picture's score in `score`, and the AUROC over a tenth of the test pictures in `auroc`."""
    coder = engine.coder(question.name)
    lines = [
        "import torch", "from torch.nn.functional import binary_cross_entropy_with_logits", "from cnnviz import datasets",
        "from cnnviz.checkpoints import load_checkpoint", "",
        f'model, card = load_checkpoint("checkpoints/latent/{question.name}.safetensors")', "", "",
        "def scores(x):  # B 1 28 28 in [0, 1] -> B nats",
    ]  # fmt: skip
    lines += [f"    mu{', logvar' if coder.variational else ''} = model.encode(x)"]
    bce = 'binary_cross_entropy_with_logits(model.decode(mu), x, reduction="none").sum((1, 2, 3))'
    kl = "(-0.5 * (1 + logvar - logvar.exp() - mu**2)).sum(1)"
    lines += [f"    return {kl}" if question.score == KL else f"    bce = {bce}"]
    if question.score != KL:
        lines += [f"    return bce + {kl}" if question.score == TOTAL else "    return bce"]
    lines += ["", "", *levels_code(torch.tensor(chosen.picture)[None] / 255, "the picture")]
    lines += [
        "with torch.inference_mode():", "    score = scores(x).item()",
        'print(f"score {score:.1f} nats")', "", *_sets(question, coder.without, coder.card.data),
        "with torch.inference_mode():", "    low, high = scores(normal), scores(anomalous)",
        "auroc = ((high[:, None] > low).double() + (high[:, None] == low) / 2).mean().item()  # over all pairs",
        f'print(f"AUROC {{auroc:.4f}} over each {EVERY}th test picture")',
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _sets(question: Question, without: tuple[int, ...], data: str) -> list[str]:
    """Lines that make `normal` and `anomalous`."""
    lines = [f'test = datasets.load("{data}", "test", download=True)',
             f"x, labels = test.images[::{EVERY}] / 255, test.labels[::{EVERY}]"]  # fmt: skip
    unseen = f"torch.isin(labels, torch.tensor({list(without)}))"
    lines += [f"normal = x[~{unseen}]" if without else "normal = x"]
    kind, _, angle = question.kind.partition("_")
    if question.kind == HELD_OUT:
        return [*lines, f"anomalous = x[{unseen}]"]
    if kind == OTHER:
        other = needed(question.kind, data)
        return [*lines, f'anomalous = datasets.load("{other}", "test", download=True).images[::{EVERY}] / 255']
    if kind == NOISE:
        return [*lines, "anomalous = torch.randint(0, 256, (1000, 1, 28, 28), generator=torch.Generator().manual_seed(0)) / 255"]
    if kind == CONSTANT:
        return [*lines, "anomalous = (torch.arange(256) / 255).view(-1, 1, 1, 1).expand(-1, 1, 28, 28)"]
    assert kind == ROTATED
    if int(angle) % 90 == 0:
        return [*lines, f"anomalous = x.rot90({int(angle) // 90}, (2, 3))"]
    return ["from torchvision.transforms.functional import InterpolationMode, rotate", *lines,
            f"anomalous = rotate(x, {angle}, InterpolationMode.BILINEAR)"]  # fmt: skip


