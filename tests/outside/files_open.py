"""Every file that the document offers opens in programs of the trade and holds, cell by cell, what the JSON says: CSV in pandas, XLSX in
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
from docx.shared import Mm, Pt

from house import BOTH, TOP, House, call

WHO = "bdi.ubnd.leader"
BRIEF = "/api/v1/reports/leaders-brief"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WORDS = {"text/csv": "csv", "application/x-ndjson": "ndjson", XLSX: "xlsx", DOCX: "docx", "text/calendar": "ics"}
document = json.loads((TOP / "openapi/openapi.json").read_text())
soffice = shutil.which("soffice")
opened, samples = Counter(), {}


def all_rows(house, path):
    """The rows of a list, page after page; a report comes whole, the brief as four lists."""
    if path.startswith(BRIEF):
        brief = house.call(WHO, "GET", path).expect(200).json
        return [{"section": name, **row} for name in ("overdue", "below_target", "upcoming", "decisions") for row in brief[name]]
    found, cursor, sign = [], "", "&" if "?" in path else "?"
    if not any(p["name"] == "limit" for p in document["paths"][path.split("?")[0]]["get"]["parameters"]):
        return house.call(WHO, "GET", path).expect(200).json["items"]
    while True:
        page = house.call(WHO, "GET", f"{path}{sign}limit=200{cursor}").expect(200).json
        found += page["items"]
        if not page.get("next_cursor"):
            return found
        cursor = f"&cursor={page['next_cursor']}"


def written(row, column):
    """What a cell is to hold, by the rules in docs/decisions.md; records and lists of them are JSON there."""
    value = row
    for member in column.split("."):
        value = value.get(member) if isinstance(value, dict) else None
    if isinstance(value, dict) or (isinstance(value, list) and (not value or any(isinstance(v, (dict, list)) for v in value))):
        return value
    if isinstance(value, list):
        value = "; ".join(str(v) for v in value)
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    computes = text[:1] in ("=", "+", "-", "@", "\t", "\r") and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text)
    return f"'{text}" if computes else text


def is_same(cell, expected):
    """A cell of a table. In a workbook days are days there, moments are in UTC to the millisecond, numbers are numbers."""
    if not isinstance(expected, str):
        return json.loads(cell or "[]") == expected
    if cell is None or isinstance(cell, (str, bool)):
        return expected == ("" if cell is None else str(cell).lower() if isinstance(cell, bool) else cell)
    if isinstance(cell, datetime):
        if "T" not in expected:
            return cell.date().isoformat() == expected
        return abs(datetime.fromisoformat(expected).replace(tzinfo=None) - cell) < timedelta(seconds=1)
    return abs(float(expected or "nan") - float(cell)) < 1e-9


def compare(path, media, head, lines, rows):
    assert rows == [] or head, f"{path} as {WORDS[media]}: no columns"
    assert len(lines) == len(rows), f"{path} as {WORDS[media]}: {len(lines)} rows instead of {len(rows)}"
    for line, row in zip(lines, rows):
        for cell, column in zip(line, head, strict=True):
            expected = written(row, column)
            assert is_same(cell, expected), f"{path} as {WORDS[media]}, {column}: {cell!r} instead of {expected!r}"
            opened["cells"] += 1


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
    check_feeds(house, "bdi.sdl.officer", duty)
    draft = {"obligation_id": duty, "narratives": [{"section": "ket_qua", "text": "Đã tổ chức 3 hoạt động giao lưu."}]}
    draft["figures"] = [{"indicator": "activities", "value": "3", "estimated": True}]
    report = house.call(agency, "POST", "report-submissions", draft).expect(201).json["id"]
    step(agency, f"report-submissions/{report}", "submit")
    step(union, f"report-submissions/{report}", "accept")
    total = house.call(union, "POST", "consolidated-reports", {"period_id": period, "step": 2}).expect(201).json["id"]
    return step(union, f"consolidated-reports/{total}", "issue").json["id"]


def check_list(house, path, medias):
    # Whoever looks at people's doings leaves a trace there: another look is another list.
    if path.endswith("/access-events"):
        return
    for media in sorted(medias & {"text/csv", "application/x-ndjson", XLSX}):
        rows, body = at_rest(house, path, media)
        if media == "text/csv":
            table = pandas.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False) if body.strip() else pandas.DataFrame()
            compare(path, media, list(table.columns), table.values.tolist(), rows)
        elif media == XLSX:
            sheet = openpyxl.load_workbook(io.BytesIO(body), read_only=True).worksheets[0]
            lines = list(sheet.iter_rows(values_only=True))
            compare(path, media, list(lines[0]) if lines else [], lines[1:], rows)
        elif not path.startswith(BRIEF):
            assert [json.loads(line) for line in body.decode().splitlines()] == rows, f"{path} as ndjson"
        opened[WORDS[media]] += 1
        if media == XLSX and rows:
            samples["xlsx"] = body


def at_rest(house, path, media):
    """The rows and a file between two looks that agree: the service works on beside us."""
    rows = all_rows(house, path)
    for _ in range(20):
        body = told(house.call(WHO, "GET", path, headers={"Accept": media}).expect(200), media)
        before, rows = rows, all_rows(house, path)
        if before == rows:
            return rows, body
    raise AssertionError(f"{path} does not come to rest")


def sheet(body):
    """A4 with the Decree's margins, Times New Roman of 13 or 14 points; everything in reading order."""
    paper = docx.Document(io.BytesIO(body))
    section = paper.sections[0]
    assert abs(section.page_width - Mm(210)) < Mm(1) and abs(section.page_height - Mm(297)) < Mm(1), "A4"
    for length, least, most in [(section.top_margin, 20, 25), (section.bottom_margin, 20, 25), (section.left_margin, 30, 35), (section.right_margin, 15, 20)]:
        assert Mm(least) - Mm(0.5) <= length <= Mm(most) + Mm(0.5), (length.mm, least, most)
    assert section.different_first_page_header_footer, "no page number on the first page"
    assert "PAGE" in section.header.paragraphs[0]._p.xml
    assert 'w:ascii="Times New Roman"' in paper.styles.element.xml
    for run in (run for paragraph in paper.paragraphs for run in paragraph.runs if run.text.strip()):
        # Remarks below a table are small and in italics.
        assert run.font.size in (Pt(13), Pt(14)) or (run.italic and run.font.size == Pt(11)), (run.text, run.font.size)
    lines = []
    for block in paper.iter_inner_content():
        cells = [cell for row in block.rows for cell in row.cells] if hasattr(block, "rows") else [block]
        for cell in cells:
            lines += [p.text for p in getattr(cell, "paragraphs", [cell]) if p.text]
    return paper, lines


