"""The values that columns of restores take, and the moves between states."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RestoreState(TextChoices):
    """The state of a restore run. Only `moving` writes it."""

    DRAFT = "draft", _("Draft")
    PREVIEWING = "previewing", _("Previewing")
    BLOCKED = "blocked", _("Blocked")
    PREVIEWED = "previewed", _("Previewed")
    EXPIRED = "expired", _("Preview expired")
    CONFIRMED = "confirmed", _("Confirmed")
    EXECUTING = "executing", _("Under way")
    WAITING = "waiting", _("Waits for approval")
    DONE = "done", _("Done")
    DISCARDED = "discarded", _("Discarded")


_S = RestoreState
MOVES: dict[RestoreState, frozenset[RestoreState]] = {
    _S.DRAFT: frozenset({_S.PREVIEWING, _S.DISCARDED}),
    _S.PREVIEWING: frozenset({_S.DRAFT, _S.BLOCKED, _S.PREVIEWED, _S.DISCARDED}),
    _S.BLOCKED: frozenset({_S.DRAFT, _S.PREVIEWING, _S.DISCARDED}),
    _S.PREVIEWED: frozenset({_S.DRAFT, _S.PREVIEWING, _S.EXPIRED, _S.CONFIRMED, _S.DISCARDED}),
    _S.EXPIRED: frozenset({_S.DRAFT, _S.PREVIEWING, _S.DISCARDED}),
    _S.CONFIRMED: frozenset({_S.PREVIEWED, _S.EXECUTING}),
    _S.EXECUTING: frozenset({_S.WAITING, _S.DONE}),
    _S.WAITING: frozenset({_S.EXECUTING, _S.DONE}),
    _S.DONE: frozenset(),
    _S.DISCARDED: frozenset(),
}
EDITABLE = (_S.DRAFT, _S.BLOCKED, _S.PREVIEWED, _S.EXPIRED)
"""A person may change the inputs; the restore is a draft again then."""
COMMITTED = (_S.CONFIRMED, _S.EXECUTING, _S.WAITING, _S.DONE)
"""A person has confirmed it."""
ENDED = tuple(state for state, following in MOVES.items() if not following)


class ItemState(TextChoices):
    """The state of an item of a restore. Only `moving` writes it."""

    PENDING = "pending", _("Not written yet")
    WRITING = "writing", _("Being written")
    VERIFIED = "verified", _("Restored")
    VERIFIED_WITH_DIFFERENCES = "verified_with_differences", _("Restored with differences")
    UNCHANGED = "unchanged", _("Already as wanted")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Left out")
    WAITING = "waiting", _("Waits for approval")


_I = ItemState
_SETTLED = frozenset(
    {_I.VERIFIED, _I.VERIFIED_WITH_DIFFERENCES, _I.UNCHANGED, _I.FAILED, _I.SKIPPED, _I.WAITING}
)  # fmt: skip
ITEM_MOVES: dict[ItemState, frozenset[ItemState]] = {
    _I.PENDING: _SETTLED | {_I.WRITING},
    _I.WRITING: _SETTLED,
    _I.WAITING: _SETTLED - {_I.WAITING} | {_I.WRITING},
    **{state: frozenset() for state in _SETTLED - {_I.WAITING}},
}
IMPORTANT = (_I.VERIFIED, _I.VERIFIED_WITH_DIFFERENCES)
"""The object was written: its before-image is kept, or it was created."""


class Action(TextChoices):
    """The plan for an item, as the preview has found it."""

    UNDECIDED = "", _("Not known yet")
    CREATE = "create", _("Create")
    UPDATE = "update", _("Change")
    NONE = "none", _("Nothing to do")
    SKIP = "skip", _("Leave out")
    DELETE = "delete", _("Delete")
    BLOCK = "block", _("Blocked")


WRITING = (Action.CREATE, Action.UPDATE, Action.DELETE)
CREATE_OR_UPDATE = (Action.CREATE, Action.UPDATE)


class Choice(TextChoices):
    """The wish of a person for an item; empty: what the preview proposes."""

    PROPOSED = "", _("As proposed")
    SKIP = "skip", _("Leave out")
    CREATE = "create", _("Create a new one")
    COPY = "copy", _("Create a copy beside it")
    TARGET = "target", _("Write over the one that I choose")
    DELETE = "delete", _("Delete it")


class StateChoice(TextChoices):
    """The wish of a person for the state of a Conditional Access policy; empty: neither stronger nor weaker."""

    USUAL = "", _("As usual: neither stronger nor weaker")
    ENFORCE = "enforce", _("Enforce it, as the version says")
    WEAKEN = "weaken", _("Weaken it to what the version says")


class Match(TextChoices):
    """The way in which an item found the object that it is written to."""

    UNDECIDED = "", _("Not known yet")
    BY_ID = "by_id", _("Same object")
    BY_NAME = "by_name", _("Same name")
    SINGLETON = "singleton", _("The tenant has exactly one")
    DELIVERED = "delivered", _("Delivered by Microsoft")
    PICKED = "picked", _("Chosen by a person")
    ABSENT = "absent", _("Not in the tenant")
    CONFLICT = "conflict", _("Several fit")


class Assignments(TextChoices):
    """The rule for assignments."""

    USUAL = "", _("Usual")
    KEEP = "keep", _("Keep those in the tenant")
    EXACT = "exact", _("Exactly those of the version")
    MERGE = "merge", _("Those of both")
    NONE = "none", _("Write none")


class MappingAction(TextChoices):
    """The decision about a reference to another object."""

    SAME = "same", _("The same object")
    SELECTION = "selection", _("Restored in the same run")
    MAP = "map", _("Another object")
    SKIP = "skip", _("Leave the reference out")
    BLOCK = "block", _("Not decided")


class MappingHow(TextChoices):
    """The origin of a decision about a reference."""

    NOBODY = "", _("Nobody yet")
    BY_ID = "id", _("By its id")
    BY_NAME = "name", _("Suggested by its name")
    PERSON = "person", _("By a person")
