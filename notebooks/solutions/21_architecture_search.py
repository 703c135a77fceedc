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

    seen = {text for text, _ in tried}
    for attempt in range(100):
        new = [f"G {drawn(3)}", f"D {drawn(2)}"]
        if len(tried) >= 5 and attempt < 50:  # a network of the best stays
            kept = rng.integers(2)
            new[kept] = min(tried, key=lambda one: one[1])[0].split(", ")[kept]
        if ", ".join(new) not in seen:
            break
    return ", ".join(new)
