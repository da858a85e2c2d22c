"""JDL, the integrated supply chain of JD Logistics (open.jdl.com, unit 367)."""

from .login import JdlLogin
from .operations import JdlOperations

__all__ = ["JdlLogin", "JdlOperations"]
