"""The tab “What excites a channel” with a climb that stays at its 64th step for ever: nothing but Stop ends it."""

import time

from cnnviz import engine, feature_visualisation
from cnnviz.ui.network import excite

LAST = 64


def endless(*arguments, **options):
    for excited in feature_visualisation.excite(*arguments, **options):
        yield excited
        if excited.step == LAST:
            break
    while True:
        time.sleep(0.02)
        yield excited


excite.excite = endless
excite.show(engine.network("lenet_modern_mnist"), key="inside", code_tab=None)
