"""For tests whose point is the pictures of a data set themselves."""

import os

import pytest

from cnnviz import datasets


def need(name: str) -> None:
    """Skip the running test where the data set is not on this machine; fail it in CI, where a skip would hide a failure."""
    if datasets.find(name) is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{name} is not here: set CNNVIZ_DATA")
