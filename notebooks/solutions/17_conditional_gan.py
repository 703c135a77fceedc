"""Solutions to the exercises of 17_conditional_gan.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"


# %% exercise-1
def order(digits, columns, seed=0):
    noise = np.float32(np.random.default_rng(seed).normal(size=(columns, 32)))
    return {"noise": np.tile(noise, (len(digits), 1)), "labels": np.repeat(digits, columns)}


# %% exercise-2
def seeing_discriminator(image_shape):
    inputs = inputs_of(image_shape)
    start = keras.initializers.RandomNormal(stddev=1.0)
    pictures = layers.Embedding(10, 28 * 28, start)(inputs["labels"])  # one for each label
    seen = layers.Concatenate()([inputs["images"], layers.Reshape((28, 28, 1))(pictures)])
    return keras.Model(inputs, layers.Dense(1)(trunk()(seen)))


# %% exercise-3
def seeing_twice(image_shape):
    inputs = inputs_of(image_shape)
    start = keras.initializers.RandomNormal(stddev=1.0)
    pictures = layers.Embedding(10, 28 * 28, start)(inputs["labels"])
    seen = layers.Concatenate()([inputs["images"], layers.Reshape((28, 28, 1))(pictures)])
    features = trunk()(seen)
    asked = layers.Dot(axes=1)([layers.Embedding(10, 128)(inputs["labels"]), features])
    return keras.Model(inputs, layers.Add()([layers.Dense(1)(features), asked]))
