"""
What the house is like, read from its code, and what it should be like, read from ``docs/architecture.md``.

Nothing of ours is imported for it: the code is only read. :mod:`tests.test_architecture` compares the two.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

TOP = "onionstream"
DOCUMENT = "docs/architecture.md"

IO_CALLS = {"open", "print", "input", "exec", "eval", "__import__"}
"""Built-in functions with which a module that imports nothing could still leave its room."""

FILE_CALLS = {
    "open",
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "exists",
    "is_file",
    "is_dir",
    "stat",
    "iterdir",
    "mkdir",
    "unlink",
}
"""Methods of a ``Path`` that touch the disk; a pure module may use a ``Path`` as a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """
    One import statement's one name.

    :ivar line: in the file.
    :ivar name: dotted and absolute, as if written ``import NAME``.
    :ivar for_types: it stands under ``if TYPE_CHECKING``.
    :ivar inside: it stands inside a function.
    """

    line: int
    name: str
    for_types: bool = False
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """
    One file.

    :ivar name: without the top package, with dots: ``video.boxes``; a package's own file has the package's name.
    :ivar source: its text.
    :ivar package: it is an ``__init__.py``.
    """

    name: str
    source: str
    package: bool = False

    @property
    def path(self) -> str:
        """:return: where it lies, from the top of the checkout."""
        parts = [TOP, *filter(None, self.name.split("."))]
        return "/".join([*parts, "__init__.py"] if self.package else parts) + ("" if self.package else ".py")

    @property
    def room(self) -> str:
        """:return: the package, or the module if it lies at the top."""
        return self.name.partition(".")[0]

    def tree(self) -> ast.Module:
        """:return: its syntax."""
        return ast.parse(self.source)

    def imports(self) -> Iterator[Import]:
        """:return: all imports, wherever in the file, with relative ones made absolute."""
        return self._walk(self.tree(), for_types=False, inside=False)

    def _walk(self, node: ast.AST, *, for_types: bool, inside: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            for name in self._names(child):
                yield Import(line=getattr(child, "lineno", 0), name=name, for_types=for_types, inside=inside)
            yield from self._walk(
                child,
                for_types=for_types or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)),
                inside=inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda),
            )

    def _names(self, node: ast.AST) -> list[str]:
        match node:
            case ast.Import(names=names):
                return [alias.name for alias in names]
            case ast.ImportFrom(module=module, names=names, level=level):
                base = ".".join(filter(None, [self._above(level), module]))
                return [f"{base}.{alias.name}" for alias in names]
            case _:
                return []

    def _above(self, level: int) -> str:
        """:return: what so many leading dots mean in this file."""
        parts = [TOP, *filter(None, self.name.split("."))]
        return ".".join(parts[: len(parts) - level + self.package]) if level else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    The house as the document has it.

    :ivar rooms: every module and package, and whether it is pure.
    :ivar arrows: which room may import which rooms; ``*`` means all.
    :ivar impure: modules of the standard library that a pure module may not import.
    :ivar friends: what a pure module may import beside the standard library and other pure modules.
    """

    rooms: Mapping[str, bool]
    arrows: Mapping[str, set[str]]
    impure: set[str]
    friends: set[str]

    @classmethod
    def parse(cls, text: str) -> Plan:
        """
        :param text: the document.
        :raises ValueError: a line in one of its blocks cannot be understood.
        """
        arrows: dict[str, set[str]] = {}
        for line in _block(text, "arrows"):
            source, arrow, targets = line.partition("->")
            if not arrow:
                raise ValueError(f"{DOCUMENT}: this is no arrow: {line}")
            arrows.setdefault(source.strip(), set()).update(targets.split())
        return cls(
            rooms=dict(_rooms(_block(text, "rooms"))),
            arrows=arrows,
            impure=set(" ".join(_block(text, "impure")).split()),
            friends=set(" ".join(_block(text, "friends")).split()),
        )


def _block(text: str, name: str) -> list[str]:
    """:return: the lines of a fenced block, without the empty ones."""
    found = re.search(rf"^```{name}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    if found is None:
        raise ValueError(f"{DOCUMENT} has no block ```{name}")
    return [line for line in found[1].splitlines() if line.strip()]


def _rooms(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """:return: from an indented tree, names with dots and whether they bear a P."""
    package = ""
    for line in lines:
        found = re.fullmatch(r"( *)([a-z_0-9]+)(/?) +(?:(P) +)?(\S.*)", line)
        if found is None:
            raise ValueError(f"{DOCUMENT}: this is no room: {line}")
        indent, name, slash, pure, _meaning = found.groups()
        package = package if indent else ""
        yield ".".join(filter(None, [package, name])), pure is not None
        if slash:
            package = name


def read_house(top: Path) -> dict[str, Module]:
    """
    :param top: the folder of the package.
    :return: its modules by name.
    """
    house = {}
    for path in sorted(top.rglob("*.py")):
        parts = path.relative_to(top).with_suffix("").parts
        package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if package else parts)
        house[name] = Module(name, path.read_text(encoding="utf-8"), package)
    return house


def target(house: Mapping[str, Module], name: str) -> str | None:
    """
    :param name: dotted and absolute.
    :return: which of our modules that is, or is in; none: it is not ours.
    """
    first, _, rest = name.partition(".")
    if first != TOP:
        return None
    while rest and rest not in house:
        rest = rest.rpartition(".")[0]
    return rest


def missing_rooms(house: Mapping[str, Module], plan: Plan) -> Iterator[str]:
    """:return: a sentence for each module that the plan lacks, and for each room that was never built."""
    for module in house.values():
        if module.name and module.name not in plan.rooms:
            line = f"{module.name.rpartition('.')[2]}{'/' if module.package else ''}   what it is for"
            yield f"{module.path} is not in {DOCUMENT}: add the line `{line}` to its rooms (with a P if it is pure)"
    for name in plan.rooms:
        if name not in house:
            yield f"{DOCUMENT} has a room {name}, but there is no such module: take the line out or write it"


def bent_arrows(house: Mapping[str, Module], plan: Plan) -> Iterator[str]:
    """:return: a sentence for each import from room to room that no arrow allows."""
    for module in house.values():
        allowed = plan.arrows.get(module.room, set())
        for item in module.imports():
            room = (target(house, item.name) or "").partition(".")[0]
            if room in {"", module.room} or allowed & {room, "*"}:
                continue
            yield (
                f"{module.path}:{item.line} imports {item.name}, and {DOCUMENT} has no arrow for that; "
                f"if it is meant, add the line `{module.room} -> {room}` to its arrows"
            )


def cycles(house: Mapping[str, Module]) -> Iterator[str]:
    """:return: a sentence for a ring of modules that import each other; what only types need does not count."""
    graph: dict[str, set[str]] = {}
    for module in house.values():
        targets = {target(house, item.name) for item in module.imports() if not item.for_types}
        graph[module.name] = {name for name in targets if name and name != module.name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield f"these import each other in a ring: {' <- '.join(error.args[1])}"


def impurities(house: Mapping[str, Module], plan: Plan) -> Iterator[str]:
    """:return: a sentence for each thing that a pure module imports or calls and may not."""
    for module in house.values():
        if not plan.rooms.get(module.name):
            continue
        for item in module.imports():
            if not _is_pure(house, plan, item.name):
                yield f"{module.path}:{item.line} imports {item.name}, which {DOCUMENT} does not allow a pure module"
        for node in ast.walk(module.tree()):
            if isinstance(node, ast.Call) and _touches_the_world(node.func):
                yield f"{module.path}:{node.lineno} calls {ast.unparse(node.func)}, which a pure module does not"


def _is_pure(house: Mapping[str, Module], plan: Plan, name: str) -> bool:
    ours = target(house, name)
    if ours is not None:
        return plan.rooms.get(ours, False)
    top = name.partition(".")[0]
    if any(name == word or name.startswith(f"{word}.") for word in plan.impure):
        return False
    return top in sys.stdlib_module_names or top in plan.friends


def _touches_the_world(function: ast.expr) -> bool:
    match function:
        case ast.Name(id=name):
            return name in IO_CALLS
        case ast.Attribute(attr=name):
            return name in FILE_CALLS
        case _:
            return False
