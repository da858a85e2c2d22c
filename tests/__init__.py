from . import test_connector
from . import test_installed
from . import test_lib_jdl
from . import test_lib_signing
from . import test_lib_transport
from . import test_sandbox_gateway
from . import test_sandbox_login