def check_record(house, path, medias):
    """The issued report of the union: as paper with its number, the same when it is asked for among the reports."""
    papers = [(path, DOCX)] if DOCX in medias else []
    if DOCX in offered("/api/v1/reports/consolidated-report"):
        papers.append(("/api/v1/reports/consolidated-report", DOCX))
    assert papers, "no paper is offered"
    for path, media in papers:
        body = told(house.call(WHO, "GET", path, headers={"Accept": media}).expect(200), media)
        paper, lines = sheet(body)
        assert lines[0].replace("\n", " ") == "LIÊN HIỆP CÁC TỔ CHỨC HỮU NGHỊ TỈNH BÌNH ĐỊNH", lines[0]
        assert lines[1:4] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số: 01/BC-LHHN"], lines[1:4]
        assert "BÁO CÁO" in lines, lines
        heads = [table for table in paper.tables if "<w:tblHeader/>" in table._tbl.xml]
        assert len(heads) >= 2, "figures and missing agencies, each with a head that is repeated"
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
        paper, _ = sheet(told(answer, DOCX))
        heads = {"Trễ": ("overdue", "due_on", "working_days_late"), "Còn": ("upcoming", "due_on", "days_left"), "Số ngày": ("decisions", "since", "days_waiting")}
        shown, told_of = 0, set()
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
                told_of.add(found[0] if found else "below_target")
        # One page has no room for all, but for some of each.
        assert told_of == {name for name in ["overdue", "upcoming", "decisions", "below_target"] if brief[name]}, (who, told_of)
        opened["docx"] += 1
        samples[f"brief of {who}, {shown} lines"] = answer.body


def check_calendar(body):
    """Each event is named once."""
    calendar = icalendar.Calendar.from_ical(body)
    events = [part for part in calendar.walk() if part.name in ("VEVENT", "VTODO")]
    assert calendar["version"] == "2.0" and all(e.get("uid") and e.get("summary") and e.get("dtstart") for e in events)
    assert len({str(e["uid"]) for e in events}) == len(events), len(events)
    opened["ics"] += 1
    return events


def check_feeds(house, who, owed):
    """Calendars behind secret addresses, as a program reads them that cannot sign in: what is owed is there, with an alarm."""
    for kind in ["person", "organization"]:
        address = house.call(who, "POST", "calendar-feeds", {"kind": kind}).expect(201).json["address"]
        answer = call(house.port, "GET", address).expect(200)
        assert answer.headers["content-type"].split(";")[0] == "text/calendar"
        [event] = [e for e in check_calendar(answer.body) if owed in str(e["uid"])]
        alarms = event.walk("VALARM")
        assert alarms and all(alarm.get("trigger") and alarm.get("action") for alarm in alarms), f"{kind}: no alarm"


def offered(path):
    return set(document["paths"].get(path, {}).get("get", {}).get("responses", {}).get("200", {}).get("content", {})) & set(WORDS)


def a_document(house):
    """A document that was sent to somebody, for the report on its way."""
    return house.call(WHO, "GET", "deliveries?box=sent&limit=1").expect(200).json["items"][0]["document_id"]


with House(sys.argv[1] if len(sys.argv) > 1 else BOTH[0]) as house:
    issued = issued_report(house)
    needed = {"document_id": a_document(house)}
    for path, item in document["paths"].items():
        medias = offered(path)
        if path == "/api/v1/consolidated-reports/{id}":
            check_record(house, path.replace("{id}", issued), medias)
        if not medias or "{" in path:
            continue
        required = [p["name"] for p in item["get"].get("parameters", []) if p.get("required") and p["in"] == "query"]
        assert set(required) <= set(needed), f"{path} needs {required}"
        path += "".join(f"{'&' if at else '?'}{name}={needed[name]}" for at, name in enumerate(required))
        answer = house.call(WHO, "GET", path)
        if answer.status == 403:
            continue
        if "items" in answer.expect(200).json or path == BRIEF:
            check_list(house, path, medias)
        if "text/calendar" in medias:
            check_calendar(told(house.call(WHO, "GET", path, headers={"Accept": "text/calendar"}).expect(200), "text/calendar"))
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
few = {word: opened[word] for word in ["csv", "xlsx", "ndjson", "docx", "ics"] if opened[word] < 5}
assert not few, f"too few were opened to say anything: {few}"
print(f"files open: {dict(opened)}")
