"""Fixtures of all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from shop_project import CONFIG, MODELS, SERVICE, write


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop").mkdir()
    write(tmp_path, "shop/__init__.py", "")
    write(tmp_path, "shop/models.py", MODELS)
    write(tmp_path, "shop/services.py", SERVICE)
    write(tmp_path, "pyproject.toml", CONFIG)
    return tmp_path
