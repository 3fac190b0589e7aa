"""Reason codes of restores."""

from tenantpilot.core.reasons import Owner, ReasonCatalog, reason

ReasonCatalog.add(
    [
        reason("conflict", "Several objects of the tenant fit, or several items fit one object.", Owner.OPERATOR, "Choose the object to write over, a new one, or leave it out."),
        reason("moved", "Microsoft has moved it to another type of policy, and the tenant has one of that type with its name.", Owner.OPERATOR, "Compare with the other policy; create it anew only if both are wanted."),
        reason("unmapped", "It refers to an object that is not known in the target tenant.", Owner.OPERATOR, "Decide about the reference on the page of references."),
        reason("doubled_target", "Two of its assignments would lead to one group.", Owner.OPERATOR, "Map the groups to different ones, or leave one of the references out."),
        reason("would_be_empty", "Leaving the references out would empty a list, which widens or ends the policy.", Owner.OPERATOR, "Map at least one of the references to another object; for assignments, a rule that writes none helps as well."),
        reason("reference_needed", "It cannot be without the reference that was to be left out.", Owner.OPERATOR, "Map the reference to another object, or leave the item out."),
        reason("foreign_id", "An id of the source tenant would be left in it.", Owner.OPERATOR, "Leave the item out; restore it by hand."),
        reason("preview_only", "It can be compared, and not written back.", Owner.TENANT_ADMINISTRATOR, "Change it in Microsoft's console."),
        reason("delivered_missing", "Microsoft delivers it, and the tenant does not have it.", Owner.NOBODY, "It cannot be created."),
        reason("dependency_cycle", "It refers to other items in a circle, so that none can be made first.", Owner.OPERATOR, "Leave one of them out, and restore it afterwards."),
        reason("dependency_blocked", "An item that it needs cannot be restored.", Owner.OPERATOR, "Look at the item that it needs."),
        reason("dependency_failed", "An item that it needs was not restored.", Owner.OPERATOR, "Look at the item that it needs, then restore both again."),
        reason("dependency_pending", "An item that it needs waits for the approval of a second administrator at Microsoft.", Owner.TENANT_ADMINISTRATOR, "Have the other item approved in the Intune console; then this one goes on by itself."),
        reason("object_unreadable", "It could not be compared, because objects of its type could not be read.", Owner.TENANT_ADMINISTRATOR, "Check the connection and its permissions."),
        reason("version_damaged", "The stored version is not what was stored.", Owner.PLATFORM_OPERATOR, "Restore TenantPilot's database from a backup, or choose another version."),
        reason("object_gone", "The object that was chosen is not in the tenant any more.", Owner.OPERATOR, "Choose again."),
        reason("definition_gone", "Microsoft no longer knows one of its settings or its template.", Owner.TENANT_ADMINISTRATOR, "Build the policy anew in Microsoft's console."),
        reason("lockout_risk", "It is enforced for everybody or for administrators, and excludes no emergency account that can sign in.", Owner.TENANT_MANAGER, "Choose a version that excludes an emergency account, or leave the item out."),
        reason("lockout_together", "Together with the other enforced policies of the tenant it leaves no emergency account that all of them exclude.", Owner.TENANT_MANAGER, "Exclude the same emergency account from all enforced policies, or leave the item out."),
        reason("emergency_accounts_missing", "It would be enforced for everybody or for administrators, and the emergency accounts of the tenant are not chosen.", Owner.TENANT_MANAGER, "Choose at least two emergency accounts in the settings of the tenant, then preview again."),
        reason("emergency_accounts_unreadable", "The emergency accounts of the tenant, or its other policies, could not be read, so nobody knows who could be locked out.", Owner.TENANT_ADMINISTRATOR, "Grant the application Directory.Read.All and Policy.Read.All, then preview again."),
        reason("not_accepted", "A warning was not accepted.", Owner.OPERATOR, "Read the warnings of the item; accept them or leave the item out."),
        reason("changed_since_preview", "The object was changed after the preview was made.", Owner.OPERATOR, "Look at what changed, then preview again."),
        reason("namesake_appeared", "The tenant has another object of this name, which it did not have when the preview was made.", Owner.OPERATOR, "Preview again: it shows the other one, and you choose."),
        reason("changed_since_restore", "The restore created it, and somebody has changed it since.", Owner.OPERATOR, "Keep it, or delete it by hand in Microsoft's console."),
        reason("needs_new_object", "Microsoft does not change this property of an object that is there.", Owner.OPERATOR, "Restore it as a copy, and remove the old one by hand."),
        reason("half_written", "A part of it was written before Microsoft refused.", Owner.OPERATOR, "Preview again and restore it: what is missing is finished."),
        reason("verified_with_differences", "It was written, and differs in places when it is read again.", Owner.OPERATOR, "Look at the places that are named."),
        reason("approval_refused", "A second administrator at Microsoft refused it.", Owner.TENANT_ADMINISTRATOR, "Ask the administrator, then restore it again."),
        reason("approval_expired", "Nobody at Microsoft approved it in time.", Owner.TENANT_ADMINISTRATOR, "Restore it again, and have it approved."),
        reason("restore_changed", "The restore was edited while this was under way.", Owner.OPERATOR, "Make a new preview."),
        reason("restore_not_confirmed", "Nobody has confirmed this restore.", Owner.OPERATOR, "Open the restore, and confirm it."),
        reason("enforcement_not_allowed", "It enforces a policy, and a person who chose or confirmed that may not do so any more.", Owner.OPERATOR, "Prepare the restore anew, by a person who may enforce policies."),
        reason("restore_gone", "The record of the restore is gone.", Owner.NOBODY, "Choose another restore."),
        reason("no_good_set", "The tenant has no good backup set.", Owner.OPERATOR, "Make a backup of all policy types."),
        reason("left_out", "It was left out.", Owner.NOBODY, "Restore it another time if it is wanted."),
    ]
)  # fmt: skip
