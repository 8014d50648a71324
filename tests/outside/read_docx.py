"""Papers as programs that we did not write read them: python-docx for what they say, LibreOffice for how many pages.

pip install python-docx; LibreOffice (soffice) with fonts-liberation2, and pdfinfo of poppler-utils.
"""

import io
import json
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import docx
from docx.shared import Mm

from house import TOP, House

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def pages(paper):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "paper.docx"
        file.write_bytes(paper)
        # A profile of its own: an instance that runs already would take the work and keep the file.
        own = f"-env:UserInstallation=file://{folder}/profile"
        subprocess.run(["soffice", own, "--headless", "--convert-to", "pdf", "--outdir", folder, str(file)], check=True, capture_output=True, timeout=180)
        told = subprocess.run(["pdfinfo", f"{folder}/paper.pdf"], check=True, capture_output=True, text=True).stdout
    return int(next(line.split()[1] for line in told.splitlines() if line.startswith("Pages:")))


def sheet(paper):
    """A4 with the Decree's margins, Times New Roman; everything in reading order."""
    document = docx.Document(io.BytesIO(paper))
    section = document.sections[0]
    near = lambda length, millimetres: abs(length - Mm(millimetres)) < Mm(1)
    assert near(section.page_width, 210) and near(section.page_height, 297), "A4"
    for length, least, most in [(section.top_margin, 20, 25), (section.bottom_margin, 20, 25), (section.left_margin, 30, 35), (section.right_margin, 15, 20)]:
        assert Mm(least) - Mm(0.5) <= length <= Mm(most) + Mm(0.5), (length.mm, least, most)
    assert section.different_first_page_header_footer, "no page number on the first page"
    assert "PAGE" in section.header.paragraphs[0]._p.xml
    assert 'w:ascii="Times New Roman"' in document.styles.element.xml
    lines = []
    for block in document.iter_inner_content():
        cells = [cell for row in block.rows for cell in row.cells] if hasattr(block, "rows") else [block]
        for cell in cells:
            lines += [p.text for p in getattr(cell, "paragraphs", [cell]) if p.text]
    return document, lines


def main():
    year = str(datetime.now(timezone(timedelta(hours=7))).year)
    offered = json.loads((TOP / "openapi/openapi.json").read_text())["paths"]
    with House("sqlite") as house:
        union = lambda method, path, **more: house.call("bdi.lhhn.leader", method, path, **more)
        regime = union("GET", "reporting-regimes").expect(200).json["items"][0]["id"]
        found = union("GET", f"reporting-periods?regime_id={regime}&period={year}").expect(200).json["items"]
        period = found[0]["id"] if found else union("POST", "reporting-periods", body={"regime_id": regime, "period": year}).expect(201).json["id"]
        report = union("POST", "consolidated-reports", body={"period_id": period, "step": 2}).expect(201).json
        path = f"consolidated-reports/{report['id']}"
        draft = union("GET", f"{path}?format=docx").expect(200)
        assert draft.headers["content-type"] == DOCX
        document, lines = sheet(draft.body)
        assert lines[0].replace("\n", " ") == "LIÊN HIỆP CÁC TỔ CHỨC HỮU NGHỊ TỈNH BÌNH ĐỊNH", lines[0]
        assert lines[1:4] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số:       /BC-LHHN"], lines[1:4]
        heads = [table for table in document.tables if "<w:tblHeader/>" in table._tbl.xml]
        assert len(heads) >= 2, "figures and missing agencies, each with a head that is repeated"
        print(f"consolidated report: {len(lines)} paragraphs, {pages(draft.body)} pages")
        union("POST", f"{path}/transitions", body={"action": "issue"}, headers={"If-Match": union("GET", path).headers["etag"]}).expect(200)
        issued = union("GET", path, headers={"Accept": DOCX}).expect(200)
        assert sheet(issued.body)[1][3] == "Số: 01/BC-LHHN"
        brief = offered.get("/api/v1/reports/leaders-brief", {}).get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        if DOCX in brief:
            for account in ["bdi.ubnd.leader", "bdi.lhhn.leader", "bdi.sdl.leader", "dna.ubnd.leader"]:
                paper = house.call(account, "GET", "reports/leaders-brief?format=docx").expect(200).body
                sheet(paper)
                assert pages(paper) == 1, f"{account}: the brief is one page"
                print(f"brief of {account}: 1 page")
    print("read")


if __name__ == "__main__":
    sys.exit(main())
