"""What people and machines read about runs: lists, statistics, health and metrics."""
