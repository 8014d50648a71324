"""What no story asks is asked here, so that every operation has been answered 2xx for somebody."""

import sys
import uuid

from house import BOTH, PASSWORD, House, call

database = sys.argv[1] if len(sys.argv) > 1 else BOTH[0]
LEADER, OFFICER, CLERK = (f"bdi.lhhn.{position}" for position in ("leader", "officer", "clerk"))
asked = []


def ask(house, username, method, path, body=None, tag=None, right=(200, 201, 204)):
    headers = {"If-Match": tag} if tag else {}
    if method == "POST":
        headers["Idempotency-Key"] = str(uuid.uuid4())
    answer = house.call(username, method, path, body, headers)
    if answer.status not in right:
        sys.exit(f"{username} {method} {path}: {answer.status} {answer.body.decode()}")
    asked.append(f"{method} {path}")
    return answer


def first(house, username, path, where=lambda row: True):
    rows = [row for row in ask(house, username, "GET", path).json["items"] if where(row)]
    return rows[0] if rows else sys.exit(f"{username} sees nothing at {path}")


def tag(house, username, path):
    return ask(house, username, "GET", path).headers["etag"]


with House(database) as house:
    # Organisations: a group, a function that ends, an organisation that closes.
    province = first(house, "admin", "provinces", lambda row: row["code"] == "BDI")["id"]
    group = {"province_id": province, "code": "nhom_thu", "name": "Nhóm thử", "resolution": "text", "aliases": [], "members": []}
    ask(house, "admin", "POST", "organization-groups", group)
    new = {"province_id": province, "code": "THU", "name": "Cơ quan thử", "short_name": "Thử", "kind": "department", "level": "province", "aliases": []}
    organization = ask(house, "admin", "POST", "organizations", new).json
    granted = ask(house, "admin", "POST", "organization-functions", {"organization_id": organization["id"], "function": "media"})
    ask(house, "admin", "PATCH", f"organization-functions/{granted.json['id']}", {"valid_to": "2099-12-31"}, granted.headers["etag"])

    # People: a user with a second post, who takes it up and changes the password.
    user = {"username": "nguoi.thu", "full_name": "Người Thử", "organization_id": organization["id"], "position": "officer"}
    user = ask(house, "admin", "POST", "users", user).json
    other = first(house, "admin", f"organizations?province_id={province}&limit=200", lambda row: row["code"] == "SNGV")
    ask(house, "admin", "POST", f"users/{user['id']}/posts", {"organization_id": other["id"], "position": "viewer"})
    secret = user["password"] if "password" in user else user["initial_password"]
    session = call(house.port, "POST", "auth/login", body={"username": "nguoi.thu", "password": secret}).expect(200).json
    changed = call(house.port, "POST", "auth/password", session["access_token"], {"current_password": secret, "new_password": PASSWORD + " moi"})
    assert changed.status == 204, changed.body
    session = call(house.port, "POST", "auth/login", body={"username": "nguoi.thu", "password": PASSWORD + " moi"}).expect(200).json
    call(house.port, "POST", "auth/switch", session["access_token"], {"organization_id": other["id"]}).expect(200)

    path = f"users/{user['id']}"
    ask(house, "admin", "PATCH", path, {"full_name": "Người Thử Hai"}, tag(house, "admin", path))
    assert ask(house, "admin", "GET", path).json["full_name"] == "Người Thử Hai"

    # Organisations: what UBND proposes is confirmed.
    proposal = {**new, "code": "DEXUAT", "name": "Cơ quan được đề xuất"}
    proposed = ask(house, "bdi.ubnd.officer", "POST", "organizations", proposal)
    path = f"organizations/{proposed.json['id']}"
    ask(house, "admin", "POST", f"{path}/transitions", {"action": "confirm"}, tag(house, "admin", path))

    # Plans: a draft with a part, a task that goes again; an occasion that is opened by hand.
    plan = ask(house, LEADER, "POST", "plans", {"title": "Kế hoạch thử"}).json
    task = {"plan_id": plan["id"], "content": "Tổ chức giao lưu", "form": "assign", "cadence": "on_occasion", "assignees": []}
    task = ask(house, LEADER, "POST", "tasks", task).json
    gone = ask(house, LEADER, "POST", "tasks", {"plan_id": plan["id"], "content": "Thôi không làm", "form": "assign"})
    ask(house, LEADER, "DELETE", f"tasks/{gone.json['id']}", tag=gone.headers["etag"])
    ask(house, LEADER, "POST", f"plans/{plan['id']}/transitions", {"action": "activate"}, tag(house, LEADER, f"plans/{plan['id']}"))
    ask(house, LEADER, "POST", f"tasks/{task['id']}/occurrences", {"title": "Đoàn Lào sang thăm"})
    ask(house, LEADER, "POST", "task-parts", {"task_id": task["id"], "organization_id": other["id"], "role": "lead"})

    # Documents: a file that is taken away again.
    document = ask(house, OFFICER, "POST", "documents", {"kind": "report", "summary": "Báo cáo thử"}).json
    edge = "ranh"
    form = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nmột\r\n--{edge}--\r\n'.encode()
    media = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    file = house.call(CLERK, "POST", f"documents/{document['id']}/attachments", form, media).expect(201)
    ask(house, CLERK, "DELETE", f"attachments/{file.json['id']}", tag=file.headers["etag"])

    # Reporting: a regime that is laid aside; drafts that are thrown away; a period that is closed without them.
    chain = {"step_no": 1, "senders": [{"organization_id": other["id"], "resolution": "text"}], "receiver_words": "UBND tỉnh", "report_of": "consolidator", "resolution": "text"}
    made = ask(house, "bdi.ubnd.officer", "POST", "reporting-regimes", {"name": "Báo cáo thử", "frequency": "year", "steps": [chain]}).json
    path = f"reporting-regimes/{made['id']}"
    laid = ask(house, "bdi.ubnd.leader", "POST", f"{path}/transitions", {"action": "archive", "reason": "Thử"}, tag(house, "bdi.ubnd.leader", path))
    assert laid.json["state"] == "archived", laid.json
    regime = first(house, LEADER, "reporting-regimes")
    period = ask(house, LEADER, "POST", "reporting-periods", {"regime_id": regime["id"], "period": "2031"}, right=(200, 201)).json
    path = f"reporting-periods/{period['id']}"
    if period["state"] == "scheduled":
        ask(house, LEADER, "POST", f"{path}/transitions", {"action": "open"}, tag(house, LEADER, path))
    agency = "bdi.sdl.officer"
    duty = first(house, agency, f"reporting-obligations?period_id={period['id']}")
    written = ask(house, agency, "POST", "report-submissions", {"obligation_id": duty["id"], "narratives": []})
    ask(house, agency, "DELETE", f"report-submissions/{written.json['id']}", tag=written.headers["etag"])
    house.call(agency, "GET", f"report-submissions/{written.json['id']}").expect(404)
    draft = ask(house, LEADER, "POST", "consolidated-reports", {"period_id": period["id"], "step": 2})
    ask(house, LEADER, "DELETE", f"consolidated-reports/{draft.json['id']}", tag=draft.headers["etag"])
    ask(house, LEADER, "POST", f"{path}/transitions", {"action": "close", "reason": "Thử"}, tag(house, LEADER, path))
    print(f"seldom asked on {database}: {len(asked)} calls answered 2xx")
