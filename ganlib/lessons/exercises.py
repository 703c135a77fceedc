"""The check behind every exercise."""


def check(*claims: tuple[str, bool]) -> None:
    """Print whether each claim holds; a claim is a pair of its text and whether it is true."""
    for text, holds in claims:
        print(f"{'✓ right:  ' if holds else '✗ not yet:'} {text}")
