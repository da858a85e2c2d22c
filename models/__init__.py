# The mixins first: a model names them where it is defined.
from . import mixins  # isort: skip
from . import check, connection, goods, health, inbox, order, report, stock
