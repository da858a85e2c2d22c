"""The check of `./dev lint` that keeps the translations complete, on files that break
it; and what a translation is for: people read their own language."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

from odoo.tests import BaseCase, TransactionCase, tagged

from .sandbox_process import ROOT

TERMS = (
    "Reconnect",
    "%(count)s of %(total)s orders wait",
    "Click <em>Reconnect</em> before",
    "APP KEY",
)
THAI = dict(
    zip(
        TERMS,
        (
            "เชื่อมต่ออีกครั้ง",
            "%(count)s จาก %(total)s คำสั่งรอ",
            "คลิก <em>เชื่อมต่ออีกครั้ง</em> ก่อน",
            None,
        ),
        strict=True,
    )
)


class TestTranslationsCheck(BaseCase):
    def setUp(self):
        super().setUp()
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        (self.folder / "i18n").mkdir()
        (self.folder / "devtools").mkdir()
        program = Path(ROOT, "devtools/translations.py").read_bytes()
        (self.folder / "devtools/translations.py").write_bytes(program)
        self.write("exported.pot", dict.fromkeys(TERMS, ""))
        self.write("i18n/jd_fulfillment.pot", dict.fromkeys(TERMS, ""))
        self.write("i18n/th.po", THAI)

    def write(self, name, terms):
        """Write a file of terms; None stands for one that is written the same."""
        file = polib.POFile()
        for term, text in terms.items():
            comment = "" if text is not None else "Written the same."
            file.append(polib.POEntry(msgid=term, msgstr=text or "", tcomment=comment))
        file.save(str(self.folder / name))

    def run_it(self, command):
        program = [sys.executable, self.folder / "devtools/translations.py", command]
        run = subprocess.run(
            [*program, self.folder / "exported.pot"], capture_output=True, text=True
        )
        self.assertFalse(run.stderr)
        self.assertEqual(run.returncode, 1 if run.stdout else 0)
        return run.stdout.splitlines()

    def test_what_is_complete_passes(self):
        self.assertFalse(self.run_it("check"))

    def test_each_fault_is_told(self):
        for term, text, told in (
            (TERMS[0], "", "does not translate 'Reconnect'"),
            (TERMS[1], "%(count)s คำสั่งรอ", "other placeholders"),
            (TERMS[1], "%(sum)s จาก %(total)s คำสั่งรอ", "other placeholders"),
            (TERMS[2], "คลิก เชื่อมต่ออีกครั้ง ก่อน", "other tags"),
            (TERMS[2], "คลิก <em>ต่อใหม่</em> ก่อน", "'Reconnect' is not called"),
            (TERMS[3], "", "does not translate 'APP KEY'"),
            ("Old", "เก่า", "has 'Old', which is no text of ours any more"),
        ):
            with self.subTest(term=term, text=text):
                self.write("i18n/th.po", THAI | {term: text})
                (found,) = self.run_it("check")
                self.assertIn(told, found)

    def test_a_new_text_is_told_and_an_update_takes_it_over(self):
        self.write("exported.pot", dict.fromkeys((*TERMS, "New"), ""))
        (found,) = self.run_it("check")
        self.assertIn("jd_fulfillment.pot: is out of date", found)
        self.run_it("update")
        self.assertEqual(self.run_it("check"), ["i18n/th.po: does not translate 'New'"])


@tagged("-at_install", "post_install")
class TestLanguages(TransactionCase):
    def test_every_language_is_read_by_odoo(self):
        view = self.env.ref("jd_fulfillment.jd_connector_view_form")
        script = {
            "th_TH": "[\u0e00-\u0e7f]",
            "zh_CN": "[\u4e00-\u9fff]",
            "id_ID": r"\bGudang\b",
            "vi_VN": "[\u1ea0-\u1ef9]",
        }
        for code in script:
            self.env["res.lang"]._activate_lang(code)
        module = self.env["ir.module.module"]._get("jd_fulfillment")
        module._update_translations(list(script))
        for code, letters in script.items():
            with self.subTest(code):
                arch = view.with_context(lang=code).arch
                self.assertTrue(re.search(letters, arch))

    def test_every_choice_is_shown_in_the_language_of_who_reads_it(self):
        self.env["res.lang"]._activate_lang("th_TH")
        self.env["ir.module.module"]._get("jd_fulfillment")._update_translations(
            ["th_TH"]
        )
        file = polib.pofile(str(Path(ROOT, "i18n/th.po")))
        thai = {entry.msgid: entry.msgstr or entry.msgid for entry in file}
        for model in self.env.values():
            if not model._name.startswith("jd."):
                continue
            mine = model.with_context(lang="th_TH")
            for field in model._fields.values():
                if field.type == "selection" and field._modules == ("jd_fulfillment",):
                    with self.subTest(str(field)):
                        english = field._description_selection(self.env)
                        shown = field._description_selection(mine.env)
                        wanted = [(key, thai[label]) for key, label in english]
                        self.assertEqual(shown, wanted)
