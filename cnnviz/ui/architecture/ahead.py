"""Import torchvision behind the first visitor of Architectures, before a network of its is chosen.

Its import takes more than a second and 180 MB. The page opens on a network that does without; a server on which nobody
visits this page does without for ever.
"""

import gc
import threading
import time
from functools import cache

LATER = 1.5  # seconds: the page goes out first, imports hold the interpreter's lock


@cache
def start() -> threading.Thread:
    """Start the import, once a process; later calls return the same thread."""
    thread = threading.Thread(target=_work, name="torchvision", daemon=True)
    thread.start()
    return thread


def _work() -> None:
    time.sleep(LATER)
    import torchvision  # noqa: F401

    gc.collect()
    gc.freeze()  # what stays for ever is not walked again: each of warm_up's collections would take 90 ms longer
