"""Nobody's update is lost: of two writers that send one ETag at once, one is answered 200 and the other 412.

    one_tag_one_winner.py [ROUNDS]"""

import http.client
import sys
import threading

from house import BOTH, House, call

rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 500

for database in BOTH:
    with House(database) as house:
        token = house.token("admin")
        new = {"code": "ZZA", "name": "Tỉnh Thử", "short_name": "Thử", "kind": "province"}
        made = call(house.port, "POST", "provinces", token, new).expect(201)
        path, tag, barrier, answers = f"provinces/{made.json['id']}", made.headers["etag"], threading.Barrier(3), [None, None]

        def writer(which):
            connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=30)
            for at in range(rounds):
                barrier.wait()
                body = {"name": f"Tên {at} của {which}"}
                answers[which] = call(house.port, "PATCH", path, token, body, {"If-Match": tag}, connection=connection)
                barrier.wait()

        threads = [threading.Thread(target=writer, args=(which,), daemon=True) for which in (0, 1)]
        for thread in threads:
            thread.start()
        wins = [0, 0]
        for at in range(rounds):
            token = house.token("admin")
            barrier.wait()
            barrier.wait()
            statuses = [answer.status for answer in answers]
            assert sorted(statuses) == [200, 412], f"round {at} on {database}: {statuses} {[a.body for a in answers]}"
            winner = statuses.index(200)
            wins[winner] += 1
            tag = answers[winner].headers["etag"]
            assert answers[1 - winner].headers["etag"].startswith(tag.split(".")[0]), "412 carries the current tag"
        for thread in threads:
            thread.join()
        last = call(house.port, "GET", path, token).expect(200).json
        assert last["name"].endswith(f"của {winner}"), last
        print(f"one tag, one winner: {rounds} rounds on {database}, each one 200 and one 412 (won {wins[0]} and {wins[1]})")
