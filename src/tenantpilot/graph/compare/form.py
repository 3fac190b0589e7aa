"""The form of a payload: the same for all payloads that mean the same configuration.

What Graph keeps for itself, what it annotates, the order of sets, another spelling of a value, empty values and what
the service fills in do not count; everything else does, unknown properties included. Equality, hash and differences
all follow from the form.

Secrets are no part of it. Beside the form stand fingerprints of those that came in plain, made by a function that the
caller passes, keyed where they are to be kept: two secrets are compared where both are known, and a mask is equal to
any. A form is for comparing, not for keeping, and shows no secret.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tenantpilot.graph.compare.items import arranged, canonical
from tenantpilot.graph.compare.rules import PLAIN_RULES, Rule, Rules, rules_of
from tenantpilot.graph.compare.scalars import MASK, ZERO_GUID, is_none, normal_scalar, normal_text
from tenantpilot.graph.compare.secret_places import SecretPlace, places_of, secret_value
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.payloads import is_annotation, is_mask

Fingerprint = Callable[[str, str], str]
"""Of a secret, by its pointer and its text."""

_KEY_OF_PROCESS = secrets.token_bytes(32)
_NO_RULE = Rule()
_BESIDE_SECRETS = ("isEncrypted", "secretReferenceValueId")


@dataclass(frozen=True)
class Form:
    """The meaning of a payload. Two forms of a contract say the same when `same` says so, and only then."""

    tree: dict[str, Any] = field(repr=False)
    fingerprints: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By pointer, of the secrets that came in plain, and of the open texts."""
    open_texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By pointer, of what Graph sends in plain and may mask at another time."""

    @property
    def digest(self) -> str:
        """Return the hash of all but the secrets and the open texts, in hexadecimal: a mask never changes it."""
        return hashlib.sha256(canonical(self.tree).encode("utf-8", "surrogatepass")).hexdigest()

    def same(self, other: Form) -> bool:
        """Return True if both mean the same, as far as their secrets are known."""
        return self.tree == other.tree and not self.secrets_other_than(other)

    def secrets_other_than(self, other: Form) -> list[str]:
        """Return the places where both know the secret and it is not the same."""
        both = self.fingerprints.keys() & other.fingerprints.keys()
        return sorted(pointer for pointer in both if self.fingerprints[pointer] != other.fingerprints[pointer])


def fingerprint_of_process(pointer: str, secret: str) -> str:
    """Return a fingerprint that is worth nothing outside this process."""
    return hmac.new(
        _KEY_OF_PROCESS, f"{pointer}\0{secret}".encode("utf-8", "surrogatepass"), hashlib.sha256
    ).hexdigest()


def form_of(
    contract: Contract, payload: Mapping[str, Any], *, fingerprint: Fingerprint = fingerprint_of_process
) -> Form:
    """Return the form of a payload, which stays as it is."""
    maker = _Maker(rules_of(contract))
    tree = maker.whole(payload)
    if not maker.met_secrets:
        return Form(tree)
    secrets = [place for place in secret_places(contract, payload) if not place.is_masked]
    return Form(
        tree,
        {place.pointer: fingerprint(place.pointer, canonical(place.value)) for place in secrets},
        {place.pointer: place.value for place in secrets if place.is_open},
    )


def form_hash(contract: Contract, payload: Mapping[str, Any]) -> str:
    """Return the hash of the payload's form: the same for payloads that mean the same. Secrets are no part of it."""
    return form_of(contract, payload).digest


def hash_of_values(values: Mapping[str, Any]) -> str:
    """Return the hash of an excerpt of any type: other spellings and orders of the same values have the same."""
    return hashlib.sha256(canonical(_Maker(PLAIN_RULES).whole(values)).encode("utf-8", "surrogatepass")).hexdigest()


def same(contract: Contract, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return True if two payloads mean the same configuration."""
    return form_of(contract, before).same(form_of(contract, after))


def secret_places(contract: Contract, payload: Mapping[str, Any]) -> Iterator[SecretPlace]:
    """Yield every place of the payload that holds a secret or the mask of one, with a pointer that lasts."""
    rules = rules_of(contract)
    return places_of(payload, rules, form_of_item=_Maker(rules).value)


class _Maker:
    """Walks a payload once and builds the tree of its form."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.met_secrets = False

    def whole(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        tree = self._object(payload, self._rules.root)
        resting = self._rules.resting
        if resting:
            tree = {name: value for name, value in tree.items() if not _rests(value, resting)}
        if tree.get("@odata.type") == self._rules.odata_type:  # minimal metadata does not name the declared type
            del tree["@odata.type"]
        return tree

    def _object(self, value: Mapping[str, Any], rule: Rule) -> dict[str, Any]:
        """Spelled out and not cut into pieces: most of the time that a form takes is spent here."""
        form: dict[str, Any] = {}
        below, secret_names, convert = rule.below, self._rules.secrets, self.value
        hidden = self._hidden(value, rule) if "value" in value or "isEncrypted" in value or rule.is_revealed else ()
        for name, inner in value.items():
            if inner is None or name in hidden:
                continue
            under = below.get(name, _NO_RULE)
            if under.is_left_out:
                continue
            if "@" in name or name[0:1] == "#":
                if name == "@odata.type":
                    form[name] = str(inner).lstrip("#")
                    continue
                if is_annotation(name):
                    continue
            if name in secret_names and inner and inner is not True:
                self.met_secrets = True
                continue
            if type(inner) is str and inner[:4] != "****":
                normal = normal_text(name, inner)
            else:
                normal = convert(name, inner, under)
            if (not normal or normal == ZERO_GUID) and is_none(name, normal):
                continue
            if under.default is None or normal != under.default:
                form[name] = normal
        return form

    def value(self, name: str, value: Any, rule: Rule) -> Any:
        """Return the meaning of the property's value."""
        value_type = type(value)
        if value_type is dict:
            return self._object(value, rule)
        if value_type is list:
            items = [self.value(name, item, rule) for item in value if item is not None]
            return arranged(name, items, is_unordered=name in self._rules.unordered)
        if value_type is str:
            return MASK if value[:4] == "****" and is_mask(value) else normal_text(name, value)
        return normal_scalar(name, value)

    def _hidden(self, value: Mapping[str, Any], rule: Rule) -> tuple[str, ...]:
        """Properties of an object with a secret inside that are no part of its form."""
        name = secret_value(value, rule, self._rules)
        if not name:
            return _BESIDE_SECRETS if "isEncrypted" in value else ()
        self.met_secrets = True
        return (name, "valueState", *_BESIDE_SECRETS)


def _rests(value: Any, resting: frozenset[Any]) -> bool:
    return isinstance(value, str) and value in resting
