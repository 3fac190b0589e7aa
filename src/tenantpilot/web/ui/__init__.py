"""What pages are built of: tables, charts, words, template tags, saved views."""
