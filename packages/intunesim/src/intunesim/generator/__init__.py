"""A believable tenant out of a seed: the same seed makes the same tenant."""

from intunesim.generator.build import generate
from intunesim.generator.plan import Plan

__all__ = ["Plan", "generate"]
