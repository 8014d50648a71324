"""Every operation of the document has been answered 2xx for somebody.

    every_operation_answers.py FILE        with lines `METHOD operationId`, as the programs of one run left them"""

import json
import sys

from house import TOP

document = json.loads((TOP / "openapi/openapi.json").read_text())
known = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}
with open(sys.argv[1]) as lines:
    answered = {line.split()[1] for line in lines if line.strip()}
missing = sorted(known - answered)
if missing:
    sys.exit(f"never answered 2xx: {', '.join(missing)}")
print(f"every operation answers: {len(known)} of {len(known)} answered 2xx")
