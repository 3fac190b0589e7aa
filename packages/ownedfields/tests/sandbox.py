"""A Django project on disk, small enough to start in a second: the fence, the plugin and the proof run in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

CONFIG = """[tool.pytest.ini_options]
DJANGO_SETTINGS_MODULE = "settings"
pythonpath = ["."]
addopts = "-p no:cacheprovider -q"
[[tool.ownedfields.guard]]
model = "shop.models.Order"
fields = ["status"]
owner = ["shop/services.py"]
name_hints = ["order"]
instead = "pay(order)"
"""
FILES = {
    "pyproject.toml": CONFIG,
    "settings.py": """SECRET_KEY = "x"
INSTALLED_APPS = ["shop"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
""",
    "shop/__init__.py": "",
    "shop/models.py": """from django.db import models
class Order(models.Model):
    status = models.CharField(max_length=9, default="new")
    note = models.CharField(max_length=9, default="")
""",
    "shop/services.py": """from shop.models import Order
def start() -> Order:
    return Order.objects.create(status="new")
def pay(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(status="paid")
""",
}


def make(root: Path, **more: str) -> Path:
    """Write the project, with more files by name (`__` for a slash, without .py)."""
    for path, text in {**FILES, **{f"{name.replace('__', '/')}.py": text for name, text in more.items()}}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def pytest_in(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the project's tests as its developer would."""
    plugins = ["-p", "pytest_django.plugin", "-p", "ownedfields.pytest_plugin"]
    command = [sys.executable, "-m", "pytest", *plugins, *arguments]
    quick = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=root, env=quick, capture_output=True, text=True, check=False, timeout=120)


ESCAPES = """
import json, sys
from pathlib import Path
import django
from django.conf import settings
settings.configure(
    SECRET_KEY="x", INSTALLED_APPS=["shop"], DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
django.setup()
from django.db import connection
from ownedfields.config_reading import read_config
from ownedfields.fence import Fence, ProtectedWrite
from shop.models import Order
with connection.schema_editor() as editor:
    editor.create_model(Order)
caught = []
for source in json.loads(Path("escapes.json").read_text()):
    Order.objects.all().delete()
    Order.objects.create(pk=1)
    with Fence(read_config(Path("pyproject.toml"))).installed():
        try:
            exec(compile(source, str(Path("shop/escape.py").resolve()), "exec"), {})
            caught.append(False)
        except ProtectedWrite:
            caught.append(True)
print(json.dumps(caught))
"""


def caught_by_the_fence(root: Path, sources: list[str]) -> list[bool]:
    """Run each source with the fence up; whether it was stopped."""
    make(root)
    (root / "escapes.json").write_text(json.dumps(sources), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", ESCAPES], cwd=root, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    answer: list[bool] = json.loads(done.stdout.splitlines()[-1])
    return answer
