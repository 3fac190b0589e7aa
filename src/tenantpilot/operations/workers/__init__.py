"""Worker processes: they take jobs until they are asked to end. One module for each engine."""
