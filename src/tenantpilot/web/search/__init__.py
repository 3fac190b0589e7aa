"""The search across everything a person may see."""
