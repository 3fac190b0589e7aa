"""S1: the token endpoint and its refusals; tokens that run out while a run is under way."""

import base64
import json
import re
from datetime import timedelta

import msal
import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from intunesim import DEFAULT_SECRET, Fault, RealClock, Secret, Simulator, VirtualClock, client_certificate, serving

NOON = VirtualClock().now()
POLICIES = "/beta/deviceManagement/configurationPolicies"


def test_s1_the_right_secret_gets_a_bearer_token_that_names_tenant_application_and_roles(connect, contoso):
    answer = connect().token(contoso)
    body = answer.json()
    claims = json.loads(base64.urlsafe_b64decode(body["access_token"].split(".")[1] + "=="))
    assert (answer.status_code, body["token_type"], body["expires_in"], body["ext_expires_in"]) == (
        200,
        "Bearer",
        3599,
        3599,
    )
    assert (claims["tid"], claims["appid"]) == (contoso.id, contoso.application.client_id)
    assert "DeviceManagementConfiguration.ReadWrite.All" in claims["roles"]


@pytest.mark.parametrize(
    ("form", "status", "code", "error"),
    [
        ({"client_secret": "wrong"}, 401, 7000215, "invalid_client"),
        ({"client_id": "11111111-2222-3333-4444-555555555555"}, 400, 700016, "unauthorized_client"),
        ({"scope": "User.Read"}, 400, 70011, "invalid_scope"),
        ({"scope": ""}, 400, 70011, "invalid_scope"),
        ({"client_secret": ""}, 401, 7000216, "invalid_client"),
        ({"grant_type": "password"}, 400, 70003, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, 900144, "invalid_request"),
    ],
)
def test_s1_a_wrong_form_is_refused_in_the_words_of_the_identity_platform(connect, contoso, form, status, code, error):
    answer = connect().token(contoso, **form)
    body = answer.json()
    assert (answer.status_code, body["error_codes"], body["error"]) == (status, [code], error)
    assert re.fullmatch(
        rf"AADSTS{code}: .+\r\nTrace ID: {body['trace_id']}\r\nCorrelation ID: {body['correlation_id']}"
        r"\r\nTimestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ",
        body["error_description"],
    )
    assert body["error_uri"].endswith(f"code={code}")


def test_s1_an_unknown_tenant_is_refused_by_the_token_endpoint_and_by_discovery(connect):
    client = connect()
    assert client.token("nobody.onmicrosoft.com", client_id="x").json()["error_codes"] == [90002]
    discovery = client.get("/nobody.onmicrosoft.com/v2.0/.well-known/openid-configuration")
    assert (discovery.status_code, discovery.json()["error"]) == (400, "invalid_tenant")


def test_s1_an_expired_secret_is_told_apart_from_a_wrong_one(connect, contoso, clock):
    contoso.application.secrets = [Secret("old", expires_at=clock.now() - timedelta(days=1)), Secret("new")]
    client = connect()
    assert client.token(contoso, client_secret="old").json()["error_codes"] == [7000222]
    assert client.token(contoso, client_secret="other").json()["error_codes"] == [7000215]
    assert client.token(contoso, client_secret="new").status_code == 200


