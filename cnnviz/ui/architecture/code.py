"""PyTorch code that builds a network of MODELS without this app and prints what its table says."""

import ast
import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from cnnviz.models import MODELS, model_info
from cnnviz.network_plan import NetworkPlan, class_code
from cnnviz.pretrained import WITH_HEADS

# C3 has 60 of its 96 kernels and the output layer is made of distances: PyTorch's counter knows neither
NOT_COUNTED = ("lenet5",)


def network_code(name: str, shape: tuple[int, int, int], output: str | None = None) -> str:
    """Code that prints each layer's output shape and parameters, the sum of these, and the multiply-adds.

    torchvision's networks come from there; of the others the code has the very source.
    """
    parts, call = constructor(name, {"output": output} if output else {})
    counter = name not in NOT_COUNTED
    counting = "with FlopCounterMode(display=False) as counter:\n    " if counter else ""
    return "\n".join([
        *dict.fromkeys(["import torch", *parts]),
        *(["from torch.utils.flop_counter import FlopCounterMode"] if counter else []),
        "from torchvision.models.feature_extraction import create_feature_extractor, get_graph_node_names",
        "",
        'with torch.device("meta"):  # shapes without numbers: nothing is computed',
        f"    model = {call}.eval()",
        f"    x = torch.zeros(1, {', '.join(map(str, shape))})",
        'whole = {"leaf_modules": [type(m) for m in model.modules() if not [*m.children()]]}  # a row for each of these',
        "names = get_graph_node_names(model, whole)[1]",
        f"{counting}outputs = create_feature_extractor(model, names, tracer_kwargs=whole)(x)",
        "layers = dict(model.named_modules())",
        "for name, output in outputs.items():",
        "    parameters = sum(p.numel() for p in layers[name].parameters()) if name in layers else 0",
        '    print(f"{name:30} {tuple(output.shape[1:])!s:20} {parameters:,}")',
        "parameters = sum(p.numel() for p in model.parameters())",
        'print(f"{parameters:,} parameters")',
        *(["multiply_adds = counter.get_total_flops() // 2  # the counter counts product and sum",
           'print(f"{multiply_adds:,} multiply-adds")'] if counter else []),
    ])  # fmt: skip


def comparison_code(networks: Sequence[tuple[str, tuple[int, ...]]], plan: NetworkPlan | None, runs: int) -> str:
    """Code that counts and times networks, given by name and input shape; the name "" stands for the plan's."""
    parts, entries = ["import statistics", "import time", "import torch"], []
    for name, shape in networks:
        if name:
            more, call = constructor(name, {})
            title = model_info(name).title
        else:
            assert plan
            more, call, title = [class_code(plan)], "Network()", "Your own network"
        parts += more
        entries.append(f"    {title!r}: (lambda: {call}, {tuple(shape)}),")
    missed = [model_info(name).title for name, _ in networks if name in NOT_COUNTED]
    return "\n".join([
        *dict.fromkeys(parts), "from torch.utils.flop_counter import FlopCounterMode", "",
        "networks = {", *entries, "}",
        *(f"# {title}: the counter takes every kernel of C3, also those that are not there, and not the class codes"
          for title in missed),
        "for name, (make, shape) in networks.items():",
        "    model, x, seconds = make().eval(), torch.rand(1, *shape), []",
        "    with torch.no_grad(), FlopCounterMode(display=False) as counter:",
        "        model(x)",
        "    with torch.inference_mode():",
        f"        for run in range({runs}):",
        "            begun = time.perf_counter()",
        "            model(x)",
        "            seconds.append(time.perf_counter() - begun)",
        "    parameters, multiply_adds = sum(p.numel() for p in model.parameters()), counter.get_total_flops() // 2",
        '    print(f"{name}: {parameters:,} parameters, {multiply_adds:,} multiply-adds, '
        '{1e3 * statistics.median(seconds):.2f} ms")',
    ])  # fmt: skip


def constructor(name: str, config: dict[str, Any]) -> tuple[list[str], str]:
    """What must stand before a network's constructor can be called, and the call; name: of MODELS or torchvision."""
    theirs = MODELS[name].torchvision if name in MODELS else name
    if theirs:
        given = {"aux_logits": False, "init_weights": True, **config} if name in WITH_HEADS else config
        return ["import torchvision"], f"torchvision.models.{theirs}({_keywords(given)})"
    build = model_info(name).build
    return source_of(build), _call(build, config)


def source_of(build: Callable) -> list[str]:
    """What a constructor needs of its file, in its order: imports, constants, functions and classes."""
    build = build.func if isinstance(build, partial) else build
    text = inspect.getsource(inspect.getmodule(build))  # type: ignore[arg-type]
    lines, body = text.splitlines(), ast.parse(text).body
    defined = {name: node for node in body for name in _defines(node)}
    needed, waiting = set[str](), {build.__name__}
    while waiting:
        needed |= waiting
        used = {part.id for name in waiting for part in ast.walk(defined[name]) if isinstance(part, ast.Name)}
        waiting = (used & defined.keys()) - needed
    parts = []
    for node in body:
        if needed.isdisjoint(_defines(node)):
            continue
        first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
        large = isinstance(node, ast.FunctionDef | ast.ClassDef)
        parts.append("\n" * (2 * large) + "\n".join(lines[first - 1 : node.end_lineno]))
    return parts


def _defines(node: ast.stmt) -> set[str]:
    """The names that a statement at the top of a file makes."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)}
    return set()


def _call(build: Callable, config: dict[str, Any]) -> str:
    given = [repr(value) for value in build.args] if isinstance(build, partial) else []
    name = build.func.__name__ if isinstance(build, partial) else build.__name__
    return f"{name}({', '.join([*given, *([_keywords(config)] if config else [])])})"


def _keywords(config: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value!r}" for key, value in config.items())
