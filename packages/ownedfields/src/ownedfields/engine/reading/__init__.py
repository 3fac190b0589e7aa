"""Read a body: its statements, expressions and calls, scope by scope."""
