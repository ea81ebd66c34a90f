"""Originals at an address: a store that speaks S3, which several repositories share."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from running import invoke, record, save

from xlsync import api
from xlsync.base.errors import XlsyncError
from xlsync.repository import Repository
from xlsync.repository.originals import AddressOriginals, OriginalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("s3fs")
pytest.importorskip("moto.server")

# What the test server and its client leave open is not ours.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ROUND = "2023/一上"
PLACE = "s3://province/originals"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A local server that speaks S3."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty bucket, and settings of a user who knows it."""
    import s3fs

    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("XLSYNC_ORIGINALS", PLACE)
    s3fs.S3FileSystem.clear_instance_cache()
    files = s3fs.S3FileSystem(use_listings_cache=False)
    files.mkdir("province")
    yield PLACE
    files.rm("province", recursive=True)
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def town(bucket: str, tmp_path: Path) -> Path:
    folder = tmp_path / "town"
    assert invoke("init", folder).exit_code == 0
    done = invoke("-R", folder, "upgrade", "--originals", bucket)
    assert done.exit_code == 0, done.output
    for name in ("一号", "二号"):
        collect(folder, save(tmp_path / f"{name}.json", record(name)))
    return folder


def collect(folder: Path, *files: Path) -> None:
    done = invoke("-R", folder, "collect", ROUND, *files)
    assert done.exit_code == 0, done.output


def bytes_of(folder: Path) -> list[bytes]:
    with Repository.open(folder) as repository:
        snapshot = repository.snapshot()
        return [snapshot.received_bytes(one) for one in snapshot.received(ROUND)]


def test_originals_lie_at_the_address_and_a_clone_reads_them(town: Path, tmp_path: Path) -> None:
    files = sorted((tmp_path / f"{name}.json").read_bytes() for name in ("一号", "二号"))
    assert sorted(bytes_of(town)) == files
    assert not (town / "originals").exists()
    assert len(list(AddressOriginals(PLACE).digests())) == 2
    other = tmp_path / "other"
    subprocess.run(["git", "clone", "-q", "--bare", str(town), str(other)], check=True)
    assert sorted(bytes_of(other)) == files
    assert invoke("-R", other, "check").exit_code == 0
    collect(other, save(tmp_path / "三号.json", record("三号")))
    done = invoke("-R", other, "sync", town)
    assert (done.exit_code, "原件" in done.stdout) == (0, False)
    assert len(bytes_of(town)) == 3
    before = list(AddressOriginals(PLACE).digests())
    collect(town, tmp_path / "一号.json")
    assert list(AddressOriginals(PLACE).digests()) == before


def test_a_file_costs_one_request_each_way_and_what_is_damaged_is_put_right(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import s3fs

    data = b"an original"
    digest = hashlib.sha256(data).hexdigest()
    store = AddressOriginals(bucket)
    asked: list[str] = []
    call = s3fs.S3FileSystem._call_s3  # noqa: SLF001 - every request goes through it

    async def noted(self: object, method: str, *given: object, **named: object) -> object:
        asked.append(method)
        return await call(self, method, *given, **named)

    monkeypatch.setattr(s3fs.S3FileSystem, "_call_s3", noted)
    store.write([(digest, data)])
    assert store.read(digest) == data
    assert asked == ["put_object", "get_object"]
    s3fs.S3FileSystem().pipe_file(f"province/originals/{digest[:2]}/{digest}", b"an ORIGINAL")
    with pytest.raises(OriginalError, match="已损坏"):
        store.read(digest)
    store.write([(digest, data)])
    assert store.read(digest) == data


def test_what_is_lost_or_damaged_there_is_named(town: Path) -> None:
    import s3fs

    files = s3fs.S3FileSystem()
    first, second = sorted(files.find("province/originals"))
    files.pipe_file(first, b"something else")
    files.rm(second)
    done = invoke("-R", town, "check")
    assert done.exit_code == 1
    assert "已损坏" in done.stdout
    assert "不在本库的原件库里" in done.stdout
    assert invoke("-R", town, "status", ROUND).exit_code == 0


def test_originals_move_from_git_to_the_folder_to_the_address_and_back(
    bucket: str, tmp_path: Path
) -> None:
    with api.init(tmp_path / "town") as town:
        api.collect(town, ROUND, [save(tmp_path / "一号.json", record("一号"))], is_new=True)
        stood = bytes_of(tmp_path / "town")
        for place in ("beside", bucket, "beside"):
            assert api.move_originals(town, place).moved == 1
            assert bytes_of(tmp_path / "town") == stood
        assert town.check().is_sound


def test_a_backup_brings_the_originals_to_an_empty_store(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import s3fs

    stood = bytes_of(town)
    assert invoke("-R", town, "backup", tmp_path / "town.tar").exit_code == 0
    s3fs.S3FileSystem().rm("province/originals", recursive=True)
    shutil.rmtree(town)
    assert invoke("recover", tmp_path / "town.tar", town, "--dry-run").exit_code == 0
    assert list(AddressOriginals(PLACE).digests()) == []
    monkeypatch.delenv("XLSYNC_ORIGINALS")
    assert invoke("recover", tmp_path / "town.tar", town).exit_code == 3
    assert not town.exists()
    monkeypatch.setenv("XLSYNC_ORIGINALS", PLACE)
    assert invoke("recover", tmp_path / "town.tar", town).exit_code == 0
    assert bytes_of(town) == stood


def test_an_address_that_the_user_did_not_name_gets_nothing(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = list(AddressOriginals(PLACE).digests())
    monkeypatch.delenv("XLSYNC_ORIGINALS")
    done = invoke("-R", town, "collect", ROUND, save(tmp_path / "三号.json", record("三号")))
    assert (done.exit_code, "xlsync.originals" in done.stderr) == (3, True)
    assert list(AddressOriginals(PLACE).digests()) == before
    assert invoke("-R", town, "status", ROUND).exit_code == 0
    # Git's own settings of the user do as well, those of the repository do not.
    subprocess.run(["git", "-C", str(town), "config", "xlsync.originals", PLACE], check=True)
    with pytest.raises(XlsyncError):
        bytes_of(town)
    subprocess.run(["git", "config", "--global", "xlsync.originals", PLACE], check=True)
    assert len(bytes_of(town)) == 2


def test_a_store_that_does_not_answer_ends_the_commit_in_one_line(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import s3fs

    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    s3fs.S3FileSystem.clear_instance_cache()
    with Repository.open(town) as repository:
        before = repository.snapshot().commit
    done = invoke("-R", town, "collect", ROUND, save(tmp_path / "三号.json", record("三号")))
    assert done.exit_code == 3, done.output
    assert "没有应答" in done.stderr
    assert "Traceback" not in done.stderr
    with Repository.open(town) as repository:
        assert repository.snapshot().commit == before
    with pytest.raises(OriginalError, match="没有应答"):
        bytes_of(town)


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(XlsyncError, match=r"xlsync\[store\]"):
        AddressOriginals(PLACE)
