"""What a simulated tenant holds, in memory and on disk."""
