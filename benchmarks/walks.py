"""A walk of 60 frames for an auto-encoder and a VAE against the bare decoding of the same latents, and the film as a GIF."""

import statistics
import time
from collections.abc import Callable

import torch

from benchmarks.rerun import summary
from cnnviz import engine
from cnnviz.atlas import FOLDER, load_atlas
from cnnviz.figures.films import frames_side_by_side
from cnnviz.images import encode_gif
from cnnviz.walks import FRAMES, costs, film, read

NETWORKS = ("ae_16", "vae_16_c1")
ENDS = [8129, 1622]
TURNS = 30
GIFS = 5
PACE = 60  # ms a frame, as on the page


def ms(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return 1e3 * (time.perf_counter() - began)


def main() -> None:
    torch.set_num_threads(1)  # as in the server
    ends = {name: load_atlas(FOLDER / f"{name}.npz").mu[ENDS] for name in NETWORKS}
    models = {name: engine.coder(name).model for name in NETWORKS}
    latents = {name: torch.from_numpy(film(name, *ends[name]).latents) for name in NETWORKS}

    def bare() -> None:
        with torch.inference_mode():
            for name in NETWORKS:
                models[name].decode(latents[name]).sigmoid()

    def ours() -> None:
        for name in NETWORKS:
            film(name, *ends[name], way="spherical")

    def whole() -> None:
        for name in NETWORKS:
            shown = film(name, *ends[name], way="spherical")
            costs(name, shown)
            read(shown.pictures)

    took: dict[Callable[[], None], list[float]] = {bare: [], ours: [], whole: []}
    for work in took:
        work()  # once unmeasured
    for _ in range(TURNS):
        for work, times in took.items():
            times.append(ms(work))
    ratio = statistics.median(took[ours]) / statistics.median(took[bare])
    print(f"{FRAMES} frames, auto-encoder and VAE: {summary(took[ours])}; bare {summary(took[bare])}; ratio {ratio:.2f}")
    print(f"with the loss and the classifier's reading of each frame: {summary(took[whole])}")
    films = [film(name, *ends[name]).pictures for name in NETWORKS]
    gifs = [ms(lambda: encode_gif(frames_side_by_side(films), PACE)) for _ in range(GIFS)]
    print(f"GIF of {FRAMES} frames, both films: {summary(gifs)}", flush=True)


if __name__ == "__main__":
    main()
