"""A rolling restart of two processes loses no request, and PostgreSQL that dies and comes back is waited out.

    restarts_lose_nothing.py         needs NHIPCAU_TEST_POSTGRES_URL; for the second part, PostgreSQL's own programs"""

import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

from house import POSTGRES, House, call, free_port

OFFICER = "bdi.sdl.officer"
if not POSTGRES:
    sys.exit("set NHIPCAU_TEST_POSTGRES_URL")


class Load:
    """Writes and reads at a steady rate. What one process does not answer is asked of the next, with the same key."""

    def __init__(self, ports, token, rate):
        self.ports, self.token, self.pause = ports, token, 1 / rate
        self.seen, self.faults, self.created, self.answers = Counter(), [], [], []
        self.stopped, self.threads = threading.Event(), []
        self.driver = threading.Thread(target=self.drive)

    def drive(self):
        at, next_ = 0, time.monotonic()
        while not self.stopped.is_set():
            thread = threading.Thread(target=self.one, args=(at,))
            thread.start()
            self.threads.append(thread)
            at, next_ = at + 1, next_ + self.pause
            time.sleep(max(0, next_ - time.monotonic()))

    def one(self, at):
        key, end = str(uuid.uuid4()), time.monotonic() + 60
        body = {"kind": "difficulty", "title": f"Khi khởi động lại {at}", "content": "Thử tải."}
        turn = at
        while time.monotonic() < end:
            port, turn = self.ports[turn % len(self.ports)], turn + 1
            began = time.monotonic()
            try:
                if at % 2:
                    answer = call(port, "POST", "recommendations", self.token, body, {"Idempotency-Key": key}, timeout=35)
                else:
                    answer = call(port, "GET", "recommendations?limit=5", self.token, timeout=35)
            except ConnectionRefusedError:
                self.seen["refused"] += 1
                time.sleep(0.02)
                continue
            except Exception as e:
                # The listener closed before it had taken the connection up, or the answer was cut off.
                self.seen[type(e).__name__] += 1
                time.sleep(0.02)
                continue
            self.seen[answer.status] += 1
            self.answers.append((began, time.monotonic(), answer.status, at % 2))
            if answer.status in (200, 201):
                if at % 2:
                    self.created.append(answer.json["id"])
                return
            if answer.status == 503 and "retry-after" in answer.headers:
                time.sleep(0.2)
                continue
            if answer.status == 409 and answer.json["code"] == "still_running":
                time.sleep(0.1)
                continue
            self.faults.append(f"{answer.status} {answer.body[:300]!r}")
            return
        self.faults.append(f"request {at} was never answered")

    def __enter__(self):
        self.driver.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.driver.join()
        for thread in self.threads:
            thread.join()

    def judge(self, house):
        if self.faults:
            sys.exit(f"{len(self.faults)} requests lost: {self.faults[:5]} {dict(self.seen)}")
        rows = house.rows()["recommendations"] - self.before
        assert rows == len(self.created) == len(set(self.created)), f"{rows} rows for {len(self.created)} answers"


class Slow:
    """A request that the service has begun to read when it is told to end, and whose other half comes afterwards."""

    def __init__(self, port, token):
        self.body = b'{"kind":"difficulty","title":"Khi t\\u1eaft","content":"Th\\u1eed."}'
        head = f"POST /api/v1/recommendations HTTP/1.1\r\nhost: nhipcau\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n"
        head += f"idempotency-key: {uuid.uuid4()}\r\ncontent-length: {len(self.body)}\r\n\r\n"
        self.line = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.line.sendall(head.encode() + self.body[:20])

    def end(self):
        self.line.sendall(self.body[20:])
        answer = b""
        while part := self.line.recv(65536):
            answer += part
            if b"\r\n\r\n" in answer and answer.rstrip().endswith((b"}", b"0")):
                break
        self.line.close()
        assert answer.startswith(b"HTTP/1.1 201 "), f"a request that was being read is lost: {answer[:300]!r}"


def ended(house, token):
    """SIGTERM in the middle of a request, which is answered all the same."""
    slow = Slow(house.port, token)
    # The head has been read long since.
    time.sleep(0.5)
    house.process.send_signal(signal.SIGTERM)
    time.sleep(1.5)
    assert house.process.poll() is None, "it ended with a request open"
    slow.end()
    house.stop()


