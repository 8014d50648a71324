//! Lists as files: the same rows in every format, for whoever asks, and nothing that a spreadsheet would compute.

use crate::harness::{House, Person, Reply, each};
use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Cursor, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

const START: &str = "2021-12-01T08:00";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Every list and report of the document that takes no id of its own.
fn lists() -> Vec<String> {
    let document = nhipcau::document().expect("a document");
    let paths = document["paths"].as_object().expect("paths");
    // Reports are no lists: they come whole, and their own stories compare their formats.
    let paged = |item: &Value| item["get"]["parameters"].as_array().is_some_and(|all| all.iter().any(|p| p["name"] == "limit"));
    let lists = paths.iter().filter(|(path, item)| !path.contains('{') && item["get"]["responses"]["200"]["content"]["text/csv"].is_object() && paged(item));
    lists.map(|(path, _)| path.clone()).collect()
}

fn csv_rows(reply: &Reply) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(reply.bytes.as_slice());
    let head = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    (head, reader.records().map(|r| r.expect("a row").iter().map(str::to_owned).collect()).collect())
}

/// All rows of a list as JSON pages tell them.
fn paged(person: &Person, path: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = String::new();
    loop {
        let page = person.get(&format!("{path}?limit=7{next}")).expect(200);
        all.extend(page.items().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return all,
        }
    }
}

/// What the leaf of a record reads in CSV; worked out here on its own, from the rules in `docs/decisions.md`.
fn cell(record: &Value, column: &str) -> Option<String> {
    let value = column.split('.').fold(record, |value, member| &value[member]);
    let text = match value {
        Value::Null => return Some(String::new()),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => return Some(value.to_string()),
        Value::Array(all) if all.iter().all(|v| v.is_string() || v.is_number()) && !all.is_empty() => {
            all.iter().map(|v| v.as_str().map_or(v.to_string(), str::to_owned)).collect::<Vec<_>>().join("; ")
        }
        // Arrays of records, and whatever is empty: looked at elsewhere.
        _ => return None,
    };
    Some(if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text })
}

#[test]
fn a_list_and_its_files_agree_for_every_caller() {
    each(START, |house| {
        house.load("binh_dinh");
        for (code, position) in [("UBND", "leader"), ("SNGV", "officer"), ("SDL", "viewer"), ("LHHN", "org_admin")] {
            let person = house.person("BDI", code, position);
            for path in lists() {
                // What a file of the journal shows is journaled by the looking itself: another read is another list.
                if path.ends_with("/access-events") {
                    continue;
                }
                let first = person.get(&format!("{path}?limit=1"));
                let csv = person.get(&format!("{path}?format=csv"));
                if first.status == 403 {
                    assert_eq!((csv.status, csv.headers["content-type"].as_str()), (403, "application/problem+json"), "{path}");
                    continue;
                }
                let csv = csv.expect(200);
                let expected = paged(&person, &path);
                let (head, rows) = csv_rows(&csv);
                assert_eq!(rows.len(), expected.len(), "{path} as {}", person.username);
                assert!(head.len() >= 4, "{path}: {head:?}");
                for (row, record) in rows.iter().zip(&expected) {
                    for (column, found) in head.iter().zip(row) {
                        if let Some(wanted) = cell(record, column) {
                            assert_eq!(*found, wanted, "{path} {column}");
                        }
                    }
                    // No member of the record is without a column.
                    for member in record.as_object().expect("a record").keys() {
                        assert!(head.iter().any(|c| c == member || c.starts_with(&format!("{member}."))), "{path} has no column for {member}: {head:?}");
                    }
                }
                let lines = person.send("GET", &path, &[("accept", "application/x-ndjson")], None).expect(200);
                let lines: Vec<Value> = lines.bytes.lines().map(|l| serde_json::from_str(&l.expect("a line")).expect("JSON")).collect();
                assert_eq!(lines, expected, "{path}");
                let book = person.get(&format!("{path}?format=xlsx")).expect(200);
                let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book.bytes)).expect("a workbook");
                let sheet = book.worksheet_range_at(0).expect("a sheet").expect("cells");
                assert_eq!(sheet.height(), expected.len() + 1, "{path}");
                let named: Vec<String> = sheet.rows().next().expect("a header").iter().map(ToString::to_string).collect();
                assert_eq!(named, head, "{path}");
            }
        }
    });
}

