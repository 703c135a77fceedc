"""Wrong answers to the exercises of 02_mlp_gan.ipynb, and a part of what they are told."""

# ruff: noqa: F811, F821  # names come from the notebook's cells with the tag "imports"


# %% exercise-1: of the generator's 14 weights get a gradient
def gradients_of(generator, discriminator, noise):
    with tf.GradientTape() as tape:
        loss = g_loss(discriminator(generator(noise, training=True)))
    return tape.gradient(loss, discriminator.trainable_variables)  # the other network's


# %% exercise-1: it should fall
def gradients_of(generator, discriminator, noise):
    with tf.GradientTape() as tape:
        loss = -g_loss(discriminator(generator(noise, training=True)))  # the wrong sign
    return tape.gradient(loss, generator.trainable_variables)


# %% exercise-2: 1 layers of batch norm, there should be none
def plain_generator(image_shape=(28, 28, 1)):
    stack = [layers.Input((32,)), layers.Dense(128), layers.BatchNormalization()]
    stack += [layers.LeakyReLU(negative_slope=0.3)]
    for count in (256, 512):
        stack += [layers.Dense(count), layers.LeakyReLU(negative_slope=0.3)]
    stack += [layers.Dense(784, activation="hard_tanh"), layers.Reshape(image_shape)]
    return keras.Sequential(stack)


# %% exercise-2: 0 layers of LeakyReLU, as before 3
def plain_generator(image_shape=(28, 28, 1)):
    stack = [layers.Input((32,)), *(layers.Dense(count) for count in (128, 256, 512))]
    stack += [layers.Dense(784, activation="hard_tanh"), layers.Reshape(image_shape)]
    return keras.Sequential(stack)


# %% exercise-3: 816,785 parameters, at most 570,000
g_units, d_units = (128, 256, 512), (256, 128, 64)  # half of one network


# %% exercise-3: 723,665 parameters, at most 570,000
g_units, d_units = (64, 128, 512), (256, 128, 64)  # the generator's last layer is its largest
