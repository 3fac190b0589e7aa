"""How the questions of the product cost on a long history: `make bench-scale`."""
