"""Are the secrets encrypted, with a key that is kept outside of the database?"""

from ..connection import vault
from ..connection.jd_application import explain_pause
from .finding import attention, good


def check(connector, jd):
    env = connector.env
    if env["ir.config_parameter"].get_param(vault.OPTION):
        return attention(
            env._(
                "There is a system parameter %(option)s. Odoo does not read the key "
                "there, and whoever has a copy of the database has it too: delete the "
                "parameter and make a new key.",
                option=vault.OPTION,
            ),
            "parameters",
        )
    applications = connector.token_application_id | connector.own_application_id
    problems = {
        *vault.find_problems(connector, "access_token").values(),
        *vault.find_problems(applications, "secret").values(),
    } - {None}
    for problem in problems:
        return attention(explain_pause(env, problem), "connection")
    if notice := env["jd.application"]._get_vault_notice():
        return attention(notice)
    return good(
        env._(
            "APP SECRETs and logins are encrypted and can be read. The key is in "
            "Odoo's configuration, not in the database."
        )
    )
