"""A freshly started service for programs that look at it from outside. Standard library only.

NHIPCAU_BINARY            the program (target/release/nhipcau)
NHIPCAU_TEST_POSTGRES_URL a PostgreSQL server on which databases may be made and dropped
NHIPCAU_ANSWERED          file to which `METHOD operationId` of what was answered 2xx is appended
"""

import hashlib
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("NHIPCAU_BINARY", str(TOP / "target/release/nhipcau"))
POSTGRES = os.environ.get("NHIPCAU_TEST_POSTGRES_URL")
PASSWORD = "mot-mat-khau-thu"
BOTH = ["sqlite", "postgres"] if POSTGRES else ["sqlite"]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def psql(url, sql):
    done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", url, "-c", sql], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{sql}: {done.stderr}")
    return [line for line in done.stdout.splitlines() if line]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def expect(self, status):
        if self.status != status:
            raise AssertionError(f"{self.status} instead of {status}: {self.body[:2000]!r}")
        return self


def call(port, method, path, token=None, body=None, headers=None, timeout=30, connection=None):
    """One request; `body` is JSON unless it is bytes. A connection that is given stays open."""
    headers = dict(headers or {})
    names = {name.lower() for name in headers}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    if body is not None and "content-type" not in names:
        headers["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
    if not path.startswith("/"):
        path = f"/api/v1/{path}"
    own = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        own.request(method, path, body=body, headers=headers)
        answer = own.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        if connection is None:
            own.close()


class House:
    """`demo` on a database of its own; `serve` where the data is there already."""

    def __init__(self, database="sqlite", settings=None, postgres_url=None, data=None, name=None):
        self.database, self.settings = database, dict(settings or {})
        self.scratch = tempfile.TemporaryDirectory(prefix="nhipcau-outside-", ignore_cleanup_errors=True)
        self.data = Path(data or Path(self.scratch.name) / "data")
        self.server, self.name, self.url = postgres_url or POSTGRES, name, None
        self.owns_database = database == "postgres" and name is None
        if database == "postgres":
            self.name = name or f"nhipcau_outside_{os.getpid()}_{uuid.uuid4().hex[:8]}"
            if self.owns_database:
                psql(self.server, f"CREATE DATABASE {self.name}")
            self.url = self.server.rsplit("/", 1)[0] + f"/{self.name}"
        self.port, self.admin_port = free_port(), free_port()
        self.log, self.process, self.tokens = Path(self.scratch.name) / "log", None, {}

    def __enter__(self):
        try:
            return self.start("demo")
        except BaseException:
            self.__exit__()
            raise

    def start(self, command="serve"):
        environment = {
            **os.environ,
            "NHIPCAU_DATA": str(self.data),
            "NHIPCAU_LISTEN": f"127.0.0.1:{self.port}",
            "NHIPCAU_ADMIN_LISTEN": f"127.0.0.1:{self.admin_port}",
            "NHIPCAU_DEMO_PASSWORD": PASSWORD,
            # The largest that the settings allow: the headers and the counting stay as they are.
            "NHIPCAU_RATE_PER_MINUTE": "10000000",
            "RUST_LOG": "info,nhipcau::access=info",
            **self.settings,
        }
        environment.pop("DATABASE_URL", None)
        if self.url:
            environment |= {"DATABASE_URL": self.url, "NHIPCAU_SECRET": "chi dung cho kiem thu, du dai ba muoi hai"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([BINARY, command], env=environment, stdout=log, stderr=log)
        self.wait_until_ready()
        return self

    def wait_until_ready(self, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the service ended with {self.process.returncode}:\n{self.log.read_text()[-3000:]}")
            try:
                if call(self.admin_port, "GET", "/readyz").status == 200 and call(self.port, "GET", "meta/version").status == 401:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"not ready after {seconds} s:\n{self.log.read_text()[-3000:]}")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """SIGTERM, as a process manager would; it must end well."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                code = self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
            if code:
                raise RuntimeError(f"the service ended with {code}:\n{self.log.read_text()[-3000:]}")

    def __exit__(self, kind=None, error=None, trace=None):
        try:
            self.stop()
            self.record()
            self.no_failure_of_ours()
        finally:
            if self.process and self.process.poll() is None:
                self.kill()
            if keep := os.environ.get("NHIPCAU_KEEP_LOG"):
                Path(keep).write_bytes(self.log.read_bytes())
            if self.owns_database:
                psql(self.server, f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
            self.scratch.cleanup()

    def accounts(self):
        return json.loads((self.data / "demo-accounts.json").read_text())

    def token(self, username):
        token, at = self.tokens.get(username, (None, 0))
        if time.monotonic() - at > 600:
            token = call(self.port, "POST", "auth/login", body={"username": username, "password": PASSWORD}).expect(200).json["access_token"]
            self.tokens[username] = (token, time.monotonic())
        return token

    def call(self, username, method, path, body=None, headers=None, **more):
        return call(self.port, method, path, self.token(username) if username else None, body, headers, **more)

    def rows(self):
        """Rows of every table, so that nobody has to say which ones may change."""
        return self.of_every_table("count(*)", lambda table: table("SELECT count(*) FROM")[0][0])

    def contents(self):
        """What every table holds, as a digest."""
        digest = "md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), ''))"
        return self.of_every_table(digest, lambda table: hashlib.sha256("\n".join(sorted(map(repr, table("SELECT * FROM")))).encode()).hexdigest())

    def of_every_table(self, in_postgres, in_sqlite):
        if self.url:
            names = psql(self.url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            told = psql(self.url, " UNION ALL ".join(f"SELECT '{n}=' || {in_postgres} FROM {n} t" for n in names))
            return {n: int(value) if value.isdigit() else value for n, value in (line.split("=") for line in told)}
        connection = sqlite3.connect(f"file:{self.data / 'nhipcau.db'}?mode=ro", uri=True)
        try:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE '%VIRTUAL%'")
            return {n: in_sqlite(lambda sql, n=n: connection.execute(f'{sql} "{n}"').fetchall()) for (n,) in found.fetchall()}
        finally:
            connection.close()

    def no_failure_of_ours(self):
        failures = [line for line in self.log.read_text(errors="replace").splitlines() if re.search(r" ERROR +nhipcau|panicked", line)]
        if failures:
            raise AssertionError("the service's log tells of failures:\n" + "\n".join(failures[:20]))

    def record(self):
        """Appends what was answered 2xx, as the access log tells it."""
        target = os.environ.get("NHIPCAU_ANSWERED")
        if not target:
            return
        operations = routes(json.loads((TOP / "openapi/openapi.json").read_text()))
        seen = set()
        for method, path, status in re.findall(r"nhipcau::access\] \S+ ([A-Z]+) (\S+) (\d{3}) ", self.log.read_text(errors="replace")):
            if status.startswith("2") and (found := operation_of(operations, method, path)):
                seen.add(f"{method} {found}")
        with open(target, "a") as out:
            out.writelines(f"{line}\n" for line in sorted(seen))


def routes(document):
    found = []
    for template, item in document["paths"].items():
        pattern = re.compile("^" + re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template)) + "$")
        found += [(template.count("{"), method.upper(), pattern, operation["operationId"]) for method, operation in item.items()]
    return sorted(found, key=lambda row: row[0])


def operation_of(operations, method, path):
    return next((name for _, m, pattern, name in operations if m == method and pattern.match(path)), None)
