"""The one catalogue of reason codes (OPS-11).

A reason code is what a run stores when something did not work. The catalogue says what it means to
a person, who can mend it, and what to do next. Texts are our own: nothing that came from outside
is stored, so nothing secret can be (OPS-12).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from tenantpilot.core.errors import Params

Text = str


class Owner(StrEnum):
    """Who can mend it."""

    TENANT_ADMINISTRATOR = "tenant_administrator"
    TENANT_MANAGER = "tenant_manager"
    OPERATOR = "operator"
    PLATFORM_OPERATOR = "platform_operator"
    NOBODY = "nobody"

    @property
    def label(self) -> str:
        return str(OWNER_LABELS[self])


OWNER_LABELS = {
    Owner.TENANT_ADMINISTRATOR: _("An administrator of the Microsoft tenant"),
    Owner.TENANT_MANAGER: _("An owner or manager of the tenant in TenantPilot"),
    Owner.OPERATOR: _("An operator of the tenant in TenantPilot"),
    Owner.PLATFORM_OPERATOR: _("The operator of this TenantPilot installation"),
    Owner.NOBODY: _("Nobody has to act"),
}


@dataclass(frozen=True)
class Reason:
    """One code: `text` may hold placeholders such as {status}; `next_step` never does.

    What stands in square brackets is left out where one of its placeholders has no value: "refused[ ({aadsts})]".
    """

    code: str
    text: Text
    owner: Owner
    next_step: Text
    place: str = ""
    """The page of the tenant on which it is mended or looked at, by a name that pages know: "connection"."""


class UnknownReason(LookupError):
    """A code that the catalogue does not hold."""


class ReasonCatalog:
    """Lookup over all reasons, keyed by code."""

    _reasons: dict[str, Reason] = {}

    @classmethod
    def add(cls, reasons: Iterable[Reason]) -> None:
        """Add reasons of a room above. Raises ValueError for a code that is taken."""
        for reason in reasons:
            if reason.code in cls._reasons:
                raise ValueError(f"reason code {reason.code!r} is in the catalogue already")
            cls._reasons[reason.code] = reason

    @classmethod
    def get(cls, code: str) -> Reason:
        """Raises UnknownReason."""
        try:
            return cls._reasons[code]
        except KeyError:
            raise UnknownReason(f"no reason code {code!r} in the catalogue") from None

    @classmethod
    def knows(cls, code: str) -> bool:
        return code in cls._reasons

    @classmethod
    def all(cls) -> tuple[Reason, ...]:
        return tuple(cls._reasons.values())

    @classmethod
    def describe(cls, code: str, params: Params | None = None) -> str:
        """The reason's text with its placeholders filled; what is not given, or not allowed, reads "unknown"."""
        reason = cls._reasons.get(code) or cls._reasons["internal_error"]
        text = str(_(reason.text))
        shown = {name: shown_param(name, (params or {}).get(name)) for name in placeholders(text)}
        return _OPTIONAL.sub(lambda part: _part_if_known(part.group(1), shown), text).format(**shown)


_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


def _part_if_known(part: str, shown: Params) -> str:
    return "" if UNKNOWN in (shown[name] for name in placeholders(part)) else part


UNKNOWN = "unknown"

# The form that each value must have to be shown and stored: nothing secret or personal has one of them (OPS-12).
PARAM_FORMS: dict[str, re.Pattern[str]] = {
    **dict.fromkeys(
        (
            "failed",
            "reasons",
            "attempted",
            "attempts",
            "seconds",
            "total",
            "waiting",
            "stated",
            "read",
            "found",
            "count",
        ),
        re.compile(r"\d{1,16}"),
    ),
    "status": re.compile(r"[1-5]\d\d"),
    "request_id": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "aadsts": re.compile(r"AADSTS\d{4,7}"),
    "graph_code": re.compile(r"[A-Z][A-Za-z]{2,47}|[a-z][A-Za-z]{2,47}"),
    # One of Graph's application permissions: words of letters with dots between.
    "permission": re.compile(r"[A-Z][A-Za-z]{2,63}(\.[A-Z][A-Za-z]{1,31}){1,3}"),
}


