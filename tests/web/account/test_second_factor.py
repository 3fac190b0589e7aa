"""The second factor: pages of our own, seeds sealed for one person, codes that work once at all web processes."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from tenantpilot.tenancy import attempts
from tenantpilot.tenancy.second_factors import open_seed, people_locked_out, reseal_seeds
from tests.people import PASSWORD
from tests.web.account.codes import code_of
from tests.web.html import read

OLDER, NEWER = "t1:" + "A" * 43 + "=", "t2:" + "B" * 43 + "="


@pytest.fixture
def turned_on(client, sign_in, alice):
    """Alice's browser and the seed in her app, after she turned it on."""
    sign_in(client, alice.email, PASSWORD)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": reverse("mfa_activate_totp")})
    seed = read(client.get(reverse("mfa_activate_totp"))).one("code").words
    done = client.post(reverse("mfa_activate_totp"), {"code": code_of(seed)})
    assert done.headers["Location"] == reverse("mfa_view_recovery_codes")
    return client, seed


def stored(kind: str) -> Authenticator:
    return Authenticator.objects.get(type=kind)


def test_sign_in_asks_for_the_code_and_not_for_the_same_one_twice(turned_on, come_from, sign_in, alice):
    _browser, seed = turned_on
    code = code_of(seed, steps=1)
    first, second = come_from("192.0.2.1"), come_from("192.0.2.2")
    for browser in (first, second):
        assert sign_in(browser, alice.email, PASSWORD).headers["Location"] == reverse("mfa_authenticate")
        assert browser.get("/admin/").status_code == 302
    assert first.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert first.get("/admin/").status_code == 200
    cache.clear()  # as at another web process
    page = second.post(reverse("mfa_authenticate"), {"code": code})
    assert "used already" in page.content.decode()


@pytest.mark.parametrize("spelling", ["{0} {1}", "{0}-{1}", "{0}.{1}", "{0}_{1}"])
def test_sec_08_blanks_and_dashes_make_no_other_code(turned_on, come_from, sign_in, alice, spelling):
    _browser, seed = turned_on
    code = code_of(seed, steps=1)
    first, second = come_from("192.0.2.1"), come_from("192.0.2.2")
    for browser in (first, second):
        sign_in(browser, alice.email, PASSWORD)
    assert first.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    cache.clear()  # as at another web process
    page = second.post(reverse("mfa_authenticate"), {"code": spelling.format(code[:3], code[3:])})
    assert "used already" in page.content.decode()
    assert second.get("/admin/").status_code == 302


def test_a_code_with_blanks_is_spent_for_every_spelling(database, now):
    first, *others = (
        attempts.is_first_use(code, account="1", now=now) for code in ("12 34-56", "123456", "123 456", "1-2-3-4-5-6")
    )
    assert (first, others) == (True, [False] * 3)
    assert attempts.is_first_use("123457", account="1", now=now)


def test_seeds_lie_sealed_and_that_of_a_page_that_is_not_finished_as_well(turned_on, client, signed_in, bob):
    _browser, seed = turned_on
    assert stored("totp").data["secret"].startswith("sealed:t1:")
    assert stored("recovery_codes").data["seed"].startswith("sealed:t1:")
    assert seed not in str(list(Authenticator.objects.values()))
    browser = signed_in(bob)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": reverse("mfa_activate_totp")})
    shown = read(browser.get(reverse("mfa_activate_totp"))).one("code").words
    assert shown not in str(dict(browser.session))


def test_a_seed_that_is_copied_to_another_person_opens_nothing(turned_on, come_from, sign_in, alice, bob):
    """Whoever can write rows still cannot give a device to somebody."""
    _browser, seed = turned_on
    Authenticator.objects.create(user=bob, type="totp", data=stored("totp").data, created_at=timezone.now())
    browser = come_from("192.0.2.3")
    sign_in(browser, bob.email, PASSWORD)
    page = browser.post(reverse("mfa_authenticate"), {"code": code_of(seed)})
    assert (page.status_code, "cannot be checked" in page.content.decode()) == (200, True)
    assert browser.get("/admin/").status_code == 302


