"""Whatever stands in an answer, it ends as an object or as a typed error, and nothing of it is stored (OPS-12)."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenantpilot.graph.client.answers import KNOWN_CODES, Answer, decode, decode_leniently
from tenantpilot.graph.client.batch import answers_of
from tenantpilot.graph.client.paging import items_of_pages
from tenantpilot.graph.client.retries import retry_after_seconds
from tenantpilot.graph.compare.differences import differences
from tenantpilot.graph.compare.form import form_of
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.errors import Facts, GraphError, GraphResponseUnreadable
from tests.graph.conftest import NOON

NAMES = st.sampled_from(
    [
        "error",
        "code",
        "message",
        "innerError",
        "request-id",
        "value",
        "id",
        "status",
        "body",
        "headers",
        "responses",
        "@odata.type",
        "@odata.nextLink",
        "assignments",
        "settings",
        "target",
        "omaSettings",
        "isEncrypted",
        "description",
        "omaUri",
        "preSharedKey",
        "settingDefinitionId",
        "roleScopeTagIds",
        "roleScopeTags",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just("****")
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5))
OBJECTS = st.dictionaries(NAMES, JSON, max_size=6)
HEADERS = st.dictionaries(st.sampled_from(["request-id", "retry-after"]), st.text())
CUSTOM = registry.get("deviceConfiguration")
ours = settings(max_examples=80, deadline=None)


@ours
@given(
    st.integers(400, 599),
    st.none() | OBJECTS,
    st.dictionaries(st.sampled_from(["request-id", "retry-after"]), st.text()),
)
def test_an_error_holds_nothing_but_what_is_known(status, body, headers):
    with pytest.raises(GraphError) as caught:
        Answer(status, headers, body).raise_for_error(now=NOON)
    params = caught.value.params
    assert set(params) <= {"status", "graph_code", "request_id"}
    assert params.get("graph_code", "Unknown") in KNOWN_CODES
    assert UUID(str(params.get("request_id", UUID(int=0))))
    assert caught.value.facts.retry_after is None or 0 <= caught.value.facts.retry_after <= 3600


@ours
@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_object_or_unreadable(content):
    try:
        body = decode(content, "application/json", facts=Facts())
    except GraphResponseUnreadable:
        body = None
    assert body is None or isinstance(body, dict)
    assert isinstance(decode_leniently(content), dict | None)


@ours
@given(OBJECTS, st.lists(st.integers(0, 3), max_size=4))
def test_any_batch_is_answers_or_unreadable(body, asked):
    try:
        answers = answers_of(body, asked)
    except GraphResponseUnreadable:
        return
    assert set(answers) <= set(asked)


@ours
@given(st.lists(OBJECTS, min_size=1, max_size=5))
def test_any_pages_are_items_or_an_error(pages):
    following = iter(pages[1:])
    try:
        items = list(items_of_pages(pages[0], lambda _link: next(following, {"value": []})))
    except GraphError:
        return
    assert all(isinstance(item, dict) for item in items)


@ours
@given(st.text(max_size=40))
def test_any_retry_after_is_a_wait_or_nothing(header):
    wait = retry_after_seconds(header, now=NOON)
    assert wait is None or timedelta(0) <= timedelta(seconds=wait) <= timedelta(hours=1)


@ours
@given(OBJECTS, OBJECTS)
def test_any_payloads_are_equal_or_differ_somewhere(one, other):
    forms = form_of(CUSTOM, one), form_of(CUSTOM, other)
    assert differences(CUSTOM, one, one) == []
    assert forms[0].same(forms[1]) == (differences(CUSTOM, one, other) == [])
    if forms[0].digest != forms[1].digest:
        assert differences(CUSTOM, one, other)
    elif not forms[0].secrets_other_than(forms[1]):
        assert differences(CUSTOM, one, other) == []
