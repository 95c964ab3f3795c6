"""Which pixels speak for a class: gradients, Grad-CAM and occlusion, and the deletion curve that checks them."""

from cnnviz.attribution.deletion import Curve, deletion_curve, order_of, random_order
from cnnviz.attribution.fills import FILLS, fill
from cnnviz.attribution.grad_cam import GradCam, grad_cam, on_the_picture
from cnnviz.attribution.gradients import Integrated, Scores, Step, integrated_gradients, saliency, smooth_grad
from cnnviz.attribution.occlusion import occlusion

__all__ = [
    "FILLS", "Curve", "GradCam", "Integrated", "Scores", "Step",
    "deletion_curve", "fill", "grad_cam", "integrated_gradients", "occlusion", "on_the_picture", "order_of", "random_order",
    "saliency", "smooth_grad",
]  # fmt: skip
