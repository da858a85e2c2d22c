"""JDL, the integrated supply chain of JD Logistics (open.jdl.com, unit 367)."""

from .kinds import CODES, KINDS
from .levels import get_level_group
from .limits import find_invalid
from .login import JdlLogin
from .messages import get_messages
from .operations import JdlOperations, get_call_name
