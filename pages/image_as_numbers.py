"""Image as numbers: a picture is a block of numbers, one for each pixel and channel."""

import math

from cnnviz.images import patch_code
from cnnviz.ui.components.pixel_lens import pixel_lens
from cnnviz.ui.frame import fragment, lesson_end, title
from cnnviz.ui.picture import Picture, picture_picker

SCREEN_4K = (3, 2160, 3840)  # channels, rows, columns
NOTICE = """
- A place is (row, column), counted from 0 at the top left: rows run **downward**, as in a matrix.
- A shape is (channels, rows, columns): grey has one channel, colour three, a layer inside a network hundreds.
- Grey is not the mean of the three: it is 0.299 R + 0.587 G + 0.114 B, because our eyes see green brightest.
- A byte holds 0 to 255. A network is given the same numbers divided by 255.
- Light adds up, ink takes away: paper is white without any, and black is a fourth ink, K.
"""

with title("Image as numbers", "A picture is a block of numbers. Point at it to read them; click to pin a place."):
    chosen = picture_picker()


@fragment
def lesson(picture: Picture) -> None:
    view = pixel_lens(picture.id, picture.image, key="numbers_lens")
    window = view.window(*picture.image.shape[1:])

    def answer() -> str:
        channels, rows, columns = SCREEN_4K
        return (
            f"{channels} × {rows} × {columns} = **{math.prod(SCREEN_4K):,}** weights, and for the picture above "
            f"{math.prod(picture.image.shape):,}. A 3 × 3 kernel on the same {channels} channels has "
            f"{channels * 3 * 3}, whatever the picture's size: that is why networks for pictures are convolutional."
        )

    lesson_end(
        "numbers", notice=NOTICE,
        question="One neuron of a dense layer has one weight for every number that it sees. "
                 f"How many weights has a neuron that sees a whole colour picture of 4K, {SCREEN_4K}?",
        answer=answer,
        code=lambda: picture.code() + "\n" + patch_code(view.channel, *window, fractions=view.scale == "0-1"),
    )  # fmt: skip


lesson(chosen)
