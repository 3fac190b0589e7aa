"""What the processes of a deployment do: a worker's loop, a scheduler's duties, a sign of life."""
