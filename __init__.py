from . import controllers, models, wizards
from .models.connection import vault


def uninstall_hook(env):
    """Remove what no model's own table holds."""
    vault.drop_table(env.cr)
