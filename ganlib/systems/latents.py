"""What a latent vector is drawn from: "normal" is N(0, I), "uniform" is U(-1, 1)."""

import numpy as np

from ganlib.errors import GanlibError

LATENTS = ("normal", "uniform")


def draw(latent: str, rng: np.random.Generator, count: int, latent_dim: int) -> np.ndarray:
    """`count` latent vectors, float32 (count, latent_dim)."""
    if latent not in LATENTS:
        raise GanlibError(f"unknown latent {latent!r}; choose one of {', '.join(LATENTS)}")
    shape = (count, latent_dim)
    if latent == "uniform":
        return rng.uniform(-1.0, 1.0, shape).astype(np.float32)
    return rng.standard_normal(shape).astype(np.float32)
