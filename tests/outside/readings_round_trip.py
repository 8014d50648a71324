"""What the reader reads in a text it also reads in DOCX and PDF files of that text, which LibreOffice makes: every value of the
header, the legal bases, the structure, the duties, the general tasks and the reporting lines.

    readings_round_trip.py [TEXT …]      without texts, those of tests/plans

Not compared, because it has to differ: where a value stands (spans count the characters of what the file gives as text), which
rule found it and how sure it is (a page has no Markdown and other line ends), the number of characters, and warnings. White
space inside a value is folded: a page wraps its lines where it likes. Emphasis marks of Markdown, which a page does not show,
are left out of both."""

import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from house import BINARY, TOP

PLACES = {"spans", "rule", "confidence", "warnings", "characters"}


def page(text):
    """The text as a web page: a block between empty lines is a paragraph, pipes are tables, two asterisks are bold."""
    blocks = []
    for block in re.split(r"\n\s*\n", text):
        lines = [line.rstrip().lstrip("#").strip() for line in block.splitlines() if line.strip()]
        if not lines:
            continue
        if any(re.search(r"\S\s{3,}\S", line) for line in block.splitlines()):
            # What wide gaps part stands side by side, as letterheads do.
            sides = [(line[:at].strip(), line[at:].strip()) for line in block.splitlines() for at in [gap(line)]]
            cells = ["<br>".join(html.escape(side[n], quote=False) for side in sides if side[n]) for n in (0, 1)]
            blocks.append(f"<table><tr><td>{cells[0]}</td><td>{cells[1]}</td></tr></table>")
            continue
        inner = "<br>".join(html.escape(line, quote=False) for line in lines)
        if all(line.startswith("|") for line in lines):
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if not re.fullmatch(r"[|:\s-]+", line)]
            bold = lambda cell: re.sub(r"\*+", "", html.escape(cell, quote=False).replace("&lt;br&gt;", "<br>"))
            cells = ["".join(f"<td>{bold(cell)}</td>" for cell in row) for row in rows]
            inner = '<table border="1">' + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"
            blocks.append(inner)
        else:
            inner = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", inner)
            blocks.append("<p>" + re.sub(r"\*(\S.*?)\*", r"<i>\1</i>", inner) + "</p>")
    return '<html><head><meta charset="utf-8"></head><body>' + "\n".join(blocks) + "</body></html>"


def gap(line):
    """Where the second column of a line begins."""
    found = re.search(r"(?:^|\S)\s{3,}(?=\S)", line)
    return found.end() if found else len(line)


def convert(folder, source, kind, *more):
    # A profile of its own: an instance that runs already would take the work and keep the file.
    own = f"-env:UserInstallation=file://{folder}/profile"
    told = subprocess.run(["soffice", own, "--headless", *more, "--convert-to", kind, "--outdir", folder, source], capture_output=True, text=True, timeout=180)
    made = Path(folder) / f"{Path(source).stem}.{kind.split(':')[0]}"
    assert made.exists(), told.stdout + told.stderr
    return made


def values(value, key=""):
    """The proposals without their places."""
    if isinstance(value, dict):
        return {k: values(v, k) for k, v in value.items() if k not in PLACES}
    if isinstance(value, list):
        return [values(v, key) for v in value]
    if isinstance(value, str):
        # The title of a section is cut after so many characters, not words.
        words = " ".join(value.replace("*", "").split())
        return words[:60] if key == "title" else words
    return value


def read(file):
    return values(json.loads(subprocess.run([BINARY, "read", str(file)], check=True, capture_output=True, text=True, timeout=60).stdout))


def differences(a, b, path=""):
    if isinstance(a, dict) and isinstance(b, dict):
        return [d for k in sorted({*a, *b}) for d in differences(a.get(k), b.get(k), f"{path}.{k}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [d for n, (x, y) in enumerate(zip(a, b)) for d in differences(x, y, f"{path}[{n}]")]
    return [] if a == b else [f"{path}\n    text  {json.dumps(a, ensure_ascii=False)[:400]}\n    file  {json.dumps(b, ensure_ascii=False)[:400]}"]


def main():
    if not shutil.which("soffice"):
        sys.exit("soffice is not there")
    texts = [Path(name) for name in sys.argv[1:]] or sorted((TOP / "tests/plans").glob("*.txt"))
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        for text in texts:
            expected = read(text)
            source = Path(folder) / f"{text.stem}.html"
            source.write_text(page(text.read_text()))
            docx = convert(folder, source, "docx:MS Word 2007 XML", "--infilter=HTML (StarWriter)")
            for file in [docx, convert(folder, docx, "pdf")]:
                found = differences(expected, read(file))
                faults += len(found)
                print(f"{text.stem} as {file.suffix[1:]}: {len(found)} differences" if found else f"{text.stem} as {file.suffix[1:]}: the same")
                for one in found:
                    print("  " + one)
    sys.exit(f"{faults} differences" if faults else 0)


main()
