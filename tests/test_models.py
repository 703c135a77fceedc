"""Every network against the report's printed summary, row by row."""

import dataclasses
import itertools
import json

import numpy as np
import pytest

from ganlib import recipes
from ganlib.errors import GanlibError
from ganlib.models import express
from ganlib.models.summaries import as_text, describe, side_by_side
from ganlib.recipes.vary import vary
from ganlib.startup import keras, tf

# The report's figures 7 to 12, and the same tables worked out for the tutorial's DCGAN:
# layer type, output shape without the batch, parameters.


def generator(start: int, dense: int, norm: int, convolutions: tuple[int, int, int]) -> list:
    """The generators' rows, which differ in their sides and in the numbers of parameters."""
    features = start * start * 256
    return [
        ("Dense", (features,), dense),
        ("BatchNormalization", (features,), norm),
        ("LeakyReLU", (features,), 0),
        ("Reshape", (start, start, 256), 0),
        ("Conv2DTranspose", (start, start, 128), convolutions[0]),
        ("BatchNormalization", (start, start, 128), 512),
        ("LeakyReLU", (start, start, 128), 0),
        ("Conv2DTranspose", (2 * start, 2 * start, 64), convolutions[1]),
        ("BatchNormalization", (2 * start, 2 * start, 64), 256),
        ("LeakyReLU", (2 * start, 2 * start, 64), 0),
        ("Conv2DTranspose", (4 * start, 4 * start, 1), convolutions[2]),
    ]


def tutorial_discriminator(side: int, dense: int) -> list:
    return [
        ("Conv2D", (2 * side, 2 * side, 64), 1664),
        ("LeakyReLU", (2 * side, 2 * side, 64), 0),
        ("Dropout", (2 * side, 2 * side, 64), 0),
        ("Conv2D", (side, side, 128), 204928),
        ("LeakyReLU", (side, side, 128), 0),
        ("Dropout", (side, side, 128), 0),
        ("Flatten", (side * side * 128,), 0),
        ("Dense", (1,), dense),
    ]


def without_dropout(side: int, dense: int) -> list:
    return [row for row in tutorial_discriminator(side, dense) if row[0] != "Dropout"]