def shown_param(name: str, value: object) -> str:
    """The value if it has the form of its name, else "unknown"."""
    form, text = PARAM_FORMS.get(name), str(value)
    return text if value is not None and form is not None and form.fullmatch(text) else UNKNOWN


def placeholders(text: str) -> list[str]:
    return [name for _literal, name, _spec, _conversion in Formatter().parse(text) if name]


def _reason(code: str, text: str, owner: Owner, next_step: str, place: str = "") -> Reason:
    return Reason(code, gettext_noop(text), owner, gettext_noop(next_step), place)


_TENANT, _OPERATOR, _PLATFORM = Owner.TENANT_ADMINISTRATOR, Owner.OPERATOR, Owner.PLATFORM_OPERATOR
_MANAGER = Owner.TENANT_MANAGER

ReasonCatalog.add(
    [
        # the engine
        _reason("internal_error", "TenantPilot met an error that it did not expect.", _PLATFORM, "Look up the run's id in the log and report it."),
        _reason("worker_lost", "The worker that did this stopped answering.", _PLATFORM, "Run it again. If it happens twice, look at the workers' log and memory."),
        _reason("dispatch_failed", "The queue did not accept the job.", _PLATFORM, "Run it again. If it happens twice, look at the queue on the system page."),
        _reason("cancelled_by_person", "A person cancelled it.", Owner.NOBODY, "Run it again when it is wanted."),
        _reason("circuit_open", "Stopped early: {failed} of {attempted} items had failed.", _OPERATOR, "Look at the failures, mend their cause, run it again."),
        _reason("time_limit_exceeded", "It ran longer than its limit of {seconds} seconds.", _PLATFORM, "Run it again for fewer items, or raise the limit."),
        _reason("attempts_exhausted", "It was taken up {attempts} times and never came to its end.", _PLATFORM, "Look at the workers' log, then run it again."),
        _reason("handler_missing", "This version of TenantPilot cannot do this operation.", _PLATFORM, "Update the workers to the version of the web server."),
        _reason(
            "items_waiting",
            "{waiting} of {total} items wait for somebody outside TenantPilot.",
            Owner.NOBODY,
            "Look at the items that wait; each says for whom.",
        ),
        _reason("items_failed", "{failed} of {total} items failed[, for {reasons} different reasons].", _OPERATOR, "Look at the failures by item."),
        # signing in to Graph
        _reason("credential_missing", "The tenant has no credential.", _MANAGER, "Add an application's credential to the tenant.", "connection"),
        _reason("credential_unreadable", "The stored credential cannot be decrypted with the keys of this installation.", _PLATFORM, "Restore the key it was sealed with, or enter the credential again.", "connection"),
        _reason("tenant_not_found", "Microsoft does not know this tenant[ ({aadsts})].", _MANAGER, "Compare the tenant id with the one on the Entra overview page.", "connection"),
        _reason("application_not_found", "The application is not known in this tenant[ ({aadsts})].", _TENANT, "Check the client id, and give admin consent to the application in the tenant.", "connection"),
        _reason("application_disabled", "The application is disabled in this tenant[ ({aadsts})].", _TENANT, "Enable it in Entra: enterprise applications, the application, properties, 'Enabled for users to sign in'.", "connection"),
        _reason("subscription_lapsed", "Microsoft has disabled the service in this tenant: a subscription has lapsed, or an administrator disabled it[ ({aadsts})].", _TENANT, "Renew the subscription, or enable the service's application in Entra.", "connection"),
        _reason("conditional_access_blocked", "A Conditional Access policy of the tenant blocks the application[ ({aadsts})].", _TENANT, "Exclude the application from the policy, or allow the address of this installation. The Entra sign-in log names the policy.", "connection"),
        _reason("tenant_blocked", "Microsoft has blocked this tenant[ ({aadsts})].", _TENANT, "Ask Microsoft's support why the tenant is blocked.", "connection"),
        _reason("client_secret_invalid", "Microsoft refused the client secret[ ({aadsts})].", _MANAGER, "Enter the secret's value (not its id) again, or make a new one in Entra.", "connection"),
        _reason("client_secret_expired", "The client secret has expired[ ({aadsts})].", _TENANT, "Make a new client secret in Entra and enter it here.", "connection"),
        _reason("certificate_invalid", "Microsoft refused the certificate[ ({aadsts})].", _MANAGER, "Upload the certificate's public part to the application in Entra.", "connection"),
        _reason("sign_in_failed", "Signing in to Microsoft Graph failed[ ({aadsts})].", _TENANT, "Look the code up in the Entra sign-in log.", "connection"),
        _reason("token_rejected", "Graph did not accept the token that Entra had just given[: it answered {status}].", _TENANT, "Check in the Entra sign-in log that the application may use Microsoft Graph.", "connection"),
        # reading and writing Graph
        _reason("permission_missing", "The application lacks a permission[ ({permission})][: Graph answered {status}].", _TENANT, "Grant the missing permission and give admin consent.", "connection"),
        _reason("not_licensed", "The tenant has no license for this: Graph says that the request does not apply to it.", _TENANT, "Assign an Intune or Entra license of the right kind to the tenant, or leave these policy types out."),
        _reason("intermediary_answered", "Something between TenantPilot and Microsoft Graph answered[ {status}], and not Graph.", _PLATFORM, "Let the firewall or proxy pass requests to Microsoft's sign-in and Graph hosts unchanged, then run it again."),
        _reason("proxy_refused", "The proxy on the way to Microsoft wants a name and a password, or others than it was given.", _PLATFORM, "Put them into TENANTPILOT_GRAPH_PROXY, then restart the workers."),
        _reason("resource_not_found", "Graph does not have it: it answered {status}.", _OPERATOR, "Sync the inventory, then look again."),
        _reason("request_rejected", "Graph refused the request with {status}[ {graph_code}].", _OPERATOR, "Look at the request id in the log, and at the object in the Intune console."),
        _reason("throttled", "Graph asked to wait longer than the time allowed.", Owner.NOBODY, "Run it again later."),
        _reason("graph_unavailable", "Graph could not be reached or did not answer.", _PLATFORM, "Check the network, then run it again."),
        _reason("graph_error", "Graph answered with an error of its own[ ({status})].", Owner.NOBODY, "Run it again later. If it stays, ask Microsoft's support with the request id."),
        _reason("response_unreadable", "Graph's answer could not be read.", _PLATFORM, "Check for a proxy that changes answers, then run it again."),
        _reason("deadline_exceeded", "Graph did not finish its answer in the time allowed.", Owner.NOBODY, "Run it again later."),
        _reason("incomplete_read", "Graph [stated {stated} objects and ]delivered {read}: not the whole list.", Owner.NOBODY, "Run it again. What was missing is not marked as gone."),
        _reason("host_refused", "An address for signing in or for Graph is not one that may see the tenant's token.", _PLATFORM, "Use the addresses of one Microsoft cloud; a simulator has to be named in the settings."),
        _reason("approval_pending", "Microsoft waits for the approval of a second administrator.", _TENANT, "Have the request approved in the Intune console, then run it again."),
        _reason("approval_required", "The tenant protects such changes by Multi Admin Approval.", _TENANT, "Exclude the application from the access policy, or approve its requests in the Intune console."),
        _reason("write_outcome_unknown", "Graph did not say whether it was applied. Objects that may be it: {found}.", _OPERATOR, "Look at the objects of this name in the Intune console before trying again."),
        _reason("secret_masked", "It holds {count} secrets that Graph does not give back, so it was not written.", _OPERATOR, "Enter the secrets in the Intune console."),
        # the machine
        _reason("disk_full", "The disk of the database is full.", _PLATFORM, "Free some space, then run it again."),
        _reason("database_unavailable", "The database did not answer.", _PLATFORM, "Check the database, then run it again."),
    ]
)  # fmt: skip
