"""A recurrent network that proposes architectures and learns from their rewards.

Zoph and Le 2016, section 3, https://arxiv.org/abs/1611.01578: an LSTM makes one decision after the
other, each from a softmax over its choices, and sees what it chose before. REINFORCE (Williams
1992) makes architectures with a reward above a moving average more likely. Theirs had two layers of
35 units and 12,800 networks to learn from. Ours has one layer, larger steps, and dozens.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ganlib.search.spaces import Chosen, Space
from ganlib.startup import keras, tf

UNITS = 32
LEARNING_RATE = 0.02
DECAY = 0.8  # of the moving average of rewards
NEVER = -1e9  # the logit of what is not a choice of this decision


class Controller:
    """A policy over the architectures of a space.

    Parameters
    ----------
    space : what is decided
    seed : of its weights
    frozen : never learn; the policy of the start is nearly the same as chance
    """

    def __init__(self, space: Space, seed: int = 0, frozen: bool = False) -> None:
        self.space, self.frozen = space, frozen
        choices = space.decisions()
        self.words = {  # each choice of each decision has a place
            word: place
            for place, word in enumerate((n, c) for n, many in choices.items() for c in many)
        }
        keras.utils.set_random_seed(seed)
        layers, count = keras.layers, len(self.words)
        start = keras.initializers.RandomUniform(-0.08, 0.08)  # theirs
        self.network = keras.Sequential(
            [
                layers.Input((None, count)),
                layers.LSTM(UNITS, return_sequences=True, kernel_initializer=start),
                layers.Dense(count, kernel_initializer=start),
            ]
        )
        self.optimizer = keras.optimizers.Adam(LEARNING_RATE)
        self.optimizer.build(self.network.trainable_variables)
        self.baseline: float | None = None
        floats = tf.TensorSpec((1, None, count), tf.float32)
        places = tf.TensorSpec((None,), tf.int32)
        self._logits = tf.function(self.network, input_signature=[floats], autograph=False)
        self._step = tf.function(
            self._update,
            input_signature=[floats, floats, places, tf.TensorSpec((), tf.float32)],
            autograph=False,
        )

    def probabilities(self, chosen: Mapping[str, int]) -> np.ndarray:
        """The chances of the choices of the next decision, float64, after those made."""
        decision = self.space.decision(chosen)
        assert decision is not None, "there is nothing left to decide"
        inputs, _, _ = self._encoded(dict(chosen), open_=True)
        name, choices = decision
        found = self._logits(inputs)[0, -1].numpy()[[self.words[name, c] for c in choices]]
        shares = np.exp(found.astype(np.float64) - found.max())
        return shares / shares.sum()

    def propose(self, rng: np.random.Generator) -> Chosen:
        """An architecture drawn from the policy."""
        chosen: Chosen = {}
        while decision := self.space.decision(chosen):
            name, choices = decision
            chosen[name] = int(rng.choice(choices, p=self.probabilities(chosen)))
        return chosen

    def learn(self, chosen: Mapping[str, int], reward: float) -> None:
        """One step of REINFORCE: the advantage is what the reward has above the moving average."""
        if self.baseline is None:
            self.baseline = reward
        advantage = reward - self.baseline
        self.baseline = DECAY * self.baseline + (1 - DECAY) * reward
        if not self.frozen:
            self._step(*self._encoded(self.space.complete(lambda n, _: chosen[n])), advantage)

    def _update(self, inputs: Any, masks: Any, places: Any, advantage: Any) -> None:
        with tf.GradientTape() as tape:
            scores = tf.nn.log_softmax(self.network(inputs, training=True) + masks)[0]
            log_likelihood = tf.reduce_sum(tf.gather(scores, places, axis=1, batch_dims=1))
            loss = -advantage * log_likelihood
        variables = self.network.trainable_variables
        gradients = tape.gradient(loss, variables)
        self.optimizer.apply_gradients(zip(gradients, variables, strict=True))

    def _encoded(self, chosen: Chosen, open_: bool = False) -> tuple[Any, Any, Any]:
        """What the network sees before each decision, what it may choose there, and the choice."""
        names = list(chosen)
        seen, masks = (np.zeros((1, len(names) + open_, len(self.words)), "f4") for _ in range(2))
        masks += NEVER
        for step, name in enumerate(names):
            place = self.words[name, chosen[name]]
            if step + 1 < seen.shape[1]:
                seen[0, step + 1, place] = 1.0
            for (word, _), at in self.words.items():
                masks[0, step, at] = 0.0 if word == name else masks[0, step, at]
        places = [self.words[name, chosen[name]] for name in names]
        return tf.constant(seen), tf.constant(masks), tf.constant(places, tf.int32)
