"""The pipeline: every image once an epoch, from any step on, cut for any number of devices."""

import numpy as np
import pytest

from ganlib.datasets import Dataset
from ganlib.datasets.batches import batches, steps_per_epoch
from ganlib.errors import DataError


def numbered(count: int, labels: bool = True) -> Dataset:
    """Images that show their own number, so that batches can be read back."""
    images = np.zeros((count, 2, 2, 1), np.uint8)
    images[:, 0, 0, 0] = np.arange(count)
    return Dataset("numbers", "train", images, np.arange(count) if labels else None, "a test", "")


def numbers(images) -> list[int]:
    return np.round((images.numpy()[:, 0, 0, 0] + 1) * 127.5).astype(int).tolist()


def take(count: int, *args, **kwargs) -> list[list[int]]:
    stream = batches(*args, **kwargs).take(count)
    return [numbers(batch["images"]) for batch in stream]


def test_every_image_comes_once_an_epoch_and_the_last_batch_is_smaller():
    epoch = take(3, numbered(10), 4, seed=0)
    assert [len(batch) for batch in epoch] == [4, 4, 2]
    assert sorted(sum(epoch, [])) == list(range(10))
    assert steps_per_epoch(10, 4) == 3


def test_epochs_differ_seeds_differ_and_the_same_seed_repeats():
    first, second = take(3, numbered(10), 4, seed=0), take(6, numbered(10), 4, seed=0)[3:]
    assert sorted(sum(second, [])) == list(range(10))
    assert first != second
    assert take(3, numbered(10), 4, seed=1) != first
    assert take(3, numbered(10), 4, seed=0) == first


@pytest.mark.parametrize("step", [1, 2, 3, 4, 7])
def test_a_stream_that_starts_later_goes_on_as_if_it_had_not_stopped(step):
    whole = take(9, numbered(10), 4, seed=5)
    assert take(9 - step, numbered(10), 4, seed=5, first_step=step) == whole[step:]


def test_pixels_are_scaled_to_the_range_of_tanh():
    images = np.array([0, 255], np.uint8).reshape(2, 1, 1, 1)
    data = Dataset("two", "train", images, None, "a test", "")
    (batch,) = batches(data, 2, seed=0).take(1)
    assert list(batch) == ["images"] and batch["images"].dtype == "float32"
    assert sorted(batch["images"].numpy().ravel().tolist()) == [-1.0, 1.0]


@pytest.mark.parametrize("options", [{}, {"together": 2}, {"shards": 2, "own_shards": 2}])
def test_labels_belong_to_their_images(options):
    for batch in batches(numbered(11), 4, seed=3, **options).take(5):
        assert numbers(batch["images"]) == batch["labels"].numpy().tolist()
        assert batch["labels"].dtype == "int64"


def two_sets(count: int, first_step: int = 0) -> list[tuple[list[int], list[int]]]:
    stream = batches({"long": numbered(10), "short": numbered(7)}, 4, 5, first_step).take(count)
    return [(numbers(batch["long"]), numbers(batch["short"])) for batch in stream]


def test_two_sets_go_together_each_in_its_own_order():
    pairs = two_sets(6)
    assert [pair[0] for pair in pairs] == take(6, numbered(10), 4, seed=5)
    assert [len(pair[1]) for pair in pairs] == [4, 4, 2, 4, 4, 2]
    seen = pairs[0][1] + pairs[1][1]
    assert sorted(seen[:7]) == list(range(7))  # once round, then on
    assert {n for pair in pairs for n in pair[1]} == set(range(7))


@pytest.mark.parametrize("step", [1, 2, 3, 4, 7])
def test_two_sets_that_start_later_go_on_as_if_they_had_not_stopped(step):
    assert two_sets(9 - step, step) == two_sets(9)[step:]


@pytest.mark.parametrize("shards", [2, 3])
def test_shards_together_are_the_global_batch_in_its_order(shards):
    whole = take(6, numbered(11), 4, seed=2)
    parts = take(6 * shards, numbered(11), 4, seed=2, shards=shards, own_shards=shards)
    together = [sum(parts[i : i + shards], []) for i in range(0, len(parts), shards)]
    assert together == whole
    workers = [
        take(6, numbered(11), 4, seed=2, shards=shards, first_shard=i) for i in range(shards)
    ]
    assert [sum(step, []) for step in zip(*workers, strict=True)] == whole


def test_a_last_batch_too_small_for_the_devices_is_refused():
    with pytest.raises(DataError, match="holds 1 image.*too few for 2 devices"):
        batches(numbered(9), 4, seed=0, shards=2, own_shards=2)


def test_batches_are_taken_from_the_array_where_it_lies():
    """A copy of the images inside the pipeline takes several times their memory."""
    images = np.zeros((4, 2, 2, 1), np.uint8)
    stream = batches(Dataset("four", "train", images, None, "a test", ""), batch_size=4, seed=0)
    images[:] = 255
    assert (next(iter(stream))["images"].numpy() == 1.0).all()


@pytest.mark.parametrize("step", [0, 1, 2, 3, 5])
def test_batches_yielded_together_are_the_same_batches_and_end_with_the_epoch(step):
    whole = take(24, numbered(10), 3, seed=5, first_step=step)
    together = take(5, numbered(10), 3, seed=5, first_step=step, together=3)
    images = sum(together, [])
    assert images == sum(whole, [])[: len(images)] and len(images) > 20
    assert {len(batch) for batch in together[1:]} == {9, 1}
    assert max(len(batch) for batch in together) == 9


def test_shards_and_several_sets_cannot_be_yielded_together():
    with pytest.raises(ValueError, match="only from one set and not cut into shards"):
        batches(numbered(10), 4, seed=0, shards=2, together=2)
    with pytest.raises(ValueError, match="only from one set and not cut into shards"):
        batches({"a": numbered(10), "b": numbered(7)}, 4, seed=0, together=2)
