"""PyTorch code that computes the page's gradients, Grad-CAM and their checks without this app."""

from cnnviz.engine import Network
from cnnviz.engine.library import CHECKPOINTS
from cnnviz.models import model_info
from cnnviz.pretrained import PRETRAINED, WITH_HEADS
from cnnviz.ui.architecture.code import constructor
from cnnviz.ui.attribution.controls import Settings
from cnnviz.ui.network_input import Input

BASELINES = {
    "black": "torch.zeros_like(image)",
    "white": "torch.ones_like(image)",
    "mean": "mean.expand_as(image)",
    "blurred": 'F.interpolate(F.interpolate(image[None], (4, 4), mode="area"), image.shape[1:], mode="bilinear")[0]',
}


def attribution_code(network: Network, chosen: Input, label: int, settings: Settings) -> str:
    """Code that leaves `saliency` (H,W), `attribution` (C,H,W) with its sum, and `cam` (h,w), and prints their checks."""
    return "\n".join([
        chosen.code().rstrip(),
        "import torch",
        "from torch.nn import functional as F",
        *model_code(network),
        f"mean, std = torch.tensor({network.mean}).view(-1, 1, 1), torch.tensor({network.std}).view(-1, 1, 1)",
        f"label = {label}  # {network.classes[label]}",
        "",
        "def prepare(images):",
        f"    return (F.pad(images, ({network.pad},) * 4) - mean) / std" if network.pad else "    return (images - mean) / std",
        "",
        "def gradients(images):  # of each picture's own score",
        "    images = images.clone().requires_grad_()",
        "    return torch.autograd.grad(model(prepare(images))[:, label].sum(), images)[0]",
        "",
        "saliency = gradients(image[None])[0].sum(0)  # H W",
        'print(f"saliency from {saliency.min():.4g} to {saliency.max():.4g}")',
        "",
        "# Integrated gradients: the mean gradient on the way from the baseline, times the way",
        f"baseline, steps = {BASELINES[settings.fill]}, {settings.steps}",
        "points = [baseline + (step + 0.5) / steps * (image - baseline) for step in range(steps)]",
        "attribution = (image - baseline) * sum(gradients(point[None])[0] for point in points) / steps  # C H W",
        "with torch.no_grad():",
        "    scores = model(prepare(torch.stack([image, baseline])))[:, label]",
        'print(f"sum {attribution.sum():.4f}, difference of the scores {scores[0] - scores[1]:.4f}")',
        *(_cam(network, settings) if settings.layer else []),
    ]) + "\n"  # fmt: skip


def model_code(network: Network) -> list[str]:
    """Lines that make `model`, with the weights that answer on the page."""
    if network.name in PRETRAINED:
        name = model_info(network.architecture).torchvision
        plain = ", transform_input=False" if network.architecture in WITH_HEADS else ""  # the picture is normalised here
        return ["import torchvision", f'model = torchvision.models.{name}(weights="IMAGENET1K_V1"{plain}).eval()']
    path, remark = "weights.safetensors", "your own file"
    stem, _, step = network.name.partition("@")
    if (CHECKPOINTS / f"{stem}.safetensors").is_file():
        path = f"checkpoints/{stem}_snapshots/step_{int(step):06d}.safetensors" if step else f"checkpoints/{stem}.safetensors"
        remark = "in the folder of cnnviz"
    parts, call = constructor(network.architecture, dict(network.config))
    loose = ", strict=False" if network.architecture in WITH_HEADS else ""  # the file may hold the heads for training
    return [
        "from safetensors.torch import load_file",
        *parts,
        "",
        f"model = {call}.eval()",
        f'model.load_state_dict(load_file("{path}"){loose})  # {remark}',
        "model.requires_grad_(False)",
    ]


def _cam(network: Network, settings: Settings) -> list[str]:
    last = network.rows[-1].name
    return [
        "",
        "# Grad-CAM: the maps of a layer, each times its mean gradient; no hooks",
        "from torchvision.models.feature_extraction import create_feature_extractor",
        'whole = {"leaf_modules": [type(m) for m in model.modules() if not [*m.children()]]}',
        f'extractor = create_feature_extractor(model, {{"{settings.layer}": "maps", "{last}": "scores"}}, tracer_kwargs=whole)',
        "found = extractor(prepare(image[None]).requires_grad_())",
        'slope = torch.autograd.grad(found["scores"][0, label], found["maps"])[0][0]  # K h w',
        'cam = (slope.mean((1, 2), keepdim=True) * found["maps"][0]).sum(0).detach()  # h w',
        *(["cam = cam.relu()"] if settings.relu else []),
        'print(f"Grad-CAM from {cam.min():.4g} to {cam.max():.4g}")',
    ]
