"""A new room: its package, its folder of pages, its folder of tests, and its lines in settings and import contracts."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

from tenantpilot.cli.problems import Problem
from tenantpilot.cli.scaffold.operation import refuse_folder, sorted_imports

TEMPLATES = Path(__file__).parent / "room"
SETTINGS = Path("src/tenantpilot/config/settings.py")
PROJECT = Path("pyproject.toml")
WORD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LAYERS = re.compile(r'^(layers = \["config", "cli", "web", )(.*)\]$', re.MULTILINE)
FEATURES = re.compile(r'^(    ")(\w+(?: \| \w+)*)(",)$', re.MULTILINE)


@dataclass(frozen=True)
class NewRoom:
    """`name` is a plural, `record` the singular of what its table holds; the room stands above the room `above`."""

    name: str
    record: str
    capability: str
    above: str

    @property
    def names(self) -> dict[str, str]:
        """Return the values that fill the templates."""
        words, operation = self.name.replace("_", " "), f"refresh_{self.name}"
        word = self.record.replace("_", " ")
        return {
            "room": self.name,
            "record": self.record,
            "record_upper": self.record.upper(),
            "capability": self.capability,
            "word": word,
            "words": words,
            "label": word.capitalize(),
            "title": words.capitalize(),
            "model": _camel(self.record),
            "camel_room": _camel(self.name),
            "slug": self.name.replace("_", "-"),
            "table": self.name.upper(),
            "operation": operation,
            "operation_slug": operation.replace("_", "-"),
            "operation_label": f"Refresh {words}",
            "constant": operation.upper(),
        }

    def filled(self, template: Path) -> str:
        text = Template(template.read_text()).substitute(self.names)
        return sorted_imports(text) if template.name.endswith(".py.template") else text


def write_room(new: NewRoom, checkout: Path) -> list[Path]:
    """Write the files; return them all, the changed ones last. Raises Problem and has written nothing then."""
    _refuse(new, checkout)
    changed = {
        checkout / SETTINGS: _with_app((checkout / SETTINGS).read_text(), new),
        checkout / PROJECT: _with_layers((checkout / PROJECT).read_text(), new),
    }
    files = {
        _target(template, new, checkout): new.filled(template) for template in sorted(TEMPLATES.rglob("*.template"))
    }
    for path, text in (files | changed).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    _format(files)
    return [*files, *changed]


def _refuse(new: NewRoom, checkout: Path) -> None:
    for name in (new.name, new.record):
        if not WORD.fullmatch(name) or len(name) > 40:
            raise Problem(f"{name!r} is no name here.", "Write small letters with underscores: reviews, and review.")
    if new.name == new.record:
        raise Problem("The room and its record have one name.", "Name the room by a plural: reviews, and review.")
    refuse_folder(checkout)
    if existing := next((place for place in _places(new, checkout) if place.exists()), None):
        raise Problem(f"{existing.relative_to(checkout)} exists already.", "Choose another name, or remove it.")
    if new.above not in (rooms := _rooms((checkout / PROJECT).read_text())):
        raise Problem(f"There is no room {new.above}.", f"Rooms are: {', '.join(rooms)}.")


def _places(new: NewRoom, checkout: Path) -> list[Path]:
    package = checkout / "src" / "tenantpilot"
    return [package / new.name, package / "web" / new.name, checkout / "tests" / new.name]


def _target(template: Path, new: NewRoom, checkout: Path) -> Path:
    """Return the place of a file: templates of pages stand in a folder of the feature's name."""
    wing, *path = template.relative_to(TEMPLATES).with_suffix("").parts
    base = dict(zip(("src", "web", "tests"), _places(new, checkout), strict=True))[wing]
    if path[0] == "templates":
        path[0] = f"templates/web/{new.name}"
    return base.joinpath(*path)


def _with_app(text: str, new: NewRoom) -> str:
    """Name the app behind all others: it may refer to the tables of each."""
    head, tail = text.split("INSTALLED_APPS = [", 1)
    apps, rest = tail.split("\n]", 1)
    return f'{head}INSTALLED_APPS = [{apps}\n    "tenantpilot.{new.name}",\n]{rest}'


def _rooms(project: str) -> list[str]:
    """Return the rooms that a new one may stand above."""
    layers = LAYERS.search(project)
    return re.findall(r"\w+", layers[2]) if layers else []


def _with_layers(text: str, new: NewRoom) -> str:
    """Give the room its place among the rooms, and its pages theirs among the features."""
    layer = re.compile(rf'"([^"]*\b{new.above}\b[^"]*)"')
    text = LAYERS.sub(lambda match: layer.sub(rf'"{new.name}", "\1"', match[0]), text)
    return with_feature(text, new.name)


def with_feature(text: str, name: str) -> str:
    """Return the project file with one more feature of the pages, in the order of their names."""
    return FEATURES.sub(lambda match: match[1] + _with_name(match[2], name) + match[3], text)


def _with_name(line: str, name: str) -> str:
    features = line.split(" | ")
    return " | ".join(sorted([*features, name])) if "sign_in" in features else line


def _format(files: dict[Path, str]) -> None:
    """Break the lines that long names made long. Without ruff they stay as they are."""
    paths = [str(path) for path in files if path.suffix == ".py"]
    subprocess.run(  # noqa: S603 our own interpreter, on files that were just written
        [sys.executable, "-m", "ruff", "format", "--quiet", *paths], capture_output=True, check=False
    )


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
