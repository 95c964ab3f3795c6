"""The tab Generate alone, with the networks of this repository."""

import torch

from cnnviz.ui.frame import frame
from cnnviz.ui.walks import generate

if __name__ == "__main__":
    torch.set_num_threads(1)
    frame()
    generate.show(key="walks")
