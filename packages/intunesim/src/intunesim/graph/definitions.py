"""Definitions of the settings catalog: those that ship, and those of settings that the tenant's policies use."""

from dataclasses import replace

from intunesim.graph import router
from intunesim.graph.known_settings import remember_definitions
from intunesim.graph.messages import Answer, Call


def answer_definitions(call: Call) -> Answer:
    """GET configurationSettings. The service knows thousands; here every setting that was in use has a definition."""
    remember_definitions(call.tenant, now=call.now)
    rest = call.rest if call.rest != ("configurationsettings",) else ()
    return router.answer(replace(call, rest=rest))