def normalised(side: int, dense: int) -> list:
    """Each layer with a kernel also keeps a vector with a number for each of its channels."""
    return [
        (f"{kind} spectral", shape, count + shape[-1]) if count else (kind, shape, count)
        for kind, shape, count in tutorial_discriminator(side, dense)
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
FIGURES_10_AND_12 = [
    ("Conv2D", (32, 32, 32), 1600),
    ("LeakyReLU", (32, 32, 32), 0),
    ("MaxPooling2D", (16, 16, 32), 0),
    ("BatchNormalization", (16, 16, 32), 128),
    ("Conv2D", (16, 16, 64), 51264),
    ("LeakyReLU", (16, 16, 64), 0),
    ("MaxPooling2D", (8, 8, 64), 0),
    ("BatchNormalization", (8, 8, 64), 256),
    ("Conv2D", (8, 8, 128), 73856),
    ("LeakyReLU", (8, 8, 128), 0),
    ("MaxPooling2D", (4, 4, 128), 0),
]
FIGURE_10 = [
    *FIGURES_10_AND_12,
    ("Flatten", (2048,), 0),
    ("Dense", (1024,), 2098176),
    ("LeakyReLU", (1024,), 0),
    ("Dense", (512,), 524800),
    ("LeakyReLU", (512,), 0),
    ("Dense", (1,), 513),
]
FIGURE_12 = [
    *FIGURES_10_AND_12,
    ("BatchNormalization", (4, 4, 128), 512),
    ("Conv2D", (4, 4, 64), 32832),
    ("LeakyReLU", (4, 4, 64), 0),
    ("MaxPooling2D", (2, 2, 64), 0),
    ("Flatten", (256,), 0),
    ("Dense", (1024,), 263168),
    ("LeakyReLU", (1024,), 0),
    ("Dense", (512,), 524800),
    ("LeakyReLU", (512,), 0),
    ("Dense", (216,), 110808),
    ("LeakyReLU", (216,), 0),
    ("Dense", (1,), 217),
]
# Rows, total, trainable.
MNIST_BASELINE = (
    (
        generator(7, 1254400, 50176, (5 * 5 * 128 * 256, 5 * 5 * 64 * 128, 5 * 5 * 64)),
        2330944,
        2305472,
    ),
    (tutorial_discriminator(7, 6273), 212865, 212865),
)
FIGURE_7 = (generator(7, 1254400, 50176, (294912, 73728, 576)), 1674560, 1649088)
FIGURE_9 = (generator(8, 1638400, 65536, (819200, 204800, 1600)), 2730304, 2697152)
FIGURE_11 = (generator(8, 1638400, 65536, (294912, 73728, 576)), 2073920, 2040768)
NN_ROWS = (
    (
        [
            ("Dense", (128,), 100 * 128 + 128),
            ("Dense", (784,), 128 * 784 + 784),
            ("Reshape", (28, 28, 1), 0),
        ],
        114064,
        114064,
    ),
    (
        [
            ("Flatten", (784,), 0),
            ("Dense", (128,), 784 * 128 + 128),
            ("Dense", (1,), 128 + 1),
        ],
        100609,
        100609,
    ),
)


def decoder(side: int) -> tuple:
    """What decodes 100 principal components: an image for each, and the mean image."""
    pixels = side * side
    rows = [("Dense", (pixels,), 101 * pixels), ("Reshape", (side, side, 1), 0)]
    return (rows, 101 * pixels, 101 * pixels)


LECTURE_MLP = (
    (
        [
            ("Dense", (128,), 4224),
            ("BatchNormalization", (128,), 512),
            ("LeakyReLU", (128,), 0),
            ("Dense", (256,), 33024),
            ("BatchNormalization", (256,), 1024),
            ("LeakyReLU", (256,), 0),
            ("Dense", (512,), 131584),
            ("BatchNormalization", (512,), 2048),
            ("LeakyReLU", (512,), 0),
            ("Dense", (784,), 402192),
            ("Reshape", (28, 28, 1), 0),
        ],
        574608,
        572816,
    ),
    (
        [
            ("Flatten", (784,), 0),
            ("Dense", (512,), 401920),
            ("LeakyReLU", (512,), 0),
            ("Dense", (256,), 131328),
            ("LeakyReLU", (256,), 0),
            ("Dense", (128,), 32896),
            ("LeakyReLU", (128,), 0),
            ("Dense", (1,), 129),
        ],
        566273,
        566273,
    ),
)
LECTURE_CONV = (
    (
        [
            ("Dense", (1152,), 38016),
            ("LeakyReLU", (1152,), 0),
            ("Reshape", (3, 3, 128), 0),
            ("Conv2DTranspose", (7, 7, 128), 147584),
            ("BatchNormalization", (7, 7, 128), 512),
            ("LeakyReLU", (7, 7, 128), 0),
            ("Conv2DTranspose", (14, 14, 64), 73792),
            ("BatchNormalization", (14, 14, 64), 256),
            ("LeakyReLU", (14, 14, 64), 0),
            ("Conv2DTranspose", (28, 28, 1), 577),
        ],
        260737,
        260353,
    ),
    (
        [
            ("Conv2D", (14, 14, 32), 320),
            ("LeakyReLU", (14, 14, 32), 0),
            ("Conv2D", (7, 7, 64), 18496),
            ("LeakyReLU", (7, 7, 64), 0),
            ("Conv2D", (3, 3, 128), 73856),
            ("LeakyReLU", (3, 3, 128), 0),
            ("Flatten", (1152,), 0),
            ("Dropout", (1152,), 0),
            ("Dense", (1,), 1153),
        ],
        93825,
        93825,
    ),
)


def dense(*widths: int) -> list[tuple]:
    """Dense layers with a LeakyReLU between them."""
    pairs = list(itertools.pairwise(widths))
    rows = [
        row
        for inputs, units in pairs
        for row in (("Dense", (units,), (inputs + 1) * units), ("LeakyReLU", (units,), 0))
    ]
    return rows[:-1]


FASHION_MLP = (
    (
        [
            *dense(100, 256, 512, 1024, 784),
            ("Activation", (784,), 0),
            ("Reshape", (28, 28, 1), 0),
        ],
        1486352,
        1486352,
    ),
    (
        [("Flatten", (784,), 0), *dense(784, 512, 256, 1), ("Activation", (1,), 0)],
        533505,
        533505,
    ),
)
FASHION_DCGAN = (
    (
        [
            ("Dense", (12544,), 101 * 12544),
            ("BatchNormalization", (12544,), 4 * 12544),
            ("ReLU", (12544,), 0),
            ("Reshape", (7, 7, 256), 0),
            ("Conv2DTranspose", (17, 17, 128), 5 * 5 * 256 * 128 + 128),
            ("Cropping2D", (14, 14, 128), 0),
            ("BatchNormalization", (14, 14, 128), 4 * 128),
            ("ReLU", (14, 14, 128), 0),
            ("Conv2DTranspose", (31, 31, 64), 5 * 5 * 128 * 64 + 64),
            ("Cropping2D", (28, 28, 64), 0),
            ("BatchNormalization", (28, 28, 64), 4 * 64),
            ("ReLU", (28, 28, 64), 0),
            ("Conv2D", (28, 28, 1), 5 * 5 * 64 + 1),
            ("Activation", (28, 28, 1), 0),
        ],
        2343681,
        2318209,
    ),
    (
        [
            ("ZeroPadding2D", (32, 32, 1), 0),
            ("Conv2D", (14, 14, 64), 5 * 5 * 64 + 64),
            ("BatchNormalization", (14, 14, 64), 4 * 64),
            ("LeakyReLU", (14, 14, 64), 0),
            ("ZeroPadding2D", (18, 18, 64), 0),
            ("Conv2D", (7, 7, 128), 5 * 5 * 64 * 128 + 128),
            ("BatchNormalization", (7, 7, 128), 4 * 128),
            ("LeakyReLU", (7, 7, 128), 0),
            ("Flatten", (6272,), 0),
            ("Dropout", (6272,), 0),
            ("Dense", (1,), 6273),
            ("Activation", (1,), 0),
        ],
        213633,
        213249,
    ),
)


def four_convolutions(end: int, total: int) -> tuple:
    """The discriminator of `image-generation`, section 4.3, with so many numbers at its end."""
    rows = [
        ("Conv2D", (14, 14, 16), 5 * 5 * 16 + 16),
        ("LeakyReLU", (14, 14, 16), 0),
        ("Conv2D", (14, 14, 32), 5 * 5 * 16 * 32 + 32),
        ("LeakyReLU", (14, 14, 32), 0),
        ("Conv2D", (7, 7, 32), 5 * 5 * 32 * 32 + 32),
        ("LeakyReLU", (7, 7, 32), 0),
        ("Conv2D", (7, 7, 64), 5 * 5 * 32 * 64 + 64),
        ("LeakyReLU", (7, 7, 64), 0),
        ("Flatten", (3136,), 0),
        ("Dense", (end,), 3137 * end),
    ]
    return rows, total, total


UPSAMPLING = (
    [
        ("Dense", (3136,), 100 * 3136),
        ("BatchNormalization", (3136,), 4 * 3136),
        ("LeakyReLU", (3136,), 0),
        ("Reshape", (7, 7, 64), 0),
        ("Conv2D", (7, 7, 32), 5 * 5 * 64 * 32),
        ("BatchNormalization", (7, 7, 32), 4 * 32),
        ("LeakyReLU", (7, 7, 32), 0),
        ("UpSampling2D", (14, 14, 32), 0),
        ("Conv2D", (14, 14, 32), 5 * 5 * 32 * 32),
        ("BatchNormalization", (14, 14, 32), 4 * 32),
        ("LeakyReLU", (14, 14, 32), 0),
        ("Conv2D", (14, 14, 16), 5 * 5 * 32 * 16),
        ("BatchNormalization", (14, 14, 16), 4 * 16),
        ("LeakyReLU", (14, 14, 16), 0),
        ("UpSampling2D", (28, 28, 16), 0),
        ("Conv2D", (28, 28, 1), 5 * 5 * 16 + 1),
    ],
    416465,
    410033,
)
PRINTED = {
    "fashion-mlp": FASHION_MLP,
    "fashion-dcgan": FASHION_DCGAN,
    "lecture-mlp": LECTURE_MLP,
    "lecture-conv": LECTURE_CONV,
    "mnist-baseline": MNIST_BASELINE,
    "mnist-modified": (FIGURE_7, (FIGURE_8, 207105, 207105)),
    "mnist-wgan": MNIST_BASELINE,
    "mnist-wgan-rmsprop": MNIST_BASELINE,
    "mnist-nn": NN_ROWS,
    "mnist-dcgan4": (UPSAMPLING, four_convolutions(1, 93281)),
    "mnist-vae": (four_convolutions(200, 717544), UPSAMPLING),
    "mnist-pca": (decoder(28),),
    "fashion-pca": (decoder(28),),
    "svhn-pca": (decoder(32),),
    "svhn-baseline": (FIGURE_9, (FIGURE_10, 2750593, 2750401)),
    "svhn-baseline-ttur": (FIGURE_9, (FIGURE_10, 2750593, 2750401)),
    "svhn-modified": (FIGURE_11, (FIGURE_12, 1059441, 1058993)),
    "svhn-wgan": (FIGURE_9, (tutorial_discriminator(8, 8193), 214785, 214785)),
    "mnist-wgan-gp": MNIST_BASELINE,
    "svhn-wgan-gp": (FIGURE_9, (tutorial_discriminator(8, 8193), 214785, 214785)),
    "mnist-sngan": (MNIST_BASELINE[0], (normalised(7, 6273), 213058, 212865)),
    "svhn-sngan": (FIGURE_9, (normalised(8, 8193), 214978, 214785)),
    "mnist-r3gan": (MNIST_BASELINE[0], (without_dropout(7, 6273), 212865, 212865)),
    "svhn-r3gan": (FIGURE_9, (without_dropout(8, 8193), 214785, 214785)),
}


def networks_of(recipe: recipes.Recipe) -> dict:
    return {name: describe(network) for name, network in recipe.build().items()}


def test_a_summary_is_known_of_every_system_that_a_report_describes():
    silent = ("ours", "review")  # the review gives widths alone: tests/test_review.py
    described = [r.name for r in recipes.RECIPES.values() if not r.source.startswith(silent)]
    described.remove("celeba-dcgan")  # described in words alone: tests/test_celeb_a.py
    assert sorted(described) == sorted(PRINTED)


@pytest.mark.parametrize("name", PRINTED)
def test_networks_equal_the_printed_summary(name):
    networks = networks_of(recipes.get(name))
    for network, printed in zip(networks, PRINTED[name], strict=True):
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
    recipe = recipes.get(name)
    system = recipe.system(training=False)
    large = 50.0 * np.random.default_rng(0).standard_normal((3, *recipe.image_shape), np.float32)
    given = {"images": large}  # of a translation
    if "noise" in recipe.latent:
        given = system.draw(np.random.default_rng(0), 3)
        given["noise"] *= 50.0
    images = system.generate(given)
    assert images.shape == (3, *recipe.image_shape)
    assert np.abs(images).max() <= 1.0


FINAL_PROJECT = [r for r in recipes.RECIPES.values() if r.source.startswith("final-project")]


@pytest.mark.parametrize("name", [r.name for r in FINAL_PROJECT if r.name.startswith("svhn")])
def test_in_colour_only_the_outermost_layers_change(name):
    recipe = recipes.get(name)
    built = recipe.build().values(), vary(recipe, channels=3).build().values()
    for grey, colour, outermost in zip(*built, (-1, 0), strict=True):
        different = [
            a.count_params() != b.count_params()
            for a, b in zip(grey.layers, colour.layers, strict=True)
        ]
        assert sum(different) == 1 and different[outermost]
        weights = [network.layers[outermost].kernel for network in (grey, colour)]
        assert np.prod(weights[1].shape) == 3 * np.prod(weights[0].shape)


def test_leaky_relu_has_the_slope_of_the_reports_keras():
    for recipe in FINAL_PROJECT:
        for network in recipe.build().values():
            slopes = [layer.negative_slope for layer in network.layers if "leaky" in layer.name]
            assert slopes and set(slopes) == {0.3}


def test_an_unknown_schedule_is_refused_where_the_recipe_is_made():
    with pytest.raises(GanlibError, match="unknown schedule 'cosine'; choose one of constant, lin"):
        dataclasses.replace(recipes.get("mnist-express"), schedule="cosine")


def test_an_unknown_recipe_is_one_sentence_with_the_nearest_name():
    with pytest.raises(GanlibError, match="'mnist-basline': did you mean mnist-baseline"):
        recipes.get("mnist-basline")


# What final-project says of its six systems beside the tables, or leaves open: see the notes.
TRAINING = {
    "baseline": ("non_saturating", "simultaneous", {}),
    "modified": ("non_saturating", "simultaneous", {}),
    "wgan": ("wasserstein", "alternating", {"n_critic": 5, "clip": 0.01}),
}


@pytest.mark.parametrize("kind", TRAINING)
@pytest.mark.parametrize(
    ("data", "name", "shape"),
    [("mnist", "mnist", (28, 28, 1)), ("svhn", "svhn_cropped", (32, 32, 1))],
)
def test_the_six_systems_are_trained_as_the_report_and_its_sources_say(kind, data, name, shape):
    recipe = recipes.get(f"{data}-{kind}")
    assert (recipe.dataset, recipe.image_shape) == (name, shape)
    assert (recipe.objective, recipe.kind, recipe.options) == TRAINING[kind]
    assert (recipe.batch_size, recipe.epochs) == (256, 100)
    for optimizer in recipe.optimizers.values():
        assert (optimizer.name, optimizer.options) == ("Adam", {"learning_rate": 1e-4})


def test_our_recipes_differ_from_the_reports_in_what_their_names_say():
    rates = [
        recipes.get("svhn-baseline-ttur").optimizers[network].options["learning_rate"]
        for network in ("generator", "discriminator")
    ]
    assert rates[0] == 10 * rates[1]
    penalty = recipes.get("svhn-wgan-gp").options
    assert penalty["gradient_penalty"] == 10.0 and "clip" not in penalty
    assert recipes.get("mnist-wgan-rmsprop").optimizers["generator"].name == "RMSprop"


def test_gan_nn_is_trained_with_sgd_and_without_momentum():
    recipe = recipes.get("mnist-nn")
    for optimizer in recipe.optimizers.values():
        assert optimizer.name == "SGD" and set(optimizer.options) == {"learning_rate"}
    networks = networks_of(recipe)
    activations = [[row["activation"] for row in networks[n]["layers"]] for n in networks]
    assert activations == [["relu", "tanh", ""], ["", "relu", "sigmoid"]]


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_recipe_survives_its_record_and_has_no_average_of_its_own(name):
    recipe = recipes.get(name)
    record = json.loads(json.dumps(recipe.to_json()))
    assert recipes.Recipe.from_json(record) == recipe
    assert recipe.ema == 0.0


@pytest.mark.parametrize(
    "damage",
    [
        {"image_shape": []},
        {"image_shape": [32, 32]},
        {"image_shape": [0, 1, 1]},
        {"batch_size": "x"},
        {"batch_size": None},
        {"batch_size": 0},
    ],
)
def test_a_record_with_a_size_that_is_none_is_refused(damage):
    record = recipes.get("svhn-baseline").to_json() | damage
    with pytest.raises(GanlibError, match="no recipe that this version understands"):
        recipes.Recipe.from_json(record)


def test_a_damaged_record_is_refused_in_one_sentence():
    with pytest.raises(GanlibError, match="no recipe that this version understands"):
        recipes.Recipe.from_json({"name": "x"})


def test_two_networks_side_by_side_mark_what_differs():
    pair = [
        recipes.get(f"mnist-{kind}").build()["discriminator"] for kind in ("baseline", "modified")
    ]
    lines = side_by_side(*pair).splitlines()
    marked = [line[2:].split() for line in lines if line.startswith("*")]
    assert len(lines) == len(FIGURE_8) + 1  # pooling stands alone, the rest in pairs, the total
    assert [words[0] for words in marked if len(words) == 3] == ["MaxPooling2D"] * 2
    assert marked[-1] == ["total", "212,865", "total", "207,105"]
    assert marked[-2] == ["Dense", "1", "6,273", "Dense", "sigmoid", "1", "513"]
    assert [line[0] for line in lines[:3]] == [" "] * 3
    same = side_by_side(pair[0], pair[0])
    assert "*" not in same and "Conv2D 5×5" in same


@pytest.mark.parametrize("image_shape", [(28, 28, 1), (32, 32, 3)])
@pytest.mark.parametrize("shuffle", [True, False])
def test_the_express_networks_fit_each_other_and_any_image(image_shape, shuffle):
    generator = express.generator(image_shape, shuffle=shuffle)
    discriminator = express.discriminator(image_shape, shuffle=shuffle)
    assert generator.output_shape == discriminator.input_shape == (None, *image_shape)
    assert discriminator.output_shape == (None, 1)


@pytest.mark.parametrize("channels", [1, 3])
def test_pixel_shuffle_and_its_inverse_keep_neighbours_together(channels):
    """The discriminator's first three layers; the generator's, before the activation, undo them."""
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (2, 8, 8, channels)).astype("float32")
    coarse = images
    for layer in express.discriminator((8, 8, channels)).layers[1:4]:
        coarse = layer(coarse)
    np.testing.assert_array_equal(coarse, tf.nn.space_to_depth(images, 2))
    fine = coarse
    for layer in express.generator((8, 8, channels)).layers[-4:-1]:
        fine = layer(fine)
    np.testing.assert_array_equal(fine, images)


