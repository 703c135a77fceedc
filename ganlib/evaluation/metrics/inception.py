"""Inception score: is each image clearly of one class, and do all classes occur?

Salimans et al. 2016, section 4, https://arxiv.org/abs/1606.03498. It never looks at real images:
one perfect image of each class, repeated, scores best.
"""

import numpy as np
from scipy.special import rel_entr

from ganlib.evaluation.metrics import checks


def inception_score(probabilities: np.ndarray) -> float:
    """``exp(mean KL(p(y|x) ‖ p(y)))`` of p(y|x), shape (N, K): from 1 (worst) to K."""
    conditional = checks.probabilities(probabilities, "probabilities")
    marginal = conditional.mean(axis=0)
    # rel_entr(p, q) is p log(p/q), and 0 where p is 0.
    divergences = rel_entr(conditional, marginal).sum(axis=1)
    return float(np.exp(divergences.mean()))
