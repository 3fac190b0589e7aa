"""Attempts are counted by account and address together: a guesser is stopped, and nobody else is (SEC-08)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenantpilot.audit.models import AuditLog
from tenantpilot.tenancy import attempts
from tenantpilot.tenancy.attempts import NARROW, WIDE, Attempt, Purpose, TooManyAttempts
from tenantpilot.tenancy.models import AttemptCount
from tests.people import PASSWORD

LIMIT = "Too many attempts"
THERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


def refused(page) -> bool:
    return page.status_code == 200 and LIMIT in page.content.decode()


def test_the_sixth_wrong_password_from_one_address_is_not_looked_at(come_from, sign_in, alice):
    guesser = come_from(THERE)
    pages = [sign_in(guesser, alice.email, "wrong") for _ in range(NARROW.most + 1)]
    assert [refused(page) for page in pages] == [False] * NARROW.most + [True]
    assert refused(sign_in(guesser, alice.email, PASSWORD))
    assert sign_in(come_from(ELSEWHERE), alice.email, PASSWORD).status_code == 302


def test_sec_08_a_lock_out_is_recorded_once_and_each_failure_before_it(come_from, sign_in, alice, actions):
    guesser = come_from(THERE)
    for _ in range(NARROW.most + 4):
        sign_in(guesser, alice.email, "wrong")
    assert actions() == ["person.sign_in_failed"] * NARROW.most + ["person.locked_out"]


def test_who_tries_many_accounts_is_stopped_and_nobody_from_elsewhere(come_from, sign_in, alice, bob):
    guesser = come_from(THERE)
    pages = [sign_in(guesser, f"nobody{number}@contoso.example", "wrong") for number in range(40)]
    assert sum(map(refused, pages)) == 40 - WIDE[Purpose.SIGN_IN].most
    assert refused(sign_in(come_from(THERE), bob.email, PASSWORD))
    assert sign_in(come_from(ELSEWHERE), bob.email, PASSWORD).status_code == 302


def test_who_signed_in_from_an_address_before_is_not_held_up_by_others_there(come_from, sign_in, alice):
    """An office, or a proxy that does not say for whom it asks: its people come in while somebody guesses."""
    assert sign_in(come_from(THERE), alice.email, PASSWORD).status_code == 302
    guesser = come_from(THERE)
    for number in range(40):
        sign_in(guesser, f"nobody{number}@contoso.example", "wrong")
    assert sign_in(come_from(THERE), alice.email, PASSWORD).status_code == 302


def test_a_right_password_among_the_guesses_makes_room_for_no_further_ones(come_from, sign_in, alice, bob):
    """Somebody with an account of their own guesses at others."""
    guesser = come_from(THERE)
    pages = []
    for number in range(60):
        pages.append(sign_in(guesser, f"nobody{number}@contoso.example", "wrong"))
        sign_in(come_from(THERE), bob.email, PASSWORD)
    assert sum(not refused(page) for page in pages) <= WIDE[Purpose.SIGN_IN].most


def test_sec_08_addresses_of_one_ipv6_network_are_one_guesser(come_from, sign_in, alice):
    def from_host(number: int):
        return come_from(f"2001:db8:0:7:{number:x}::1")

    pages = [sign_in(from_host(number), alice.email, "wrong") for number in range(NARROW.most + 1)]
    assert [refused(page) for page in pages] == [False] * NARROW.most + [True]
    assert sign_in(come_from("2001:db8:0:8::1"), alice.email, PASSWORD).status_code == 302


def test_who_tries_many_accounts_from_one_ipv6_network_is_stopped(come_from, sign_in, alice):
    pages = [
        sign_in(come_from(f"2001:db8:0:7::{number:x}"), f"nobody{number}@contoso.example", "wrong")
        for number in range(WIDE[Purpose.SIGN_IN].most + 1)
    ]
    assert [refused(page) for page in pages] == [False] * WIDE[Purpose.SIGN_IN].most + [True]


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:7:1:2:3:4", "2001:db8:0:7::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_address_is_counted_as_the_line_it_is_on(address, line):
    assert attempts.line_of(address) == line


def test_after_the_window_it_begins_anew(database, now):
    attempt = Attempt(Purpose.SIGN_IN, "a", THERE)
    for _ in range(NARROW.most):
        attempts.begin(attempt, now=now)
    with pytest.raises(TooManyAttempts):
        attempts.begin(attempt, now=now + NARROW.within - timedelta(seconds=1))
    attempts.begin(attempt, now=now + NARROW.within)


def test_a_clock_that_goes_back_locks_nobody_out_for_as_long(database, now):
    attempt = Attempt(Purpose.SIGN_IN, "a", THERE)
    for _ in range(NARROW.most):
        attempts.begin(attempt, now=now + timedelta(days=400))
    attempts.begin(attempt, now=now)


def test_the_spelling_of_an_address_gives_no_further_attempts(come_from, sign_in, alice):
    guesser = come_from(THERE)
    spellings = [alice.email, alice.email.upper(), alice.email.title(), f" {alice.email}", alice.email.capitalize()]
    pages = [sign_in(guesser, spelling, "wrong") for spelling in [*spellings, alice.email]]
    assert refused(pages[-1])


def test_ops_12_neither_account_nor_address_can_be_read_from_what_is_kept(come_from, sign_in, alice):
    sign_in(come_from("203.0.113.77"), alice.email, "my secret typed in the wrong place")
    kept = str(list(AttemptCount.objects.values())) + str(list(AuditLog.objects.values()))
    assert not any(word in kept for word in (alice.email, "203.0.113.77", "secret typed"))
    assert AuditLog.objects.get().target_id == str(alice.pk)


def test_what_decides_nothing_any_more_is_removed(database, now):
    attempts.begin(Attempt(Purpose.SIGN_IN, "old", THERE), now=now - timedelta(days=2))
    fresh = Attempt(Purpose.SIGN_IN, "fresh", ELSEWHERE)
    attempts.begin(fresh, now=now)
    attempts.succeed(fresh, now=now)
    assert AttemptCount.objects.count() == 2


def test_the_own_password_is_counted_where_it_is_asked_for_again(signed_in, alice, actions):
    """A session that was left open is no way to guess at the password."""
    browser = signed_in(alice)
    fields = {"oldpassword": "wrong", "password1": "another long secret", "password2": "another long secret"}
    pages = [browser.post("/auth/password/", fields) for _ in range(NARROW.most + 1)]
    assert refused(pages[-1])
    assert actions() == ["person.password_refused"] * NARROW.most + ["person.locked_out"]
    assert refused(browser.post("/auth/confirmation/", {"password": PASSWORD}))


def test_attempts_side_by_side_are_all_counted(own_database, now):
    """Sixteen at once, as by sixteen threads of web processes: five pass."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    def guess(_number: int) -> bool:
        try:
            attempts.begin(Attempt(Purpose.SIGN_IN, "a", THERE), now=timezone.now())
        except TooManyAttempts:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(guess, range(16))) == NARROW.most
