"""The seam holds: systems that the package does not have go through the unchanged loop.

One has a third network and an extra loss, as InfoGAN has; one has four networks and two data sets,
as CycleGAN has. Each is what a new system is: a class, builders and a recipe.
"""

import numpy as np
import pytest
from running import StopAt, assert_same_run

from ganlib import systems
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.models.layers import logits
from ganlib.recipes import Network, Optimizer, Recipe
from ganlib.runs.sampling import load_system, sample
from ganlib.startup import keras, tf
from ganlib.systems import Kind
from ganlib.systems.gan import GAN
from ganlib.systems.latents import Part
from ganlib.systems.replicas import global_batch_size
from ganlib.systems.system import System
from ganlib.training import checkpoints
from ganlib.training.train import train

layers = keras.layers
SGD = Optimizer("SGD", {"learning_rate": 0.05})


class TwoHeaded(GAN):
    """A GAN whose third network reads the code back from the generated image."""

    @property
    def log_keys(self):
        return (*super().log_keys, "code_loss")

    def trained_by(self, optimizer):
        own = super().trained_by(optimizer)
        return (
            own + self.networks["generator"].trainable_variables if optimizer == "reader" else own
        )

    def update(self, batch, index):
        images = batch["images"]
        size = global_batch_size(images)
        latent = self.latent_of(images, index)
        with tf.GradientTape(persistent=True) as tape:
            fakes = self.make(latent, training=True)
            real, fake = self.scores(images), self.scores(fakes)
            logs = self.discriminator_logs(real, fake, size)
            logs["g_loss"] = tf.reduce_sum(self.objective.generator(fake)) / size
            guess = self.networks["reader"](fakes, training=True)
            each = keras.losses.categorical_crossentropy(latent["code"], guess, from_logits=True)
            logs["code_loss"] = tf.reduce_sum(each) / size
            losses = {"generator": "g_loss", "discriminator": "d_loss", "reader": "code_loss"}
            scaled = {n: self.optimizers[n].scale_loss(logs[k]) for n, k in losses.items()}
        for name, loss in scaled.items():
            self.apply(tape, loss, name)
        return logs


class TwoSets(System):
    """Two generators that turn one set's images into the other's, and a critic for each set."""

    log_keys = ("d_loss", "g_loss", "cycle_loss")

    def update(self, batch, index):
        net, logs = self.networks, {}
        with tf.GradientTape(persistent=True) as tape:
            brighter = net["generator"](batch["dark"], training=True)
            darker = net["back"](batch["bright"], training=True)
            again = net["back"](brighter, training=True)
            scores = {
                name: logits(net[critic](images, training=True))
                for name, critic, images in (
                    ("real_bright", "bright_critic", batch["bright"]),
                    ("fake_bright", "bright_critic", brighter),
                    ("real_dark", "dark_critic", batch["dark"]),
                    ("fake_dark", "dark_critic", darker),
                )
            }
            mean = {name: tf.reduce_mean(score) for name, score in scores.items()}
            logs["cycle_loss"] = tf.reduce_mean(tf.abs(again - batch["dark"]))
            fooled = -mean["fake_bright"] - mean["fake_dark"]
            logs["g_loss"] = fooled + logs["cycle_loss"]
            logs["d_loss"] = -fooled - mean["real_bright"] - mean["real_dark"]
        for name in self.optimizers:
            self.apply(tape, logs["d_loss" if "critic" in name else "g_loss"], name)
        return logs

    def conditions(self, data, count):
        return {"images": data["dark"].images[:count].astype(np.float32) / 127.5 - 1.0}

    def draw(self, rng, count, *, images):
        return {"images": images}


def dense(inputs, outputs, name=None):
    """One layer, from and to any shape."""
    end = [layers.Dense(int(np.prod(outputs)), "tanh" if len(outputs) > 1 else None)]
    flat = [layers.Flatten()] if len(inputs) > 1 else []
    return keras.Sequential([layers.Input(inputs), *flat, *end, layers.Reshape(outputs)])


def from_parts(image_shape):
    """A functional model with two inputs, by the names of the latent's parts."""
    noise, code = layers.Input((3,), name="noise"), layers.Input((4,), name="code")
    both = layers.Concatenate()([noise, code])
    hidden = layers.BatchNormalization()(layers.Dense(8)(both))
    return keras.Model({"noise": noise, "code": code}, dense((8,), image_shape)(hidden))


def critic(image_shape):
    return dense(image_shape, (1,))


