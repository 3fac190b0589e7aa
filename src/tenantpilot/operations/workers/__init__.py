"""What a worker process does: take jobs until it is asked to end, and end well. One module for each engine."""