def _assertion(tenant, certificate, *, key=None, **claims):
    """A client assertion as RFC 7523 describes it, made by hand."""
    from cryptography import x509
    from intunesim.login.jose import encode

    loaded = x509.load_pem_x509_certificate(certificate.certificate.encode())
    thumbprint = encode(loaded.fingerprint(hashes.SHA256()))
    signer = serialization.load_pem_private_key((key or certificate).key.encode(), None)
    now = int(NOON.timestamp())
    payload = {
        "aud": f"https://login.microsoftonline.com/{tenant.id}/oauth2/v2.0/token",
        "iss": tenant.application.client_id,
        "sub": tenant.application.client_id,
        "exp": now + 600,
        "nbf": now,
        **claims,
    }
    header = {"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}
    signed = ".".join(encode(json.dumps(part).encode()) for part in (header, payload))
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    return f"{signed}.{encode(signer.sign(signed.encode(), scheme, hashes.SHA256()))}"


@pytest.fixture(scope="module")
def certificate():
    return client_certificate()


@pytest.fixture(scope="module")
def other_certificate():
    return client_certificate("another")


@pytest.fixture
def with_certificate(contoso, certificate):
    contoso.application.certificates = [certificate.certificate]
    return contoso


def _sign_in_by(client, tenant, assertion):
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return client.token(tenant, client_secret="", client_assertion_type=kind, client_assertion=assertion)


def test_s1_an_assertion_signed_by_the_registered_certificate_signs_in(connect, with_certificate, certificate):
    answer = _sign_in_by(connect(), with_certificate, _assertion(with_certificate, certificate))
    assert answer.status_code == 200, answer.text


def test_s1_a_certificate_that_is_not_registered_is_refused(connect, with_certificate, other_certificate):
    answer = _sign_in_by(connect(), with_certificate, _assertion(with_certificate, other_certificate))
    assert (answer.status_code, answer.json()["error_codes"]) == (401, [700027])
    assert "not registered" in answer.json()["error_description"]


def test_s1_a_wrong_signature_is_refused(connect, with_certificate, certificate, other_certificate):
    forged = _assertion(with_certificate, certificate, key=other_certificate)
    answer = _sign_in_by(connect(), with_certificate, forged)
    assert answer.json()["error_codes"] == [700027]
    assert "signature" in answer.json()["error_description"]


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": 1000}, 700024),
        ({"aud": "https://login.microsoftonline.com/another-tenant/oauth2/v2.0/token"}, 700023),
        ({"iss": "somebody-else"}, 700016),
    ],
)
def test_s1_an_assertion_for_another_time_tenant_or_application_is_refused(
    connect, with_certificate, certificate, claims, code
):
    answer = _sign_in_by(connect(), with_certificate, _assertion(with_certificate, certificate, **claims))
    assert answer.json()["error_codes"] == [code]


def test_s1_what_is_no_assertion_at_all_is_refused(connect, with_certificate):
    assert _sign_in_by(connect(), with_certificate, "not.a-token").json()["error_codes"] == [50027]


def test_s1_a_token_that_runs_out_in_the_middle_of_a_run_gets_401(graph, contoso, clock):
    assert graph.get(POLICIES).status_code == 200
    clock.advance(3600)
    answer = graph.get(POLICIES)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert "expired" in answer.json()["error"]["message"]
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert graph.sign_in(contoso).get(POLICIES).status_code == 200


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer nonsense", "Bearer a.b.c", "Basic dXNlcjpwYXNz"])
def test_s1_no_token_and_a_broken_token_get_401(connect, contoso, header):
    answer = connect().get(POLICIES, headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")


def test_s1_a_token_whose_claims_were_changed_gets_401(graph, contoso):
    header, _, signature = graph.headers["Authorization"].removeprefix("Bearer ").split(".")
    claims = {"tid": contoso.id, "appid": contoso.application.client_id, "exp": 9_999_999_999, "roles": []}
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    answer = graph.get(POLICIES, headers={"Authorization": f"Bearer {header}.{forged}.{signature}"})
    assert answer.status_code == 401


def test_s1_roles_that_are_taken_away_stay_in_the_token_until_the_next_one(graph, contoso):
    contoso.application.roles = ()
    assert graph.get(POLICIES).status_code == 200
    assert graph.sign_in(contoso).get(POLICIES).status_code == 403


def test_s1_a_sign_in_can_fail_by_a_fault_rule(connect, contoso, simulator):
    simulator.faults.add(Fault(path="/*/oauth2/v2.0/token", status=503, retry_after="7", times=1))
    client = connect()
    refused = client.token(contoso)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "7")
    assert client.token(contoso).status_code == 200


