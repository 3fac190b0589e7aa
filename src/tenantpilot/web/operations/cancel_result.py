"""The result of a bulk cancel: shown once, on the page that follows."""

from dataclasses import asdict, dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SESSION_KEY = "cancelled"


@dataclass
class Cancelled:
    """The runs that ended at once, were asked to stop, had ended before, and were too many for one time."""

    ended: int = 0
    stopping: int = 0
    over: int = 0
    left: int = 0

    @property
    def words(self) -> str:
        return " ".join(sentence for sentence in (self._ended, self._asked, self._over, self._left) if sentence)

    @property
    def _ended(self) -> str:
        words = ngettext("%(count)d operation was cancelled.", "%(count)d operations were cancelled.", self.ended)
        return words % {"count": self.ended} if self.ended else ""

    @property
    def _asked(self) -> str:
        words = ngettext(
            "%(count)d stops at its next safe point.", "%(count)d stop at their next safe points.", self.stopping
        )
        return words % {"count": self.stopping} if self.stopping else ""

    @property
    def _over(self) -> str:
        words = ngettext(
            "%(count)d had ended or was stopping already, and stays as it is.",
            "%(count)d had ended or were stopping already, and stay as they are.",
            self.over,
        )
        return words % {"count": self.over} if self.over else ""

    @property
    def _left(self) -> str:
        return _("%(count)d more are under way: ask again for the rest.") % {"count": self.left} if self.left else ""


def keep(request: HttpRequest, cancelled: Cancelled) -> None:
    request.session[SESSION_KEY] = asdict(cancelled)


def take(request: HttpRequest) -> Cancelled | None:
    """Return the result of the last bulk cancel and clear it; it is shown once."""
    return Cancelled(**request.session.pop(SESSION_KEY)) if SESSION_KEY in request.session else None