def reader(image_shape):
    return dense(image_shape, (4,))


def translator(image_shape):
    return dense(image_shape, image_shape)


def noisy(name: str, count: int, low: int, high: int) -> Dataset:
    images = np.random.default_rng(count).integers(low, high, (count, 4, 4, 1), dtype=np.uint8)
    return Dataset(name, "train", images, None, "synthetic", "a test")


def toy(name: str, **values) -> Recipe:
    return Recipe(
        name, name, "the tests", "noise", (4, 4, 1), batch_size=16, epochs=3, kind=name, **values
    )


def two_headed() -> tuple[Recipe, Dataset]:
    names = ("generator", "discriminator", "reader")
    return toy(
        "two-headed",
        networks=dict(zip(names, map(Network, (from_parts, critic, reader)), strict=True)),
        optimizers=dict.fromkeys(names, SGD),
        latent={"noise": Part("normal", 3), "code": Part("one_hot", 4)},
        steps_per_execution=2,
    ), noisy("noise", 70, 0, 256)


def two_sets() -> tuple[Recipe, dict[str, Dataset]]:
    names = ("generator", "back", "bright_critic", "dark_critic")
    builders = (translator, translator, critic, critic)
    return toy(
        "two-sets",
        networks=dict(zip(names, map(Network, builders), strict=True)),
        optimizers=dict.fromkeys(names, SGD),
        objective=None,
        latent={},
    ), {"dark": noisy("dark", 70, 0, 100), "bright": noisy("bright", 45, 150, 256)}


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """The kinds as they would be in the table of kinds, one line for each."""
    monkeypatch.setitem(systems.KINDS, "two-headed", Kind(f"{__name__}:TwoHeaded"))
    critics = Kind(f"{__name__}:TwoSets", networks=("generator",), sets=("dark", "bright"))
    monkeypatch.setitem(systems.KINDS, "two-sets", critics)


@pytest.fixture(params=[two_headed, two_sets])
def toys(request):
    """A recipe and its data."""
    return request.param()


def test_a_toy_trains_checkpoints_resumes_bit_for_bit_and_writes_its_pictures(toys, tmp_path):
    recipe, data = toys
    whole = train(recipe, data, tmp_path / "whole", display="none")
    assert whole.record["status"] == "finished" and len(whole.grids) > 3
    assert whole.gif.is_file() and whole.losses.is_file()
    keys = recipe.system(training=False).log_keys
    assert set(keys) <= set(whole.history[0]) and set(keys) <= set(whole.steps[0])
    for name in recipe.networks:
        assert whole.network_file(name).is_file()

    train(recipe, data, tmp_path / "cut", display="none", callbacks=[StopAt(8)])
    cut = train(recipe, data, tmp_path / "cut", resume=True, display="none")
    assert cut.record["status"] == "finished"
    assert_same_run(whole, cut)

    before = recipe.system().variables
    after = checkpoints.read(checkpoints.list_newest_first(cut.checkpoints)[0])[0]
    assert set(after) == set(before)
    for name in recipe.networks:  # every network learns, and is in the checkpoint
        own = [key for key in before if key.startswith(f"{name}/") and "kernel" in key]
        assert own and all((np.asarray(before[key]) != after[key]).any() for key in own)


def test_a_toy_takes_a_few_steps_without_a_folder(toys, tmp_path, monkeypatch):
    from ganlib.datasets.batches import batches

    recipe, data = toys
    monkeypatch.chdir(tmp_path)
    system = recipe.system()
    for index, batch in zip(range(3), batches(data, 16, seed=0), strict=False):
        logs = system.step(batch, index)
    assert set(logs) == set(system.log_keys)
    assert not list(tmp_path.iterdir())


def test_a_code_steers_what_is_drawn_and_an_unknown_name_is_refused(tmp_path):
    recipe, data = two_headed()
    run = train(recipe, data, tmp_path / "run", steps=2, display="none")
    fixed = sample(run, 6, seed=1, code=[0, 1, 2, 3, 0, 1])
    np.testing.assert_array_equal(fixed, sample(run, 6, seed=1, code=[0, 1, 2, 3, 0, 1]))
    assert (fixed != sample(run, 6, seed=1, code=[1, 1, 2, 3, 0, 1]))[0].any()
    with pytest.raises(GanlibError, match="no part 'colour'; its parts are noise, code"):
        load_system(run).draw(np.random.default_rng(0), 6, colour=[1] * 6)
