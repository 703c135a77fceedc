"""The check behind every exercise."""


def check(*claims: tuple[str, bool]) -> None:
    """Print, for each pair of what is asked for and whether it holds, if the answer is right."""
    for text, holds in claims:
        print(f"{'✓ right:  ' if holds else '✗ not yet:'} {text}")
