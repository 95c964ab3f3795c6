"""What the tab Denoise asks its visitors to notice, and its exercise."""

from cnnviz.denoising import LEFT, NETWORKS, SHORT, Curve, load_curves

NOTICE = """
- Drag **σ** from 0 to 1: up to about its own training level the denoising auto-encoder draws nearly the same digit, while the
  other two soon draw something else. All three have 16 dimensions; it alone was shown noisy pictures in training.
- At σ = 0 every network makes the picture *worse*: 16 numbers cannot hold all of it. Cleaning pays only from some noise on:
  that is where a curve crosses the grey one.
- None of them was trained on **salt and pepper**; the denoising auto-encoder removes it all the same.
- A **black box** is another matter: nothing in the picture says what it hides. Cover a 7's bar and see which digit comes out.
- The cross-entropy (BCE) of a noisy picture is often ∞: a pixel of exactly 0 or 1 leaves no chance to any other value. So the
  picture before cleaning is compared by its squared error.
- **New noise** is the same noise level with other chances. One digit says little: the lines are means over the test set.
"""
QUESTION = "From which σ of Gaussian noise on does each network's picture come nearer to the clean one than the noisy picture is?"


def answer() -> str:
    """Where each network's curve crosses that of the pictures left as they are, between the measured levels."""
    found = load_curves()
    levels, curves = found.levels["gaussian"], found.curves["gaussian"]
    places = {name: crossing(levels, curves[LEFT], curves[name]) for name in NETWORKS}
    told = [f"{SHORT[name]}: " + ("at no level" if place is None else f"σ ≈ {place:.2f}") for name, place in places.items()]
    count = found.card["pictures"]
    return f"{'; '.join(told)}. Means of the squared error over {count:,} test pictures; straight lines between the levels."


def crossing(levels: tuple[float, ...], left: Curve, cleaned: Curve) -> float | None:
    """The first level at which the cleaned pictures' squared error falls below that of the others; None where it never does."""
    gain = [before - after for before, after in zip(left.squared, cleaned.squared, strict=True)]
    if gain[0] > 0:
        return levels[0]
    for k in range(1, len(levels)):
        if gain[k] > 0:
            return levels[k - 1] + (levels[k] - levels[k - 1]) * -gain[k - 1] / (gain[k] - gain[k - 1])
    return None
