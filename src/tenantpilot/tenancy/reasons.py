"""Reason codes of a tenant's connection: signing in to Microsoft, and reading and writing through Graph."""

from tenantpilot.core.reasons import Owner, ReasonCatalog, reason

ReasonCatalog.add(
    [
        # signing in
        reason("credential_missing", "The tenant has no credential.", Owner.TENANT_MANAGER, "Add an application's credential to the tenant.", "credential"),
        reason("credential_unreadable", "The stored credential cannot be decrypted with the keys of this installation.", Owner.PLATFORM_OPERATOR, "Restore the key it was sealed with, or enter the credential again.", "credential"),
        reason("tenant_not_found", "Microsoft does not know this tenant[ ({aadsts})].", Owner.TENANT_MANAGER, "Compare the tenant id with the one on the Entra overview page.", "directory"),
        reason("directory_changed", "The directory of the tenant was changed while the operation read the one before.", Owner.OPERATOR, "Run it again: it reads the directory that the tenant has now.", "again"),
        reason("application_not_found", "The application is not known in this tenant[ ({aadsts})].", Owner.TENANT_ADMINISTRATOR, "Check the client id, and give admin consent to the application in the tenant.", "application"),
        reason("application_disabled", "The application is disabled in this tenant[ ({aadsts})].", Owner.TENANT_ADMINISTRATOR, "Enable it in Entra: enterprise applications, the application, properties, 'Enabled for users to sign in'.", "connection"),
        reason("subscription_lapsed", "Microsoft has disabled the service in this tenant: a subscription has lapsed, or an administrator disabled it[ ({aadsts})].", Owner.TENANT_ADMINISTRATOR, "Renew the subscription, or enable the service's application in Entra.", "connection"),
        reason("conditional_access_blocked", "A Conditional Access policy of the tenant blocks the application[ ({aadsts})].", Owner.TENANT_ADMINISTRATOR, "Exclude the application from the policy, or allow the address of this installation. The Entra sign-in log names the policy.", "connection"),
        reason("tenant_blocked", "Microsoft has blocked this tenant[ ({aadsts})].", Owner.TENANT_ADMINISTRATOR, "Ask Microsoft's support why the tenant is blocked.", "connection"),
        reason("client_secret_invalid", "Microsoft refused the client secret[ ({aadsts})].", Owner.TENANT_MANAGER, "Enter the secret's value (not its id) again, or make a new one in Entra.", "credential"),
        reason("client_secret_expired", "The client secret has expired[ ({aadsts})].", Owner.TENANT_ADMINISTRATOR, "Make a new client secret in Entra and enter it here.", "credential"),
        reason("certificate_invalid", "Microsoft refused the certificate[ ({aadsts})].", Owner.TENANT_MANAGER, "Upload the certificate's public part to the application in Entra.", "credential"),
        reason("sign_in_failed", "Signing in to Microsoft Graph failed[ ({aadsts})].", Owner.TENANT_ADMINISTRATOR, "Look the code up in the Entra sign-in log.", "connection"),
        reason("token_rejected", "Graph did not accept the token that Entra had just given[: it answered {status}].", Owner.TENANT_ADMINISTRATOR, "Check in the Entra sign-in log that the application may use Microsoft Graph.", "connection"),
        # reading and writing
        reason("permission_missing", "The application lacks a permission[ ({permission})][: Graph answered {status}].", Owner.TENANT_ADMINISTRATOR, "Grant the missing permission and give admin consent.", "permissions"),
        reason("not_licensed", "The tenant has no license for this: Graph says that the request does not apply to it.", Owner.TENANT_ADMINISTRATOR, "Assign an Intune or Entra license of the right kind to the tenant, or leave these policy types out."),
        reason("intermediary_answered", "Something between TenantPilot and Microsoft Graph answered[ {status}], and not Graph.", Owner.PLATFORM_OPERATOR, "Let the firewall or proxy pass requests to Microsoft's sign-in and Graph hosts unchanged, then run it again."),
        reason("proxy_refused", "The proxy on the way to Microsoft wants a name and a password, or others than it was given.", Owner.PLATFORM_OPERATOR, "Put them into TENANTPILOT_GRAPH_PROXY, then restart the workers."),
        reason("resource_not_found", "Graph does not have it[: it answered {status}].", Owner.OPERATOR, "Sync the inventory, then look again.", "inventory"),
        reason("request_rejected", "Graph refused the request[ with {status}][ {graph_code}].", Owner.OPERATOR, "Look at the request id in the log, and at the object in the Intune console."),
        reason("throttled", "Graph asked to wait longer than the time allowed.", Owner.NOBODY, "Run it again later."),
        reason("graph_unavailable", "Graph could not be reached or did not answer.", Owner.PLATFORM_OPERATOR, "Check the network, then run it again."),
        reason("graph_error", "Graph answered with an error of its own[ ({status})].", Owner.NOBODY, "Run it again later. If it stays, ask Microsoft's support with the request id."),
        reason("response_unreadable", "Graph's answer could not be read.", Owner.PLATFORM_OPERATOR, "Check for a proxy that changes answers, then run it again."),
        reason("deadline_exceeded", "Graph did not finish its answer in the time allowed.", Owner.NOBODY, "Run it again later."),
        reason("incomplete_read", "Graph [stated {stated} objects and ]delivered [{read}: ]not the whole list.", Owner.NOBODY, "Run it again. What was missing is not marked as gone."),
        reason("object_not_shown", "Graph lists the object, and does not find it or a part of it when it is read.", Owner.TENANT_ADMINISTRATOR, "Run it again. If it stays so, open the object in Microsoft's portal and save or delete it."),
        reason("host_refused", "An address for signing in or for Graph is not one that may see the tenant's token.", Owner.PLATFORM_OPERATOR, "Use the addresses of one Microsoft cloud; a simulator has to be named in the settings."),
        reason("approval_pending", "Microsoft waits for the approval of a second administrator.", Owner.TENANT_ADMINISTRATOR, "Have the request approved in the Intune console, then run it again."),
        reason("approval_required", "The tenant protects such changes by Multi Admin Approval.", Owner.TENANT_ADMINISTRATOR, "Exclude the application from the access policy, or approve its requests in the Intune console."),
        reason("write_outcome_unknown", "Graph did not say whether it was applied.[ Objects that may be it: {found}.]", Owner.OPERATOR, "Look at the objects of this name in the Intune console before trying again."),
        reason("secret_masked", "It holds [{count} ]secrets that Graph does not give back, so it cannot be written.", Owner.OPERATOR, "Enter the secrets in the Intune console."),
    ]
)  # fmt: skip
