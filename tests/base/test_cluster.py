"""Work on a cluster over TLS: the same results, and one line where the cluster is lost."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from itertools import count, islice
from typing import TYPE_CHECKING

import cluster_tasks
import pytest
from clients import soffice
from local_cluster import ROOT, LocalProcesses, make_certificates
from roster_files import as_csv, projects
from running import FORM, FORMS, PROGRAM, SAMPLES, invoke, record, save, settings

from xlsync import api
from xlsync.base import cluster, workers
from xlsync.base.cluster import on_cluster
from xlsync.base.errors import UsageError, XlsyncError
from xlsync.base.workers import processes, spread
from xlsync.exchange import printing
from xlsync.form.packing import PackedForms
from xlsync.rounds.returned import by_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="makes certificates with openssl"),
]
ROUND = "2024/一上"


def _cluster(folder: Path, certificates: Path) -> LocalProcesses:
    return LocalProcesses(folder, certificates, [ROOT, ROOT / "tests" / "support"])


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificates(tmp_path_factory.mktemp("cluster") / "certificates")


@pytest.fixture(autouse=True)
def _small(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cluster.CERTIFICATES, str(certificates))
    monkeypatch.delenv("XLSYNC_CLUSTER", raising=False)
    monkeypatch.setattr(workers, "WORTH_IT", 4)
    monkeypatch.setattr(cluster, "CHUNK", 4)


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[str]:
    """The address of a cluster of two workers that nobody kills."""
    made = _cluster(tmp_path_factory.mktemp("steady"), certificates)
    try:
        made.add_worker()
        made.add_worker()
        made.wait()
        yield made.address
    finally:
        made.close()


@pytest.fixture
def fragile(tmp_path: Path, certificates: Path) -> Iterator[LocalProcesses]:
    """A cluster without workers yet, to be killed."""
    made = _cluster(tmp_path / "fragile", certificates)
    try:
        yield made
    finally:
        made.close()


# ---- the same results -------------------------------------------------------------------------


def test_results_come_in_order_from_other_processes_and_nothing_piles_up(steady: str) -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in count():
            taken.append(number)
            yield number

    with on_cluster(steady):
        hands = processes(100)
        assert hands == 2
        results = spread(cluster_tasks.double, items(), hands)
        assert list(islice(results, 30)) == [2 * one for one in range(30)]
        assert len(taken) <= 30 + 4 * (2 * hands + 1)
        results.close()  # type: ignore[attr-defined]
        pids = set(spread(cluster_tasks.where, range(40), hands))
    assert pids
    assert os.getpid() not in pids
    assert processes(3) == 1


def test_an_error_comes_out_as_it_was_raised(steady: str) -> None:
    """Also one that looks like those of a lost connection."""
    with on_cluster(steady), pytest.raises(OSError, match="the disk of 3 is full"):
        list(spread(cluster_tasks.refuse, [3, 4], 2))


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_commands_do_the_same_there_as_here_with_forms_of_ones_own(
    steady: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workbooks, records, a dataset, an audit; the form is known on this machine alone."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "名册.csv").write_bytes(as_csv(projects(18)))
    own = _own_form(tmp_path / "own", "mine-2024")
    place = ("--cluster", steady)
    made, audits = {}, []
    shutil.copytree(SAMPLES / "一上", "back")
    for name, where in (("here", ()), ("there", place)):
        town = ("-R", name, "--forms", own)
        assert invoke(*town[:2], "init", name).exit_code == 0
        if name == "there":  # the same key, so that the same bytes are sealed
            shutil.rmtree(name)
            shutil.copytree("begun", name)
        else:
            shutil.copytree(name, "begun")
        words = (
            "distribute",
            ROUND,
            "--form",
            "mine-2024",
            "--roster",
            "名册.csv",
            "-o",
            f"{name}-out",
        )
        result = invoke(*town, *words, "--yes", *where)
        assert result.exit_code == 0, result.output
        result = invoke(*town, "collect", "2023/一上", "--new", "back", f"{name}-out", *where)
        assert result.exit_code in {0, 1}, result.output
        result = invoke(*town, "export", "2023/一上", "-o", f"{name}.dataset", *where)
        assert result.exit_code == 0, result.output
        result = invoke(*town, "audit", "2023/一上", "--json", *where)
        assert result.exit_code in {0, 1}, result.output
        audits.append(result.stdout)
        with api.open_repository(tmp_path / name) as repository:
            snapshot = repository.snapshot()
            held = {one.path: one.blob for one in snapshot.records("2023/一上").values()}
        parts = {key: data for key, data in _files(tmp_path / f"{name}.dataset").items()
                 if key.endswith(".parquet")}  # fmt: skip
        made[name] = (_files(tmp_path / f"{name}-out"), held, parts)
    assert made["here"][1:] == made["there"][1:]
    assert audits[0] == audits[1]
    assert '"projects": 16' in audits[0]
    assert made["here"][0].keys() == made["there"][0].keys()
    assert len(made["here"][0]) >= 18
    assert len(made["here"][1]) == 16
    assert len(made["here"][2]) > 4


def _own_form(folder: Path, form_id: str) -> Path:
    for kind in ("templates", "mappings"):
        target = folder / kind / f"{form_id}.toml"
        target.parent.mkdir(parents=True)
        text = (ROOT / kind / f"{FORM}.toml").read_text("utf-8")
        target.write_text(text.replace(f'form = "{FORM}"', f'form = "{form_id}"'), "utf-8")
    for part in (ROOT / "mappings").iterdir():
        if part.is_dir():
            shutil.copytree(part, folder / "mappings" / part.name)
    return folder


@pytest.mark.client
def test_pages_are_laid_out_there_and_put_together_here(
    steady: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pypdf import PdfReader

    assert soffice()
    monkeypatch.setattr(printing, "_BATCH", 1)
    here = printing.find_office
    with api.init(tmp_path / "town") as repository:
        paths = [save(tmp_path / f"{one}.json", record(one)) for one in ("道路", "绿化")]
        api.collect(repository, "2023/一上", paths)
        api.print_round(repository, "2023/一上", tmp_path / "here.pdf")
        # This machine lays nothing out: LibreOffice has to be where the workers are.
        monkeypatch.setattr(printing, "find_office", lambda: pytest.fail("not here"))
        with on_cluster(steady):
            assert api.print_round(repository, "2023/一上", tmp_path / "there.pdf") == 2
    monkeypatch.setattr(printing, "find_office", here)
    ours, theirs = (PdfReader(tmp_path / f"{name}.pdf") for name in ("here", "there"))
    assert len(ours.pages) == len(theirs.pages)
    assert [one.extract_text() for one in ours.pages] == [
        one.extract_text() for one in theirs.pages
    ]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A store that speaks S3, known to this machine and to workers that are started from now on."""
    server = pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    made = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    made.start()
    host, port = made.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("XLSYNC_ORIGINALS", "s3://county/originals")
    s3fs.S3FileSystem.clear_instance_cache()
    s3fs.S3FileSystem().mkdir("county")
    yield "s3://county/originals"
    s3fs.S3FileSystem.clear_instance_cache()
    made.stop()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_workers_take_files_from_the_store_and_one_that_does_not_know_it_gets_them(
    fragile: LocalProcesses, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings and credentials are each machine's own; a worker may be killed meanwhile."""
    monkeypatch.setattr(by_key, "_FILES", 2)
    monkeypatch.setattr(by_key, "_CHUNK", 1)
    monkeypatch.setenv("XLSYNC_LANG", "zh")
    town = ("-R", tmp_path / "town")
    assert invoke(*town, "init", tmp_path / "town").exit_code == 0
    assert invoke(*town, "upgrade", "--originals", bucket).exit_code == 0
    fragile.add_worker()
    fragile.add_worker()
    fragile.wait()
    command = (*town, "collect", "2023/一上", "--new", "--cluster", fragile.address)
    (tmp_path / "first").mkdir()
    (tmp_path / "later").mkdir()
    for number, path in enumerate(sorted((SAMPLES / "一上").iterdir())):
        shutil.copy(path, tmp_path / ("first" if number < 10 else "later"))
    monkeypatch.setattr(by_key.KeyReading, "_at_hand", lambda *_: pytest.fail("read here"))
    result = invoke(*command, tmp_path / "first")
    assert (result.exit_code, "够不到原件库" in result.stderr) == (0, False)
    fragile.workers[0].kill()
    with monkeypatch.context() as patch:
        patch.delenv("XLSYNC_ORIGINALS")
        fragile.add_worker()
        fragile.wait()
    result = invoke(*command, tmp_path / "later")
    assert (result.exit_code, "够不到原件库" in result.stderr) == (0, True)
    with api.open_repository(tmp_path / "town") as repository:
        snapshot = repository.snapshot()
        assert len(snapshot.records("2023/一上")) == 16
        received = {snapshot.received_bytes(one) for one in snapshot.received("2023/一上")}
        assert received == {one.read_bytes() for one in (SAMPLES / "一上").iterdir()}


# ---- what is lost -----------------------------------------------------------------------------


def test_a_worker_that_is_killed_costs_nothing(fragile: LocalProcesses) -> None:
    fragile.add_worker()
    fragile.add_worker()
    with on_cluster(fragile.address):
        results = spread(cluster_tasks.slowly, range(200), 2)
        first = list(islice(results, 20))
        fragile.workers[0].kill()
        assert first + list(results) == [2 * one for one in range(200)]


def test_a_scheduler_that_is_killed_is_told_in_one_line_and_nothing_is_committed(
    fragile: LocalProcesses, tmp_path: Path
) -> None:
    fragile.add_worker()
    save(tmp_path / "库.json", record())
    with api.init(tmp_path / "town") as repository:
        before = repository.snapshot().commit
        seen = []

        def step(done: int, _: int) -> None:
            seen.append(done)
            if done == 12:
                fragile.scheduler.kill()
                fragile.scheduler.wait()

        with (
            pytest.raises(XlsyncError, match="the scheduler of the cluster is gone"),
            on_cluster(fragile.address),
        ):
            api.collect(repository, "2023/一上", [SAMPLES], is_new=True, progress=step)
        assert max(seen) >= 12
        assert repository.snapshot().commit == before
        assert len(api.collect(repository, "2023/一上", [SAMPLES / "一上"]).outcomes) == 16


def test_a_command_says_one_line_and_the_next_run_goes_on(
    fragile: LocalProcesses, tmp_path: Path
) -> None:
    """What dask says of lost connections is not for the screen."""
    fragile.add_worker()
    fragile.wait()
    town, out = tmp_path / "town", tmp_path / "out"
    assert invoke("init", town).exit_code == 0
    (tmp_path / "名册.csv").write_bytes(as_csv(projects(600)))
    words = ["-R", town, "distribute", ROUND, "--form", FORM, "--roster", tmp_path / "名册.csv"]
    words += ["-o", out, "--yes"]
    command = [*PROGRAM, *map(str, words), "--cluster", fragile.address]
    with subprocess.Popen(
        command, env=settings(XLSYNC_LANG="en"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as started:
        while not any(out.rglob("*.xlsx")) and started.poll() is None:
            time.sleep(0.02)
        fragile.scheduler.kill()
        said, told = started.communicate(timeout=120)
    assert (started.returncode, said) == (3, b"")
    assert told.decode() == "xlsync: the scheduler of the cluster is gone; run this again\n"
    first = len([*out.rglob("*.xlsx")])
    assert 0 < first < 600
    assert invoke(*words).exit_code == 0
    assert len([*out.rglob("*.xlsx")]) == 600


def test_a_cluster_whose_workers_are_all_killed_is_told(
    fragile: LocalProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE", 3.0)
    fragile.add_worker()
    with on_cluster(fragile.address):
        results = spread(cluster_tasks.slowly, range(200), 2)
        next(results)
        fragile.workers[0].kill()
        with pytest.raises(XlsyncError, match="no workers left"):
            list(results)


def test_a_worker_that_comes_back_in_time_goes_on(fragile: LocalProcesses) -> None:
    fragile.add_worker()
    with on_cluster(fragile.address):
        results = spread(cluster_tasks.slowly, range(60), 2)
        first = next(results)
        fragile.workers[0].kill()
        threading.Timer(0.5, fragile.add_worker).start()
        assert [first, *results] == [2 * one for one in range(60)]


def test_work_that_ends_every_worker_is_given_up(fragile: LocalProcesses) -> None:
    for _ in range(5):
        fragile.add_worker()
    fragile.wait()
    with (
        on_cluster(fragile.address),
        pytest.raises(XlsyncError, match="workers of the cluster die of the same files"),
    ):
        list(spread(cluster_tasks.die, [1], 5))


# ---- who may work -----------------------------------------------------------------------------


def _other_release(folder: Path) -> Path:
    shutil.copytree(
        ROOT / "xlsync", folder / "xlsync", ignore=shutil.ignore_patterns("__pycache__")
    )
    path = folder / "xlsync" / "__init__.py"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r'__version__ = "[^"]+"', '__version__ = "9.9.9"', text), "utf-8")
    return folder


def test_workers_of_another_version_do_no_work(fragile: LocalProcesses, tmp_path: Path) -> None:
    other = _other_release(tmp_path / "other")
    fragile.add_worker()
    with on_cluster(fragile.address):
        # One that joins later is found out by its first chunk.
        fragile.add_worker(other)
        with pytest.raises(XlsyncError, match=r"are not as this machine .*xlsync 9\.9\.9"):
            list(spread(cluster_tasks.slowly, range(2000), 2))
    with (
        pytest.raises(XlsyncError, match=r"1 workers of the cluster .*: tls://.* xlsync 9\.9\.9"),
        on_cluster(fragile.address),
    ):
        pytest.fail("nobody may get here")


def test_a_cluster_that_is_not_there_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE", 1.0)
    monkeypatch.setenv("XLSYNC_LANG", "zh")
    assert invoke("init", tmp_path / "town").exit_code == 0
    words = ("-R", tmp_path / "town", "collect", ROUND, SAMPLES)
    result = invoke(*words, "--cluster", "tls://127.0.0.1:9")
    assert (result.exit_code, result.stdout) == (3, "")
    assert re.fullmatch(r"xlsync: 集群 tls://127\.0\.0\.1:9 没有应答（.*）；.*\n", result.stderr)
    monkeypatch.setenv("XLSYNC_CLUSTER", "tcp://127.0.0.1:9")
    result = invoke(*words)
    assert result.exit_code == 2
    assert "不验证对方身份" in result.stderr
    monkeypatch.setenv("XLSYNC_CLUSTER", "tls://127.0.0.1:9")
    monkeypatch.setenv(cluster.CERTIFICATES, str(tmp_path))
    assert "没有 ca.pem, cert.pem, key.pem" in invoke(*words).stderr
    monkeypatch.delenv(cluster.CERTIFICATES)
    assert "XLSYNC_CLUSTER_CERTS" in invoke(*words).stderr


def test_who_shows_a_certificate_of_another_authority_does_not_get_in(
    steady: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE", 3.0)
    monkeypatch.setenv(cluster.CERTIFICATES, str(make_certificates(tmp_path / "stranger")))
    with pytest.raises(XlsyncError, match="does not answer"), on_cluster(steady):
        pytest.fail("nobody may get here")


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask", None)
    with (
        pytest.raises(XlsyncError, match=r"pip install 'xlsync\[cluster\]'"),
        on_cluster("tls://127.0.0.1:9"),
    ):
        pytest.fail("nobody may get here")


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "127.0.0.1:1", "tls://", "tls://a b:1", "inproc://x"]
)
def test_only_authenticated_connections_are_taken(address: str) -> None:
    with pytest.raises(UsageError, match="not authenticated"), on_cluster(address):
        pytest.fail("nobody may get here")


def test_forms_arrive_as_they_were_sent() -> None:
    form = FORMS[FORM]
    packed = PackedForms.of([form])
    (found,) = packed.forms().values()
    assert (found.id, found.mapping, found.template) == (form.id, form.mapping, form.template)
    with pytest.raises(XlsyncError, match="did not arrive"):
        PackedForms("0" * 64, packed.data).forms()
