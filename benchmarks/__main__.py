"""Run all benchmarks, or those named on the command line."""

import importlib
import os
import platform
import sys

NAMES = (
    "filter2d", "first_page", "rerun", "bench_page", "hover", "map_hover", "visitors", "training", "inference", "stroke",
    "activations", "latent", "walks", "beta_slider",
)  # fmt: skip

if __name__ == "__main__":
    names = sys.argv[1:] or NAMES
    if unknown := sorted(set(names) - set(NAMES)):
        sys.exit(f"unknown benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in names:
        print(f"\n## {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()
