"""The categories of an app: references, added and removed one by one."""

from intunesim.errors import Origin, method_not_allowed, not_found
from intunesim.graph.changes import store_change
from intunesim.graph.messages import Answer, Call
from intunesim.graph.reading import existing

CATEGORIES = "deviceAppManagement/mobileAppCategories"


def add_category(call: Call) -> Answer:
    """POST {app}/categories/$ref."""
    if call.request.method != "POST":
        raise method_not_allowed(call.request.method)
    app = existing(call, call.rest[0])
    link = str(call.request.json().get("@odata.id", ""))
    identifier = link.rstrip("/").removesuffix("')").rsplit("/", 1)[-1].rsplit("('", 1)[-1]
    category = call.tenant.store.find(CATEGORIES, identifier)
    if category is None:
        raise not_found(identifier, Origin.INTUNE)
    named = {"id": category.id, "displayName": category.body.get("displayName")}
    remaining = [child for child in app.children.get("categories", []) if child["id"] != category.id]
    app.children["categories"] = [*remaining, named]
    store_change(call, "AddCategory", app)
    return Answer(204)


def remove_category(call: Call) -> Answer:
    """DELETE {app}/categories/{id}/$ref."""
    if call.request.method != "DELETE":
        raise method_not_allowed(call.request.method)
    app = existing(call, call.rest[0])
    remaining = [child for child in app.children.get("categories", []) if child["id"] != call.rest[1]]
    if len(remaining) == len(app.children.get("categories", [])):
        raise not_found(call.rest[1], Origin.INTUNE)
    app.children["categories"] = remaining
    store_change(call, "RemoveCategory", app)
    return Answer(204)
