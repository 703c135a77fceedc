"""The systems of `image-generation`: GAN(NN), its DCGAN, and a PCA and a VAE as their rivals."""

from functools import partial

from ganlib.recipes.parts import Network, adams, for_both, networks_of
from ganlib.recipes.recipe import Recipe
from ganlib.systems.latents import Part

UNIFORM = {"noise": Part("uniform", 100)}
_of_mnist = partial(Recipe, dataset="mnist", image_shape=(28, 28, 1))

MNIST_NN = _of_mnist(
    name="mnist-nn",
    title="MNIST GAN(NN)",
    source="image-generation, section 4.2",
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

MNIST_DCGAN4 = _of_mnist(
    name="mnist-dcgan4",
    title="MNIST DCGAN of four layers",
    source="image-generation, section 4.3",
    networks=networks_of("image_generation", "conv_generator", "conv_discriminator"),
    optimizers=adams(2e-3, 5e-4, beta_1=0.5),
    latent=UNIFORM,
    schedule="linear",
    batch_size=32,
    epochs=2,
    notes=(
        "The report names four layers of 5×5 filters for both networks, a dense layer, a reshape, "
        "convolutions and upsampling, and 100 uniform numbers (section 4.1). It leaves open the "
        "channels, where the image is halved and doubled, activations, batch norm, the generator's "
        "loss, optimiser, rates, batch and epochs: ours are chosen for a processor."
    ),
)

MNIST_VAE = _of_mnist(
    name="mnist-vae",
    title="MNIST variational autoencoder",
    source="image-generation, section 2.2; Kingma and Welling 2014",
    networks={
        "encoder": Network("image_generation:conv_encoder"),
        "generator": Network("image_generation:conv_generator"),
    },
    optimizers=for_both("Adam", ("encoder", "generator"), learning_rate=2e-3),
    kind="vae",
    objective=None,
    schedule="linear",
    batch_size=32,
    epochs=2,
    notes=(
        "The report names the variational autoencoder as another road and builds none. Ours has "
        "the generator of mnist-dcgan4, and its discriminator's convolutions for an encoder, so "
        "that only the way of training differs; its latent is normal. Optimiser, rate, batch and "
        "epochs are our choices."
    ),
)


CELEBA_DCGAN = Recipe(
    name="celeba-dcgan",
    title="CelebA DCGAN of four layers",
    source="image-generation, sections 4.3 and 5; Radford et al. 2016 (DCGAN)",
    dataset="celeb_a",
    image_shape=(64, 64, 3),
    networks=networks_of("image_generation", "face_generator", "face_discriminator"),
    optimizers=for_both("Adam", learning_rate=2e-4, beta_1=0.5),
    latent=UNIFORM,
    batch_size=64,
    epochs=25,
    notes=(
        "The report names four layers of 5×5 filters for both networks, 100 uniform numbers "
        "(section 4.1), and faces of 108×108 pixels, and stopped half way after days. Ours: the "
        "images are resized to 64×64; channels, batch norm, optimiser and rate are those of the "
        "DCGAN paper; batch and epochs are those of its best known port to TensorFlow, which crops "
        "the same 108 pixels (github.com/carpedm20/DCGAN-tensorflow)."
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
        latent=UNIFORM,
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
    MNIST_DCGAN4,
    MNIST_VAE,
    CELEBA_DCGAN,
    _pca("mnist", "MNIST", "mnist", (28, 28, 1)),
    _pca("fashion", "Fashion-MNIST", "fashion_mnist", (28, 28, 1)),
    _pca("svhn", "SVHN", "svhn_cropped", (32, 32, 1)),
)
