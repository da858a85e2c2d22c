"""Results as Markdown, so that they can go into the documentation as they are."""


def show(title, head, rows):
    print(f"\n### {title}\n")
    print(_line(head))
    print(_line("---" for _ in head))
    for row in rows:
        print(_line(row))
    print(flush=True)


def _line(cells):
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def number(value):
    """Write a number with about three digits."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
