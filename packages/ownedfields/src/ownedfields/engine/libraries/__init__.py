"""What Python, its standard library and Django do when their functions are called."""
