"""The work of a deployment's processes: a worker's loop, a scheduler's duties, a sign of life."""
