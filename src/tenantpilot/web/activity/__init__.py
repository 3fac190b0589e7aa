"""The widget of active operations, polled."""
