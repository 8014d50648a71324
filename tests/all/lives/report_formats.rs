//! One report, one snapshot, the same figures in every format.

use super::statistics::{Year, org, plan, read, seal};
use crate::harness::{Person, each};
use serde_json::{Value, json};

/// A value as a table writes it.
fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(written).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

/// Rows as CSV and XLSX show them, at the snapshot of the JSON that they are from.
pub fn same_in_tables(person: &Person<'_>, path: &str, snapshot: &Value, rows: &[Value]) {
    use calamine::{Data, Reader, Xlsx};
    let table = person.get(&format!("{path}format=csv")).expect(200);
    assert_eq!(&json!(table.headers["x-snapshot"]), snapshot, "{path}");
    let mut reader = csv::Reader::from_reader(table.bytes.as_slice());
    let head: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let lines: Vec<Vec<String>> = reader.records().map(|r| r.expect("a line").iter().map(str::to_owned).collect()).collect();
    let expected: Vec<Vec<String>> = rows.iter().map(|row| head.iter().map(|column| written(&row[column.as_str()])).collect()).collect();
    assert!(!expected.is_empty() && head.len() > 10, "{path}");
    assert_eq!(lines, expected, "{path}");
    let book = person.get(&format!("{path}format=xlsx")).expect(200);
    assert_eq!(book.bytes, person.get(&format!("{path}format=xlsx")).expect(200).bytes, "{path}: the same report is the same file");
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(book.bytes)).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("cells");
    assert_eq!(sheet.height(), expected.len() + 1, "{path}");
    for (cells, line) in sheet.rows().skip(1).zip(&expected) {
        for ((cell, text), column) in cells.iter().zip(line).zip(&head) {
            match cell {
                // Days are days there, not text.
                Data::DateTime(_) | Data::DateTimeIso(_) => assert!(column.ends_with("_on") || column == "since", "{column}"),
                Data::Float(number) => assert_eq!(Some(*number), text.parse().ok(), "{path} {column}"),
                other => assert_eq!(other.to_string().to_lowercase(), text.to_lowercase(), "{path} {column}"),
            }
        }
    }
}

/// The same figures at one snapshot in JSON, CSV and XLSX.
#[test]
fn every_format_has_the_same_figures() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        plan(house);
        let letter = json!({ "kind": "official_letter", "symbol": "UBND-VX", "summary": "V/v báo cáo năm", "signer": { "name": "Nguyễn Thí Dụ", "position": "Chủ tịch" } });
        let letter = format!("/documents/{}", year.person("UBND", "officer").post("/documents", letter).expect(201).id());
        year.person("UBND", "leader").step(&letter, json!({ "action": "sign" })).expect(200);
        year.person("UBND", "clerk").step(&letter, json!({ "action": "issue" })).expect(200);
        let ubnd = year.person("UBND", "viewer");
        for path in ["/reports/reporting-rates?period=2021&", "/reports/task-progress?period=2021&", "/reports/outgoing-documents?from=2021-01-01&"] {
            let report = read(&ubnd, path.trim_end_matches('&'));
            same_in_tables(&ubnd, path, &report["snapshot"], report.items());
        }
        // The brief's lists, one below the other.
        let brief = read(&ubnd, "/reports/leaders-brief");
        let rows = ["overdue", "below_target", "upcoming", "decisions"].into_iter().flat_map(|section| {
            let mut rows = brief[section].as_array().expect("a list").clone();
            rows.iter_mut().for_each(|row| row["section"] = json!(section));
            rows
        });
        same_in_tables(&ubnd, "/reports/leaders-brief?", &brief["snapshot"], &rows.collect::<Vec<_>>());
    });
}

