"""Solutions to the exercises of 17_conditional_gan.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"


# %% exercise-1
def order(digits, columns, seed=0):
    noise = np.float32(np.random.default_rng(seed).normal(size=(columns, 32)))
    return {"noise": np.tile(noise, (len(digits), 1)), "labels": np.repeat(digits, columns)}


# %% exercise-2
def seeing_discriminator(image_shape):
    inputs = inputs_of(image_shape)
    features = joined(trunk()(inputs["images"]), inputs["labels"])
    # Without a layer after the join, the label would only shift the logit.
    hidden = layers.LeakyReLU(negative_slope=0.1)(layers.Dense(128)(features))
    return keras.Model(inputs, layers.Dense(1)(hidden))


# %% exercise-3
def projection(image_shape):
    inputs = inputs_of(image_shape)
    features = trunk()(inputs["images"])
    asked = layers.Dot(axes=1)([layers.Embedding(10, 128)(inputs["labels"]), features])
    return keras.Model(inputs, layers.Add()([layers.Dense(1)(features), asked]))
