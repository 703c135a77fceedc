"""requirements.txt: usable from any folder, the same as pyproject.toml, admits Colab's versions."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
IMPORTED_AS = {
    "scikit-learn": "sklearn",
    "pillow": "PIL",
    "beautifulsoup4": "bs4",
    "tensorflow-datasets": "tensorflow_datasets",
    "pytest-xdist": None,  # a plugin
    "importlib-resources": None,  # tensorflow-datasets imports it
    "jupyterlab": None,
    "ruff": None,
    "mypy": None,
}


def parsed(lines) -> dict[str, str]:
    """Name, as packages are compared, to range."""
    found = [Requirement(line) for line in lines]
    return {re.sub(r"[-_.]+", "-", r.name).lower(): str(r.specifier) for r in found}


def lines_of(name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return [code for line in text.splitlines() if (code := line.partition("#")[0].strip())]


REQUIREMENTS = parsed(lines_of("requirements.txt"))


def test_every_line_is_a_package_with_a_range_and_none_a_path():
    assert all(REQUIREMENTS.values())
    assert not [line for line in lines_of("requirements.txt") if line.startswith(("-", ".", "/"))]


def test_it_says_the_same_as_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = sum(project["optional-dependencies"].values(), [])
    assert parsed([*project["dependencies"], *extras]) == REQUIREMENTS


def test_colabs_versions_are_within_the_ranges():
    colab = dict(line.split("==") for line in lines_of("colab-versions.txt"))
    for name, version in colab.items():
        if name in REQUIREMENTS:
            assert Requirement(f"{name}{REQUIREMENTS[name]}").specifier.contains(version), name


@pytest.mark.parametrize("name", [n for n in REQUIREMENTS if IMPORTED_AS.get(n, n)])
def test_every_package_is_used(name):
    module = IMPORTED_AS.get(name, name)
    folders = ("ganlib", "tests", "tools", "benchmarks", "notebooks")
    files = [f for d in folders for s in ("py", "ipynb") for f in (ROOT / d).rglob(f"*.{s}")]
    used = re.compile(rf"(?:import|from) {module}\b|--{module}|importorskip\(\"{module}")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert any(used.search(file.read_text(encoding="utf-8")) for file in files) or used.search(
        makefile
    )
