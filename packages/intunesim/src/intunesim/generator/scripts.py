"""Makers of scripts; their bodies differ, as real ones do."""

import base64

from intunesim.generator.context import Context
from intunesim.json_types import JsonObject

POWERSHELL = (
    "Set time zone",
    "Remove consumer apps",
    "Map network drives",
    "Install printers",
    "Enable BitLocker escrow",
    "Set desktop wallpaper",
    "Clear Teams cache",
)
SHELL = ("Set device name", "Install Rosetta", "Configure Dock", "Remove GarageBand")
REMEDIATIONS = (
    "Restart stale devices",
    "Fix Windows Update service",
    "Renew expired certificate",
    "Check disk space",
    "Repair Office activation",
    "Disable SMBv1",
)


def _encoded(*lines: str) -> str:
    return base64.b64encode("\r\n".join(lines).encode()).decode()


def _common(context: Context, topic: str, prefix: str, extension: str) -> JsonObject:
    return {
        "id": context.new_id(),
        "displayName": context.name(prefix, topic, context.audience()),
        "description": f"{topic} on managed devices",
        "runAsAccount": context.random.choice(("system", "user")),
        "fileName": f"{topic.replace(' ', '')}.{extension}",
        "roleScopeTagIds": context.scope_tags(),
        **context.times(),
    }


def powershell_script(context: Context, number: int) -> JsonObject:
    """Return a PowerShell script that runs once."""
    topic = POWERSHELL[number % len(POWERSHELL)]
    script = _common(context, topic, "Win", "ps1")
    body = _encoded(
        f"# {script['displayName']}", "$ErrorActionPreference = 'Stop'", f"Write-Output '{topic} {number}'", "exit 0"
    )
    own = {"scriptContent": body, "enforceSignatureCheck": False, "runAs32Bit": False}
    return {**script, **own, "assignments": context.assignments("deviceManagementScript", script["id"])}


def shell_script(context: Context, number: int) -> JsonObject:
    """Return a shell script for macOS."""
    topic = SHELL[number % len(SHELL)]
    script = _common(context, topic, "macOS", "sh")
    body = base64.b64encode(f"#!/bin/zsh\n# {script['displayName']}\necho '{topic} {number}'\n".encode()).decode()
    own = {
        "scriptContent": body,
        "executionFrequency": ("PT0S", "P1D", "P1W")[number % 3],
        "retryCount": number % 4,
        "blockExecutionNotifications": True,
    }
    return {**script, **own, "assignments": context.assignments("deviceManagementScript", script["id"])}


def custom_attribute(context: Context, number: int) -> JsonObject:
    """Return a script that reports an attribute of a Mac."""
    topic = ("Battery health", "Rosetta installed", "Uptime")[number % 3]
    script = _common(context, topic, "macOS attribute", "sh")
    body = base64.b64encode(f"#!/bin/zsh\necho {number}\n".encode()).decode()
    own = {
        "scriptContent": body,
        "customAttributeName": script["displayName"],
        "customAttributeType": ("integer", "string")[number % 2],
    }
    return {**script, **own, "assignments": context.assignments("deviceManagementScript", script["id"])}


def remediation(context: Context, number: int) -> JsonObject:
    """Return a pair of scripts: one finds a problem, the other mends it."""
    topic = REMEDIATIONS[number % len(REMEDIATIONS)]
    script = _common(context, topic, "Remediation", "ps1")
    del script["fileName"]
    schedule = {
        "@odata.type": "#microsoft.graph.deviceHealthScriptDailySchedule",
        "interval": 1,
        "useUtc": False,
        "time": "09:00:00",
    }
    assignments = [
        {**assignment, "runRemediationScript": True, "runSchedule": schedule}
        for assignment in context.assignments("deviceHealthScript", script["id"])
    ]
    return {
        **script,
        "publisher": "Workplace team",
        "version": "1.0",
        "detectionScriptContent": _encoded(f"# Detect: {topic} {number}", "exit 1"),
        "remediationScriptContent": _encoded(f"# Mend: {topic} {number}", "exit 0"),
        "enforceSignatureCheck": False,
        "runAs32Bit": False,
        "isGlobalScript": False,
        "highestAvailableVersion": None,
        "deviceHealthScriptType": "deviceHealthScript",
        "detectionScriptParameters": [],
        "remediationScriptParameters": [],
        "assignments": assignments,
    }


def compliance_script(context: Context, number: int) -> JsonObject:
    """Return a script whose findings a compliance policy judges."""
    topic = ("BIOS version", "Antivirus present", "Local administrators")[number % 3]
    script = _common(context, topic, "Compliance check", "ps1")
    del script["fileName"]
    return {
        **script,
        "publisher": "Workplace team",
        "version": "1.0",
        "detectionScriptContent": _encoded(f"# {topic} {number}", "@{ok=$true} | ConvertTo-Json -Compress"),
        "enforceSignatureCheck": False,
        "runAs32Bit": False,
        "assignments": [],
    }
