"""The second person: a tenant may ask that another one approves a restore before it is written."""
