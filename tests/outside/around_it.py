"""What stands around every answer: trace, limits, security headers; and health and metrics, on a listener of their own."""

import re
import sys

from house import BOTH, House, call

WHO = "bdi.lhhn.officer"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def count(house, what):
    page = call(house.admin_port, "GET", "/metrics").expect(200)
    assert page.headers["content-type"].startswith("text/plain"), page.headers
    found = re.search(rf"^{re.escape(what)} (\d+)$", page.body.decode(), re.MULTILINE)
    return int(found[1]) if found else sys.exit(f"no {what} in\n{page.body.decode()}")


def left(answer):
    policy = re.fullmatch(r'"minute";q=(\d+);w=60', answer.headers["ratelimit-policy"])
    limit = re.fullmatch(r'"minute";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
    assert policy and limit and int(limit[1]) < int(policy[1]) and int(limit[2]) <= 60, answer.headers
    return int(limit[1])


with House(sys.argv[1] if len(sys.argv) > 1 else BOTH[0]) as house:
    own = {"X-Request-Id": "ho-so.2021_38", "traceparent": TRACE}
    first = house.call(WHO, "GET", "documents?limit=1", headers=own).expect(200)
    assert (first.headers["x-request-id"], first.headers["traceparent"]) == (own["X-Request-Id"], TRACE), first.headers
    # A refusal counts as well, and says the same around itself.
    before = count(house, 'nhipcau_requests_total{class="4xx"}')
    refused = house.call(WHO, "GET", "documents?sai=1", headers=own).expect(400)
    assert count(house, 'nhipcau_requests_total{class="4xx"}') == before + 1
    assert refused.json["trace_id"] == refused.headers["x-request-id"] == own["X-Request-Id"] and refused.headers["traceparent"] == TRACE
    assert left(refused) < left(first), (first.headers, refused.headers)
    statements = count(house, "nhipcau_sql_statements_total")
    house.call(WHO, "GET", "documents?limit=1").expect(200)
    assert count(house, "nhipcau_sql_statements_total") > statements
    for answer in (first, refused):
        for name, value in {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer"}.items():
            assert answer.headers[name] == value, (name, answer.headers)
    # Health and metrics are on their own listener alone.
    for path in ("/livez", "/readyz", "/metrics"):
        call(house.admin_port, "GET", path).expect(200)
        call(house.port, "GET", path).expect(404)
    call(house.admin_port, "GET", "/api/v1/documents").expect(404)
    print("around it: trace, limits, headers, health and metrics are as promised")
