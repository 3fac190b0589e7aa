"""Backup sets: the list, a set, making one, changing one, and the trash."""
