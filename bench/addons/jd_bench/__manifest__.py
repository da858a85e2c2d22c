{
    "name": "An empty route, to compare with",
    "version": "19.0.1.0.0",
    "author": "JD Fulfillment maintainers",
    "license": "LGPL-3",
    "depends": ["web"],
    "installable": False,
}
