"""Schemathesis finds nothing: every operation of the document, asked in every way, answers as the document says.

    answers_as_documented.py DATABASE ACCOUNT EXAMPLES [options of `schemathesis run`]

DATABASE is sqlite or postgres; ACCOUNT a demo account's name, `anonymous`, or `service` (a service account)."""

import json
import os
import shutil
import subprocess
import sys
import time

from house import PASSWORD, TOP, House

database, account, examples, *options = sys.argv[1:]
program = os.environ.get("SCHEMATHESIS") or shutil.which("schemathesis") or sys.exit("no schemathesis: set SCHEMATHESIS or PATH")
began = time.monotonic()
with House(database) as house:
    # Without NO_PROXY the client looks for a proxy before each call.
    environment = {**os.environ, "NHIPCAU_BASE": f"http://127.0.0.1:{house.port}", "NHIPCAU_DEMO_PASSWORD": PASSWORD, "NO_PROXY": "127.0.0.1"}
    if account != "anonymous":
        environment |= {"NHIPCAU_ACCOUNT": account, "NHIPCAU_SPARE_ACCOUNT": "bdi.sngv.clerk"}
    if account == "service":
        scopes = json.loads((TOP / "openapi/openapi.json").read_text())["components"]["schemas"]["ServiceScope"]["enum"]
        found = house.call("bdi.sngv.officer", "GET", "auth/me").expect(200).json["organization_id"]
        new = {"name": "Schemathesis", "organization_id": found, "scopes": scopes}
        environment["NHIPCAU_TOKEN"] = house.call("admin", "POST", "service-accounts", new).expect(201).json["key"]
    done = subprocess.run(
        [program, "run", f"http://127.0.0.1:{house.port}/api/v1/openapi.json", "--max-examples", examples, *options],
        cwd=TOP,
        env=environment,
        check=False,
    )
    # A failed process is told after the service has been stopped and its log has been read.
    if done.returncode:
        sys.exit(f"Schemathesis found something as {account} on {database}")
print(f"schemathesis: nothing found as {account} on {database}, {examples} examples an operation, {time.monotonic() - began:.0f} s")
