"""Backups: sets of policy versions, by hand or by a schedule, their holds, their retention and their proof."""
