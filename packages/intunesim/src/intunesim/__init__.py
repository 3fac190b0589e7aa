"""A faithful simulator of Microsoft Graph as Intune serves it."""

from intunesim.certificates import client_certificate
from intunesim.clock import RealClock, VirtualClock
from intunesim.faults import Fault, FaultKind
from intunesim.generator import Plan, generate
from intunesim.journal import Entry
from intunesim.limits import LimitRules, ServiceLimits, Window
from intunesim.loader import LoadReport, load_folder
from intunesim.server import Running, serving
from intunesim.simulator import Simulator
from intunesim.state.tenant import DEFAULT_SECRET, Application, Habits, Secret, Tenant
from intunesim.web.application import build_application

__all__ = [
    "DEFAULT_SECRET",
    "Application",
    "Entry",
    "Fault",
    "FaultKind",
    "Habits",
    "LimitRules",
    "LoadReport",
    "Plan",
    "RealClock",
    "Running",
    "Secret",
    "ServiceLimits",
    "Simulator",
    "Tenant",
    "VirtualClock",
    "Window",
    "build_application",
    "client_certificate",
    "generate",
    "load_folder",
    "serving",
]
