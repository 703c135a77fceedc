"""Commands in which several networks compete."""

import argparse
import sys

from ganlib import datasets
from ganlib.cli.arguments import a_png
from ganlib.runs.folder import runs_folder


def tournament(options: argparse.Namespace) -> int:
    """Every discriminator against every generator, as text, .csv and .png."""
    output = a_png(options.output)
    from ganlib import figures
    from ganlib.evaluation.league import league

    def told(sentence: str) -> None:
        print(f"refused  {sentence}", file=sys.stderr)

    found = league(options.runs, options.count, options.seed, options.data_dir, told)
    count = len(found.images[0])
    print(f"data     {found.test.describe()}")
    print(f"shown    {count:,} of them and {count:,} images of each generator, seed {found.seed}\n")
    print(f"{found.text()}\n")
    figures.save(found.picture(), output)
    found.write_csv(output.with_suffix(".csv"))
    print(f"picture  {output}")
    print(f"table    {output.with_suffix('.csv')}")
    return 0


def search(options: argparse.Namespace) -> int:
    """Try architectures of a recipe until the plan is fulfilled, alone or beside other workers."""
    from ganlib import recipes

    recipe = recipes.get(options.recipe)
    output = a_png(options.output or f"search-{recipe.name}-{options.searcher}.png")
    from ganlib.search import report, spaces, study

    space = spaces.space_of(recipe.name)
    stand_in = {"auto": "fallback", "synthetic": "always"}.get(options.data, "never")
    data = datasets.load(recipe.dataset, "train", options.data_dir, stand_in)
    about = f"{recipe.name} on {data.name}, {data.content}"
    plan = study.Plan(options.trials, options.steps, options.searcher, options.seed, about)
    url = options.storage or f"sqlite:///{runs_folder() / 'search.db'}"
    if not options.storage:
        runs_folder().mkdir(parents=True, exist_ok=True)
    name = f"{recipe.name} {plan.searcher} seed {plan.seed}"
    found = study.open_study(study.storage(url), name, plan, space)
    print(f"data     {data.describe()}")
    print(f"storage  {url}, study {name!r}")
    print(f"budget   {plan.trials} trainings of {plan.steps:,} steps", flush=True)
    from ganlib.search.training import trainings

    study.work(
        found,
        plan,
        space,
        trainings(recipe, space, data),
        lambda trial: print(report.line(trial, found, plan, space), flush=True),
    )
    print(f"\n{report.table(found, plan, space)}\n")
    from ganlib import figures

    figures.save(report.picture(found, name), output)
    print(f"picture  {output}")
    return 0
