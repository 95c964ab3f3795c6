"""A run as text: a bar on a terminal, a line an epoch in a log."""

import sys
import time
from collections.abc import Mapping

from cnnviz.train.loop import Report

WIDTH = 24  # characters
MEGA = 1_000_000


class Bar:
    """Shows reports of a run, and of a download, on standard error."""

    def __init__(self) -> None:
        self.terminal = sys.stderr.isatty()
        self.began = time.perf_counter()
        self.first: float | None = None  # the share that was done when this run began, or went on

    def run(self, report: Report) -> None:
        """One report of `fit`."""
        share = (report.epoch + report.step / report.steps) / report.epochs
        if self.first is None:
            self.first, self.began = share, time.perf_counter()
        left = (time.perf_counter() - self.began) * (1 - share) / (share - self.first) if share > self.first else 0
        ended = len(report.history) > report.epoch
        if self.terminal and not ended:
            text = f"epoch {report.epoch + 1:3}/{report.epochs} {_bar(share)} loss {report.loss:.3f}, {_minutes(left)} left"
            print(f"\r{text:79}", end="", file=sys.stderr, flush=True)
        if ended:
            last = report.history[-1]
            measured = f"loss {last.loss:.4f}, test {headline(last.metrics)}, {last.seconds:.1f} s"
            text = f"epoch {report.epoch + 1:3}/{report.epochs}: {measured}"
            print(f"\r{text:79}" if self.terminal else text, file=sys.stderr, flush=True)

    def download(self, file: str, done: int, total: int) -> None:
        """One report of a download; in a log only its end."""
        size, end = f"{done / MEGA:.1f} MB", done == total
        if self.terminal:
            bar = _bar(done / total) if total else ""
            print(f"\r{file} {bar} {size}", end="\n" if end else "", file=sys.stderr, flush=True)
        elif end:
            print(f"{file}: {size}", file=sys.stderr, flush=True)


def headline(metrics: Mapping[str, float]) -> str:
    """The first metric in words: a share of errors, or nats."""
    name, value = next(iter(metrics.items()))
    return f"{name} {value:.2%}" if name == "error" else f"{name} {value:.2f} nats"


def _bar(share: float) -> str:
    return "█" * round(share * WIDTH) + "░" * (WIDTH - round(share * WIDTH))


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
