"""The page says what the report says, and nothing that a database holds becomes anything but text."""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
from collections import Counter
from configparser import ConfigParser
from contextlib import closing
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from mappings.errors import ConfigurationError, TransferError
from tests.report import samples
from transfer.cli import commands
from transfer.page.headline import headline
from transfer.page.rejected import SHOWN
from transfer.page.visible import is_invisible
from transfer.page.writing import Job, page, prepare, write_page
from transfer.report import Report, TableReport, Unverified, Verified

HANDLES = ("id", "href", "data-order", "data-nav", "role", "lang", "dir", "name", "http-equiv", "charset")


class Reader(HTMLParser):
    """The elements, attributes and texts of a page, outside its own script and style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: dict[str, set[str]] = {}
        self.texts: list[str] = []
        self.own: dict[str, str] = {}
        self._within = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self._within = tag
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within in ("script", "style"):
            self.own[self._within] = self.own.get(self._within, "") + data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader(page(*samples.busy(tmp_path_factory.mktemp("busy"))))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page(*samples.hostile(tmp_path_factory.mktemp("hostile")))


def test_nothing_hostile_becomes_an_element_or_an_attribute(harmless: Reader, hostile: str) -> None:
    read = Reader(hostile)
    assert set(read.tags) <= set(harmless.tags)
    assert set(read.attributes) <= set(harmless.attributes)
    assert (read.tags["script"], read.tags["style"], read.tags["meta"]) == (1, 1, harmless.tags["meta"])
    assert read.own == harmless.own
    for name in HANDLES:
        values = {value for value in read.attributes.get(name, set()) if not value.replace(".", "").isdigit()}
        assert values <= harmless.attributes.get(name, set()), name
    styled = set(re.findall(r"\.([a-z]+\d?)\b", harmless.own["style"])) | {"note", "lines", "scroll"}
    assert {word for value in read.attributes["class"] for word in value.split()} <= styled


def test_everything_hostile_is_there_to_be_read(hostile: str) -> None:
    text = Reader(hostile).text
    for told in (samples.HOSTILE[0], samples.HOSTILE[1], samples.HOSTILE[2], samples.HOSTILE[6], samples.HOSTILE[8]):
        assert text.count(told) > 10
    assert "{{ 7 * 7 }}{% raw %}" in text
    assert "nul⟨NUL⟩, bell⟨BEL⟩, escape⟨ESC⟩[31m, delete⟨DEL⟩, c1⟨U+009B⟩" in text
    assert "abc⟨U+202E⟩txt.exe⟨U+202C⟩⟨U+2066⟩⟨U+200F⟩" in text
    assert "lines⟨CR⟩↵and⟨TAB⟩tabs⟨U+2028⟩⟨U+2029⟩⟨U+0085⟩" in text


def test_no_control_character_and_no_directional_mark_is_on_the_page(hostile: str) -> None:
    assert {each for each in hostile if is_invisible(each)} <= {"\n", "\t"}


def test_the_policy_allows_the_pages_own_script_and_style_alone(harmless: Reader) -> None:
    (policy,) = (value for value in harmless.attributes["content"] if "default-src" in value)
    for name in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(harmless.own[name].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_the_page_refers_to_nothing_outside(harmless: Reader) -> None:
    assert not {"src", "style", "onclick", "onload", "href", "action", "srcset"} & set(harmless.attributes)
    assert not {"link", "img", "iframe", "form", "base", "object"} & set(harmless.tags)
    assert not re.search(r"url\(|@import|https?:", harmless.own["style"] + harmless.own["script"])


def test_what_an_auditor_asks_for_is_there(harmless: Reader) -> None:
    for told in (
        "Differences found", "12 tables, 75,489,714 rows copied.", "20260131T221503Z-9f3c",
        "2026-01-31 22:15:03 UTC to 2026-01-31 22:20:05 UTC", "postgresql://loader:***@db2/shop", "MariaDB 10.11.19",
        "one instant, 2026-01-31 22:15:04 UTC", "3 rows not written, kept in", "value '0000-00-00' does not fit",
        "12 missing on the target, 3 only on the target, 3,397 changed, 4 equal when read again",
        "the first 5 of 3,412 rows", "the target cannot say its points as text", "a view is code, not rows",
        "collation utf8mb4_general_ci not kept", 'CREATE TABLE "public"."customer"', "orders.shipped=null", "pyarrow",
        "public.event.event_at", "SET GLOBAL local_infile = 1",
    ):  # fmt: skip
        assert told in harmless.text, told


@pytest.mark.parametrize(
    ("levels", "tone", "sentence"),
    [
        (("digest",), "good", "Proof: every value compared and equal."),
        (("count", "count"), "doubtful", "Proof: only the number of rows compared, and equal."),
        (("none",), "doubtful", "Proof: nothing proved."),
        (("digest", "unverified"), "doubtful", "Proof: not compared in 1 table; every value compared and equal in 1 table."),  # noqa: E501
    ],
)  # fmt: skip
def test_done_is_good_only_when_every_value_is_proved(levels: tuple[Verified, ...], tone: str, sentence: str) -> None:
    tables = tuple(TableReport("a", "b", 1, 0, level, 0.1) for level in levels)
    told = headline(Report("done", "r", 1.0, tables, (), ()), "copy")
    assert (told.word, told.tone) == ("Done", tone)
    assert sentence in told.sentences


@pytest.mark.parametrize("place", ["shop.photo.place", "shop.photo", "public.photo", "all tables"])
def test_a_table_of_which_a_part_was_compared_is_not_called_proved(tmp_path: Path, place: str) -> None:
    photo = TableReport("shop.photo", "public.photo", 1, 0, "digest", 0.1, proof="inside")
    report = Report("partial", "r", 1.0, (photo,), (), (), unverified=(Unverified(place, "why"),))
    told = headline(report, "verify")
    assert (told.word, told.tone) == ("Equal as far as compared", "doubtful")
    assert "Proof: not all compared, the rest equal." in told.sentences
    text = Reader(page(report, Job("verify", "s", "t"))).text
    assert "not every value, inside the databases" in text
    assert place in text and "why" in text
    other = replace(report, unverified=(Unverified("shop.photograph.place", "why"),))
    assert "Proof: every value compared and equal." in headline(other, "verify").sentences


def test_a_schema_that_is_not_as_planned_casts_doubt(tmp_path: Path) -> None:
    report, _ = samples.busy(tmp_path)
    fine = replace(report, status="done", tables=(TableReport("a", "b", 1, 0, "digest", 0.1),), schema_differences=None)
    assert headline(fine, "copy").tone == "good"
    assert headline(replace(fine, schema_differences=report.schema_differences), "copy").tone == "doubtful"


def test_the_first_hundred_rejects_of_a_table_are_shown(tmp_path: Path) -> None:
    report, job = samples.busy(tmp_path)
    file = Path(report.reject_file)
    header, row, *_ = file.read_text().splitlines()
    file.write_text("\n".join([header, *[row] * 250]))
    tables = (replace(report.tables[3], rejected=250),)
    text = Reader(page(replace(report, tables=tables), job)).text
    assert f"the first {SHOWN} of 250 rejected" in text
    assert text.count("value 'a\\x00b' does not fit") == SHOWN


@pytest.mark.parametrize("content", [None, "no json", '{"row": {}}'])
def test_a_reject_file_that_cannot_be_read_is_told_of(tmp_path: Path, content: str | None) -> None:
    report, job = samples.busy(tmp_path)
    Path(report.reject_file).unlink()
    if content is not None:
        Path(report.reject_file).write_text(content)
    assert "rejects.jsonl cannot be read" in Reader(page(report, job)).text


def test_a_page_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    report, job = samples.busy(tmp_path)
    folder = tmp_path / "reports"
    (folder / f"dbtransfer-copy-{report.run}.html").mkdir(parents=True)
    with pytest.raises(TransferError, match="the report could not be written"):
        write_page(folder, report, job)
    assert [path.suffix for path in folder.iterdir()] == [".html"]


def test_a_folder_that_cannot_be_is_told_of_beforehand(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match=r"file/reports: "):
        prepare(tmp_path / "file" / "reports")


def test_a_verification_has_no_sections_about_a_plan(tmp_path: Path) -> None:
    report = Report("done", "r", 1.0, (TableReport("a", "a", 1, 0, "digest", 0.1),), (), ())
    text = Reader(page(report, Job("verify", "s", "t"))).text
    assert "Comparison of two databases" in text
    assert "Not carried" not in text and "DDL" not in text and "Timeline" not in text


def test_all_that_the_page_is_made_of_is_packaged() -> None:
    config = ConfigParser()
    config.read(Path(__file__).parents[2] / "setup.cfg")
    packaged = config["options.package_data"]["transfer"].split()
    found = {f"page/{each.name}" for each in files("transfer.page").iterdir() if each.name.startswith("report.")}
    assert found == {name for name in packaged if name.startswith("page/")}
    assert len(found) == 3


@pytest.fixture
def databases(tmp_path: Path) -> tuple[str, str]:
    with closing(sqlite3.connect(tmp_path / "source.db")) as connection:
        connection.execute('CREATE TABLE "<b>" (id INTEGER PRIMARY KEY, "a&b" TEXT)')
        connection.execute("INSERT INTO \"<b>\" VALUES (1, '</script>'), (2, NULL)")
        connection.commit()
    return f"sqlite:///{tmp_path / 'source.db'}", f"sqlite:///{tmp_path / 'target.db'}"


def test_copy_and_verify_write_a_page_of_their_run(tmp_path: Path, databases: tuple[str, str]) -> None:
    folder = tmp_path / "reports"
    assert CliRunner().invoke(commands, ["copy", *databases, "--jobs", "2", "--report", str(folder)]).exit_code == 0
    (path,) = folder.glob("dbtransfer-copy-*.html")
    text = Reader(path.read_text(encoding="utf-8")).text
    for told in ("Done", "1 table, 2 rows copied.", "Proof: every value compared and equal.", "<b>", "a&b", "--jobs"):
        assert told in text, told
    with closing(sqlite3.connect(tmp_path / "target.db")) as connection:
        connection.execute('UPDATE "<b>" SET "a&b" = \'</Script>\' WHERE id = 1')
        connection.commit()
    assert CliRunner().invoke(commands, ["verify", *databases, "--report", str(folder)]).exit_code == 3
    (path,) = folder.glob("dbtransfer-verify-*.html")
    assert "Differences found" in Reader(path.read_text(encoding="utf-8")).text


def test_without_a_folder_for_the_page_nothing_is_copied(tmp_path: Path, databases: tuple[str, str]) -> None:
    (tmp_path / "taken").write_text("")
    result = CliRunner().invoke(commands, ["copy", *databases, "--report", str(tmp_path / "taken" / "in it")])
    assert isinstance(result.exception, ConfigurationError)
    assert not (tmp_path / "target.db").exists()
