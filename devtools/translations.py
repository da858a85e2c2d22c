"""Keeps the addon's translations in `i18n/` complete and in step with its texts.

usage: translations.py update TEMPLATE
       translations.py check TEMPLATE

TEMPLATE is what Odoo exported from an installed addon. `update` takes it over into
the `.pot` and adds its terms, untranslated, to each language; `check` prints what is
wrong as `file: message`, and fails if there is anything.
"""

import re
import sys
from collections import Counter
from pathlib import Path

import polib

FOLDER = Path(__file__).resolve().parent.parent / "i18n"
NAME = "jd_fulfillment.pot"
# Times, which would change with every export.
NOT_KEPT = ("POT-Creation-Date", "PO-Revision-Date")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd%]")
TAG = re.compile(r"<[^>]+>")
# A title is read by people, and translated.
TITLE = re.compile(r'\btitle="[^"]*"')
# What a sentence calls by name: a button, a menu, a filter.
NAMED = re.compile(r"<(?:em|strong|b)\b[^>]*>([^<]+)</|“([^”]+)”")
PATH_SIGN = " ▸ "
# The translator's comment on a term that this language writes as English does. OCA's
# checks want its translation empty.
SAME = "Written the same."


def read(path):
    return polib.pofile(str(path))


def read_terms(template):
    """Return an exported template without its times, sorted by its terms."""
    for name in NOT_KEPT:
        template.metadata.pop(name, None)
    template.sort(key=lambda entry: entry.msgid)
    for entry in template:
        entry.occurrences.sort()
    return template


def update(exported):
    exported.save(str(FOLDER / NAME))
    for path in sorted(FOLDER.glob("*.po")):
        language = read(path)
        language.merge(exported)
        for entry in language.obsolete_entries():
            language.remove(entry)
        language.sort(key=lambda entry: entry.msgid)
        language.save(str(path))


def check(exported):
    """Yield (file, message) for each thing that is wrong."""
    template = read(FOLDER / NAME)
    if find_places(template) != find_places(exported):
        yield NAME, "is out of date: run ./dev translations, and translate what is new"
    terms = {entry.msgid for entry in template}
    for path in sorted(FOLDER.glob("*.po")):
        for message in check_language(read(path), terms):
            yield path.name, message


def find_places(template):
    return {each.msgid: {place for place, _ in each.occurrences} for each in template}


def check_language(language, terms):
    found = {entry.msgid: entry for entry in language if not entry.obsolete}
    for term in sorted(terms - found.keys()):
        yield f"does not have {term!r}"
    for term in sorted(found.keys() - terms):
        yield f"has {term!r}, which is no text of ours any more"
    names = {term: get_shown(entry) for term, entry in found.items()}
    for entry in found.values():
        if not get_shown(entry) or "fuzzy" in entry.flags:
            yield f"does not translate {entry.msgid!r}"
            continue
        for message in check_entry(entry, names):
            yield f"{message} in the translation of {entry.msgid!r}"


def check_entry(entry, names):
    """Yield what a translation lost or calls by another name.

    :param names: English term → translation, of this language.
    """
    text = get_shown(entry)
    for what, find in (("placeholders", find_placeholders), ("tags", find_tags)):
        if find(entry.msgid) != find(text):
            yield f"other {what}"
    for name in find_names(entry.msgid):
        shown = names.get(name, "").strip()
        if name != entry.msgid and shown not in text:
            yield f"{name!r} is not called {shown!r}, as on the screen,"


def get_shown(entry):
    """Return what people read, nothing where nobody has translated it."""
    return entry.msgstr or (entry.msgid if entry.tcomment == SAME else "")


def find_placeholders(text):
    return Counter(PLACEHOLDER.findall(text))


def find_tags(text):
    return Counter(TITLE.sub("", tag) for tag in TAG.findall(text))


def find_names(text):
    for match in NAMED.finditer(text):
        for name in (match[1] or match[2]).split(PATH_SIGN):
            yield name.strip()


def main(command, path):
    exported = read_terms(read(path))
    if command == "update":
        update(exported)
        return 0
    found = list(check(exported))
    for file, message in found:
        print(f"i18n/{file}: {message}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
