"""Mail with a one-time link, to a mail server that is really asked: no page says "sent" of what was not."""

import email
from email import policy

import pytest
from django.urls import reverse

from tenantpilot.tenancy.links import AccountLink, Invitation
from tests.cli.proxies import HOST
from tests.mail_receiver import mail_receiver
from tests.web.html import read


@pytest.fixture
def owner(signed_in, olivia):
    return signed_in(olivia)


@pytest.fixture
def sends_to(settings):
    def at(port):
        settings.SENDS_MAIL, settings.PUBLIC_ADDRESS = True, f"https://{HOST}"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port

    return at


def page_after(browser, address, **fields):
    answer = browser.post(address, fields)
    assert answer.status_code == 302
    return read(browser.get(answer.headers["Location"])).one("main")


def text_of(mail):
    return email.message_from_string(mail, policy=policy.default)


def invite(owner, northwind):
    return page_after(
        owner, reverse("invite-person"), email="nadia@x.example", role="operator", place=f"workspace-{northwind.pk}"
    )


def recover(owner, person):
    return page_after(owner, reverse("recover-person", args=[person.pk]))


def test_an_invitation_arrives_with_the_link_that_the_page_shows(owner, sends_to, northwind):
    with mail_receiver() as receiver:
        sends_to(receiver.port)
        page = invite(owner, northwind)
    mail = text_of(receiver.mails[0])
    assert (mail["To"], mail["Subject"]) == ("nadia@x.example", "Your invitation to Northwind MSP")
    assert page.one("code", id="one-time-link").words in mail.get_content()
    assert "The mail server took a mail with this link" in page.words


def test_a_way_back_in_arrives_at_the_persons_own_address(owner, sends_to, alice, northwind):
    with mail_receiver() as receiver:
        sends_to(receiver.port)
        page = recover(owner, alice)
    mail = text_of(receiver.mails[0])
    assert mail["To"] == alice.email
    assert page.one("code", id="one-time-link").words in mail.get_content()
    assert "The mail server took a mail with this link" in page.words


@pytest.mark.parametrize("refuses", ["RCPT", "DATA", "END"])
def test_a_mail_that_was_refused_is_not_called_sent(owner, sends_to, alice, northwind, refuses):
    with mail_receiver(refuses) as receiver:
        sends_to(receiver.port)
        pages = [invite(owner, northwind), recover(owner, alice)]
    assert receiver.mails == []
    for page in pages:
        assert "The mail server did not take the mail" in page.words
        assert "took a mail" not in page.words
        assert page.one("code", id="one-time-link").words.startswith(f"https://{HOST}/")
    assert Invitation.everywhere.get().mailed_at is AccountLink.objects.get().mailed_at is None


def test_a_mail_server_that_is_away_costs_nothing_but_the_mail(owner, sends_to, northwind):
    with mail_receiver() as receiver:
        sends_to(receiver.port)
    assert "The mail server did not take the mail" in invite(owner, northwind).words


def test_a_new_link_in_the_place_of_one_that_was_mailed_has_its_own_mail(owner, sends_to, alice, northwind):
    with mail_receiver() as receiver:
        sends_to(receiver.port)
        recover(owner, alice)
    assert "did not take the mail" in recover(owner, alice).words