#[test]
fn another_provinces_caller_finds_nothing_of_ours_in_a_file() {
    each(START, |house| {
        house.load("binh_dinh");
        let other = house.load("can_tho");
        let (ours, theirs) = (house.person("BDI", "UBND", "leader"), house.person(&other, "UBND", "leader"));
        for path in ["/tasks", "/documents", "/plans", "/organizations", "/organization-groups"] {
            let ids = |person: &Person| -> Vec<String> { paged(person, path).iter().filter_map(|r| r["id"].as_str().map(str::to_owned)).collect() };
            let (mine, others) = (ids(&ours), ids(&theirs));
            assert!(!mine.is_empty(), "{path}");
            for format in ["csv", "ndjson"] {
                let text = String::from_utf8(theirs.get(&format!("{path}?format={format}")).expect(200).bytes).expect("UTF-8");
                assert!(others.iter().all(|id| text.contains(id)), "{path}");
                assert!(!mine.iter().any(|id| text.contains(id)), "{path} shows another province's rows");
            }
        }
    });
}

#[test]
fn the_format_is_chosen_by_parameter_then_by_accept() {
    each(START, |house| {
        house.load("binh_dinh");
        let leader = house.person("BDI", "UBND", "leader");
        let kind = |reply: &Reply| reply.headers["content-type"].split(';').next().unwrap_or_default().to_owned();
        let ask = |query: &str, accept: &str| leader.send("GET", &format!("/organizations{query}"), &[("accept", accept)], None);
        for (query, accept, expected) in [
            ("?format=csv", "application/json", "text/csv"),
            ("?format=json", "text/csv", "application/json"),
            ("", "text/csv", "text/csv"),
            ("", "text/csv;q=0.5, application/x-ndjson;q=0.6", "application/x-ndjson"),
            ("", "text/csv;q=0.5, application/json;q=0.4, */*;q=0.1", "text/csv"),
            ("", "text/html, */*;q=0.8", "application/json"),
            ("", "application/json;q=0, */*", XLSX),
            ("", "text/*", "text/csv"),
            ("", XLSX, XLSX),
        ] {
            let reply = ask(query, accept).expect(200);
            assert_eq!(kind(&reply), expected, "{query} {accept}");
            assert!(reply.headers["vary"].contains("Accept,"));
        }
        for (query, accept) in [("", "image/png"), ("", "application/json;q=0"), ("?format=docx", "*/*"), ("?format=yaml", "*/*"), ("?format=ics", "text/csv")]
        {
            assert_eq!(kind(&ask(query, accept).expect(406)), "application/problem+json");
        }
        // One record has no rows.
        let id = house.organization("BDI", "LHHN").id;
        leader.get(&format!("/organizations/{id}?format=csv")).expect(406);
        leader.send("GET", &format!("/organizations/{id}"), &[("accept", "text/csv")], None).expect(406);
        leader.get(&format!("/organizations/{id}?format=json")).expect(200);
        // What says nothing in the format chosen is refused.
        for (query, pointer) in [("?format=xlsx&bom=true", "bom"), ("?bom=true", "bom"), ("?format=csv&count=exact", "count")] {
            assert_eq!(leader.get(&format!("/organizations{query}")).expect(422).fault(pointer), Some("not_in_this_format"));
        }
        leader.get("/organizations?format=csv&format=csv").expect(400);
        leader.get("/organizations?format=csv&no_such=1").expect(400);
        assert_eq!(leader.get("/organizations?format=csv&cursor=abc").expect(422).fault("cursor"), Some("bad_cursor"));
        house.send("GET", "/api/v1/organizations?format=csv", &[], None).expect(401);
    });
}

