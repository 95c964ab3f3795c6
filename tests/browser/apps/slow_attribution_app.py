"""The page Attribution with an occlusion that takes its time: 0.2 s a step."""

import time

from cnnviz import attribution, engine
from cnnviz.ui.attribution import lesson, methods


def slowly(*arguments, **options):
    for step in attribution.occlusion(*arguments, batch=4, **options):
        time.sleep(0.2)
        yield step


methods.occlusion = slowly
lesson.show(engine.network("lenet_modern_mnist"))
