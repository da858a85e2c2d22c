"""What a button shows in the corner of the screen."""


def notify(kind, message, **params):
    """Return the client action that shows a message and then refreshes the view.

    :param str kind: `info`, `success`, `warning` or `danger`.
    :param params: As of Odoo's `display_notification`, such as `title` and `sticky`.
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": kind,
            "message": message,
            "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            **params,
        },
    }
