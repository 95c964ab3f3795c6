"""The tab “Deletion check”: does the probability fall when the pixels go that a map calls important?"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence

import streamlit as st
import torch
from torch import Tensor

from cnnviz.attribution import Curve, deletion_curve, fill, order_of, random_order
from cnnviz.engine import Network, Prediction
from cnnviz.figures.attribution_figures import deletion_figure
from cnnviz.ui.attribution.controls import Settings, plain_class
from cnnviz.ui.attribution.methods import METHODS, SEED, found_of, jobs_of, scores_of
from cnnviz.ui.attribution.work import Job, do_at_once, do_the_rest, result
from cnnviz.ui.frame import plain
from cnnviz.ui.network.prediction import percent
from cnnviz.ui.network_input import Input

RANDOM = "Random order"
ORDERS = 8  # random ones


def show(network: Network, chosen: Input, prediction: Prediction, label: int, settings: Settings, *, key: str) -> None:
    """Draw the curves that are finished, then do the rest."""
    maps = jobs_of(network, chosen, [label], settings)
    waiting = do_at_once(maps)
    found = {method: each for method in METHODS if (each := found_of(maps, method, label)) is not None}
    orders = [(method, each.values) for method, each in found.items() if bool(each.values.isfinite().all())]
    words = (chosen.id, label, settings.fill)
    curves = []
    for method, values in orders:
        run = _curve(chosen, label, settings, values, SEED)
        curves.append(Job(f"Deletion by {method}", network.name, (*words, *_map_words(maps, method)), run))
    chance = [Job(RANDOM, network.name, (*words, seed), _curve(chosen, label, settings, None, seed)) for seed in range(ORDERS)]
    waiting += do_at_once([*chance, *curves])
    finished = {method: result(job) for (method, _), job in zip(orders, curves, strict=True) if result(job)}
    random = [result(job) for job in chance if result(job)]
    name = plain_class(network, label)
    st.plotly_chart(deletion_figure(finished, random, name), key=f"{key}_curves", alt="Probability against deleted pixels")
    if finished and random:
        st.markdown(verdict(finished, random, name, float(prediction.probabilities[0, label])))
        st.download_button("CSV", lambda: curves_csv(finished, random), "deletion.csv", "text/csv", key=f"{key}_curves_csv",
                           on_click="ignore", icon=":material/download:")  # fmt: skip
    do_the_rest([*maps, *chance, *curves], waiting, key=key)


def verdict(curves: dict[str, Curve], random: Sequence[Curve], name: str, probability: float) -> str:
    """Which map deletes the class fastest, and which do no better than chance."""
    areas = {method: curve.area for method, curve in curves.items()}
    chance = [curve.area for curve in random]
    best = min(areas, key=areas.__getitem__)
    text = (
        f"Deleting by **{best}** takes the class {plain(name)} (probability {percent(probability)} at first) away fastest: area "
        f"{areas[best]:.3f}; {len(chance)} random orders give {min(chance):.3f} to {max(chance):.3f}."
    )
    if worse := [method for method, area in areas.items() if area >= min(chance)]:
        text += f" No better than chance here: {', '.join(worse)}."
    return text


def curves_csv(curves: dict[str, Curve], random: Sequence[Curve]) -> str:
    """The share of deleted pixels, and the probability by each order."""
    text = io.StringIO()
    write = csv.writer(text).writerow
    write(["deleted", *curves, *(f"random {number}" for number in range(len(random)))])
    every = [*curves.values(), *random]
    for index, share in enumerate(every[0].shares):
        write([share, *(curve.probabilities[index] for curve in every)])
    return text.getvalue()


def _map_words(jobs: Sequence[Job], method: str) -> tuple[object, ...]:
    return next(job.words for job in jobs if job.title == method)


def _curve(
    chosen: Input, label: int, settings: Settings, values: Tensor | None, seed: int
) -> Callable[[Network], Iterator[Curve]]:  # fmt: skip
    """Deletion from a map's largest value on; in random order without a map."""

    def run(network: Network) -> Iterator[Curve]:
        generator, picture = torch.Generator().manual_seed(seed), chosen.image.to(network.device)
        pixels = picture[0].numel()
        order = random_order(pixels, generator=generator) if values is None else order_of(values, generator=generator)
        nothing = fill(settings.fill, picture, network.mean)
        return deletion_curve(scores_of(network), picture, label, order, fill=nothing)

    return run
