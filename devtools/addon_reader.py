"""Reads from an addon's source, without Odoo, what it says of its models and views."""

import ast
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from lxml import etree

# What is beside the addon in its checkout, and is not it.
NOT_THE_ADDON = {"bench", "devtools", "sandbox", "tests"}


class Place(NamedTuple):
    """Where something stands; places of one addon sort by file and line."""

    file: str  # relative to the addon
    line: int

    def __str__(self):
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Member:
    """A method or a field in a class of a model."""

    model: str
    name: str
    place: Place


@dataclass(frozen=True)
class Extension:
    """A view of an addon that extends another one of the same addon."""

    name: str
    extends: str
    place: Place


@dataclass(frozen=True)
class Import:
    """A module, or what is taken from one, that a file imports.

    The addon's own are named from its folder, e.g. `lib.jdl`.
    """

    target: str
    place: Place


class Addon:
    """The source of an addon, its tests left out.

    :param name: The addon's technical name, where its folder has another one.
    """

    def __init__(self, folder, name=None):
        self.folder = Path(folder).resolve()
        self.name = name or self.folder.name

    def find_files(self, suffix, under=("",)):
        """Return the files of the addon, or of some of its folders, in order."""
        files = {
            path for each in under for path in (self.folder / each).rglob(f"*{suffix}")
        }
        return sorted(path for path in files if self._is_part(path))

    def _is_part(self, path):
        folders = path.relative_to(self.folder).parts[:-1]
        is_hidden = any(name.startswith(".") for name in folders)
        return not is_hidden and NOT_THE_ADDON.isdisjoint(folders)

    def get_place(self, path, line):
        return Place(path.relative_to(self.folder).as_posix(), line)

    @cached_property
    def modules(self):
        """Python file → its syntax tree."""
        return {path: ast.parse(path.read_bytes()) for path in self.find_files(".py")}

    # === MODELS === #

    @cached_property
    def _classes(self):
        """Pairs of file and class, of the classes that make up models."""
        return [
            (path, node)
            for path, tree in self.modules.items()
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and get_model_name(node)
        ]

    @cached_property
    def model_files(self):
        """Model → the files in which its classes stand."""
        files = defaultdict(set)
        for path, node in self._classes:
            files[get_model_name(node)].add(path)
        return dict(files)

    @cached_property
    def methods(self):
        return self._find_members(_get_method_name)

    @cached_property
    def fields(self):
        return self._find_members(_get_field_name)

    def _find_members(self, get_name):
        return [
            Member(get_model_name(node), name, self.get_place(path, statement.lineno))
            for path, node in self._classes
            for statement in node.body
            if (name := get_name(statement))
        ]

    def find_repeated_methods(self):
        """Return (model, method) → its definitions, where there are several."""
        found = defaultdict(list)
        for method in self.methods:
            found[method.model, method.name].append(method)
        return {key: several for key, several in found.items() if len(several) > 1}

    def find_scattered_fields(self):
        """Return model → file → its fields, where several files have some."""
        found = defaultdict(lambda: defaultdict(list))
        for field in self.fields:
            found[field.model][field.place.file].append(field)
        return {model: files for model, files in found.items() if len(files) > 1}

    # === VIEWS === #

    def find_own_extensions(self):
        """Return the views and templates that extend another one of the addon."""
        return [
            Extension(node.get("id"), extended, self.get_place(path, node.sourceline))
            for path in self.find_files(".xml")
            for node in self._parse_views(path)
            if (extended := self._get_own_name(_get_extended(node)))
        ]

    def find_nodes(self, *tags):
        """Return pairs of a node of these tags, in any XML file, and its place."""
        return [
            (node, self.get_place(path, node.sourceline))
            for path in self.find_files(".xml")
            for node in self._parse(path, f"//{' | //'.join(tags)}")
        ]

    def _parse_views(self, path):
        return self._parse(path, "//record[@model='ir.ui.view'] | //template[@id]")

    def _parse(self, path, query):
        try:
            return etree.parse(path).xpath(query)
        except etree.XMLSyntaxError:
            return []  # pylint-odoo tells of these

    def _get_own_name(self, reference):
        """Return the name of a view without the addon's, nothing for another's view."""
        addon, _dot, name = (reference or "").rpartition(".")
        return name if addon in ("", self.name) else None

    # === IMPORTS === #

    @cached_property
    def imports(self):
        return [
            Import(target, self.get_place(path, node.lineno))
            for path, tree in self.modules.items()
            for node in ast.walk(tree)
            for target in self._get_imported(path, node)
        ]

    def _get_imported(self, path, node):
        """Yield all that a statement imports: from a package, also the names in it."""
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = self._get_base(path, node)
            names = [f"{base}.{alias.name}".strip(".") for alias in node.names]
        else:
            names = []
        for name in names:
            yield name.removeprefix(f"odoo.addons.{self.name}.")

    def _get_base(self, path, node):
        """Return what `from` names, from the addon's folder on."""
        above = path.relative_to(self.folder).parts[: -node.level] if node.level else ()
        return ".".join([*above, node.module or ""]).strip(".")


def get_model_name(node):
    """Return the model that a class makes or extends, as Odoo tells it; or nothing."""
    names = {
        target.id: statement.value
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name) and target.id in ("_name", "_inherit")
    }
    for value in map(names.get, ("_name", "_inherit")):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return None


def _get_method_name(statement):
    return isinstance(statement, ast.FunctionDef) and statement.name


def _get_field_name(statement):
    """Return the name that a statement like `name = fields.Char()` assigns."""
    match statement:
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.Call(func=ast.Attribute(value=ast.Name(id="fields"))),
        ):
            return name
    return None


def _get_extended(node):
    """Return the view that a view or a template extends, as it is written."""
    if node.tag == "template":
        return node.get("inherit_id")
    return next(iter(node.xpath("field[@name='inherit_id']/@ref")), None)
