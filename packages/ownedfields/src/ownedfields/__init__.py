"""Static guards for model fields that one service owns."""

__version__ = "0.1.0"
