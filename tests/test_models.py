"""Every network against the report's printed summary, row by row."""

import numpy as np
import pytest

from ganlib import devices, recipes
from ganlib.errors import GanlibError
from ganlib.models.final_project import modified_discriminator
from ganlib.models.logits import logits
from ganlib.startup import tf
from ganlib.summaries import as_text, networks_of

# The report's figures 7 and 8, and the same tables worked out for the tutorial's DCGAN:
# layer type, output shape without the batch, parameters.
GENERATOR_HEAD = [
    ("Dense", (12544,), 1254400),
    ("BatchNormalization", (12544,), 50176),
    ("LeakyReLU", (12544,), 0),
    ("Reshape", (7, 7, 256), 0),
]


def generator_tail(first: int, second: int, third: int) -> list:
    return [
        ("Conv2DTranspose", (7, 7, 128), first),
        ("BatchNormalization", (7, 7, 128), 512),
        ("LeakyReLU", (7, 7, 128), 0),
        ("Conv2DTranspose", (14, 14, 64), second),
        ("BatchNormalization", (14, 14, 64), 256),
        ("LeakyReLU", (14, 14, 64), 0),
        ("Conv2DTranspose", (28, 28, 1), third),
    ]


TUTORIAL_DISCRIMINATOR = [
    ("Conv2D", (14, 14, 64), 1664),
    ("LeakyReLU", (14, 14, 64), 0),
    ("Dropout", (14, 14, 64), 0),
    ("Conv2D", (7, 7, 128), 204928),
    ("LeakyReLU", (7, 7, 128), 0),
    ("Dropout", (7, 7, 128), 0),
    ("Flatten", (6272,), 0),
    ("Dense", (1,), 6273),
]
FIGURE_8 = [
    ("Conv2D", (14, 14, 64), 1664),
    ("LeakyReLU", (14, 14, 64), 0),
    ("Dropout", (14, 14, 64), 0),
    ("MaxPooling2D", (7, 7, 64), 0),
    ("Conv2D", (4, 4, 128), 204928),
    ("LeakyReLU", (4, 4, 128), 0),
    ("Dropout", (4, 4, 128), 0),
    ("MaxPooling2D", (2, 2, 128), 0),
    ("Flatten", (512,), 0),
    ("Dense", (1,), 513),
]
# Rows, total, trainable.
BASELINE_GENERATOR = (
    GENERATOR_HEAD + generator_tail(5 * 5 * 128 * 256, 5 * 5 * 64 * 128, 5 * 5 * 64),
    2330944,
    2305472,
)
FIGURE_7 = (GENERATOR_HEAD + generator_tail(294912, 73728, 576), 1674560, 1649088)
PRINTED = {
    "mnist-baseline": (BASELINE_GENERATOR, (TUTORIAL_DISCRIMINATOR, 212865, 212865)),
    "mnist-modified": (FIGURE_7, (FIGURE_8, 207105, 207105)),
    "mnist-wgan": (BASELINE_GENERATOR, (TUTORIAL_DISCRIMINATOR, 212865, 212865)),
    "mnist-wgan-rmsprop": (BASELINE_GENERATOR, (TUTORIAL_DISCRIMINATOR, 212865, 212865)),
}


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_networks_equal_the_printed_summary(name):
    networks = networks_of(recipes.get(name))
    for network, printed in zip(("generator", "discriminator"), PRINTED[name], strict=True):
        rows, total, trainable = printed
        built = [
            (layer["type"], tuple(layer["output_shape"][1:]), layer["parameters"])
            for layer in networks[network]["layers"]
        ]
        assert built == rows
        assert networks[network]["total"] == total
        assert networks[network]["trainable"] == trainable
        assert networks[network]["non_trainable"] == total - trainable


def test_the_text_of_a_summary_reads_like_the_report():
    text = as_text("generator", networks_of(recipes.get("mnist-modified"))["generator"])
    assert "Total params: 1,674,560" in text
    assert "Non-trainable params: 25,472" in text


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_generators_map_noise_to_the_image_range(name):
    generator = recipes.get(name).generator.build()
    images = generator(tf.random.stateless_normal((3, 100), (0, 0)) * 50.0).numpy()
    assert images.shape == (3, 28, 28, 1)
    assert np.abs(images).max() <= 1.0


def test_leaky_relu_has_the_slope_of_the_reports_keras():
    for recipe in recipes.RECIPES.values():
        for network in (recipe.generator.build(), recipe.discriminator.build()):
            slopes = [layer.negative_slope for layer in network.layers if "leaky" in layer.name]
            assert slopes and set(slopes) == {0.3}


def test_logits_are_what_the_final_sigmoid_was_given():
    network = modified_discriminator()
    images = tf.random.stateless_uniform((4, 28, 28, 1), (1, 2), -1, 1)
    raw = logits(network, images, training=False)
    np.testing.assert_allclose(tf.sigmoid(raw), network(images), rtol=1e-6)
    # Far out the sigmoid is exactly 1 and tells nothing; the logit still does.
    network.layers[-1].bias.assign([40.0])
    assert float(network(images)[0, 0]) == 1.0
    assert float(logits(network, images, training=False)[0, 0]) > 30.0


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_logits_train_the_whole_network_in_any_precision(precision):
    with devices.precision_policy(precision):
        network = modified_discriminator()
    with tf.GradientTape() as tape:
        raw = logits(network, tf.ones((2, 28, 28, 1)), training=True)
    assert raw.dtype == tf.float32
    gradients = tape.gradient(raw, network.trainable_variables)
    assert all(np.abs(gradient).max() > 0 for gradient in gradients)


def test_logits_use_dropout_in_training_only():
    network, images = modified_discriminator(), tf.ones((2, 28, 28, 1))
    quiet, again = (logits(network, images, training=False) for _ in range(2))
    loud = logits(network, images, training=True)
    assert (quiet.numpy() == again.numpy()).all() and (loud.numpy() != quiet.numpy()).any()


def test_an_unknown_recipe_is_one_sentence_with_the_nearest_name():
    with pytest.raises(GanlibError, match="'mnist-basline': did you mean mnist-baseline"):
        recipes.get("mnist-basline")


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_a_recipe_survives_its_record(name):
    import json

    recipe = recipes.get(name)
    assert recipes.Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


def test_a_damaged_record_is_refused_in_one_sentence():
    with pytest.raises(GanlibError, match="no recipe that this version understands"):
        recipes.Recipe.from_json({"name": "x"})
