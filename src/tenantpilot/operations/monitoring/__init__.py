"""Read about runs: lists, statistics, health and metrics."""
