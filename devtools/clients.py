"""The tests' own clients, for scripts that talk to Odoo and the sandbox as they do."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from browser import keep_pictures, open_window, start_browser
from odoo_client import OdooClient
from sandbox_process import SandboxClient, sign_in

__all__ = [
    "OdooClient",
    "SandboxClient",
    "keep_pictures",
    "open_window",
    "sign_in",
    "start_browser",
]
