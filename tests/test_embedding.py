"""Maps of latents: PCA against scikit-learn, UMAP's settings, its process with progress, queue and stop, the placement."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from cnnviz import embedding
from cnnviz.embedding import UmapSettings, pca
from cnnviz.embedding_job import Job
from cnnviz.placement import Placement, learn

RANDOM = np.random.default_rng(4)
ISLANDS = np.repeat(np.eye(3, 5), 40, axis=0) * 8 + RANDOM.normal(size=(120, 5)).astype(np.float32)
LABELS = np.repeat(np.arange(3), 40)


def test_pca_of_a_line_with_one_step_aside() -> None:
    features = np.array([[-2.0, 0.0], [0.0, 1.0], [2.0, 0.0], [0.0, -1.0]])
    assert pca(features, 2).tolist() == [[-2, 0], [0, 1], [2, 0], [0, -1]]
    assert pca(features[:, :1], 3).tolist() == [[-2, 0, 0], [0, 0, 0], [2, 0, 0], [0, 0, 0]]


@given(st.integers(0, 1000), st.integers(2, 9), st.sampled_from((2, 3)))
def test_pca_is_scikit_learns_but_for_signs(seed: int, size: int, dimensions: int) -> None:
    features = np.random.default_rng(seed).normal(size=(40, size)) * np.arange(1, size + 1)
    theirs = PCA(min(dimensions, size)).fit_transform(features)
    ours = pca(features, dimensions)[:, : theirs.shape[1]]
    assert np.allclose(np.abs(ours), np.abs(theirs), atol=1e-4)
    assert np.array_equal(pca(features, dimensions), pca(features, dimensions))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_neighbors": 1}, "n_neighbors is 1: a point needs 2"),
        ({"min_dist": 1.5}, "min_dist is 1.5: give 0 to 1"),
        ({"min_dist": float("nan")}, "min_dist is nan"),
        ({"metric": "tangent"}, "no metric 'tangent': give euclidean, manhattan"),
        ({"dimensions": 4}, "4 dimensions cannot be drawn"),
    ],
)
def test_settings_that_umap_cannot_draw(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        UmapSettings(**change)


def test_more_neighbours_than_points_are_refused_before_anything_runs() -> None:
    with pytest.raises(ValueError, match=r"n_neighbors is 120, but there are only 120 points: give 2 to 119"):
        Job(ISLANDS, LABELS, UmapSettings(n_neighbors=120))


def test_the_process_draws_the_same_map_for_the_same_seed_and_says_how_far_it_is() -> None:
    jobs = [Job(ISLANDS, LABELS, UmapSettings(n_neighbors=10, seed=seed)) for seed in (1, 1, 2)]
    assert [job.place for job in jobs][1:] == [1, 2]
    one, same, other = (job.points(timeout=300) for job in jobs)
    assert one is not None and same is not None and other is not None
    assert one.shape == (120, 2) and one.dtype == np.float32 and np.allclose(one.mean(0), 0, atol=1e-4)
    assert np.array_equal(one, same) and not np.array_equal(one, other)
    assert all(job.progress == 1 and job.done and not job.stopped for job in jobs)
    middles = [one[label == LABELS].mean(0) for label in range(3)]
    within = max(np.linalg.norm(one[label == LABELS] - middles[label], axis=1).mean() for label in range(3))
    assert min(np.linalg.norm(middles[a] - middles[b]) for a, b in ((0, 1), (0, 2), (1, 2))) > 2 * within


def test_a_stopped_map_leaves_at_once_and_the_next_one_runs() -> None:
    running, waiting, last = (Job(ISLANDS, LABELS, UmapSettings(n_neighbors=10, dimensions=size)) for size in (2, 3, 2))
    waiting.stop()
    running.stop()
    assert running.points(timeout=60) is None and waiting.points(timeout=60) is None
    assert running.stopped and waiting.stopped and running.done and waiting.done
    points = last.points(timeout=300)
    assert points is not None and points.shape == (120, 2)


def test_umaps_own_complaint_reaches_the_visitor(monkeypatch: pytest.MonkeyPatch) -> None:
    features = ISLANDS.copy()
    features[3, 2] = np.nan
    with pytest.raises(ValueError, match=r"UMAP could not draw this map \(ValueError: .*NaN.*\): try other settings"):
        Job(features, LABELS, UmapSettings()).points(timeout=300)
    assert "umap" not in vars(embedding)


def test_placement_is_its_layers() -> None:
    place = Placement(((np.array([[1.0, -1.0], [2.0, 0.0]]), np.array([0.0, 1.0])), (np.array([[1.0, 3.0]]), np.array([0.5]))))
    assert place(np.array([[1.0, 2.0], [2.0, 1.0]])).tolist() == [[0 + 9 + 0.5], [1 + 15 + 0.5]]


def test_placement_learns_a_map_in_its_units() -> None:
    points = (ISLANDS[:, :2] * [3, -2] + [100, 7]).astype(np.float32)
    place = learn(ISLANDS * 50 + 9, points, steps=600)
    error = np.linalg.norm(place(ISLANDS * 50 + 9) - points, axis=1)
    assert np.median(error) < 0.05 * np.linalg.norm(points - points.mean(0), axis=1).mean()
    again = learn(ISLANDS * 50 + 9, points, steps=600)
    assert np.array_equal(place(ISLANDS), again(ISLANDS))


def test_placement_needs_a_point_a_latent() -> None:
    with pytest.raises(ValueError, match="120 latents and 3 points"):
        learn(ISLANDS, np.zeros((3, 2)))
