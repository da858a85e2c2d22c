"""JDL, the integrated supply chain of JD Logistics (open.jdl.com, unit 367)."""

from .kinds import CODES, KINDS
from .login import JdlLogin
from .operations import JdlOperations, get_call_name

__all__ = ["CODES", "KINDS", "JdlLogin", "JdlOperations", "get_call_name"]
