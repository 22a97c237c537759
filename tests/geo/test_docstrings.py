"""The docstrings of ``geo`` are contracts: shapes of arrays, and every error that is raised.

That each public thing has one, and the form of its sections, is the linter's business.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geo

ARRAYS = re.compile(r"\b(Floats|Flags|Labels|Records|U?Int\d+s|NDArray)\b")
SHAPE = re.compile(r"\([^()]*,[^()]*\)|\([A-Z]\w*(?: ?[+*·] ?\w+)?,?\)|\bshapes?\b|\bscalars? or arrays?\b")
RAISED_BY_PYTHON = {"NotImplementedError", "AssertionError", "StopIteration", "KeyError"}


@dataclass(frozen=True)
class Public:
    """A function, a method or an attribute that other modules may use, and what is said of it."""

    where: str
    node: ast.FunctionDef | ast.AnnAssign
    said: str


def public_things(source: str, module: str) -> Iterator[Public]:
    """Everything of ``__all__``, with the methods and attributes of its classes."""
    tree = ast.parse(source)
    exported = next(
        (set(ast.literal_eval(n.value)) for n in tree.body if isinstance(n, ast.Assign) and _is_all(n)), set[str]()
    )
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in exported:
            yield Public(f"{module}.{node.name}", node, ast.get_docstring(node) or "")
        if isinstance(node, ast.ClassDef) and node.name in exported:
            yield from _members(node, f"{module}.{node.name}")


def _is_all(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets)


def _members(of: ast.ClassDef, where: str) -> Iterator[Public]:
    told = ast.get_docstring(of) or ""
    for index, node in enumerate(of.body):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield Public(f"{where}.{node.name}", node, ast.get_docstring(node) or "")
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            behind = of.body[index + 1] if index + 1 < len(of.body) else None
            own = behind.value.value if isinstance(behind, ast.Expr) and isinstance(behind.value, ast.Constant) else ""
            yield Public(f"{where}.{node.target.id}", node, f"{own} {told}")


def lacks(thing: Public) -> list[str]:
    """What a reader would have to read the code for."""
    node = thing.node
    if isinstance(node, ast.AnnAssign):
        of_arrays = ARRAYS.search(ast.unparse(node.annotation))
        return ["the shape of an array"] if of_arrays and not SHAPE.search(thing.said) else []
    missing = [] if thing.said else ["a docstring"]
    arguments = [a for a in (*node.args.args, *node.args.kwonlyargs) if a.annotation is not None]
    speaks = [ast.unparse(part) for part in (*(a.annotation for a in arguments), node.returns) if part is not None]
    if not _is_kernel(node) and ARRAYS.search(" ".join(speaks)) and not SHAPE.search(thing.said):
        missing.append("the shape of an array")
    raised = {
        name.id
        for n in ast.walk(node)
        if isinstance(n, ast.Raise) and isinstance(n.exc, ast.Call) and isinstance(name := n.exc.func, ast.Name)
    }
    missing += [f"when {error} is raised" for error in sorted(raised - RAISED_BY_PYTHON) if error not in thing.said]
    return missing


def _is_kernel(node: ast.FunctionDef) -> bool:
    """Compiled, and called from kernels only, whose callers say what they get."""
    return any("njit" in ast.unparse(decorator) for decorator in node.decorator_list)


def test_every_array_has_a_shape_and_every_error_its_occasion():
    found = [
        f"{thing.where} (line {thing.node.lineno}) does not say {what}"
        for path in sorted(Path(geo.__file__).parent.glob("*.py"))
        for thing in public_things(path.read_text(encoding="utf-8"), path.stem)
        for what in lacks(thing)
    ]
    assert found == []


def test_what_lacks_would_be_noticed():
    source = '''
__all__ = ["f", "g", "C"]
def f(x: Floats) -> Floats:
    """Double."""
def g(x: Floats) -> Floats:
    """Double (M,).

    Raises
    ------
    ValueError
        When it is red.
    """
    raise ValueError("red")
def _h(x: Floats): ...
class C:
    """Two."""
    a: NDArray[np.int32]
    b: Int32s
    """(N,)"""
    def m(self, y: int) -> int:
        raise Bad("x")
'''
    assert [(thing.where, lacks(thing)) for thing in public_things(source, "x")] == [
        ("x.f", ["the shape of an array"]),
        ("x.g", []),
        ("x.C.a", ["the shape of an array"]),
        ("x.C.b", []),
        ("x.C.m", ["a docstring", "when Bad is raised"]),
    ]
