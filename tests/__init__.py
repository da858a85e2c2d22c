from . import test_installed
from . import test_sandbox_gateway
from . import test_sandbox_login