#[test]
fn a_file_is_the_list_narrowed_filtered_and_named() {
    each(START, |house| {
        house.load("binh_dinh");
        let leader = house.person("BDI", "UBND", "leader");
        // Nothing is asked of the database beyond who it is. Before any file: its writer may end after its reader.
        leader.get("/auth/me").expect(200);
        let before = house.statements();
        let head = leader.send("HEAD", "/organizations?format=csv", &[], None).expect(200);
        assert_eq!((house.statements() - before, head.bytes.len()), (1, 0));
        assert!(head.headers["content-disposition"].contains("2021-12-01.csv"));
        leader.send("HEAD", "/organizations?format=docx", &[], None).expect(406);
        let csv = leader.get("/organizations?format=csv&fields=code,name&kind=department&bom=true").expect(200);
        assert_eq!(
            csv.headers["content-disposition"],
            "attachment; filename=\"co quan_ to chuc 2021-12-01.csv\"; filename*=UTF-8''C%C6%A1%20quan%2C%20t%E1%BB%95%20ch%E1%BB%A9c%202021-12-01.csv"
        );
        assert_eq!((csv.headers["content-type"].as_str(), csv.headers["cache-control"].as_str()), ("text/csv; charset=utf-8; header=present", "no-store"));
        assert!(!csv.headers.contains_key("etag"));
        let text = String::from_utf8(csv.bytes).expect("UTF-8");
        assert!(text.starts_with("\u{feff}code,name\r\n"), "{text}");
        let expected: Vec<String> = paged(&leader, "/organizations")
            .iter()
            .filter(|o| o["kind"] == "department")
            .map(|o| format!("{},{}\r\n", o["code"].as_str().expect("a code"), quoted(o["name"].as_str().expect("a name"))))
            .collect();
        assert!(expected.len() > 5);
        assert_eq!(text["\u{feff}code,name\r\n".len()..], expected.concat());
        // With `limit` it is that page, with its tag and the way to the next.
        let page = leader.get("/organizations?format=csv&limit=3").expect(200);
        assert_eq!(csv_rows(&page).1.len(), 3);
        assert!(page.headers["link"].contains("rel=\"next\"") && page.headers["link"].contains("format=csv"));
        leader.send("GET", "/organizations?format=csv&limit=3", &[("if-none-match", &page.etag())], None).expect(304);
        let english = leader.send("GET", "/organizations?format=ndjson", &[("accept-language", "en")], None).expect(200);
        assert!(english.headers["content-disposition"].ends_with("filename*=UTF-8''Organisations%202021-12-01.ndjson"));
    });
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[test]
fn a_cell_that_a_spreadsheet_would_compute_is_disarmed() {
    each(START, |house| {
        house.load("binh_dinh");
        let admin = house.administrator();
        for (at, name) in ["=cmd|'/C calc'!A1", "+84 256", "-2+3", "@SUM(A1)", "\tthụt", "Sở \"A\", B"].iter().enumerate() {
            let code = ["AAA", "AAB", "AAC", "AAD", "AAE", "AAF"][at];
            admin.post("/provinces", json!({ "code": code, "name": name, "short_name": code, "kind": "province" })).expect(201);
        }
        let csv = String::from_utf8(admin.get("/provinces?format=csv&fields=code,name").expect(200).bytes).expect("UTF-8");
        let expected = "code,name\r\nAAA,'=cmd|'/C calc'!A1\r\nAAB,'+84 256\r\nAAC,'-2+3\r\nAAD,'@SUM(A1)\r\nAAE,'\tthụt\r\nAAF,\"Sở \"\"A\"\", B\"\r\nBDI,";
        assert!(csv.starts_with(expected), "{csv}");
        let book = admin.get("/provinces?format=xlsx&fields=code,name").expect(200);
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book.bytes)).expect("a workbook");
        assert!(book.worksheet_formula("Tỉnh, thành phố").expect("a sheet").used_cells().next().is_none());
        let sheet = book.worksheet_range("Tỉnh, thành phố").expect("a sheet");
        assert_eq!(sheet.get_value((1, 1)), Some(&Data::String("'=cmd|'/C calc'!A1".into())));
        // Programs read what was written.
        let lines = String::from_utf8(admin.get("/provinces?format=ndjson&fields=name").expect(200).bytes).expect("UTF-8");
        assert!(lines.starts_with("{\"name\":\"=cmd|'/C calc'!A1\"}\n{\"name\":\"+84 256\"}\n"), "{lines}");
    });
}

#[test]
fn a_file_of_the_journal_is_in_the_access_log() {
    each(START, |house| {
        house.load("binh_dinh");
        let leader = house.person("BDI", "UBND", "leader");
        let looked = || leader.get("/access-events?kind=audit_event&count=exact").expect(200)["total"].as_i64().expect("a count");
        let before = looked();
        let csv = leader.get("/audit-events?format=csv").expect(200);
        assert_eq!(csv.headers["cache-control"], "no-store");
        assert_eq!(looked(), before + 1);
        leader.send("HEAD", "/audit-events?format=csv", &[], None).expect(200);
        assert_eq!(looked(), before + 1);
    });
}

/// Enough organisations that a file of them does not fit into what waits between the service and a client.
fn many(house: &House) {
    use diesel::connection::SimpleConnection;
    let add = if house.postgres {
        "INSERT INTO provinces (id, code, name, short_name, kind, state, version, created_at, updated_at) SELECT gen_random_uuid(), 'X' || i, repeat('x', 400), 'x', p.kind, p.state, 1, p.created_at, p.updated_at FROM provinces p, generate_series(10000, 30000) i WHERE p.code = 'BDI'"
    } else {
        "WITH RECURSIVE s(i) AS (SELECT 10000 UNION ALL SELECT i + 1 FROM s WHERE i < 30000) INSERT INTO provinces (id, code, name, short_name, kind, state, version, created_at, updated_at) SELECT randomblob(16), 'X' || i, printf('%.400c', 'x'), 'x', p.kind, p.state, 1, p.created_at, p.updated_at FROM provinces p, s WHERE p.code = 'BDI'"
    };
    house
        .db
        .write_now(|conn| {
            conn.batch_execute(add)?;
            Ok(())
        })
        .expect("many provinces");
}

