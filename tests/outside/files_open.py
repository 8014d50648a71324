"""Every file that the document offers opens in programs of the trade and holds what the JSON says: CSV in pandas, XLSX in
openpyxl and LibreOffice, DOCX in python-docx and LibreOffice, ICS in icalendar. Formats that are not there are not asked.

    files_open.py [DATABASE]"""

import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path

import docx
import icalendar
import openpyxl
import pandas

from house import BOTH, TOP, House

WHO = "bdi.ubnd.leader"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WORDS = {"text/csv": "csv", "application/x-ndjson": "ndjson", XLSX: "xlsx", DOCX: "docx", "text/calendar": "ics"}
document = json.loads((TOP / "openapi/openapi.json").read_text())
soffice = shutil.which("soffice")
opened, samples = Counter(), {}


def all_rows(house, path):
    found, cursor = [], ""
    # A report comes whole.
    if not any(p["name"] == "limit" for p in document["paths"][path]["get"]["parameters"]):
        return house.call(WHO, "GET", path).expect(200).json["items"]
    while True:
        page = house.call(WHO, "GET", f"{path}?limit=200{cursor}").expect(200).json
        found += page["items"]
        if not page.get("next_cursor"):
            return found
        cursor = f"&cursor={page['next_cursor']}"


def told(answer, media):
    assert answer.headers["content-type"].split(";")[0] == media, answer.headers["content-type"]
    name = answer.headers.get("content-disposition", "")
    assert media == "application/x-ndjson" or re.search(r"filename\*=UTF-8''\S+|filename=", name), f"no file name: {name}"
    return answer.body


def issued_report(house):
    """One consolidated report, issued: the loop of the README."""

    def step(who, path, action):
        tag = house.call(who, "GET", path).expect(200).headers["etag"]
        return house.call(who, "POST", f"{path}/transitions", {"action": action}, {"If-Match": tag}).expect(200)

    union, agency, year = "bdi.lhhn.leader", "bdi.sdl.leader", str(datetime.now(timezone(timedelta(hours=7))).year)
    regime = house.call(union, "GET", "reporting-regimes").json["items"][0]["id"]
    # 409 where the service has opened the year's period by itself.
    assert house.call(union, "POST", "reporting-periods", {"regime_id": regime, "period": year}).status in (201, 409)
    periods = house.call(union, "GET", f"reporting-periods?regime_id={regime}").json["items"]
    period = next(p["id"] for p in periods if p["period"] == year)
    duty = house.call(agency, "GET", f"reporting-obligations?period_id={period}").json["items"][0]["id"]
    draft = {"obligation_id": duty, "narratives": [{"section": "ket_qua", "text": "Đã tổ chức 3 hoạt động giao lưu."}]}
    draft["figures"] = [{"indicator": "activities", "value": "3", "estimated": True}]
    report = house.call(agency, "POST", "report-submissions", draft).expect(201).json["id"]
    step(agency, f"report-submissions/{report}", "submit")
    step(union, f"report-submissions/{report}", "accept")
    total = house.call(union, "POST", "consolidated-reports", {"period_id": period, "step": 2}).expect(201).json["id"]
    return step(union, f"consolidated-reports/{total}", "issue").json["id"]


def check_list(house, path, medias):
    rows = all_rows(house, path)
    for media in medias & {"text/csv", "application/x-ndjson", XLSX}:
        body = told(house.call(WHO, "GET", path, headers={"Accept": media}).expect(200), media)
        if media == "text/csv":
            ids = list(pandas.read_csv(io.BytesIO(body), dtype=str).get("id", pandas.Series(dtype=str))) if body.strip() else []
        elif media == XLSX:
            sheet = openpyxl.load_workbook(io.BytesIO(body), read_only=True).worksheets[0]
            lines = list(sheet.iter_rows(values_only=True))
            at = lines[0].index("id") if lines and "id" in lines[0] else None
            ids = [line[at] for line in lines[1:]] if at is not None else []
        else:
            ids = [json.loads(line).get("id") for line in body.decode().splitlines()]
        if rows and "id" in rows[0]:
            assert ids == [row["id"] for row in rows], f"{path} as {WORDS[media]}: {len(ids)} rows instead of {len(rows)}"
        opened[WORDS[media]] += 1
        if media == XLSX and rows:
            samples["xlsx"] = body


def check_record(house, path, medias):
    if DOCX in medias:
        body = told(house.call(WHO, "GET", path, headers={"Accept": DOCX}).expect(200), DOCX)
        paper = docx.Document(io.BytesIO(body))
        text = "\n".join([p.text for p in paper.paragraphs] + [c.text for t in paper.tables for r in t.rows for c in r.cells])
        assert "BÁO CÁO" in text.upper() and "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text.upper().replace("HOÀ", "HÒA"), text[:500]
        opened["docx"], samples["docx"] = opened["docx"] + 1, body
    if XLSX in medias:
        body = told(house.call(WHO, "GET", path, headers={"Accept": XLSX}).expect(200), XLSX)
        assert openpyxl.load_workbook(io.BytesIO(body)).worksheets[0].max_row > 1
        opened["xlsx"] += 1


