"""Compiles libraries without their documentation, which would stay in memory: bytecode.py FOLDER."""

from __future__ import annotations

import ast
import importlib.util
import marshal
import subprocess
import sys
from pathlib import Path

# Bytecode that is not compared with its source: neither ever changes in an image.
UNCHECKED = 1
# At once, as many on every machine: what a process compiled before shows in the bytes of what it compiles next.
PARTS = 4


def main(folder: Path) -> None:
    """Compile every module below `folder` to where Python looks for it; SystemExit if one of the parts fails."""
    commands = [[sys.executable, __file__, str(folder), str(part)] for part in range(PARTS)]
    running = [subprocess.Popen(command) for command in commands]  # noqa: S603  this file
    ended = [process.wait() for process in running]
    if any(ended):
        raise SystemExit(f"bytecode.py: a part of {folder} could not be compiled")


def compile_part(folder: Path, part: int) -> None:
    """Compile each module of this part of all."""
    for source in sorted(folder.rglob("*.py"))[part::PARTS]:
        compile_module(source, Path(importlib.util.cache_from_source(str(source))))


def compile_module(source: Path, bytecode: Path) -> None:
    """Compile one module. What is no Python of this version is left out: some packages bring such templates along."""
    text = source.read_bytes()
    try:
        tree = ast.parse(text, str(source))
    except (SyntaxError, ValueError):
        return
    remove_documentation(tree)
    code = compile(tree, str(source), "exec", dont_inherit=True)
    bytecode.parent.mkdir(parents=True, exist_ok=True)
    bytecode.write_bytes(
        importlib.util.MAGIC_NUMBER
        + UNCHECKED.to_bytes(4, "little")
        + importlib.util.source_hash(text)
        + marshal.dumps(code)
    )


def remove_documentation(tree: ast.AST) -> None:
    """Take docstrings out, and nothing else: `python -OO` would take the assertions too.

    What is decorated keeps its own: some decorators read it.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and _is_plain(node):
            # An import from __future__ has to be the first; but something there must be.
            node.body[:1] = [] if node.body[1:] else [ast.copy_location(ast.Pass(), node.body[0])]


def _is_plain(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    decorated = not isinstance(node, ast.Module) and node.decorator_list
    return not decorated and ast.get_docstring(node, clean=False) is not None


if __name__ == "__main__":
    if sys.argv[2:]:
        compile_part(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        main(Path(sys.argv[1]))
