"""Tell how a request arrives, for `tenantpilot doctor`: what the web server sees of the proxies in between."""

from django.core import signing
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from tenantpilot.web.frame.proxies import client_address, forwarded_for, is_trusted, parsed, peer_address, was_forwarded
from tenantpilot.web.ui import parameters

SALT = "tenantpilot.web.arrival"
PROOF_SECONDS = 60


def path_with_proof() -> str:
    """Return the path to ask for, with a proof that whoever asks has the installation's secret key."""
    return f"{reverse('arrival')}?{urlencode({'proof': signing.dumps('doctor', salt=SALT)})}"


@require_safe
def arrival(request: HttpRequest) -> JsonResponse:
    """Answer the scheme and the addresses, to nobody but the doctor."""
    try:
        signing.loads(parameters.as_sent(request.GET, "proof"), salt=SALT, max_age=PROOF_SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    return JsonResponse(
        {
            "scheme": request.scheme,
            "client": client_address(request),
            "peer": peer_address(request),
            "peer_is_trusted": is_trusted(parsed(peer_address(request))),
            "was_forwarded": was_forwarded(request),
            "forwarded_for": forwarded_for(request),
        }
    )