/// `fields` names members of a report's rows, in every format; what frames them stays.
#[test]
fn fields_choose_columns() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let ubnd = year.person("UBND", "viewer");
        let path = "/reports/reporting-rates?period=2021";
        let whole = read(&ubnd, path);
        let narrow = ubnd.get(&format!("{path}&fields=organization_code,missing,timeliness")).expect(200);
        let expected: Vec<Value> = whole
            .items()
            .iter()
            .map(|r| json!({ "organization_code": r["organization_code"], "missing": r["missing"], "timeliness": r["timeliness"] }))
            .collect();
        assert_eq!((narrow.items(), &narrow["snapshot"], &narrow["filter"]), (expected.as_slice(), &whole["snapshot"], &whole["filter"]));
        let csv = String::from_utf8(ubnd.get(&format!("{path}&format=csv&fields=missing,organization_code")).expect(200).bytes).expect("UTF-8");
        let first = &whole.items()[0];
        // In the order in which the record declares them.
        let begin = format!("organization_code,missing\r\n{},{}\r\n", first["organization_code"].as_str().expect("a code"), first["missing"]);
        assert!(csv.starts_with(&begin), "{csv}");
        let lines = String::from_utf8(ubnd.get(&format!("{path}&format=ndjson&fields=missing")).expect(200).bytes).expect("UTF-8");
        assert_eq!(lines.lines().next(), Some(format!("{{\"missing\":{}}}", first["missing"]).as_str()));
        for unknown in ["items", "snapshot", "khong_co", "missing,khong_co"] {
            ubnd.get(&format!("{path}&fields={unknown}")).expect(400);
            ubnd.get(&format!("{path}&format=csv&fields={unknown}")).expect(400);
        }
        for register in ["incoming-documents", "outgoing-documents", "open-obstacles", "task-progress"] {
            ubnd.get(&format!("/reports/{register}?fields=items")).expect(400);
        }
        // The brief is a record: its own members are asked for, and none of its tables.
        let brief = ubnd.get("/reports/leaders-brief?fields=overdue_count").expect(200);
        assert_eq!(brief.json.as_object().map(serde_json::Map::len), Some(1));
        ubnd.get("/reports/leaders-brief?format=csv&fields=overdue").expect(422);
        // Events are rows too.
        let events = ubnd.get("/events?fields=type,seq&limit=2").expect(200);
        assert!(events["cursor"].is_string() && events.items().iter().all(|e| e.as_object().is_some_and(|e| e.len() == 2)), "{}", events.json);
    });
}

/// Registers and the brief show present rows. Between two formats a clerk registers an arrival, and SNV hands in its report,
/// neither of which is sealed yet: each format names the state that it shows, and the state keeps its name once it is sealed.
#[test]
fn what_is_not_sealed_yet_is_another_snapshot() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        let clerk = year.person("SYT", "clerk");
        let arrive = |number: &str| {
            let letter = json!({ "kind": "official_letter", "issuer_id": org(house, "BDI", "STC"), "number": number, "symbol": "STC-VP", "issued_on": "2021-11-30",
                "summary": "Cử cán bộ tập huấn" });
            clerk.post("/arrivals", json!({ "arrived_on": "2021-12-01", "document": letter })).expect(201);
        };
        arrive("11");
        let path = "/reports/incoming-documents?from=2021-12-01";
        let first = read(&clerk, path);
        assert_eq!(first.items().len(), 1);
        arrive("12");
        let table = clerk.get(&format!("{path}&format=csv")).expect(200);
        let lines = csv::Reader::from_reader(table.bytes.as_slice()).records().count();
        assert_eq!(lines, 2);
        assert_ne!(json!(table.headers["x-snapshot"]), first["snapshot"]);
        let second = clerk.get(path).expect(200);
        assert_eq!((second.items().len(), &second["snapshot"]), (2, &json!(table.headers["x-snapshot"])));
        seal(house);
        let sealed = clerk.get(path).expect(200);
        assert_eq!((&sealed["snapshot"], sealed.items()), (&second["snapshot"], second.items()));

        // The brief: what SNV hands in leaves what is owed, and is in no list of the state before.
        let leader = year.person("UBND", "leader");
        let before = read(&leader, "/reports/leaders-brief?period=2021");
        let version = year.hand_in("SNV", "2021-12-01T09:00");
        let after = leader.get("/reports/leaders-brief?period=2021").expect(200);
        let owed = |brief: &Value| brief["overdue_count"].as_i64().expect("a number");
        assert_eq!((owed(&after.json), after["snapshot"] == before["snapshot"]), (owed(&before.json) - 1, false));
        let later = read(&leader, "/reports/leaders-brief?period=2021");
        assert_eq!((&later["snapshot"], &later.bytes), (&after["snapshot"], &after.bytes));
        // What has been decided of it is shown with it: accepted late, SNV stands out at once, in the same state as all else.
        year.accept(&version);
        let low = |brief: &Value| brief["below_target"].as_array().expect("a list").iter().any(|a| a["organization_code"] == "SNV");
        let now = leader.get("/reports/leaders-brief?period=2021").expect(200);
        assert_eq!((low(&later.json), low(&now.json), now["snapshot"] == later["snapshot"]), (false, true, false));
        assert_eq!(read(&leader, "/reports/leaders-brief?period=2021").bytes, now.bytes);
    });
}
