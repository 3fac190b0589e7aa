"""A new operation: one package in its room with declaration and handler, one line in the room's list, and its tests."""

import ast
import keyword
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

from tenantpilot.cli.problems import Problem

TEMPLATES = Path(__file__).parent
LIST_OF_ROOM = '"""The operation types of the $room."""\n'


@dataclass(frozen=True)
class NewOperation:
    """`name` is its key, its package and its handler. `capability` is the name of a member of Capability."""

    name: str
    room: str
    capability: str

    @property
    def constant(self) -> str:
        return self.name.upper()

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").capitalize()

    def filled(self, template: str) -> str:
        names = {"constant": self.constant, "label": self.label, **vars(self)}
        return sorted_imports(Template((TEMPLATES / f"{template}.template").read_text()).substitute(names))

    @property
    def line(self) -> str:
        """Return the line that makes the declaration known."""
        return f"from tenantpilot.{self.room}.{self.name}.operations import {self.constant} as {self.constant}"


def write_operation(new: NewOperation, checkout: Path) -> list[Path]:
    """Write the files; answers them all, the changed one last. Raises Problem and has written nothing then."""
    room = checkout / "src" / "tenantpilot" / new.room
    _refuse_name(new.name)
    _refuse_place(room, checkout, new)
    tests = checkout / "tests" / new.room
    files = {
        room / new.name / "__init__.py": new.filled("init"),
        room / new.name / "operations.py": new.filled("operations"),
        room / new.name / "handlers.py": new.filled("handlers"),
        tests / f"test_{new.name}.py": new.filled("test"),
    }
    for path, text in files.items():
        _write(path, text)
    (tests / "__init__.py").touch()
    listed = room / "operations.py"
    listed.write_text(_with_line(_read(listed, new), new))
    return [*files, listed]


def _refuse_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", name) or keyword.iskeyword(name) or len(name) > 64:
        raise Problem(
            f"{name!r} is no name for an operation.",
            "Write small letters with underscores, verb and object, such as count_policies.",
        )


def refuse_folder(checkout: Path) -> None:
    """Raise Problem for a folder that is no checkout."""
    if not (checkout / "tests" / "operations" / "kit.py").is_file():
        raise Problem(f"{checkout} is no checkout of TenantPilot.", "Run this in one, or name it by --checkout.")


def _refuse_place(room: Path, checkout: Path, new: NewOperation) -> None:
    refuse_folder(checkout)
    if not (room / "apps.py").is_file():
        raise Problem(f"There is no room {new.room}.", f"Rooms are: {', '.join(_rooms(checkout))}.")
    places = (room / new.name, checkout / "tests" / new.room / f"test_{new.name}.py")
    if existing := next((path for path in places if path.exists()), None):
        raise Problem(f"{existing.relative_to(checkout)} exists already.", "Choose another name, or remove it.")


def _rooms(checkout: Path) -> list[str]:
    """Return those that stand above the engine, or are it."""
    below = {"audit", "tenancy", "web", "api"}
    result = (apps.parent.name for apps in (checkout / "src" / "tenantpilot").glob("*/apps.py"))
    return sorted(name for name in result if name not in below)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _read(listed: Path, new: NewOperation) -> str:
    return listed.read_text() if listed.is_file() else Template(LIST_OF_ROOM).substitute(room=new.room)


def _with_line(text: str, new: NewOperation) -> str:
    """Among the imports of ours, in their order."""
    lines = text.splitlines(keepends=True)
    imports = [node for node in ast.parse(text).body if isinstance(node, ast.ImportFrom)]
    own_imports = [node for node in imports if str(node.module).startswith("tenantpilot.")]
    if not own_imports:
        return text.rstrip("\n") + f"\n\n{new.line}\n"
    module = new.line.split()[1]
    after = [node for node in own_imports if str(node.module) <= module]
    at = after[-1].end_lineno if after else own_imports[0].lineno - 1
    lines.insert(at or 0, new.line + "\n")
    return "".join(lines)


def sorted_imports(text: str) -> str:
    """Sort the imports of ours by name: the place of the room's depends on its name."""
    lines = text.splitlines(keepends=True)
    at = [number for number, line in enumerate(lines) if line.startswith("from tenantpilot.")]
    for number, line in zip(at, sorted(lines[number] for number in at), strict=True):
        lines[number] = line
    return "".join(lines)
