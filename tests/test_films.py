"""Files of films: every frame at its place, ends included."""

import numpy as np

from cnnviz.figures.films import GAP, GREY, TIMES, frames_side_by_side, strips


def films() -> list[np.ndarray]:
    """Two films of five plain frames: greys 0, 10, ... and 200, 210, ..."""
    return [np.stack([np.full((28, 28), (start + 10 * number) / 255, np.float32) for number in range(5)]) for start in (0, 200)]


def test_frames_stand_side_by_side() -> None:
    frames, wide = frames_side_by_side(films()), 28 * TIMES
    assert len(frames) == 5 and {frame.shape for frame in frames} == {(wide, 2 * wide + GAP)}
    for number, frame in enumerate(frames):
        assert (frame[:, :wide] == 10 * number).all() and (frame[:, wide + GAP :] == 200 + 10 * number).all()
        assert (frame[:, wide : wide + GAP] == GREY).all()


def test_a_strip_runs_from_the_first_frame_to_the_last() -> None:
    sheet = strips(films(), across=3)
    side = 3 * 28
    assert sheet.shape == (2 * side + GAP, 3 * (side + 3) - 3)
    assert [int(sheet[0, column * (side + 3)]) for column in range(3)] == [0, 20, 40]
    assert [int(sheet[-1, column * (side + 3)]) for column in range(3)] == [200, 220, 240]