@pytest.mark.parametrize("data", [{"secret": "A" * 32}, {"secret": "sealed:t1:!!"}, {"secret": "sealed:gone:AAAA"}])
def test_a_seed_that_we_did_not_seal_lets_nobody_in(client, sign_in, alice, data):
    Authenticator.objects.create(user=alice, type="totp", data=data, created_at=timezone.now())
    sign_in(client, alice.email, PASSWORD)
    page = client.post(reverse("mfa_authenticate"), {"code": code_of("A" * 32)})
    assert (page.status_code, "cannot be checked" in page.content.decode()) == (200, True)


def test_wrong_codes_are_counted_for_the_person_wherever_they_come_from(turned_on, come_from, sign_in, alice, actions):
    """Six digits are guessed from many addresses; whoever gets this far has the password."""
    _browser, seed = turned_on
    for number in range(31):
        browser = come_from(f"192.0.2.{number + 1}")
        sign_in(browser, alice.email, PASSWORD)
        page = browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Too many attempts" in page.content.decode()
    assert actions()[-1] == "person.locked_out"
    home = come_from("127.0.0.1")
    sign_in(home, alice.email, PASSWORD)
    assert home.post(reverse("mfa_authenticate"), {"code": code_of(seed, steps=1)}).status_code == 302


def test_a_recovery_code_stands_in_for_the_device_once(turned_on, come_from, sign_in, alice):
    browser, _seed = turned_on
    codes = [item.words for item in read(browser.get(reverse("mfa_view_recovery_codes"))).every("code")]
    assert len(codes) == 10
    answers = []
    for number in (1, 2):
        elsewhere = come_from(f"192.0.2.{number}")
        sign_in(elsewhere, alice.email, PASSWORD)
        answers.append(elsewhere.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code)
    assert answers == [302, 200]


def test_it_is_turned_off_only_by_who_has_the_password_or_a_code(turned_on, come_from, signed_in, alice, actions):
    browser, _seed = turned_on
    left_open = signed_in(alice)
    answer = left_open.post(reverse("mfa_deactivate_totp"))
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert Authenticator.objects.count() == 2
    assert browser.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not Authenticator.objects.exists()
    assert actions()[-1] == "person.second_factor_removed"


def test_new_recovery_codes_end_the_old_ones_and_every_page_is_drawn_by_us(turned_on):
    browser, _seed = turned_on
    before = read(browser.get(reverse("mfa_view_recovery_codes"))).one("ul").words
    browser.post(reverse("mfa_generate_recovery_codes"))
    assert read(browser.get(reverse("mfa_view_recovery_codes"))).one("ul").words != before
    for name in ("mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_add_webauthn", "account_reauthenticate"):
        page = read(browser.get(reverse(name)))
        assert page.one("main", class_="entry").one("h1").words, name


def test_keys_are_changed_under_second_factors_and_a_used_code_stays_used(turned_on, settings, alice):
    """What `tenantpilot rotate-keys` does; twice changes nothing more."""
    _browser, seed = turned_on
    row = stored("recovery_codes")
    row.data["used_mask"] = 5
    row.save()
    settings.SEALING_KEYS = [NEWER, OLDER]
    assert (reseal_seeds().changed, reseal_seeds().changed) == (2, 0)
    settings.SEALING_KEYS = [NEWER]
    assert open_seed(stored("totp").data["secret"], person_id=alice.pk) == seed
    assert stored("recovery_codes").data["used_mask"] == 5
    assert people_locked_out() == []
    settings.SEALING_KEYS = [OLDER]
    assert people_locked_out() == [alice.pk]
    assert reseal_seeds().unreadable == (alice.pk, alice.pk)
