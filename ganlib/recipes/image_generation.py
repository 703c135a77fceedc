"""The systems of `image-generation`: GAN(NN), two small dense networks, and a PCA as its rival."""

from ganlib.recipes.recipe import Network, Recipe, for_both, networks_of
from ganlib.systems.latents import Part

MNIST_NN = Recipe(
    name="mnist-nn",
    title="MNIST GAN(NN)",
    source="image-generation, section 4.2",
    dataset="mnist",
    image_shape=(28, 28, 1),
    networks=networks_of("image_generation", "nn_generator", "nn_discriminator"),
    optimizers=for_both("SGD", learning_rate=0.1),
    batch_size=64,
    steps_per_execution=20,
    notes=(
        "The report names the networks' sizes and SGD, and leaves rate, batch, epochs, activations "
        "and the generator's loss open. Its latent (section 4.1) is uniform; here it is normal. "
        "Lesson 13 shows what a rate of 0.5 does."
    ),
)


def _pca(name: str, title: str, dataset: str, image_shape: tuple[int, int, int]) -> Recipe:
    return Recipe(
        name=f"{name}-pca",
        title=f"{title} principal components",
        source="image-generation, section 4.1",
        dataset=dataset,
        image_shape=image_shape,
        networks={"generator": Network("image_generation:linear_generator")},
        optimizers={},
        kind="pca",
        objective=None,
        latent={"noise": Part("uniform", 100)},
        batch_size=100_000,  # all images; of a larger set, as many as memory allows
        epochs=None,
        steps=1,
        notes=(
            "The report leaves the latent's range open: along each of the 100 components it is the "
            "range of the training images' projections."
        ),
    )


RECIPES = (
    MNIST_NN,
    _pca("mnist", "MNIST", "mnist", (28, 28, 1)),
    _pca("fashion", "Fashion-MNIST", "fashion_mnist", (28, 28, 1)),
    _pca("svhn", "SVHN", "svhn_cropped", (32, 32, 1)),
)
