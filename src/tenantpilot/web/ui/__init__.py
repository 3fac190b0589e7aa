"""The parts of pages: tables, charts, words, template tags, saved views."""
