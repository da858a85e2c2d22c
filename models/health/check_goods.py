"""Are the products matched with JD's goods?"""

from .finding import attention, good, unknown


def check(connector, jd):
    env = connector.env
    counts = {
        "matched": connector.goods_matched_count,
        "count": connector.goods_count,
        "refused": connector.goods_refused_count,
        "missing": connector.goods_missing_count,
        "waiting": connector.goods_waiting_count,
    }
    if not counts["count"]:
        return unknown(
            env._("No product was compared with JD's goods yet."), "match_goods"
        )
    if counts["refused"]:
        return attention(
            env._(
                "%(refused)s of %(count)s products must be corrected before they can "
                "be JD's goods: deliveries with them wait. The list says for each what "
                "to do.",
                **counts,
            ),
            "refused_goods",
        )
    if counts["waiting"]:
        return unknown(
            env._(
                "%(waiting)s of %(count)s products are still being compared with JD's "
                "goods.",
                **counts,
            ),
            "goods",
        )
    if counts["missing"]:
        return attention(
            env._(
                "%(missing)s of %(count)s products are not at JD. Nothing is created "
                "there until somebody chooses it.",
                **counts,
            ),
            "choose_goods",
        )
    return good(
        env._(
            "All products that JD is to keep are matched with its goods: %(matched)s.",
            **counts,
        ),
        "goods",
    )