/// Asks for a file and reads its first bytes only.
fn begun(house: &House, token: &str, format: &str) -> TcpStream {
    let mut line = TcpStream::connect(house.base.trim_start_matches("http://")).expect("a connection");
    write!(line, "GET /api/v1/provinces?format={format} HTTP/1.1\r\nhost: nhipcau\r\nauthorization: Bearer {token}\r\n\r\n").expect("a request");
    let mut first = [0; 17];
    line.read_exact(&mut first).expect("an answer");
    assert_eq!(&first, b"HTTP/1.1 200 OK\r\n");
    line
}

#[test]
fn two_files_go_at_one_time_and_a_client_that_leaves_frees_its_place() {
    each(START, |house| {
        house.load("binh_dinh");
        many(house);
        let admin = house.administrator();
        let token = admin.token();
        let before = house.statements();
        let whole = admin.get("/provinces?format=csv").expect(200);
        assert!(whole.bytes.len() > 8 << 20 && csv_rows(&whole).1.len() == 20_002);
        // Never more than 250 rows of it are asked for at one time.
        assert!(house.statements() - before >= 20_002 / 250, "{} statements", house.statements() - before);
        let (first, second) = (begun(house, &token, "csv"), begun(house, &token, "ndjson"));
        for format in ["csv", "ndjson", "xlsx"] {
            let refused = admin.get(&format!("/provinces?format={format}")).expect(503);
            assert_eq!((refused.code(), refused.headers["retry-after"].as_str()), ("exports_busy", "10"));
        }
        // JSON pages, single records and HEAD need no place.
        admin.get("/provinces?limit=200").expect(200);
        admin.get("/provinces?format=csv&limit=200").expect(200);
        admin.send("HEAD", "/provinces?format=csv", &[], None).expect(200);
        drop(first);
        let given_up = Instant::now() + Duration::from_secs(20);
        while admin.get("/provinces?format=csv").status != 200 {
            assert!(Instant::now() < given_up, "the place of a client that left stays taken");
            std::thread::sleep(Duration::from_millis(50));
        }
        // The one that was slow meanwhile gets all of it.
        let mut all = BTreeMap::new();
        let mut reader = BufReader::new(second);
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).expect("a header");
            if let Some((name, value)) = line.trim_end().split_once(": ") {
                all.insert(name.to_lowercase(), value.to_owned());
            }
        }
        assert_eq!(all["transfer-encoding"], "chunked");
        let mut lines = 0;
        loop {
            line.clear();
            reader.read_line(&mut line).expect("a chunk's size");
            let size = usize::from_str_radix(line.trim_end(), 16).expect("a size");
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk).expect("a chunk");
            lines += chunk[..size].iter().filter(|b| **b == b'\n').count();
            if size == 0 {
                break;
            }
        }
        assert_eq!(lines, 20_002);
    });
}

#[test]
fn a_file_can_be_packed_on_its_way() {
    each(START, |house| {
        house.load("binh_dinh");
        let leader = house.person("BDI", "UBND", "leader");
        let plain = leader.get("/tasks?format=csv").expect(200);
        let packed = leader.send("GET", "/tasks?format=csv", &[("accept-encoding", "gzip")], None).expect(200);
        assert_eq!(packed.headers["content-encoding"], "gzip");
        assert!(!plain.bytes.is_empty() && packed.bytes.len() < plain.bytes.len());
        // A workbook is packed already.
        let book = leader.send("GET", "/tasks?format=xlsx", &[("accept-encoding", "gzip")], None).expect(200);
        assert!(!book.headers.contains_key("content-encoding"));
        assert!(book.bytes.starts_with(b"PK"));
        // What goes in one packet is left as it is.
        let small = leader.send("GET", "/auth/me", &[("accept-encoding", "gzip")], None).expect(200);
        assert!(!small.headers.contains_key("content-encoding") && small.json["username"] == leader.username, "{:?}", small.headers);
        let packed = leader.send("GET", "/tasks?format=csv", &[("accept-encoding", "br")], None).expect(200);
        assert_eq!(packed.headers["content-encoding"], "br");
        // Where the client excludes that, it is packed.
        for (asked, packed) in [("gzip", None), ("gzip, identity;q=0", Some("gzip")), ("gzip, *;q=0", Some("gzip"))] {
            let small = leader.send("GET", "/organizations?format=csv&limit=1&fields=code", &[("accept-encoding", asked)], None).expect(200);
            assert_eq!(small.headers.get("content-encoding").map(String::as_str), packed, "{asked}");
        }
        for none in ["identity;q=0", "*;q=0", "zstd, identity;q=0"] {
            let refused = leader.send("GET", "/tasks", &[("accept-encoding", none)], None).expect(406);
            assert_eq!(refused.headers["content-type"], "application/problem+json");
        }
        leader.send("GET", "/tasks", &[("accept-encoding", "zstd")], None).expect(200);
    });
}
