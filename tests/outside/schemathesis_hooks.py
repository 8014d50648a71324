"""Hooks of Schemathesis.

Who asks: NHIPCAU_ACCOUNT asks everything but `/auth`, which NHIPCAU_SPARE_ACCOUNT does, signed in afresh for each call,
because sign-out and change of password end sessions. Without an account nobody is signed in. NHIPCAU_TOKEN is a token
that does not grow old (a service account's).

`fields`: OpenAPI cannot say that an answer holds the members asked for and no others. An answer to `fields` is therefore
compared with the answer to the same request without it, which is then checked against the schema in its place."""

import json
import os
import urllib.parse
import urllib.request

import requests

import schemathesis

BASE = os.environ.get("NHIPCAU_BASE", "")
ACCOUNT, SPARE, TOKEN = (os.environ.get(f"NHIPCAU_{name}") for name in ("ACCOUNT", "SPARE_ACCOUNT", "TOKEN"))


def token(username):
    body = json.dumps({"username": username, "password": os.environ["NHIPCAU_DEMO_PASSWORD"]}).encode()
    request = urllib.request.Request(f"{BASE}/api/v1/auth/login", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["access_token"]


def carry(case, found):
    case.headers = case.headers or {}
    case.headers["Authorization"] = f"Bearer {found}"


class Caller:
    def get(self, case, ctx):
        return TOKEN or token(ACCOUNT)

    def set(self, case, data, ctx):
        carry(case, data)


class Spare(Caller):
    def get(self, case, ctx):
        return token(SPARE)


if ACCOUNT or TOKEN:
    schemathesis.auth(refresh_interval=600).skip_for(path_regex="^/api/v1/auth/")(Caller)
if SPARE:
    schemathesis.auth(refresh_interval=None).apply_to(path_regex="^/api/v1/auth/")(Spare)


def narrowed(record, members):
    return {name: value for name, value in record.items() if name in members}


@schemathesis.hook
def after_call(context, case, response):
    address = urllib.parse.urlsplit(response.request.url)
    query = urllib.parse.parse_qsl(address.query, keep_blank_values=True)
    fields = [value for name, value in query if name == "fields"]
    if response.status_code != 200 or not fields or "application/json" not in response.headers.get("content-type", [""])[0]:
        return
    rest = urllib.parse.urlencode([(name, value) for name, value in query if name != "fields"])
    whole = requests.get(urllib.parse.urlunsplit(address._replace(query=rest)), headers=response.request.headers, timeout=30)
    assert whole.status_code == 200, f"without fields the answer is {whole.status_code}"
    asked, narrow, full = fields[0].split(","), json.loads(response.content), whole.json()
    # Of a list or report, members of its rows are asked for.
    if "items" in full:
        expected = {**full, "items": [narrowed(row, asked) for row in full["items"]]}
    else:
        # What is beside the record stays whole.
        expected = narrowed(full, [*asked, "included"])
    assert narrow == expected, f"fields={fields[0]} gives {narrow} instead of {expected}"
    response.content = whole.content
