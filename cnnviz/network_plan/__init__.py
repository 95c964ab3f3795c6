"""A network that somebody builds: described layer by layer, checked as it grows, built by PyTorch, written out as code."""

from cnnviz.network_plan.code import class_code, pytorch_code
from cnnviz.network_plan.fitting import Fit, fit
from cnnviz.network_plan.network import PlannedNetwork, build
from cnnviz.network_plan.plan import (
    KINDS,
    MOST_CHANNELS,
    MOST_LAYERS,
    MOST_SIDE,
    NUMBERED,
    WINDOWED,
    NetworkPlan,
    PlanLayer,
    parse_plan,
)

__all__ = [
    "EXAMPLES", "KINDS", "MOST_CHANNELS", "MOST_LAYERS", "MOST_SIDE", "NUMBERED", "WINDOWED",
    "Fit", "NetworkPlan", "PlanLayer", "PlannedNetwork", "build", "class_code", "fit", "parse_plan", "pytorch_code",
]  # fmt: skip

EXAMPLES = {
    "Small residual network": "3x32x32 conv16k3p1 bn relu conv16k3p1 bn relu conv16k3p1 bn skip3 relu max2 "
    "conv32k3p1 bn relu gap flatten lin10",
    "LeNet, modern": "1x28x28 conv6k5p2 relu max2 conv16k5 relu max2 flatten lin120 relu lin84 relu lin10",
    "VGG style": "3x32x32 conv32k3p1 relu conv32k3p1 relu max2 conv64k3p1 relu conv64k3p1 relu max2 drop25 flatten "
    "lin128 relu drop50 lin10",
    "Two that do not fit (mend them)": "3x32x32 conv16k5 relu max2 conv16k3 relu skip3 lin10",
}
