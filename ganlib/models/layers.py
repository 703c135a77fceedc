"""Two layers of Keras with quicker operations in training, and the logits under a sigmoid.

``benchmarks/tried.py --idea keras-batch-norm keras-dropout`` measures what each saves. Files of
saved networks hold Keras's own layers: see `plain_copy`.
"""

from typing import Any

from ganlib import devices
from ganlib.errors import GanlibError
from ganlib.startup import keras, tf


@keras.saving.register_keras_serializable("ganlib")
class BatchNormalization(keras.layers.BatchNormalization):
    """``keras.layers.BatchNormalization`` as one fused operation in training, equal to rounding.

    Ioffe and Szegedy 2015, algorithm 1, https://arxiv.org/abs/1502.03167, over all axes but the
    last, for inputs (B, C) or (B, H, W, C). What the operation cannot do is left to Keras.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalise; in training by the batch's statistics, which also move the averages."""
        rank = len(inputs.shape)
        plain = self.trainable and self.scale and self.center and not self.synchronized
        last = rank in (2, 4) and self.axis in (-1, rank - 1)
        if not (training and plain and last and mask is None):
            return super().call(inputs, training=training, mask=mask)
        inputs = tf.cast(inputs, self.compute_dtype)
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs if rank == 4 else inputs[:, None, None, :],
            scale=tf.cast(self.gamma, tf.float32),
            offset=tf.cast(self.beta, tf.float32),
            mean=[],
            variance=[],
            epsilon=self.epsilon,
        )
        # The operation gives the unbiased variance, Keras keeps the biased one.
        count = tf.cast(tf.size(inputs) / tf.shape(inputs)[-1], tf.float32)
        variance *= (count - 1.0) / count
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + now * (1.0 - self.momentum))
        return outputs if rank == 4 else outputs[:, 0, 0, :]


@keras.saving.register_keras_serializable("ganlib")
class Dropout(keras.layers.Dropout):
    """``keras.layers.Dropout`` that draws 16 random bits for an element instead of 32.

    Srivastava et al. 2014; the rate is exact to 1/65536.
    """

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Drop in training, else return the inputs."""
        if not training or self.rate == 0.0 or self.noise_shape is not None:
            return super().call(inputs, training=training)
        inputs = tf.cast(inputs, self.compute_dtype)
        shape = tf.shape(inputs)
        count = tf.reduce_prod(shape)
        seed = tf.cast(self.seed_generator.next(), tf.int32)
        words = tf.random.stateless_uniform([-(-count // 4)], seed, None, None, tf.uint64)
        bits = tf.reshape(tf.bitcast(words, tf.uint16), [-1])[:count]
        kept = tf.reshape(bits, shape) >= tf.constant(round(65536 * self.rate), tf.uint16)
        scale = tf.cast(1.0 / (1.0 - self.rate), inputs.dtype)
        return inputs * (tf.cast(kept, inputs.dtype) * scale)


def spectral_normalization(layer: Any) -> Any:
    """Keras's spectral normalisation of a layer with a kernel, with its arithmetic in float32.

    At each call in training Keras divides the kernel by an estimate of its largest singular value
    and puts the result in the kernel's place. In 16 bits it would round the weights every time.
    """
    return keras.layers.SpectralNormalization(layer, dtype="float32")


def label_embedding(classes: int, size: int) -> Any:
    """A layer from labels, (B,), to `size` numbers for each, which start from N(0, 1).

    Keras's own embedding starts within ±0.05: beside noise from N(0, 1), that is hardly to be seen.
    """
    start = keras.initializers.RandomNormal(stddev=1.0)
    return keras.layers.Embedding(classes, size, start, name="label_embedding")


def logits(outputs: Any) -> Any:
    """The logits behind a discriminator's outputs, float32 of the same shape.

    Some reports end their discriminator in a sigmoid. A loss computed from its output would lose
    all precision where the discriminator is sure: a float32 sigmoid is exactly 1 from a logit of
    17 on. Keras keeps the logits with a sigmoid's result, for its own cross-entropy; they are read
    here. Outputs without a sigmoid are logits already.
    """
    return tf.cast(getattr(outputs, "_keras_logits", outputs), tf.float32)


def check_safe(network: Any) -> None:
    """Raise `GanlibError` for a layer whose training would break this process.

    oneDNN writes past its memory in the gradient at a 1×1 kernel with a stride, where the larger
    image's channels are not a multiple of 8: see benchmarks/README.md.
    """
    if not devices.onednn() or tf.config.list_physical_devices("GPU"):
        return
    wrapped = [network.layer] if isinstance(network, keras.layers.Wrapper) else []
    for layer in wrapped + getattr(network, "layers", []):
        transposed = isinstance(layer, keras.layers.Conv2DTranspose)
        if transposed or isinstance(layer, keras.layers.Conv2D):
            channels = layer.filters if transposed else layer.kernel.shape[-2]
            if set(layer.kernel_size) == {1} and max(layer.strides) > 1 and channels % 8:
                raise GanlibError(
                    f"{layer.name} has a kernel of 1 and a stride of {max(layer.strides)}, which "
                    f"makes TensorFlow crash with {channels} channels: take another kernel, or a "
                    "multiple of 8 channels, or set TF_ENABLE_ONEDNN_OPTS to 0 and start again"
                )
        check_safe(layer)


def plain_copy(network: Any, dtype: str = "float32") -> Any:
    """A copy in Keras's own layers, in `dtype`, that can be loaded without this package."""
    own = {BatchNormalization: keras.layers.BatchNormalization, Dropout: keras.layers.Dropout}

    def copied(layer: Any) -> Any:
        if isinstance(layer, keras.layers.SpectralNormalization):
            iterations = layer.power_iterations
            return type(layer)(copied(layer.layer), iterations, name=layer.name, dtype=dtype)
        return own.get(type(layer), type(layer)).from_config(layer.get_config() | {"dtype": dtype})

    copy = keras.models.clone_model(network, clone_function=copied)
    copy.set_weights(network.get_weights())
    return copy