def _msal(tenant, authority, session, credential):
    return msal.ConfidentialClientApplication(
        tenant.application.client_id,
        client_credential=credential,
        authority=authority,
        instance_discovery=False,
        http_client=session,
    ).acquire_token_for_client(["https://graph.microsoft.com/.default"])


def test_msal_signs_in_over_tls_with_the_simulators_own_authority(tmp_path, certificate):
    simulator = Simulator(clock=RealClock())
    tenant = simulator.add_tenant("Contoso")
    tenant.application.certificates = [certificate.certificate]
    session = requests.Session()
    session.trust_env = False
    with serving(simulator, tls=tmp_path) as running:
        session.verify = str(running.authority)
        for credential in (
            DEFAULT_SECRET,
            {"private_key": certificate.key, "public_certificate": certificate.certificate},
        ):
            result = _msal(tenant, f"{running.url}/{tenant.id}", session, credential)
            assert "access_token" in result, result
        wrong = _msal(tenant, f"{running.url}/{tenant.domain}", session, "wrong")
        assert wrong["error_codes"] == [7000215]


class Rewriting(requests.Session):
    """Sends what is meant for Microsoft's hosts to the simulator, and says whom it was meant for."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.trust_env = False
        self._url = url

    def request(self, method, url, **options):
        host, path = re.match(r"https://([^/]+)(.*)", url).groups()
        options["headers"] = {**(options.get("headers") or {}), "Host": host}
        return super().request(method, f"{self._url}{path}", **options)


def test_msal_signs_in_at_microsofts_own_address_through_a_client_that_rewrites_the_host(running, contoso, simulator):
    simulator.clock = RealClock()
    result = _msal(contoso, f"https://login.microsoftonline.com/{contoso.id}", Rewriting(running.url), DEFAULT_SECRET)
    assert "access_token" in result, result


def test_discovery_names_the_host_that_was_asked(connect, contoso):
    headers = {"Host": "login.microsoftonline.com"}
    found = connect().get(f"/{contoso.domain}/v2.0/.well-known/openid-configuration", headers=headers).json()
    assert found["token_endpoint"] == f"https://login.microsoftonline.com/{contoso.id}/oauth2/v2.0/token"
    keys = connect().get(f"/{contoso.id}/discovery/v2.0/keys").json()["keys"]
    assert keys[0]["kty"] == "RSA"


def test_instance_discovery_answers_for_any_authority(connect, contoso):
    asked = {"authorization_endpoint": f"https://login.microsoftonline.com/{contoso.id}/oauth2/v2.0/authorize"}
    found = connect().get("/common/discovery/instance", params=asked).json()
    assert found["tenant_discovery_endpoint"].endswith(f"/{contoso.id}/v2.0/.well-known/openid-configuration")


@pytest.mark.parametrize(
    ("scope", "host", "status"),
    [
        ("https://graph.microsoft.com/.default", "graph.microsoft.com", 200),
        ("https://graph.microsoft.us/.default", "graph.microsoft.us", 200),
        ("https://graph.microsoft.us/.default", "graph.microsoft.com", 401),
        ("https://graph.microsoft.com/.default", "microsoftgraph.chinacloudapi.cn", 401),
        ("https://vault.azure.net/.default", "graph.microsoft.com", 401),
        ("00000003-0000-0000-c000-000000000000/.default", "graph.microsoft.com", 200),
    ],
)
def test_a_token_is_good_for_graph_of_its_own_cloud_only(connect, contoso, scope, host, status):
    client = connect()
    client.sign_in(contoso, scope=scope)
    assert client.get(POLICIES, headers={"Host": host}).status_code == status


def test_a_token_for_graph_of_any_cloud_is_good_at_the_simulators_own_address(connect, contoso):
    client = connect()
    assert client.sign_in(contoso, scope="https://graph.microsoft.us/.default").get(POLICIES).status_code == 200
    assert client.sign_in(contoso, scope="https://vault.azure.net/.default").get(POLICIES).status_code == 401
