"""Clients that are generated from the document compile and drive one whole loop.

    drive.py LANGUAGE DATABASE       LANGUAGE is typescript or python; nothing that is generated is kept"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "outside"))
from house import PASSWORD, TOP, House

language, database = sys.argv[1:]
document = str(TOP / "openapi/openapi.json")


def run(*command, where, **more):
    done = subprocess.run(command, cwd=where, env={**os.environ, **more}, capture_output=True, text=True, check=False)
    if done.returncode or "warning" in done.stderr.lower().replace("npm warn", ""):
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


with tempfile.TemporaryDirectory() as scratch:
    place = Path(scratch) / "client"
    shutil.copytree(TOP / "tests/clients" / language, place, ignore=shutil.ignore_patterns("node_modules"))
    if language == "typescript":
        run("npm", "ci", "--no-audit", "--no-fund", where=place)
        run("npm", "run", "generate", where=place, DOCUMENT=document)
        run("npm", "run", "build", where=place)
        command = ["node", "out/loop.js"]
    else:
        run("openapi-python-client", "generate", "--path", document, "--output-path", "nhipcau_client", "--meta", "none", "--fail-on-warning", where=place)
        command = [sys.executable, "loop.py"]
    with House(database) as house:
        print(f"{language} client on {database}: {run(*command, f'http://127.0.0.1:{house.port}', PASSWORD, where=place)}")
