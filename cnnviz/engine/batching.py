"""Callers in many threads who want the same network: those who wait are answered together."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(eq=False)
class _Request:
    images: Tensor  # (B, C, H, W)
    answer: Tensor | None = None
    taken: bool = False
    alone: bool = False  # after a failure in company


class Batcher:
    """Calls `run` for many threads, one batch a lane at a time; who comes while all lanes are busy waits and goes in company.

    The window in which requests gather is the pass under way: one who comes alone does not wait at all. run: (B,C,H,W) ->
    (B,...), any B from 1 to `largest`. lanes: passes at the same time, each in a caller's thread: one a core, one for a GPU.
    """

    def __init__(self, run: Callable[[Tensor], Tensor], *, lanes: int, largest: int) -> None:
        self._run, self._lanes, self._largest = run, lanes, largest
        self._waiting: list[_Request] = []
        self._busy = 0
        self._turn = threading.Condition()

    def __call__(self, images: Tensor) -> Tensor:
        """What `run` gives for these pictures. Errors: those of `run`; one caller's failure does not touch the others."""
        if len(images) <= self._largest:
            return self._one(images)
        return torch.cat([self._one(part) for part in images.split(self._largest)])

    def _one(self, images: Tensor) -> Tensor:
        request = _Request(images)
        with self._turn:
            self._waiting.append(request)
        while request.answer is None:
            if company := self._wait(request):
                self._pass(company)
        return request.answer

    def _wait(self, request: _Request) -> list[_Request]:
        """Wait for an answer (then nobody is returned) or for a lane, and for those who go along in it."""
        with self._turn:
            self._turn.wait_for(lambda: request.answer is not None or not (request.taken or self._busy >= self._lanes))
            if request.answer is not None:
                return []
            self._busy += 1
            return self._company(request)

    def _pass(self, company: list[_Request]) -> None:
        """Answer them all; where that fails they queue again, each by itself: only who fails alone has failed."""
        again = company[1:]
        try:
            if len(company) == 1:
                company[0].answer = self._run(company[0].images)
            else:
                answers = self._run(torch.cat([member.images for member in company]))
                for member, answer in zip(company, answers.split([len(member.images) for member in company]), strict=True):
                    member.answer = answer
            again = []
        except RuntimeError:  # torch's own, out of memory among them
            if len(company) == 1:
                raise
            again = company
        finally:
            with self._turn:
                for member in again:
                    member.taken, member.alone = False, True
                self._waiting += again
                self._busy -= 1
                self._turn.notify_all()

    def _company(self, request: _Request) -> list[_Request]:
        """The request, and its share of those that wait: they leave the queue."""
        others = [] if request.alone else [other for other in self._waiting if other is not request and not other.alone]
        share = math.ceil((len(others) + 1) / self._lanes)  # the other lanes get theirs
        company, room = [request], self._largest - len(request.images)
        for other in others[: share - 1]:
            if len(other.images) <= room:
                company.append(other)
                room -= len(other.images)
        for member in company:
            member.taken = True
        self._waiting = [other for other in self._waiting if not other.taken]
        return company
