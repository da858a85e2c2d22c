{
    "name": "JD Fulfillment",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Inventory",
    "summary": "Keep deliveries, receipts, returns and stock in step with JD's warehouses",
    "author": "JD Fulfillment maintainers",
    "license": "LGPL-3",
    "depends": ["stock"],
    "external_dependencies": {"python": ["requests"]},
    "data": [],
    "installable": True,
    "application": True,
}
