"""Layouts: how other tools name the folders and files of an export, and what stands in the files."""

from tenantpilot.versions.exporting.layouts.files import Layout
from tenantpilot.versions.exporting.layouts.intunecd import IntuneCD
from tenantpilot.versions.exporting.layouts.intunemanagement import IntuneManagement
from tenantpilot.versions.exporting.states import LayoutKey

LAYOUTS: dict[LayoutKey, Layout] = {
    LayoutKey.INTUNECD: IntuneCD(),
    LayoutKey.INTUNEMANAGEMENT: IntuneManagement(),
}
