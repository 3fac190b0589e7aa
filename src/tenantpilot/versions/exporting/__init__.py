"""Exports: the newest versions of policies as an archive that other tools read."""
