"""The check behind every exercise."""


def check(*claims: tuple[str, bool]) -> None:
    """Print, for each part of an exercise, whether the answer is right.

    Parameters
    ----------
    claims
        Pairs of what is asked for and whether it holds.
    """
    for text, holds in claims:
        print(f"{'✓ right:  ' if holds else '✗ not yet:'} {text}")
