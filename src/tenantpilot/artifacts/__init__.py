"""Files that workers make and pages serve, in chunks in the database, with an owner and an end of life."""
