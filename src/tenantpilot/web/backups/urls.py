"""Addresses of backups."""

from django.urls import URLPattern, path

from tenantpilot.web.backups import (
    changing,
    creating,
    drilling,
    keeping,
    protection,
    retaining,
    transferring,
    trashing,
    views,
)

workspace_plane: list[URLPattern] = [
    path("protection/", protection.workspace_protection, name="workspace-protection"),
]
tenant_plane: list[URLPattern] = [
    path("protection/", protection.protection, name="protection"),
    path("protection/drill/", drilling.drill, name="restore-drill"),
    path("protection/drills/", drilling.start, name="start-restore-drill"),
    path("backups/", views.backups, name="backups"),
    path("backups/new/", creating.create_backup, name="create-backup"),
    path("backups/policies/", creating.back_up_policies, name="back-up-policies"),
    path("backups/retention/", retaining.retention, name="backup-retention"),
    path("backups/retention/<int:chain_id>/", retaining.chain_retention, name="backup-chain-retention"),
    path("backups/retention/<int:chain_id>/applications/", retaining.apply, name="apply-backup-retention"),
    path("backups/retention/<int:chain_id>/undoing/", retaining.undo, name="undo-backup-retention"),
    path("backups/imports/", transferring.import_set, name="import-backup-set"),
    path("backups/trash/", trashing.trash, name="backup-trash"),
    path("backups/trashings/", trashing.trash_sets, name="trash-backup-sets"),
    path("backups/returns/", trashing.return_sets, name="return-backup-sets"),
    path("backups/deletions/", trashing.delete_sets, name="delete-backup-sets"),
    path("backups/<int:set_id>/", views.backup_set, name="backup-set"),
    path("backups/<int:set_id>/policies/", views.policies, name="backup-set-policies"),
    path("backups/<int:set_id>/picker/", changing.picker, name="backup-set-picker"),
    path("backups/<int:set_id>/additions/", changing.add, name="add-to-backup-set"),
    path("backups/<int:set_id>/removals/", changing.remove, name="remove-from-backup-set"),
    path("backups/<int:set_id>/verifications/", keeping.verify, name="verify-backup-set"),
    path("backups/<int:set_id>/hold/", keeping.hold, name="hold-backup-set"),
    path("backups/<int:set_id>/release/", keeping.release, name="release-backup-set"),
    path("backups/<int:set_id>/exports/", transferring.export_set, name="export-backup-set"),
    path("backups/<int:set_id>/comparison/", views.comparison, name="backup-set-comparison"),
]
