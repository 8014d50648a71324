"""Malformed requests are refused with the right status, as a Problem in the language asked for, and nothing is written.

    hostile_input_is_refused.py [REQUESTS] [SEED]"""

import collections
import http.client
import json
import random
import socket
import sys
import threading
import time
import urllib.parse

from house import BOTH, TOP, House

count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261122
ACCOUNT = "bdi.lhhn.officer"
document = json.loads((TOP / "openapi/openapi.json").read_text())
OPERATIONS = [(path, method.upper(), operation) for path, item in document["paths"].items() for method, operation in item.items()]
LANGUAGES = [(None, "vi"), ("vi-VN", "vi"), ("en", "en"), ("en-GB;q=0.9, vi;q=0.1", "en"), ("fr, vi;q=0.5", "vi"), ("*", "vi"), (";;q=x,,en;q=0", "vi")]
# What may come before the fault that a request carries: the caller's rights, the record, the version, the state.
EARLIER = {403, 404, 409, 412, 428}


class Hostile:
    def __init__(self, house, chance):
        self.house, self.chance, self.token = house, chance, house.token(ACCOUNT)
        self.ids, self.tags = {}, {}
        for path, method, _ in OPERATIONS:
            if method == "GET" and path.endswith("/{id}"):
                items = self.plain("GET", path.removesuffix("/{id}") + "?limit=5")
                self.ids[path] = [row["id"] for row in items.json["items"] if "id" in row] if items.status == 200 else []
        # Every reading that may be written down happens before the rows are counted.
        for base, known in self.ids.items():
            self.tags[base] = self.plain("GET", base.replace("{id}", known[0])).headers.get("etag", '"1"') if known else '"1"'
        self.bodies = [(p, m, o, c["example"]) for p, m, o in OPERATIONS for t, c in o.get("requestBody", {}).get("content", {}).items() if "json" in t]

    def plain(self, method, path):
        return self.house.call(ACCOUNT, method, path)

    def address(self, template):
        """A record that there is, where the caller sees one."""
        base = template.split("/{id}")[0] + "/{id}"
        known = self.ids.get(base) or ["01990000-0000-7000-8000-000000000000"]
        chosen = self.chance.choice(known)
        return template.replace("{id}", chosen).replace("{extension_id}", chosen)

    def with_body(self, keep=lambda example: True):
        path, method, operation, example = self.chance.choice([b for b in self.bodies if keep(b[3])])
        media = next(t for t in operation["requestBody"]["content"] if "json" in t)
        address = self.address(path)
        headers = {"Content-Type": media}
        tag = self.tags.get(path.split("/{id}")[0] + "/{id}")
        if tag and self.chance.random() < 0.8:
            headers["If-Match"] = tag
        if method == "POST" and self.chance.random() < 0.3:
            headers["Idempotency-Key"] = f"khoa-{self.chance.random()}"
        return method, address, headers, example

    def leaf(self, example, put):
        """The example with one leaf replaced."""
        copy = json.loads(json.dumps(example))
        places = []

        def walk(node):
            for name, inner in node.items() if isinstance(node, dict) else enumerate(node):
                if isinstance(inner, (dict, list)) and inner:
                    walk(inner)
                else:
                    places.append((node, name))

        walk(copy)
        node, name = self.chance.choice(places)
        node[name] = put(node[name])
        return copy

    # Each kind gives method, address, headers, body and the statuses that are right.

    def broken_json(self):
        method, address, headers, example = self.with_body()
        text = json.dumps(example, ensure_ascii=False).encode()
        while True:
            at = self.chance.randrange(len(text))
            body = self.chance.choice([text[:at], text[:at] + self.chance.randbytes(3) + text[at:], text + b"}", text + text, b"\xef\xbb\xbf" + text, b"'" + text])
            try:
                json.loads(body.decode("utf-8", "strict"), parse_constant=lambda _: 1 / 0)
                if not body.startswith(b"\xef\xbb\xbf"):
                    continue
            except (ValueError, ZeroDivisionError):
                pass
            return method, address, headers, body, {400}

    def doubled_member(self):
        method, address, headers, example = self.with_body(lambda e: isinstance(e, dict) and e)
        name = self.chance.choice(list(example))
        body = json.dumps(example)[:-1] + f", {json.dumps(name)}: {json.dumps(example[name])}}}"
        return method, address, headers, body.encode(), {400}

    def too_deep(self):
        method, address, headers, _ = self.with_body()
        depth = self.chance.choice([33, 40, 128, 1000, 20_000])
        open_, close = self.chance.choice([("[", "]"), ('{"a":', "}")])
        return method, address, headers, (open_ * depth + "1" + close * depth).encode(), {400}

    def wrong_type(self):
        method, address, headers, example = self.with_body(lambda e: isinstance(e, dict) and e)
        wrong = self.chance.choice([{"x": [[]]}, [[[]]], [{"y": {}}]])
        return method, address, headers, json.dumps(self.leaf(example, lambda _: wrong)).encode(), {422, *EARLIER, 401}

    def unknown_member(self):
        method, address, headers, example = self.with_body(lambda e: isinstance(e, dict))
        name = self.chance.choice(["x", "__proto__", "id", "$where", "' OR 1=1 --", "\u202e", "a" * 3000, "tên", ""])
        if name in example:
            name = "khac"
        return method, address, headers, json.dumps({**example, name: 1}).encode(), {422, *EARLIER, 401}

    def control_characters(self):
        texts = lambda e: isinstance(e, dict) and any(isinstance(v, str) for v in e.values())
        method, address, headers, example = self.with_body(texts)
        name = self.chance.choice([n for n, v in example.items() if isinstance(v, str)])
        bad = chr(self.chance.choice([0, 1, 7, 8, 11, 12, 13, 27, 31]))
        return method, address, headers, json.dumps({**example, name: f"{example[name]}{bad}x"}).encode(), {422, *EARLIER, 401}

    def nulls(self):
        method, address, headers, _ = self.with_body()
        return method, address, headers, self.chance.choice([b"null", b"[]", b"1", b'"x"', b"true", b"[null]"]), {422, *EARLIER, 401}

    def huge_number(self):
        method, address, headers, example = self.with_body(lambda e: isinstance(e, dict) and e)
        name = self.chance.choice(list(example))
        number = self.chance.choice(["1e400", "-1e400", "9" * 400, "1e-400", "-" + "9" * 30, "99999999999999999999999999"])
        rest = {n: v for n, v in example.items() if n != name}
        body = json.dumps(rest)[:-1] + (", " if rest else "") + f"{json.dumps(name)}: {number}}}"
        return method, address, headers, body.encode(), {400, 422, *EARLIER, 401}

    def wrong_method(self):
        path, _, _ = self.chance.choice(OPERATIONS)
        there = {m for p, m, _ in OPERATIONS if p == path}
        wrong = self.chance.choice([m for m in ("PUT", "POST", "PATCH", "DELETE", "GET", "TRACE", "PROPFIND", "CONFIGURE", "get") if m not in there])
        return wrong, self.address(path), {}, None, {405}

    def wrong_media(self):
        method, address, headers, example = self.with_body()
        wrong = ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json-seq", "", "json", "*/*"]
        headers["Content-Type"] = self.chance.choice(wrong)
        return method, address, headers, json.dumps(example).encode(), {415}

    def wrong_accept(self):
        path, method, _ = self.chance.choice([o for o in OPERATIONS if o[1] == "GET" and not o[0].endswith("/content")])
        accept = self.chance.choice(["text/html", "image/png", "application/xml", "application/json;q=0", "application/pdf, text/markdown", "x", "/"])
        return method, self.address(path), {"Accept": accept}, None, {406}

    def wrong_coding(self):
        path, method, _ = self.chance.choice([o for o in OPERATIONS if o[1] == "GET" and not o[0].endswith("/content")])
        coding = self.chance.choice(["identity;q=0", "*;q=0", "zstd, *;q=0", "zstd, identity;q=0"])
        return method, self.address(path), {"Accept-Encoding": coding}, None, {406}

    def bad_query(self):
        lists = [o for o in OPERATIONS if o[1] == "GET" and "{" not in o[0] and o[0] != "/api/v1/openapi.json"]
        path, method, _ = self.chance.choice(lists)
        query = self.chance.choice(
            ["x=1", "limit=1&limit=2", "limit=201", "limit=0", "limit=-1", "limit=1e1", "limit=%00", "fields=khong_co", "fields=", "q=%FF%FE", "q=%C3%28", "cursor[x]=1"]
            + ["sort=;drop", "count=all", "format=exe", "limit=99999999999999999999", "%00=1", "a[$gt]=1", "limit[gte]=1", "=", "=1", "&limit=1&limit=1"]
        )
        # A format that nobody knows is one that is not there.
        return method, f"{path}?{query}", {}, None, {406} if query.startswith("format=") else {400}

    def bad_cursor(self):
        lists = [o for o in OPERATIONS if o[1] == "GET" and any(p["name"] == "cursor" for p in o[2]["parameters"]) and "{" not in o[0]]
        path, method, _ = self.chance.choice(lists)
        cursor = self.chance.choice(["x", "eyJzIjoiYSIsImsiOjEsImkiOiJ4In0", "AAAA", "%F0%9F%98%80", "..%2F..%2Fetc%2Fpasswd", "e30", "W10"])
        # 400 and 403 are for lists that ask for another parameter, or that this position never reads.
        return method, f"{path}?cursor={cursor}", {}, None, {400, 403, 422}

    def bad_path(self):
        tail = self.chance.choice(
            ["tasks/x", "tasks/%00", "tasks/%FF", "tasks/..%2f..%2fetc", "tasks/01990000-0000-7000-8000-00000000000g", "nothing", "tasks//", "Tasks", "tasks/", "%74asks/x"]
            + ["tasks;x=1", "documents/1/2/3/4", "../../etc/passwd", "tasks/" + "9" * 300, "tasks/{id}", "tasks/' OR '1'='1"]
        )
        return "GET", "/api/v1/" + urllib.parse.quote(tail, safe="/%;.{}'="), {}, None, {400, 404}

    def long_address(self):
        return "GET", "/api/v1/tasks?q=" + "a" * self.chance.choice([4100, 5000, 20_000, 60_000]), {}, None, {414}

    def large_head(self):
        path, method, _ = self.chance.choice([o for o in OPERATIONS if o[1] == "GET"])
        headers = {f"X-{n}": "a" * self.chance.choice([2000, 4000]) for n in range(self.chance.choice([10, 20]))}
        return method, self.address(path), headers, None, {431}

    def large_body(self):
        method, address, headers, _ = self.with_body()
        body = b'{"a":"' + b"a" * ((1 << 20) + self.chance.choice([1, 1000, 1 << 20])) + b'"}'
        return method, address, headers, body, {413}

    def bad_condition(self):
        path, method, operation = self.chance.choice([o for o in OPERATIONS if any(p["name"] == "If-Match" for p in o[2]["parameters"])])
        headers = {"If-Match": self.chance.choice(["*", 'W/"1.ab"', '"1.ab", "2.cd"', "1", '"x"', '"1.ab', '""', '"-1"', '"99999999999"', '"1.G"', "'1'"])}
        example = next((c["example"] for t, c in operation.get("requestBody", {}).get("content", {}).items() if "json" in t), None)
        if example is not None:
            headers["Content-Type"] = next(t for t in operation["requestBody"]["content"])
        return method, self.address(path), headers, None if example is None else json.dumps(example).encode(), {400}

    def bad_key(self):
        posts = [b for b in self.bodies if b[1] == "POST" and not b[0].startswith("/api/v1/auth/")]
        path, method, _, example = self.chance.choice(posts)
        key = self.chance.choice(["", "a b", "k" * 129, "khóa".encode().decode("latin-1"), "a\tb"])
        return method, self.address(path), {"Content-Type": "application/json", "Idempotency-Key": key}, json.dumps(example).encode(), {400}

    def bad_token(self):
        path, method, operation = self.chance.choice([o for o in OPERATIONS if o[2].get("security") != []])
        parts = self.token.split(".")
        forged = self.chance.choice(["x", "", ".".join([*parts[:2], "AAAA"]), ".".join(parts[:2]) + ".", "a.b.c", "eyJhbGciOiJub25lIn0." + parts[1] + ".", self.token + "x"])
        return method, self.address(path), {"Authorization": f"Bearer {forged}"}, None, {401}


def raw(house, data, pause=0.0, timeout=45):
    """Bytes as they stand; what comes back until the other side closes or has nothing more to say."""
    with socket.create_connection(("127.0.0.1", house.port), timeout=timeout) as wire:
        for part in data if isinstance(data, list) else [data]:
            try:
                wire.sendall(part)
            except OSError:
                break
            time.sleep(pause)
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()


def is_problem(status, headers, body, language):
    assert headers.get("content-type") == "application/problem+json", f"no Problem but {headers.get('content-type')}"
    problem = json.loads(body)
    assert problem["status"] == status and problem["code"] and problem["detail"] and problem["trace_id"] == headers["x-request-id"], problem
    assert headers["content-language"] == language, f"in {headers['content-language']} instead of {language}"
    assert any(ord(c) > 127 for c in problem["title"]) == (language == "vi"), problem["title"]
    told = body.decode().lower()
    # A name that the caller sent may come back in `pointer`; nothing of ours may.
    told = told.split('"errors"')[0]
    for word in ("select ", "insert into", "sqlite", "postgres", "diesel", "/src/", "panicked", "rust"):
        assert word not in told, f"tells of the inside: {word}"
    if status == 401:
        assert headers["www-authenticate"].startswith("Bearer")
    if status == 405:
        assert headers["allow"]


def told_of(headers):
    return {name: value[:60] for name, value in headers.items() if name != "Authorization" and not name.startswith("X-")}


for database in BOTH:
    with House(database) as house:
        began = time.monotonic()
        hostile = Hostile(house, random.Random(seed))
        kinds = [name for name in vars(Hostile) if not name.startswith("_") and name not in ("plain", "address", "with_body", "leaf")]
        time.sleep(2)  # whatever signing in wrote has been sealed
        before, seen, by_kind, faults = house.contents(), collections.Counter(), collections.Counter(), []
        connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
        for at in range(count):
            kind = kinds[at % len(kinds)]
            if kind == "large_body" and at // len(kinds) % 10:  # large ones are slow to send
                kind = "broken_json"
            method, address, headers, body, right = getattr(hostile, kind)()
            asked, language = hostile.chance.choice(LANGUAGES)
            headers = {"Authorization": f"Bearer {hostile.token}", **headers}
            if asked is not None:
                headers["Accept-Language"] = asked
            try:
                connection.request(method, address, body=body, headers=headers)
                answer = connection.getresponse()
                status, told, content = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
            except (OSError, http.client.HTTPException) as e:
                # Refused before it was sent whole: this library finds the connection closed; `raw` below reads that answer.
                connection.close()
                if kind != "large_body":
                    faults.append(f"{at} {kind} {method} {address[:90]}: {e!r}")
                seen["cut"] += 1
                continue
            seen[status] += 1
            by_kind[kind, status] += 1
            try:
                assert status in right, f"{status} instead of {sorted(right)}"
                is_problem(status, told, content, language)
            except (AssertionError, KeyError, ValueError) as e:
                faults.append(f"{at} {kind} {method} {address[:90]} {told_of(headers)} {(body or b'')[:120]!r}: {e!r:.120} {content[:200]!r}")
            if told.get("connection") == "close":
                connection.close()

        # What no client library sends.
        head = f"Host: x\r\nAuthorization: Bearer {hostile.token}\r\nContent-Type: application/json\r\n"
        post = f"POST /api/v1/recommendations HTTP/1.1\r\n{head}"
        chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
        ours = {
            "a large length, nothing sent": (f"{post}Content-Length: 99999999999\r\n\r\n".encode(), {413}),
            "a body without end": ([f"{post}Transfer-Encoding: chunked\r\n\r\n".encode(), *[chunk] * 20], {413}),
        }
        for name, (data, right) in ours.items():
            content = b""
            try:
                status, told, content = raw(house, data)
                seen[status] += 1
                assert status in right, f"{status} instead of {right}"
                is_problem(status, told, content, "vi")
            except (AssertionError, KeyError, ValueError, OSError, http.client.HTTPException) as e:
                faults.append(f"{name}: {e!r} {content[:300]!r}")
        # What is no HTTP is answered by the server library with a bare status, before there is a request to speak of.
        for data in (
            b"GET / HTTP/9.9\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            f"GET /api/v1/tasks HTTP/1.1\r\n{head}X: a\x00b\r\n\r\n".encode(),
            f"GET /api/v1/tasks HTTP/1.1\r\n{head}X y: 1\r\n\r\n".encode(),
            f"{post}Transfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n".encode(),
            f"{post}Content-Length: -1\r\n\r\n".encode(),
            f"{post}Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345".encode(),
            f"{post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode(),
            f"GET /api/v1/tasks HTTP/1.1\r\n{head}X: {'a' * 300_000}\r\n\r\n".encode(),
        ):
            try:
                status, told, content = raw(house, data)
                seen[status] += 1
                if not 400 <= status < 500:
                    faults.append(f"{data[:80]!r}: {status}")
            except (OSError, http.client.HTTPException):
                seen["cut"] += 1  # closed without a word

        # Slow bodies, side by side: told so in time, and others are served meanwhile.
        slow = []

        def dawdle():
            started = time.monotonic()
            try:
                slow.append((*raw(house, [f"{post}Content-Length: 100\r\n\r\n".encode(), b"{"], timeout=60), time.monotonic() - started))
            except (OSError, http.client.HTTPException) as e:
                slow.append((0, {}, repr(e).encode(), time.monotonic() - started))

        threads = [threading.Thread(target=dawdle) for _ in range(20)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        started = time.monotonic()
        assert house.call(ACCOUNT, "GET", "meta/version").status == 200 and time.monotonic() - started < 5, "slow bodies hold up others"
        for thread in threads:
            thread.join()
        for status, told, content, took in slow:
            seen[status] += 1
            try:
                assert status == 408 and took < 40, f"{status} after {took:.0f} s"
                is_problem(status, told, content, "vi")
            except (AssertionError, KeyError, ValueError) as e:
                faults.append(f"a slow body: {e!r} {content[:300]!r}")

        time.sleep(2)
        after = house.contents()
        changed = [name for name in before if before[name] != after[name]]
        if changed:
            faults.append(f"something was written: {changed}")
        # Bodies that are at fault are refused as such, not only for want of a right.
        for kind in ("wrong_type", "unknown_member", "control_characters", "nulls", "huge_number"):
            told_so, all_of_it = by_kind[kind, 422] + by_kind[kind, 400], sum(n for (k, _), n in by_kind.items() if k == kind)
            if told_so * 10 < all_of_it:
                faults.append(f"{kind}: {told_so} of {all_of_it} are told what is wrong")
        if faults:
            sys.exit(f"{database}, seed {seed}: {len(faults)} faults\n" + "\n".join(faults[:40]))
        counts = ", ".join(f"{status}: {n}" for status, n in sorted(seen.items(), key=str))
        print(f"hostile input refused on {database}: {sum(seen.values())} requests of {len(kinds)} kinds, seed {seed}, nothing written, {time.monotonic() - began:.0f} s ({counts})")
