"""Runs docs_page_works.mjs with headless Chromium against a fresh service."""

import os
import shutil
import subprocess
import sys
import tempfile

from house import TOP, House, call

with tempfile.TemporaryDirectory() as place:
    for name in ("docs_page_works.mjs", "package.json", "package-lock.json"):
        shutil.copy(TOP / "tests/outside" / name, place)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=place, check=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or sys.exit("no chromium")
    with House() as house:
        # What looks whether a page is there, without the page.
        for path in ("/docs/", "/.well-known/jwks.json", "/api/v1/openapi.json"):
            looked = call(house.port, "HEAD", path).expect(200)
            assert looked.body == b"", path
        command = ["node", "docs_page_works.mjs", f"http://127.0.0.1:{house.port}", house.token("bdi.sngv.officer")]
        done = subprocess.run(command, cwd=place, check=False, env={**os.environ, "CHROMIUM": chromium}, timeout=180)
        if done.returncode:
            sys.exit("the docs page does not work")
