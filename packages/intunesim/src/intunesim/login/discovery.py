"""OpenID discovery, enough for MSAL and for the Azure identity libraries."""

from intunesim.json_types import JsonObject
from intunesim.state.tenant import Tenant


def openid_configuration(tenant: Tenant, base_url: str, graph_host: str = "graph.microsoft.com") -> JsonObject:
    """Return the discovery document of a tenant, with addresses on the host that was asked."""
    authority = f"{base_url}/{tenant.id}"
    return {
        "token_endpoint": f"{authority}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{authority}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{authority}/v2.0",
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": f"https://{graph_host}/oidc/userinfo",
        "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{authority}/oauth2/v2.0/devicecode",
        "http_logout_supported": True,
        "frontchannel_logout_supported": True,
        "end_session_endpoint": f"{authority}/oauth2/v2.0/logout",
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "tid", "ver", "appid"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": graph_host,
        "rbac_url": "https://pas.windows.net",
    }


def instance_discovery(base_url: str, tenant_id: str, host: str) -> JsonObject:
    """Return the list of hosts that are known to be Microsoft's, with the asked host among them."""
    return {
        "tenant_discovery_endpoint": f"{base_url}/{tenant_id}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [
            {
                "preferred_network": host,
                "preferred_cache": host,
                "aliases": sorted({host, "login.microsoftonline.com", "login.windows.net", "login.microsoft.com"}),
            }
        ],
    }
