"""Reason codes of backups."""

from tenantpilot.core.reasons import Owner, ReasonCatalog, reason

ReasonCatalog.add(
    [
        reason("type_unreadable", "A whole policy type could not be read, so the set does not hold it.", Owner.OPERATOR, "Check the connection: it says which permission is missing."),
        reason("changed_during_backup", "It was changed in the tenant while the backup was read.", Owner.NOBODY, "The set holds it as it was when it was read. The next backup holds the change."),
        reason("set_busy", "The set is being changed by another run.", Owner.NOBODY, "Try again when that run has ended."),
        reason("set_not_found", "The backup set is gone, is in the trash, or holds nothing.", Owner.NOBODY, "Choose another set."),
        reason("schedule_gone", "The schedule of this backup was deleted.", Owner.OPERATOR, "Make a backup by hand, or create a schedule."),
        reason("view_gone", "The saved view that chooses the policies was deleted, or is not shared any more.", Owner.OPERATOR, "Share a view again, and create another schedule with it."),
        reason("view_empty", "The saved view names no policy of the tenant that is in care.", Owner.OPERATOR, "Sync the inventory, or create a schedule with another view."),
        reason("already_in_set", "The set holds this version of the policy already.", Owner.NOBODY, "Nothing is to be done."),
        reason("not_in_set", "The set does not hold the policy.", Owner.NOBODY, "Nothing is to be done."),
        reason("held", "The set has a hold.", Owner.OPERATOR, "Release the hold first."),
        reason("not_held", "The set has no hold.", Owner.NOBODY, "Nothing is to be done."),
        reason("last_good", "It is the last good set of the tenant, of its schedule or of a policy type.", Owner.NOBODY, "Make another complete backup first."),
        reason("locked", "It was moved to the trash by hand less than seven days ago.", Owner.NOBODY, "Wait until the seven days are over."),
        reason("in_use", "It is in use.", Owner.OPERATOR, "Wait until what uses it has ended."),
        reason("not_in_trash", "It is not in the trash.", Owner.NOBODY, "Move it to the trash first."),
        reason("payload_damaged", "What is stored of the policy is not what was stored.", Owner.PLATFORM_OPERATOR, "Make a new backup of the tenant, or import an exported set that holds the policy: the same bytes are stored again, and the set can be verified again. Else restore TenantPilot's database from its own backup."),
        reason("secret_unreadable", "A secret of the policy is gone, was changed, or cannot be opened with the keys of this installation.", Owner.PLATFORM_OPERATOR, "Bring back the key that sealed it, or TenantPilot's database from its own backup."),
        reason("digest_mismatch", "The set does not hold what it held when it was made.", Owner.PLATFORM_OPERATOR, "Restore TenantPilot's database from its own backup, and make a new backup of the tenant."),
    ]
)  # fmt: skip
