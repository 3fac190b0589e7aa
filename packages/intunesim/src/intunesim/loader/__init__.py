"""Filling a tenant from a folder of JSON that some tool has exported."""

from intunesim.loader.folder import LoadReport, load_folder

__all__ = ["LoadReport", "load_folder"]
