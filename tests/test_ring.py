"""The GAN on a page that exercises change: what counts as a cluster, and what it notes down."""

import numpy as np

from ganlib.lessons import ring


def test_real_points_cover_all_clusters_and_a_single_one_counts_as_one():
    points = ring.real_points(1000, np.random.default_rng(0))
    assert (points.dtype, ring.covered(points)) == (np.float32, 8)
    assert ring.covered(np.tile(ring.CENTRES[3], (1000, 1))) == 1
    assert ring.covered(np.zeros((1000, 2))) == 0


def test_a_few_stray_points_find_no_cluster():
    points = np.zeros((1000, 2))
    points[:19] = ring.CENTRES[0]
    assert ring.covered(points) == 0
    points[19] = ring.CENTRES[0]
    assert ring.covered(points) == 1


def test_it_notes_the_order_of_its_steps_and_the_noise_of_each():
    def shared(gan, batches):
        noise = gan.noise()
        gan.update_d(batches[1], noise)
        gan.update_g(noise)

    gan, same = ring.train(2), ring.train(2, shared)
    assert gan.done == same.done == "DGDG"
    assert gan.always_fresh and not same.always_fresh


def test_a_step_moves_one_network_only():
    gan = ring.RingGAN()
    networks = {"D": gan.discriminator, "G": gan.generator}
    before = {name: network.get_weights() for name, network in networks.items()}

    def moved():
        return {
            name
            for name, network in networks.items()
            if any(np.any(a != b) for a, b in zip(before[name], network.get_weights(), strict=True))
        }

    gan.update_g(gan.noise())
    assert moved() == {"G"}
    before["G"] = gan.generator.get_weights()
    gan.update_d(ring.real_points(ring.BATCH, np.random.default_rng(0)), gan.noise())
    assert moved() == {"D"}


def test_seeds_and_settings_are_part_of_it():
    first, again, other = ring.train(3), ring.train(3), ring.train(3, g_rate=1e-2)
    np.testing.assert_array_equal(first.points(), again.points())
    assert np.abs(first.points() - other.points()).max() > 1e-3
