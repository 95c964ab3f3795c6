"""PyTorch code that computes every map of the network on the page without this app."""

from streamlit.delta_generator import DeltaGenerator

from cnnviz.engine import Network
from cnnviz.ui.attribution.code import model_code
from cnnviz.ui.frame import pytorch_code
from cnnviz.ui.network_input import Input


def show_code(code_tab: DeltaGenerator | None, network: Network, chosen: Input | None) -> None:
    """Write the code into its tab while that is open."""
    if code_tab:
        with code_tab:
            pytorch_code(maps_code(network, chosen) if chosen else filters_code(network))


def maps_code(network: Network, chosen: Input) -> str:
    """Code that leaves `maps`, every layer's output by name, and prints shape, smallest, largest and mean of each."""
    padding = f"torch.nn.functional.pad(image, ({network.pad},) * 4)" if network.pad else "image"
    return "\n".join([
        chosen.code().rstrip(),
        "import torch",
        "from torchvision.models.feature_extraction import create_feature_extractor, get_graph_node_names",
        *model_code(network),
        "for layer in model.modules():",
        '    if hasattr(layer, "inplace"):',
        "        layer.inplace = False  # or a ReLU would overwrite what the layer before it gave",
        f"mean, std = torch.tensor({network.mean}).view(-1, 1, 1), torch.tensor({network.std}).view(-1, 1, 1)",
        f"x = ({padding} - mean) / std  # C H W",
        "",
        'whole = {"leaf_modules": [type(m) for m in model.modules() if not [*m.children()]]}  # every layer one node',
        "names = get_graph_node_names(model, whole)[1]",
        "with torch.inference_mode():",
        "    maps = create_feature_extractor(model, names, tracer_kwargs=whole)(x[None])",
        "for name, values in maps.items():",
        '    print(f"{name:24} {tuple(values.shape[1:])!s:18} {values.min():10.4f} {values.max():10.4f} {values.mean():10.4f}")',
        f"probabilities = maps[{network.rows[-1].name!r}].softmax(1)[0]",
        'print("class", int(probabilities.argmax()), f"with probability {probabilities.max():.4f}")',
    ]) + "\n"  # fmt: skip


def filters_code(network: Network) -> str:
    """Code that prints the sizes and norms of every convolution's filters."""
    return "\n".join([
        "import torch",
        *model_code(network),
        "for name, layer in model.named_modules():",
        "    if isinstance(layer, torch.nn.Conv2d):",
        "        norms = layer.weight.flatten(1).norm(dim=1)  # one a filter",
        '        print(f"{name:24} {tuple(layer.weight.shape)}, norms {norms.min():.3f} to {norms.max():.3f}")',
    ]) + "\n"  # fmt: skip