def rolling():
    with House("postgres") as first:
        second = House("postgres", name=first.name, data=first.data)
        try:
            second.start("serve")
            token = first.token(OFFICER)
            load = Load([first.port, second.port], token, 60)
            load.before = first.rows()["recommendations"]
            with load:
                time.sleep(2)
                for house in (first, second):
                    ended(house, token)
                    house.start("serve")
                    time.sleep(1)
            # One more row for each process that ended.
            load.before += 2
            load.judge(first)
            cut = {name: n for name, n in load.seen.items() if not isinstance(name, int) and name != "refused"}
            print(f"rolling restart of two: {len(load.threads)} requests, none lost, {len(load.created)} rows, each end waited for a request that it was reading; asked again: {load.seen['refused']} refused, {cut}")
        finally:
            second.__exit__()


class Cluster:
    """A PostgreSQL of its own, thrown away at the end. As root it runs as `postgres`."""

    def __init__(self):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda p: int(Path(p).parent.name))
        self.bin = found[-1] if found else os.path.dirname(shutil.which("initdb") or sys.exit("no initdb"))
        self.place, self.port = tempfile.mkdtemp(prefix="nhipcau-pg-"), free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        if os.getuid() == 0:
            shutil.chown(self.place, "postgres")
        self.run(f"{self.bin}/initdb -D {self.place}/data -U postgres -A trust")

    def run(self, command):
        asked = ["su", "postgres", "-s", "/bin/sh", "-c", command] if os.getuid() == 0 else ["sh", "-c", command]
        subprocess.run(asked, check=True, stdout=subprocess.DEVNULL, cwd=self.place)

    def start(self):
        self.run(f"{self.bin}/pg_ctl -D {self.place}/data -o '-p {self.port} -k {self.place} -c listen_addresses=127.0.0.1' -w -l {self.place}/log start")

    def kill(self):
        """As if the machine had lost power: SIGKILL to the head and what it left behind."""
        head = int(Path(self.place, "data/postmaster.pid").read_text().split()[0])
        children = [int(p) for p in Path(f"/proc/{head}/task/{head}/children").read_text().split()]
        for process in (head, *children):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.5)

    def stop(self):
        subprocess.run([f"{self.bin}/pg_ctl", "--version"], check=True, stdout=subprocess.DEVNULL)
        try:
            self.run(f"{self.bin}/pg_ctl -D {self.place}/data -m immediate stop")
        finally:
            shutil.rmtree(self.place, ignore_errors=True)


def database_dies():
    cluster = Cluster()
    cluster.start()
    try:
        with House("postgres", postgres_url=cluster.url) as house:
            token = house.token(OFFICER)
            load = Load([house.port], token, 30)
            load.before = house.rows()["recommendations"]
            with load:
                time.sleep(2)
                died = time.monotonic()
                cluster.kill()
                time.sleep(3)
                assert call(house.admin_port, "GET", "/readyz").status == 503 and call(house.admin_port, "GET", "/livez").status == 200
                cluster.start()
                returned = time.monotonic()
                time.sleep(8)
            load.judge(house)
            down = [status for began, _, status, _ in load.answers if died < began < returned - 1 and status >= 400]
            served = max(min(end for _, end, status, is_write in load.answers if end > returned and status < 300 and is_write == kind) for kind in (0, 1))
            late = [status for began, _, status, _ in load.answers if began > returned + 5 and status >= 400]
            slowest = max(end - began for began, end, _, _ in load.answers)
            assert load.seen[503] and down, "nobody was told 503"
            assert served - returned < 5, f"served again after {served - returned:.1f} s"
            assert not late and any(began > returned + 5 for began, *_ in load.answers), f"5 s after its return: {late}"
            assert slowest < 30, f"a request hung for {slowest:.0f} s"
            assert set(load.seen) <= {200, 201, 503, 409}, load.seen
            print(
                f"PostgreSQL killed under load: {len(load.threads)} requests, none lost, {load.seen[503]} times 503 with Retry-After, "
                f"read and written again {max(0, served - returned):.1f} s after its return, slowest answer {slowest:.1f} s"
            )
    finally:
        cluster.stop()


rolling()
database_dies()
