"""Addresses of restores."""

from django.urls import URLPattern, path

from tenantpilot.web.restores import choosing, choosing_of_set, confirming, editing, second_person, trashing, views

tenant_plane: list[URLPattern] = [
    path("settings/second-person/", second_person.second_person, name="second-person"),
    path("settings/second-person/ending/", second_person.end_second_person, name="end-second-person"),
    path("restores/", views.restores, name="restores"),
    path("restores/trash/", trashing.trash, name="restore-trash"),
    path("restores/trashings/", trashing.trash_restores, name="trash-restores"),
    path("restores/returns/", trashing.return_restores, name="return-restores"),
    path("restores/deletions/", trashing.delete_restores, name="delete-restores"),
    path("restores/new/", choosing.new_restore, name="new-restore"),
    path("restores/of-set/<int:set_id>/", choosing_of_set.restore_of_set, name="restore-of-set"),
    path("restores/<int:restore_id>/", views.restore, name="restore"),
    path("restores/<int:restore_id>/scope/", editing.scope, name="restore-scope"),
    path("restores/<int:restore_id>/mapping/", editing.mapping, name="restore-mapping"),
    path("restores/<int:restore_id>/preview/", views.preview, name="restore-preview"),
    path("restores/<int:restore_id>/previews/", confirming.start_restore_preview, name="start-restore-preview"),
    path("restores/<int:restore_id>/confirmation/", confirming.confirmation, name="restore-confirmation"),
    path("restores/<int:restore_id>/approval/", second_person.approval, name="restore-approval"),
    path("restores/<int:restore_id>/result/", views.result, name="restore-result"),
    path("restores/<int:restore_id>/continuation/", confirming.continue_restore, name="continue-restore"),
    path("restores/<int:restore_id>/undo/", choosing.undo, name="undo-restore"),
    path("restores/<int:restore_id>/repeat/", choosing.repeat, name="repeat-restore"),
    path("restores/<int:restore_id>/discarding/", editing.discard_restore, name="discard-restore"),
]
