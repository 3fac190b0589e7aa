"""The frame that every page stands in: access, navigation, errors, start surface, toasts."""