def pages(pdf):
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def check_brief(house):
    """The leaders' brief: one sheet for whoever asks, its figures those of the JSON of the same snapshot."""
    number = lambda value: "…" if value is None else f"{value:,}".replace(",", ".") if isinstance(value, int) else value.replace(".", ",")
    day = lambda value: "/".join(reversed(value.split("-")))
    for who in ["bdi.ubnd.leader", "bdi.lhhn.leader", "bdi.sdl.leader", "gla.ubnd.leader", "dna.sngv.leader"]:
        # The service works on beside us: both are to show one snapshot.
        for _ in range(20):
            brief = house.call(who, "GET", "reports/leaders-brief").expect(200).json
            answer = house.call(who, "GET", "reports/leaders-brief?format=docx").expect(200)
            if answer.headers["x-snapshot"] == brief["snapshot"]:
                break
        assert answer.headers["x-snapshot"] == brief["snapshot"], who
        paper = docx.Document(io.BytesIO(told(answer, DOCX)))
        heads = {"Trễ": ("overdue", "due_on", "working_days_late"), "Còn": ("upcoming", "due_on", "days_left"), "Số ngày": ("decisions", "since", "days_waiting")}
        shown = 0
        for table in (t for t in paper.tables if "<w:tblHeader/>" in t._tbl.xml):
            rows = [[cell.text for cell in row.cells] for row in table.rows]
            found = next((v for k, v in heads.items() if rows[0][-1].startswith(k)), None)
            for row, of in zip(rows[1:], brief[found[0] if found else "below_target"]):
                if found:
                    assert row[-2:] == [day(of[found[1]]), number(of[found[2]])], (who, row, of)
                else:
                    members = ["tasks_on_time", "tasks_late", "tasks_rate", "reports_on_time", "reports_late", "reports_rate", "urged"]
                    assert row[1:] == [number(of[m]) for m in members], (who, row, of)
                shown += 1
        opened["docx"] += 1
        samples[f"brief of {who}, {shown} lines"] = answer.body


def check_calendar(house, path):
    body = told(house.call(WHO, "GET", path, headers={"Accept": "text/calendar"}).expect(200), "text/calendar")
    calendar = icalendar.Calendar.from_ical(body)
    events = [part for part in calendar.walk() if part.name in ("VEVENT", "VTODO")]
    assert calendar["version"] == "2.0" and all(e.get("uid") and e.get("summary") for e in events)
    assert len({str(e["uid"]) for e in events}) == len(events)
    opened["ics"] += 1
    return len(events)


with House(sys.argv[1] if len(sys.argv) > 1 else BOTH[0]) as house:
    issued = issued_report(house)
    for path, item in document["paths"].items():
        medias = set(item.get("get", {}).get("responses", {}).get("200", {}).get("content", {})) & set(WORDS)
        required = any(p.get("required") and p["in"] == "query" for p in item.get("get", {}).get("parameters", []))
        readable = medias and "{" not in path and not required and house.call(WHO, "GET", path).status == 200
        if readable and "items" in house.call(WHO, "GET", path).json:
            check_list(house, path, medias)
        if readable and "text/calendar" in medias:
            check_calendar(house, path)
        if path == "/api/v1/consolidated-reports/{id}":
            check_record(house, path.replace("{id}", issued), medias)
    check_brief(house)
    if soffice:
        with tempfile.TemporaryDirectory() as place:
            for name in [name for name in samples if name.startswith("brief")]:
                file = Path(place, "brief.docx")
                file.write_bytes(samples[name])
                command = [soffice, f"-env:UserInstallation=file://{place}/profile", "--headless", "--convert-to", "pdf", "--outdir", place, str(file)]
                subprocess.run(command, check=True, capture_output=True, timeout=180)
                assert pages(Path(place, "brief.pdf").read_bytes()) == 1, f"{name}: more than one page"
                opened["brief on one page"] += 1
            for word, into in (("docx", "pdf"), ("xlsx", "csv")):
                if word in samples:
                    file = Path(place, f"mau.{word}")
                    file.write_bytes(samples[word])
                    command = [soffice, f"-env:UserInstallation=file://{place}/profile", "--headless", "--convert-to", into, "--outdir", place, str(file)]
                    subprocess.run(command, check=True, capture_output=True, timeout=180)
                    assert Path(place, f"mau.{into}").stat().st_size > 1000, f"LibreOffice cannot read the {word}"
                    opened[f"{word} in LibreOffice"] += 1
print(f"files open: {dict(opened)}")
