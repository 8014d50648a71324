"""A repeated POST makes one row: 50 at once with one key, and 200 of which many are cut off by SIGKILL and asked again.
Different POSTs at once all succeed: 16 callers whose codes come from one counter are never turned away."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from house import BOTH, House, call

OFFICER = "bdi.sdl.officer"


def recommendation(at):
    return {"kind": "difficulty", "title": f"Vướng mắc số {at}", "content": "Thiếu người biết tiếng Lào."}


def ours(house):
    found, cursor = [], ""
    while cursor is not None:
        page = house.call(OFFICER, "GET", f"recommendations?limit=200{cursor}").expect(200).json
        found += [row["id"] for row in page["items"] if row["title"].startswith("Vướng mắc số")]
        cursor = f"&cursor={page['next_cursor']}" if page.get("next_cursor") else None
    return found


for database in BOTH:
    with House(database) as house:
        token = house.token(OFFICER)

        # 50 at once.
        barrier = threading.Barrier(50)

        def at_once(_):
            barrier.wait()
            return call(house.port, "POST", "recommendations", token, recommendation("chung"), {"Idempotency-Key": "mot-khoa"})

        before = house.rows()
        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(at_once, range(50)))
        statuses = [a.status for a in answers]
        first = [a for a in answers if a.status == 201 and "idempotent-replayed" not in a.headers]
        assert set(statuses) <= {201, 409} and len(first) == 1, f"{database}: {statuses}"
        assert {a.body for a in answers if a.status == 201} == {first[0].body}, "every 201 is the first answer"
        assert {a.json["code"] for a in answers if a.status == 409} <= {"still_running"}
        assert len(ours(house)) == 1
        after = house.rows()
        assert after["recommendations"] - before["recommendations"] == 1, (before, after)

        # 16 callers, each with records of its own.
        def own(at):
            return call(house.port, "POST", "recommendations", token, recommendation(f"riêng {at}")).status

        with ThreadPoolExecutor(16) as pool:
            statuses_own = list(pool.map(own, range(160)))
        assert set(statuses_own) == {201}, f"{database}: {sorted(statuses_own)}"

        # 200, and SIGKILL in the middle.
        given, busy, enough = {}, [], threading.Event()

        def once(at):
            try:
                answer = call(house.port, "POST", "recommendations", token, recommendation(at), {"Idempotency-Key": f"khoa-{at}"}, timeout=10)
            except OSError:
                return
            except Exception as cut:  # http.client's own: the answer broke off
                assert "Remote" in type(cut).__name__ or "Incomplete" in type(cut).__name__ or "Status" in type(cut).__name__, cut
                return
            if answer.status == 503:  # busy: nothing was done, and the caller asks again
                assert "retry-after" in answer.headers
                busy.append(at)
                return
            assert answer.status == 201, answer.body
            given[at] = answer
            if len(given) >= 80:
                enough.set()

        with ThreadPoolExecutor(16) as pool:
            work = [pool.submit(once, at) for at in range(200)]
            assert enough.wait(60), "80 answers within a minute"
            house.kill()
            killed = time.monotonic()
            for one in work:
                one.result()
        survivors = len(given)
        assert survivors < 200, "killed too late to prove anything"
        house.start("serve")
        back = time.monotonic() - killed
        kept = 0
        for at in range(200):
            again = call(house.port, "POST", "recommendations", token, recommendation(at), {"Idempotency-Key": f"khoa-{at}"})
            assert again.status == 201, again.body
            replayed = "idempotent-replayed" in again.headers
            kept += replayed
            if at in given:
                assert replayed and again.body == given[at].body and again.headers["etag"] == given[at].headers["etag"], f"{at} is not the first answer"
        rows = ours(house)
        assert len(rows) == len(set(rows)) == 361, f"{len(rows)} rows instead of 361"
        print(
            f"retries change nothing on {database}: 50 at once made 1 row ({statuses.count(201)} answered 201, {statuses.count(409)} 409); killed after "
            f"{survivors} of 200, back in {back:.1f} s, {kept} of 200 retries gave the first answer, 200 rows, {len(busy)} times busy"
        )
