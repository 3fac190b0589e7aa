"""The features of the pages: every folder of `web` beside the frame and the parts that pages are built of."""

from importlib import import_module, util
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

WEB = Path(__file__).parents[1]
NO_FEATURES = frozenset({"frame", "migrations", "ui"})


def feature_modules(name: str) -> list[ModuleType]:
    """Return the module of this name of every feature that has one, in the order of the features' names."""
    features = sorted(
        module.name for module in iter_modules([str(WEB)]) if module.ispkg and module.name not in NO_FEATURES
    )
    paths = (f"tenantpilot.web.{feature}.{name}" for feature in features)
    return [import_module(path) for path in paths if util.find_spec(path)]
