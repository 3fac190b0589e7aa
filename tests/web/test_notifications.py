"""The bell, its panel and its page (OPS-23, UX-60, UX-61, UX-68)."""

import pytest
from django.urls import reverse

from tenantpilot.operations.models import Notification
from tests.web.html import read
from tests.web.kit import SCRIPT, ended

pytestmark = pytest.mark.both_databases

TYPES = ("group", "settingsCatalog", "roleScopeTag")


@pytest.fixture
def hers(signed_in, alice):
    return signed_in(alice)


def bell(browser):
    return read(browser.get("/admin/")).one("button", id="bell").words


def test_the_bell_counts_what_is_unread_and_only_the_person_s_own_ux_68(hers, signed_in, alice, olivia, contoso, now):
    ended(contoso, alice, now)
    ended(contoso, alice, now)
    ended(contoso, olivia, now)
    assert bell(hers) == "Notifications, 2 unread"
    assert bell(signed_in(olivia)) == "Notifications, 1 unread"


def test_above_ninety_nine_it_says_so_ux_68(hers, alice, contoso, now, monkeypatch):
    monkeypatch.setattr("tenantpilot.web.frame.context.UNREAD_AT_MOST", 1)
    ended(contoso, alice, now)
    ended(contoso, alice, now)
    assert bell(hers) == "Notifications, 1+ unread"


def test_the_panel_shows_the_latest_ten_and_marks_nothing_as_read_ux_68(hers, alice, contoso, now):
    for _ in range(12):
        ended(contoso, alice, now)
    panel = read(hers.get(reverse("notifications-panel"), headers=SCRIPT))
    assert len(panel.every("li", class_="notice")) == 10
    assert panel.one("div", class_="panel-foot").one("a").words == "View all"
    assert Notification.everywhere.unread().count() == 12


def test_following_one_marks_it_as_read_and_leads_to_the_run_ux_68(hers, alice, contoso, now):
    run = ended(contoso, alice, now)
    told = Notification.everywhere.get()
    answer = hers.get(reverse("notification", args=[told.pk]))
    told.refresh_from_db()
    assert answer.headers["Location"] == f"/admin/t/contoso/operations/{run.pk}/"
    assert told.read_at is not None


def test_one_can_be_marked_without_following_it_and_all_at_once_ux_68(hers, alice, contoso, now):
    for _ in range(3):
        ended(contoso, alice, now)
    first = Notification.everywhere.newest_first()[0]
    hers.post(reverse("mark-notification-read", args=[first.pk]), {"back": "/admin/notifications/"})
    assert Notification.everywhere.unread().count() == 2
    panel = hers.post(reverse("mark-all-notifications-read"), headers=SCRIPT)
    assert Notification.everywhere.unread().count() == 0
    assert read(panel).one("hx-partial")["hx-target"] == "#bell"


def test_nobody_marks_or_follows_what_was_told_to_another_sec_02(hers, olivia, contoso, now):
    ended(contoso, olivia, now)
    told = Notification.everywhere.get()
    assert hers.get(reverse("notification", args=[told.pk])).status_code == 404
    hers.post(reverse("mark-notification-read", args=[told.pk]))
    hers.post(reverse("mark-all-notifications-read"))
    told.refresh_from_db()
    assert told.read_at is None


ISSUES = "Completed with issues. 4 policy types processed, 3 succeeded, 1 failed, 1 policy updated."
SUCCESS = "Completed successfully. 3 policy types processed, 3 succeeded, 1 policy updated."
REFUSED = "The application lacks a permission: Graph answered 403. See the run for details."


@pytest.mark.parametrize(
    ("failed", "succeeded", "title", "body"),
    [
        (0, 3, "Inventory sync completed", SUCCESS),
        (1, 3, "Inventory sync partially completed", ISSUES),
        (2, 0, "Inventory sync failed", REFUSED),
    ],
)  # fmt: skip
def test_the_words_are_the_presenter_s_ux_60_ux_61(hers, alice, contoso, now, failed, succeeded, title, body):
    ended(contoso, alice, now, failed=failed, succeeded=succeeded)
    row = read(hers.get(reverse("notifications"))).one("tbody").one("tr")
    assert row.one("th").every("a")[0].words == f"Unread: {title}"
    assert row.one("th").one("p").words.startswith(body)


def test_the_page_narrows_to_what_is_unread(hers, alice, contoso, now):
    ended(contoso, alice, now)
    hers.post(reverse("mark-all-notifications-read"))
    ended(contoso, alice, now)
    assert len(read(hers.get(f"{reverse('notifications')}?read=unread")).one("tbody").every("tr")) == 1
    assert len(read(hers.get(f"{reverse('notifications')}?read=read")).one("tbody").every("tr")) == 1
