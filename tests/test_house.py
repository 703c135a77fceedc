"""The house: imports run down the list of folders, files stay small."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "ganlib"
FLOORS = (
    ("__main__",),
    ("cli",),
    ("lessons",),
    ("search",),
    ("training",),
    ("evaluation",),
    ("runs",),
    ("recipes",),
    ("systems",),
    ("models",),
    ("datasets",),
    ("figures", "devices"),
    ("startup", "files", "rules"),
    ("errors", "__init__"),
)
"""Who stands higher may import who stands lower; never the other way round."""


def module_name(file: Path) -> str:
    parts = [PACKAGE.name, *file.relative_to(PACKAGE).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts)


MODULES = {module_name(file): file for file in sorted(PACKAGE.rglob("*.py"))}


def imports_of(file: Path) -> set[str]:
    """The package's modules that a file imports anywhere, but for type checkers only."""
    found = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found.update(name if name in MODULES else node.module for name in names)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(file.read_text(encoding="utf-8")))
    return {name if name in MODULES else f"{name}.__init__" for name in found} & set(MODULES)


GRAPH = {name: imports_of(file) for name, file in MODULES.items()}


def floor_of(module: str) -> int:
    room = module.split(".")[1]
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def test_every_module_belongs_to_a_floor():
    rooms = {module.split(".")[1] for module in MODULES}
    assert rooms == {room for floor in FLOORS for room in floor}


@pytest.mark.parametrize("module", MODULES)
def test_no_import_climbs(module):
    climbing = {name for name in GRAPH[module] if floor_of(name) < floor_of(module)}
    assert not climbing, f"{module} imports from above: {sorted(climbing)}"


def test_no_module_imports_itself_in_a_circle():
    done, circle = set(), []

    def visit(module: str, path: tuple[str, ...]) -> None:
        if module in path:
            circle.append(" > ".join([*path[path.index(module) :], module]))
        elif module not in done:
            for name in sorted(GRAPH[module]):
                visit(name, (*path, module))
            done.add(module)

    for module in MODULES:
        visit(module, ())
    assert not circle


def test_a_climbing_import_would_be_seen(tmp_path):
    file = tmp_path / "low.py"
    file.write_text("def later():\n    from ganlib.training import loop\n")
    assert imports_of(file) == {"ganlib.training.loop"}
    assert floor_of("ganlib.training.loop") < floor_of("ganlib.models.express")


def test_modules_stay_small():
    lines = {name: len(file.read_text("utf-8").splitlines()) for name, file in MODULES.items()}
    assert not {name: count for name, count in lines.items() if count > 300}
    assert sum(count for name, count in lines.items() if ".lessons" not in name) <= 14_250
