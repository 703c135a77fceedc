"""Solutions to the exercises of 21_architecture_search.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"

# %% exercise-1
advantage = 4.0 - np.log(30.0)
baseline = 0.8 * -4.0 + 0.2 * -np.log(30.0)

# %% exercise-2
likely = 1 - (80 / 84) ** 15


# %% exercise-3
def mine(tried, rng):
    def drawn(most):
        widths = rng.choice(architectures.WIDTHS, rng.integers(1, most + 1))
        return "-".join(str(width) for width in widths)

    best = min(tried, key=lambda one: one[1])[0].split(", ") if len(tried) >= 5 else None
    while True:
        new = [f"G {drawn(3)}", f"D {drawn(2)}"]
        if best:
            kept = rng.integers(2)  # a network of the best stays
            new[kept] = best[kept]
        if ", ".join(new) not in {text for text, _ in tried}:
            return ", ".join(new)
