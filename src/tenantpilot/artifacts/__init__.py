"""Files for people and workers, in chunks in the database, each with an owner and an end of life."""
