"""Conditional Access in sentences: who, to what, under which conditions, and what then."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenantpilot.graph.compare.sentences import words_of
from tenantpilot.versions.wording.known_ids import APPLICATIONS, ROLES
from tenantpilot.versions.wording.lines import Line, Names, inner_of, lines_of, named_or_unresolved, rows_of

Object = Mapping[str, Any]
WordsById = Mapping[str, str | Promise]

_USERS = {
    "All": gettext_lazy("all users"),
    "None": gettext_lazy("nobody"),
    "GuestsOrExternalUsers": gettext_lazy("guests and external users"),
}
_APPS = {
    "All": gettext_lazy("all cloud apps"),
    "None": gettext_lazy("no app"),
    "Office365": gettext_lazy("Office 365"),
    "MicrosoftAdminPortals": gettext_lazy("Microsoft admin portals"),
}
_LOCATIONS = {"All": gettext_lazy("any location"), "AllTrusted": gettext_lazy("all trusted locations")}
_CONTROLS = {
    "block": gettext_lazy("block access"),
    "mfa": gettext_lazy("multifactor authentication"),
    "compliantDevice": gettext_lazy("a compliant device"),
    "domainJoinedDevice": gettext_lazy("a hybrid joined device"),
    "approvedApplication": gettext_lazy("an approved client app"),
    "compliantApplication": gettext_lazy("an app protection policy"),
    "passwordChange": gettext_lazy("a change of password"),
    "riskRemediation": gettext_lazy("a remediation of the risk"),
}
_ACTIONS = {
    "urn:user:registerdevice": gettext_lazy("registering or joining devices"),
    "urn:user:registersecurityinfo": gettext_lazy("registering security information"),
}
STATES = {
    "enabled": gettext_lazy("On"),
    "disabled": gettext_lazy("Off"),
    "enabledForReportingButNotEnforced": gettext_lazy("Report-only"),
}


def access_lines(payload: Object, names: Names) -> list[Line]:
    """Return the sentences of a Conditional Access policy."""
    conditions, grant, session = (inner_of(payload, key) for key in ("conditions", "grantControls", "sessionControls"))
    lines = [
        Line(_("State"), str(STATES.get(str(payload.get("state")), payload.get("state") or ""))),
        Line(_("Who"), _who(conditions, names)),
        Line(_("To what"), _what(inner_of(conditions, "applications"), names)),
        *_conditions(conditions, names),
        Line(_("Then"), _grant(grant, names)),
    ]
    return [*lines, *_session(session)]


def location_lines(payload: Object, names: Names) -> list[Line]:
    """Return the ranges or the countries of a named location."""
    ranges = [str(row.get("cidrAddress", "")) for row in rows_of(payload, "ipRanges")]
    if not ranges:
        return lines_of(payload, names, without=("displayName", "createdDateTime", "modifiedDateTime"))
    trusted = Line(_("Trusted"), _("Yes") if payload.get("isTrusted") else _("No"))
    return [trusted, *(Line(_("Range"), text) for text in ranges)]


def _who(conditions: Object, names: Names) -> str:
    users, workloads = inner_of(conditions, "users"), inner_of(conditions, "clientApplications")
    if workloads.get("includeServicePrincipals"):
        every = {"ServicePrincipalsInMyTenant": _("all service principals of the tenant")}
        return _except(
            _listed(workloads, "includeServicePrincipals", names, every),
            _listed(workloads, "excludeServicePrincipals", names),
        )
    return _except(_people(users, "include", names), _people(users, "exclude", names))


def _people(users: Object, side: str, names: Names) -> list[str]:
    people = _listed(users, f"{side}Users", names, _USERS)
    people += [_("group %(name)s") % {"name": name} for name in _listed(users, f"{side}Groups", names)]
    people += [_("role %(name)s") % {"name": name} for name in _listed(users, f"{side}Roles", names, ROLES)]
    if guests := inner_of(users, f"{side}GuestsOrExternalUsers"):
        kinds = str(guests.get("guestOrExternalUserTypes") or "").split(",")
        people.append(
            _("guests (%(kinds)s)")
            % {"kinds": ", ".join(words_of(guest_type).lower() for guest_type in kinds if guest_type)}
        )
    return people


def _what(applications: Object, names: Names) -> str:
    actions = _listed(applications, "includeUserActions", names, _ACTIONS)
    contexts = _listed(applications, "includeAuthenticationContextClassReferences", names)
    words_by_id: WordsById = {**APPLICATIONS, **_APPS}
    chosen = _listed(applications, "includeApplications", names, words_by_id) + actions
    chosen += [_("authentication context %(name)s") % {"name": name} for name in contexts]
    return _except(chosen, _listed(applications, "excludeApplications", names, words_by_id))


def _conditions(conditions: Object, names: Names) -> list[Line]:
    platforms, locations = inner_of(conditions, "platforms"), inner_of(conditions, "locations")
    device = inner_of(inner_of(conditions, "devices"), "deviceFilter")
    flows = inner_of(conditions, "authenticationFlows").get("transferMethods")
    rows = [
        (_("On platforms"), _sided(platforms, "Platforms", names, {"all": _("any platform")})),
        (_("From"), _sided(locations, "Locations", names, _LOCATIONS)),
        (_("With client apps"), _joined(_listed(conditions, "clientAppTypes", names, {"all": _("any client app")}))),
        (_("At sign-in risk"), _joined(_listed(conditions, "signInRiskLevels", names))),
        (_("At user risk"), _joined(_listed(conditions, "userRiskLevels", names))),
        (_("At insider risk"), words_of(str(conditions.get("insiderRiskLevels") or ""))),
        (_("At service principal risk"), _joined(_listed(conditions, "servicePrincipalRiskLevels", names))),
        (_("On devices"), _device(device)),
        (_("In authentication flows"), ", ".join(words_of(part) for part in str(flows or "").split(",") if part)),
    ]
    return [Line(label, words) for label, words in rows if words]


def _grant(grant: Object, names: Names) -> str:
    controls = [str(_CONTROLS.get(key, words_of(key).lower())) for key in _texts(grant.get("builtInControls"))]
    if strength := inner_of(grant, "authenticationStrength"):
        name = strength.get("displayName") or named_or_unresolved(str(strength.get("id") or ""), names)
        controls.append(_("authentication strength %(name)s") % {"name": name})
    controls += [_("terms of use %(name)s") % {"name": name} for name in _listed(grant, "termsOfUse", names)]
    controls += _listed(grant, "customAuthenticationFactors", names)
    if not controls:
        return _("Access is granted without a further control")
    if grant.get("builtInControls") == ["block"]:
        return _("Block access")
    word = _("and") if grant.get("operator") == "AND" else _("or")
    return _("Grant access with %(controls)s") % {"controls": f" {word} ".join(controls)}


def _session(session: Object) -> list[Line]:
    lines: list[Line] = []
    for key, control in session.items():
        if isinstance(control, dict) and control.get("isEnabled") is not False:
            control_words = _SESSION.get(key, _on)
            lines.append(Line(_("Session: %(what)s") % {"what": words_of(key).lower()}, control_words(control)))
        elif control is True:
            lines.append(Line(_("Session: %(what)s") % {"what": words_of(key).lower()}, _("On")))
    return lines


def _on(_control: Object) -> str:
    return _("On")


def _frequency(control: Object) -> str:
    if control.get("frequencyInterval") == "everyTime":
        return _("every time")
    return _("every %(number)s %(unit)s") % {"number": control.get("value"), "unit": control.get("type")}


_SESSION: dict[str, Callable[[Object], str]] = {
    "signInFrequency": _frequency,
    "persistentBrowser": lambda control: words_of(str(control.get("mode") or "")),
    "cloudAppSecurity": lambda control: words_of(str(control.get("cloudAppSecurityType") or "")),
    "continuousAccessEvaluation": lambda control: words_of(str(control.get("mode") or "")),
}


def _sided(holder: Object, noun: str, names: Names, words_by_id: WordsById) -> str:
    included = _listed(holder, f"include{noun}", names, words_by_id)
    return _except(included, _listed(holder, f"exclude{noun}", names, words_by_id)) if included else ""


def _device(device: Object) -> str:
    if not device:
        return ""
    words = (
        _("those that match %(rule)s") if device.get("mode") == "include" else _("all but those that match %(rule)s")
    )
    return words % {"rule": device.get("rule")}


def _listed(holder: Object, key: str, names: Names, words_by_id: WordsById | None = None) -> list[str]:
    """Return the words for a list of ids: words for many, names of that time, and what is known everywhere."""
    words = words_by_id or {}
    return [
        str(words.get(item) or words.get(item.lower()) or named_or_unresolved(item, names))
        for item in _texts(holder.get(key))
    ]


def _except(included: Sequence[str], excluded: Sequence[str]) -> str:
    scope = _joined(included) or _("nothing")
    return _("%(all)s, except %(some)s") % {"all": scope, "some": _joined(excluded)} if excluded else scope


def _joined(words: Sequence[str]) -> str:
    return ", ".join(words)


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
