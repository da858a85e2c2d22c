from . import controllers, models, wizards
from .models.connection import vault
from .models.stock.columns import add_columns


def pre_init_hook(env):
    """Add our columns to Odoo's tables before Odoo does, which would fill them."""
    add_columns(env.cr)


def uninstall_hook(env):
    """Remove what no model's own table holds."""
    vault.drop_table(env.cr)
