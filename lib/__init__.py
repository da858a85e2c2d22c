"""JD's protocols in plain Python: no Odoo import, nothing but strings and dataclasses.

`api` names the operations and the errors, `transport` is the one place that sends,
`signing` holds the pure signing functions, and every sub-package is one of JD's
protocols behind the operations of `api`.
"""
