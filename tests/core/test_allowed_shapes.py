"""Text from outside is shown in allowed shapes alone: a test for each kind of leak of a list of secrets (OPS-12)."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantpilot.core.allowed_shapes import VOCABULARY, allowed, is_known_word
from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.core.sanitizing import sanitize

pytestmark = pytest.mark.contract

PW = "Wolkenbruch77!"
LOWER = "xkqvzjwpfhgt"
SEED = "JBSWY3DPEHPK3PXPNB2W45DF"
HEX = "9f86d081884c7d659a2f"

KINDS: dict[str, list[tuple[str, tuple[str, ...]]]] = {
    "words for a password in other languages": [
        (f"mot de passe : {PW}", (PW, "Wolken")),
        (f"contraseña={PW}", (PW,)),
        (f"пароль: {PW}", (PW,)),
        (f"密码:{PW}", (PW,)),
        (f"Losenord {PW} fel", (PW,)),
        (f"hasło „{PW}”", (PW,)),
    ],
    "names of keys that no list has": [
        (f"creds={PW}", (PW,)),
        (f"pw: {LOWER}", (LOWER,)),
        (f"WPA2 key {LOWER}", (LOWER,)),
        (f"keyMaterial={SEED}", (SEED,)),
        (f"<wlan:material>{LOWER}</wlan:material>", (LOWER,)),
        (f'<add name="db" value="{PW}"/>', (PW,)),
        (f"unlock phrase -> {LOWER}", (LOWER,)),
    ],
    "pairs and commands": [
        (f"admin:{PW}", (PW,)),
        (f"signed in as root with {LOWER}", (LOWER,)),
        (f"tool /p:{PW} /u:svc", (PW,)),
        (f"CREATE USER app IDENTIFIED BY {LOWER}", (LOWER,)),
        (f"rsync --secretfile {LOWER}", (LOWER,)),
        (f"printf '{PW}' | su", (PW,)),
    ],
    "a value in another place than beside its name": [
        (f"password:\n  {PW}", (PW,)),
        (f"| user | secret |\n| app | {LOWER} |", (LOWER,)),
        (f'password = """{PW}"""', (PW,)),
        (f"expected a token, got {LOWER}", (LOWER,)),
        (f"old | {PW} | new", (PW,)),
        (f"{PW} is not the password", (PW,)),
    ],
    "encodings": [
        (f"password&#61;{PW}", (PW,)),
        (f"password\\u003d{PW}", (PW,)),
        (f"pa\u0301ssword={PW}", (PW,)),
        (f"p.a.s.s={PW}", (PW,)),
        (f"pass%77ord%3d{LOWER}", (LOWER,)),
        ("p=\uff37\uff4f\uff4c\uff4b\uff45\uff4e77", ("Wolken77", "\uff37\uff4f\uff4c\uff4b")),
    ],
    "tokens of one class of characters": [
        (f"seed {SEED}", (SEED, "JBSWY3DP")),
        (f"serial of the key {HEX}", (HEX, "9f86d081")),
        (f"bearer is {LOWER}", (LOWER,)),
        ("shadow $6$Zs1xQ2vb$kq9uPfW8yHn0", ("Zs1xQ2vb", "kq9uPfW8yHn0")),
        ("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==", ("W22ZaJ0SNY7soEsUEjb6gQ",)),
        ("posted to https://hooks.example/services/T0AB12CD3/B0ZX98YW7/qWertZuiop", ("T0AB12CD3", "qWertZuiop")),
        ("enter the code HJKL-QWZX", ("HJKL", "QWZX")),
        ("aBcDeFgHiJkLmNoP is it", ("aBcDeFgHiJkLmNoP",)),
    ],
    "personal data": [
        ("Grzegorz Brzeczyszczykiewicz may not", ("Grzegorz", "Brzeczyszczykiewicz")),
        ("assigned to Zoë Müller-Lüdenscheidt", ("Zoë", "Müller", "denscheidt")),
        ("CONTOSO\\jdoe failed", ("jdoe",)),
        ("S-1-5-21-3623811015-3361044348-30300820-1013", ("3623811015", "30300820")),
        ("rang 0171 555 12 34 twice", ("0171", "555 12 34")),
        ("serial number PF3XK9Q7", ("PF3XK9Q7",)),
        ("\\\\nas01\\home\\grzegorz\\notes", ("grzegorz", "nas01")),
        ("lives at Rue Lepic 54, Montmartre", ("Lepic", "Montmartre")),
    ],
}
ROWS = [(kind, text, secrets) for kind, rows in KINDS.items() for text, secrets in rows]


@pytest.mark.parametrize(("kind", "text", "secrets"), ROWS, ids=[f"{row[0]} {n}" for n, row in enumerate(ROWS)])
def test_no_kind_of_leak_gets_through(kind: str, text: str, secrets: tuple[str, ...]) -> None:
    """OPS-12."""
    shown = sanitize(text)
    assert [secret for secret in secrets if secret in shown] == []


@given(
    st.text(string.ascii_letters + string.digits, min_size=10, max_size=60), st.sampled_from(["{}", "key {}", "<{}>"])
)
def test_a_random_token_is_shown_nowhere(token: str, frame: str) -> None:
    """OPS-12: whatever it is made of. One that a program's words happen to be made of is none."""
    if is_known_word(token):
        return
    assert token not in sanitize(frame.format(token))


@given(st.text(string.ascii_lowercase, min_size=3, max_size=24))
def test_a_word_is_shown_only_if_the_vocabulary_has_it(word: str) -> None:
    """OPS-12: a password of small letters is no word of a program."""
    assert (allowed(word) == word) == (word in VOCABULARY)


@given(st.text(max_size=300))
def test_what_is_allowed_stays_allowed(text: str) -> None:
    """OPS-12: passing twice changes nothing."""
    once = allowed(text)
    assert allowed(once) == once


def test_codes_and_ids_that_help_to_mend_something_stay() -> None:
    """OPS-12: a net that hides everything would help nobody."""
    text = (
        "AADSTS7000215 at 2026-11-28T18:00:00Z: 0x80090016, HTTP 503, SQLSTATE 53100, 12 of 5,402 policies,"
        " request 7c9e6679-7425-40de-944b-e07fc1f90ae7 in OperationRunService.finish, line 212"
    )
    assert allowed(text) == text


@pytest.mark.parametrize("reason", ReasonCatalog.all(), ids=lambda reason: reason.code)
def test_our_own_words_pass(reason: object) -> None:
    """OPS-12: what the product says of itself is readable in its log."""
    text = f"{reason.text} {reason.next_step}".replace("{", "").replace("}", "")  # type: ignore[attr-defined]
    assert "hidden" not in allowed(text)


def test_the_vocabulary_is_made_of_words_of_programs() -> None:
    """OPS-12."""
    assert 5_000 < len(VOCABULARY) < 9_000
    assert all(word == word.lower() and word.isalnum() for word in VOCABULARY)
    assert not {"alice", "smith", "hunter", "sommer", "qwerty", "letmein", "monkey", "dragon"} & VOCABULARY
