"""Paths of the directory that are read beside its contracts."""

GROUP_CHANGES = "/v1.0/groups/delta"
OBJECTS_BY_IDS = "/v1.0/directoryObjects/getByIds"
MOST_IDS = 1000
DELETED = "/v1.0/directory/deletedItems"
TRANSITIVE_MEMBERS = "/v1.0/groups/{}/transitiveMembers"
