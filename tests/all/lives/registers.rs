//! The registers of documents are reports in pages: they lead on like lists, and their files are whole.

use super::statistics::read;
use crate::harness::{House, Person, Reply, each};
use serde_json::{Value, json};

/// Where the next page is, as the header says.
fn next(reply: &Reply) -> Option<String> {
    let link = reply.headers.get("link").expect("a link");
    assert!(link.contains("rel=\"first\""), "{link}");
    let next = link.split(", ").find(|l| l.ends_with("rel=\"next\""))?;
    Some(next.trim_start_matches('<').split('>').next().expect("an address").to_owned())
}

/// Pages from the first to the last, from link to link.
fn pages(person: &Person<'_>, path: &str) -> Vec<Reply> {
    let mut all = vec![person.get(path).expect(200)];
    while let Some(address) = all.last().and_then(next) {
        all.push(person.get(&address).expect(200));
    }
    all
}

/// What stands in a column of a CSV file.
fn column(reply: &Reply, name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(reply.bytes.as_slice());
    let at = reader.headers().expect("a header").iter().position(|c| c == name).expect("the column");
    reader.records().map(|r| r.expect("a row")[at].to_owned()).collect()
}

/// Five letters that came on 5/3, and five that went out that day.
fn post(house: &House) {
    let clerk = house.person("BRV", "SNGV", "clerk");
    house.at("2020-03-05T09:00");
    for number in 11..16 {
        let document = json!({ "kind": "official_letter", "issuer_id": house.organization("BRV", "SYT").id, "number": number.to_string(), "symbol": "SYT-VP",
            "issued_on": "2020-03-04", "summary": "Cử cán bộ tập huấn" });
        clerk.post("/arrivals", json!({ "arrived_on": "2020-03-05", "document": document })).expect(201);
        let letter = json!({ "kind": "official_letter", "number": (number + 80).to_string(), "symbol": "SNGV-VP", "issued_on": "2020-03-05", "summary": "V/v tập huấn" });
        clerk.post("/documents", letter).expect(201);
    }
}

#[test]
fn a_register_leads_on_and_its_file_is_the_whole_of_it() {
    each("2020-03-02T08:00", |house| {
        house.load("ba_ria_vung_tau");
        post(house);
        let viewer = house.person("BRV", "SNGV", "viewer");
        let numbered = |from: i32, symbol: &str| (from..from + 5).map(|n| format!("{n}/{symbol}")).collect::<Vec<String>>();
        for (register, expected, name) in
            [("incoming", numbered(11, "SYT-VP"), "so van ban den 2020-03-05.csv"), ("outgoing", numbered(91, "SNGV-VP"), "so van ban di 2020-03-05.csv")]
        {
            let path = format!("/reports/{register}-documents?from=2020-03-05");
            let whole = read(&viewer, &path);
            let told = |reply: &Reply| reply.items().iter().map(|r| r["notation_text"].as_str().expect("a notation").to_owned()).collect::<Vec<_>>();
            assert_eq!((told(&whole), next(&whole)), (expected.clone(), None));
            // Two and two and one, each with the tag of a report.
            let joined = pages(&viewer, &format!("{path}&limit=2"));
            assert_eq!(joined.iter().map(|p| p.items().len()).collect::<Vec<_>>(), [2, 2, 1]);
            assert_eq!(joined.iter().flat_map(&told).collect::<Vec<_>>(), expected);
            assert!(joined.iter().all(|p| !p.etag().is_empty() && p["snapshot"] == whole["snapshot"]));
            // A file without limit is all of it, one with limit leads on, one with a cursor begins there.
            let file = viewer.get(&format!("{path}&format=csv")).expect(200);
            assert_eq!(column(&file, "notation_text"), expected);
            assert_eq!(json!(file.headers["x-snapshot"]), whole["snapshot"]);
            assert_eq!((file.headers["cache-control"].as_str(), file.headers.get("etag")), ("no-store", None));
            assert!(file.headers["content-disposition"].contains(name), "{}", file.headers["content-disposition"]);
            let sheets = pages(&viewer, &format!("{path}&limit=2&format=csv"));
            assert_eq!(sheets.iter().flat_map(|s| column(s, "notation_text")).collect::<Vec<_>>(), expected);
            assert_eq!(json!(sheets[0].headers["x-snapshot"]), whole["snapshot"]);
            let cursor = joined[0]["next_cursor"].as_str().expect("a cursor");
            assert_eq!(column(&viewer.get(&format!("{path}&format=csv&cursor={cursor}")).expect(200), "notation_text"), expected[2..]);
            let lines = viewer.get(&format!("{path}&format=ndjson")).expect(200);
            let lines: Vec<Value> = String::from_utf8(lines.bytes).expect("UTF-8").lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
            assert_eq!(lines, whole.items());
            // The same rows are the same workbook, which bears the day of its data.
            let book = || viewer.get(&format!("{path}&format=xlsx")).expect(200).bytes;
            assert_eq!(book(), book());
            assert_eq!(viewer.get(&format!("{path}&format=csv&cursor=abc")).expect(422).fault("cursor"), Some("bad_cursor"));
            house.administrator().get(&format!("{path}&format=csv")).expect(403);
        }
    });
}

#[test]
fn a_registers_head_does_not_read_it() {
    each("2020-03-02T08:00", |house| {
        house.load("ba_ria_vung_tau");
        let viewer = house.person("BRV", "SNGV", "viewer");
        viewer.get("/auth/me").expect(200);
        for register in ["incoming", "outgoing"] {
            let before = house.statements();
            let head = viewer.send("HEAD", &format!("/reports/{register}-documents?format=csv"), &[], None).expect(200);
            // Who it is, and nothing else.
            assert_eq!((house.statements() - before, head.bytes.len()), (1, 0));
            assert!(head.headers["content-type"].starts_with("text/csv"));
            let page = viewer.send("HEAD", &format!("/reports/{register}-documents?limit=1"), &[], None).expect(200);
            assert!(page.headers["link"].contains("rel=\"first\""));
        }
        // The document says so, too.
        let document = nhipcau::document().expect("a document");
        for register in ["incoming", "outgoing"] {
            let headers = &document["paths"][format!("/api/v1/reports/{register}-documents")]["get"]["responses"]["200"]["headers"];
            for name in ["Link", "ETag", "X-Snapshot"] {
                assert!(headers[name].is_object(), "{register} {name}");
            }
        }
    });
}