def test_light_is_taken_from_an_image_and_given_to_one():
    """The second view of the discriminator, and the last step of the generator."""
    rng = np.random.default_rng(0)
    image = rng.uniform(-0.5, 0.5, (1, 8, 8, 1)).astype("float32")
    brighter = 0.6 * image + 0.3
    discriminator = express.discriminator((8, 8, 1), lighting=True)
    seen = keras.Model(discriminator.input, discriminator.get_layer("seen").output)
    first, second = (seen(shown).numpy() for shown in (image, brighter))
    np.testing.assert_array_equal(first[..., :1], image)
    np.testing.assert_allclose(first[..., 1].std(), 1.0, atol=0.05)
    np.testing.assert_allclose(first[..., 1:], second[..., 1:], atol=0.1)
    faint = seen(0.01 * image).numpy()
    assert faint[..., 1].std() < 0.1, "an empty image must not be turned into noise"

    generator = express.generator((8, 8, 1), units=5, lighting=True)
    noise = rng.normal(size=(3, 32)).astype("float32")
    sum_of = generator.get_layer("light").input
    content, contrast = sum_of[0]._keras_history.operation.input
    inside = keras.Model(generator.input, [content, contrast, sum_of[1]])
    content, contrast, brightness = (part.numpy() for part in inside(noise))
    assert contrast.shape == brightness.shape == (3, 1, 1, 1) and (contrast > 0).all()
    expected = np.tanh(content * contrast + brightness)
    np.testing.assert_allclose(generator(noise), expected, atol=1e-6)
