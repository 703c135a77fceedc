"""Solutions to the exercises of 02_mlp_gan.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"


# %% exercise-1
def gradients_of(generator, discriminator, noise):
    with tf.GradientTape() as tape:  # it must see how the images are made
        loss = g_loss(discriminator(generator(noise, training=True)))
    return tape.gradient(loss, generator.trainable_variables)


# %% exercise-2
def plain_generator(image_shape=(28, 28, 1)):
    stack = [layers.Input((32,))]
    for count in (128, 256, 512):
        stack += [layers.Dense(count), layers.LeakyReLU(negative_slope=0.3)]
    stack += [layers.Dense(784, activation="hard_tanh"), layers.Reshape(image_shape)]
    return keras.Sequential(stack)


# %% exercise-3
g_units, d_units = (64, 128, 128), (512, 64, 32)  # the discriminator's first layer stays
