"""A shop on disk, for tests of the command line."""

from __future__ import annotations

from pathlib import Path

MODELS = """from django.db import models
class Order(models.Model):
    status = models.CharField(max_length=9)
    note = models.CharField(max_length=9)
"""
SERVICE = """from shop.models import Order
def pay(order: Order) -> None:
    order.status = "paid"
    order.save(update_fields=["status"])
"""
VIEWS = """from shop.models import Order
def view(pk):
    order = Order.objects.get(pk=pk)
    order.status = "paid"
"""
CONFIG = """[[tool.ownedfields.guard]]
model = "shop.models.Order"
fields = ["status"]
owner = ["shop/services.py"]
name_hints = ["order"]
instead = "pay(order)"
"""


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")
