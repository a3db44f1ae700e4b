"""The house keeps its shape: three layers in one direction, engines apart, files short, nothing called utils."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

import dialects

ROOT = Path(__file__).parents[2]
LAYERS = ("mappings", "dialects", "transfer")
"""Each may import itself and those before it."""
PACKAGED = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))
EVERYTHING = sorted({*PACKAGED, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")})
ENGINE_FOLDERS = sorted(path.parent.name for path in (ROOT / "dialects").glob("*/__init__.py"))
ENGINE_NAMES = ("postgres", "mysql", "mariadb", "sqlite", "mssql", "sqlserver", "duckdb")
SHOWS_AN_ENGINE = {"transfer/cli/demo.py": "a demonstration without a server is one of SQLite files"}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def strings_but_docstrings(tree: ast.AST) -> Iterator[str]:
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.value


@pytest.mark.parametrize("path", PACKAGED, ids=named)
def test_a_layer_imports_only_itself_and_what_is_beneath(path: Path) -> None:
    layer = path.relative_to(ROOT).parts[0]
    above = LAYERS[LAYERS.index(layer) + 1 :]
    assert not [name for name in imports(parsed(path)) if name.split(".")[0] in (*above, "tests", "benchmarks")]


@pytest.mark.parametrize("path", sorted((ROOT / "dialects").rglob("*.py")), ids=named)
def test_no_engine_knows_another_and_the_seam_knows_none(path: Path) -> None:
    parts = path.relative_to(ROOT).parts
    own = parts[1] if len(parts) > 2 else ""
    used = {name.split(".")[1] for name in imports(parsed(path)) if name.startswith("dialects.")}
    assert used & set(ENGINE_FOLDERS) <= {own}


def test_every_engine_folder_is_found_by_looking() -> None:
    assert {type(engine).__module__.split(".")[1] for engine in dialects.engines().values()} == set(ENGINE_FOLDERS)


@pytest.mark.parametrize("path", sorted((ROOT / "transfer").rglob("*.py")), ids=named)
def test_above_the_dialects_no_string_names_an_engine(path: Path) -> None:
    found = [
        text for text in strings_but_docstrings(parsed(path)) if any(name in text.lower() for name in ENGINE_NAMES)
    ]
    assert not found or named(path) in SHOWS_AN_ENGINE


@pytest.mark.parametrize("path", sorted((ROOT / "transfer").rglob("*.py")), ids=named)
def test_above_the_dialects_nothing_asks_which_engine_it_is(path: Path) -> None:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
            asks = any(isinstance(side, ast.Attribute) and side.attr in ("family", "label") for side in operands)
            assert not (asks and any(isinstance(side, ast.Constant) for side in operands)), ast.unparse(node)


@pytest.mark.parametrize("path", sorted((ROOT / "transfer").rglob("*.py")), ids=named)
def test_above_the_dialects_no_engine_folder_is_imported(path: Path) -> None:
    assert not [
        name
        for name in imports(parsed(path))
        if name.split(".")[:1] == ["dialects"] and set(name.split(".")) & set(ENGINE_FOLDERS)
    ]


@pytest.mark.parametrize("path", EVERYTHING, ids=named)
def test_a_file_has_at_most_five_hundred_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 500


@pytest.mark.parametrize("path", PACKAGED, ids=named)
def test_a_module_says_what_lives_in_it(path: Path) -> None:
    tree = parsed(path)
    assert ast.get_docstring(tree) or not tree.body


def test_no_module_is_a_grab_bag() -> None:
    assert not [
        named(path) for path in EVERYTHING if any(word in path.stem for word in ("util", "helper", "common", "misc"))
    ]


@pytest.mark.parametrize("path", PACKAGED, ids=named)
def test_tqdm_is_known_to_one_file(path: Path) -> None:
    knows = any(name.split(".")[0] == "tqdm" for name in imports(parsed(path)))
    assert knows == (named(path) == "transfer/progress.py")
