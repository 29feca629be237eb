"""The management commands: what they do, say, and how they end."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("django")

from django.core.management import CommandError, call_command
from django.db import connections

from qathread import policies, write
from qathread.contrib.django.models import Standing
from qathread.contrib.django.stores import DjangoStore
from qathread.testing._samples import a_comment, a_thread, a_vote, an_import
from qathread.testing._store_tests import assert_stored

pytestmark = pytest.mark.usefixtures("project")

RULES = policies.STACK_EXCHANGE
NO_RULES = 3


def run(name: str, *arguments: str) -> tuple[str, str]:
    """Return what a command printed, and what it said."""
    out, err = io.StringIO(), io.StringIO()
    call_command(f"qathread_{name}", *arguments, stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue().strip()


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "threads.jsonl"
    write([an_import("a"), an_import("b")], path)
    return str(path)


# -- import ----------------------------------------------------------------------


def test_threads_are_imported_once(file: str) -> None:
    assert run("import", file)[0].startswith("2 threads saved, 0 were there")
    assert run("import", file)[0].startswith("0 threads saved, 2 were there")
    assert DjangoStore().load("a").version == 7


def test_what_is_stored_otherwise_stays(file: str) -> None:
    kept = DjangoStore().save(a_thread("a"))
    out, _ = run("import", file)
    assert out == (
        "1 threads saved, 0 were there, 1 are stored with other content, "
        "0 cannot be stored"
    )
    assert_stored(DjangoStore().load("a"), kept)


def test_an_import_can_bring_the_standings_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "threads.jsonl"
    write([a_vote(a_thread(), "li")], path)
    run("import", str(path), "--policy", "stack-exchange")
    assert Standing.objects.get(pk="ada").reputation == 11


def test_what_a_store_cannot_hold_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "threads.jsonl"
    write([an_import("long" * 300), an_import("b")], path)
    out, err = run("import", str(path))
    assert out.startswith("1 threads saved") and out.endswith("1 cannot be stored")
    assert err.startswith("skipped: thread long") and "1000 bytes" in err


def test_an_import_says_what_is_wrong(file: str, tmp_path: Path) -> None:
    for arguments, told in (
        (("none.json",), "none.json"),
        ((file, "--format", "none"), "format"),
        ((file, "--database", "none"), "alias"),
        ((file, "--policy", "none"), "STACK_EXCHANGE"),
    ):
        with pytest.raises(CommandError, match=told):
            run("import", *arguments)
    bad = tmp_path / "bad.json"
    bad.write_text('{"qathread": 1, "type": "thread"}')
    with pytest.raises(CommandError):
        run("import", str(bad), "--strict")


# -- export ----------------------------------------------------------------------


def test_what_is_exported_can_be_imported(tmp_path: Path) -> None:
    store = DjangoStore()
    for number in range(3):
        store.save(a_comment(a_thread(f"t{number}"), "text"))
    path = tmp_path / "all.jsonl"
    assert run("export", str(path))[0] == "3 threads written"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["id"] for line in lines] == ["t0", "t1", "t2"]
    some = tmp_path / "some.jsonl"
    assert run("export", "t2", "t0", str(some))[0] == "2 threads written"
    lines = [json.loads(line) for line in some.read_text().splitlines()]
    assert [line["id"] for line in lines] == ["t2", "t0"]


def test_losses_are_told(tmp_path: Path) -> None:
    DjangoStore().save(a_vote(a_thread("a"), "li"))
    path = tmp_path / "page.md"
    out, err = run("export", str(path), "--format", "markdown")
    assert out == "1 threads written" and "Why?" in path.read_text()
    assert "lost" in err
    with pytest.raises(CommandError):
        run("export", str(path), "--format", "markdown", "--strict")


def test_an_export_says_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    for arguments, told in (
        (("none", str(path)), "none"),
        ((str(tmp_path / "no" / "folder.jsonl"),), "folder"),
        ((str(tmp_path / "unknown.xyz"),), "format"),
    ):
        with pytest.raises(CommandError, match=told):
            run("export", *arguments)
    assert not path.exists()


# -- verify ----------------------------------------------------------------------


def test_a_sound_store_passes_and_a_damaged_one_does_not() -> None:
    DjangoStore().save(a_comment(a_thread(), "text"))
    assert run("verify")[0] == "1 threads, 2 events: no differences"
    with connections["default"].cursor() as cursor:
        cursor.execute("UPDATE qathread_threads SET comments = 5")
    with pytest.raises(CommandError, match="1 difference") as caught:
        run("verify")
    assert caught.value.returncode == 1


# -- recompute -------------------------------------------------------------------


def test_standings_are_counted_anew() -> None:
    DjangoStore().save(a_vote(a_thread(), "li"))
    out, _ = run("recompute", "--policy", "STACK_EXCHANGE")
    assert out == "2 standings, up to event 2"
    assert Standing.objects.get(pk="ada").reputation == 11
    Standing.objects.update(reputation=0)
    run("recompute", "--policy", f"{__name__}.RULES")
    assert Standing.objects.get(pk="ada").reputation == 11


def test_a_recount_says_what_is_wrong() -> None:
    for name, told in (
        ("none", "STACK_EXCHANGE"),
        ("no.such.module", "no.such.module"),
        (f"{__name__}.NO_RULES", "int"),
    ):
        with pytest.raises(CommandError, match=told):
            run("recompute", "--policy", name)
    with pytest.raises(CommandError, match="--policy"):
        run("recompute")


# -- on a terminal, and from a shell ---------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    write([an_import(f"t{number:03}") for number in range(200)], path)
    terminal = Terminal()
    call_command("qathread_import", str(path), stdout=io.StringIO(), stderr=terminal)
    assert "200 threads" in terminal.getvalue()
    assert run("import", str(path))[1] == ""


def test_exit_statuses(tmp_path: Path) -> None:
    (tmp_path / "site_settings.py").write_text(
        "INSTALLED_APPS = ['qathread.contrib.django']\n"
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3',"
        f" 'NAME': {str(tmp_path / 'site.db')!r}}}}}\n"
    )
    write([an_import("a")], tmp_path / "a.json")

    def call(*arguments: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            cwd=tmp_path,
            env={
                "DJANGO_SETTINGS_MODULE": "site_settings",
                "PYTHONPATH": str(tmp_path),
            },
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.returncode, done.stdout, done.stderr

    status, _, err = call("qathread_verify")
    assert status == 1 and "migrate qathread" in err and "Traceback" not in err
    assert call("migrate", "-v0") == (0, "", "")
    assert call("qathread_import", "a.json")[0] == 0
    assert call("qathread_import", "none.json")[0] == 1
    assert call("qathread_import")[0] == 2
    assert call("qathread_recompute", "--policy", "LEMMY")[0] == 0
    status, out, err = call("qathread_export", "a", "-", "--format", "qathread")
    assert (status, json.loads(out)["id"]) == (0, "a")
    assert err.strip() == "1 threads written"
    status, out, _ = call("check", "--deploy", "--tag", "models")
    assert status == 0
