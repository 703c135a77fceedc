"""The losses of a recipe as formulas, for the diagrams of its networks."""

from ganlib.recipes import Recipe

LOSSES = {
    "minimax": (r"-\log D(x) - \log(1 - D(G(z)))", r"\log(1 - D(G(z)))"),
    "non_saturating": (r"-\log D(x) - \log(1 - D(G(z)))", r"-\log D(G(z))"),
    "least_squares": (
        r"\frac{1}{2}(D(x) - 1)^2 + \frac{1}{2}D(G(z))^2",
        r"\frac{1}{2}(D(G(z)) - 1)^2",
    ),
    "wasserstein": (r"D(G(z)) - D(x)", r"-D(G(z))"),
    "hinge": (r"\max(0, 1 - D(x)) + \max(0, 1 + D(G(z)))", r"-D(G(z))"),
}
"""The losses of `ganlib.systems.losses.OBJECTIVES` for one image: discriminator's, generator's."""
RELATIVISTIC = {
    "non_saturating": (r"\log(1 + e^{D(G(z)) - D(x)})", r"\log(1 + e^{D(x) - D(G(z))})"),
}
"""The same where the losses see pairs, of those that a recipe of the course has."""


def of(recipe: Recipe) -> tuple[str, str, list[str]]:
    """The discriminator's loss, the generator's, and what else is done with the discriminator."""
    options, notes = recipe.options, ["in the same step as the generator"]
    if recipe.kind != "simultaneous":
        count = options.get("n_critic", 1)
        notes = [
            f"{count} steps for each of the generator"
            if count > 1
            else "in turn with the generator"
        ]
    name = str(recipe.objective)
    of_critic, of_generator = LOSSES[name]
    if options.get("relativistic"):
        of_critic, of_generator = RELATIVISTIC.get(name, LOSSES[name])
        notes.append("on the difference of each pair")
    if penalty := options.get("gradient_penalty"):
        of_critic += rf" + {penalty:g}\,(|\nabla D| - 1)^2"
        notes.append("with gradient penalty")
    for key, where in (("r1", "x"), ("r2", "G(z)")):
        if weight := options.get(key):
            of_critic += rf" + {weight / 2:g}\,|\nabla D({where})|^2"
    if clip := options.get("clip"):
        notes.append(f"each clips weights to ±{clip:g}")
    return of_critic, of_generator, notes
