//! Backup, restore and verify: what is kept comes back, and damage of each kind is told.

use crate::harness::{House, Person, each};
use diesel::{Connection, PgConnection, RunQueryDsl};
use nhipcau::{
    config::Settings,
    db::{Conn, Db, Url},
    sequencer,
    terminal::{
        archive,
        verify::{self, Finding},
    },
};
use serde_json::{Value, json};
use std::{collections::HashMap, os::unix::fs::PermissionsExt, path::Path};

fn attach(person: &Person<'_>, document: &str, bytes: &str) -> Value {
    let body = format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n{bytes}\r\n--b--\r\n");
    let bearer = format!("Bearer {}", person.token());
    let headers = [("authorization", bearer.as_str()), ("content-type", "multipart/form-data; boundary=b")];
    person.house.send("POST", &format!("/api/v1{document}/attachments"), &headers, Some(body.as_bytes())).expect(201).json
}

/// A little of everything: two numbered letters with a file each, a report handed in, accepted, consolidated and issued.
fn fill(house: &House) {
    house.load("binh_dinh");
    let person = |code: &str, position: &str| house.person("BDI", code, position);
    for at in 1..=2 {
        let letter = json!({ "kind": "official_letter", "symbol": "SNGV-VP", "summary": format!("Công văn {at}"), "signer": { "name": "Nguyễn Thí Dụ", "position": "Giám đốc" } });
        let officer = person("SNGV", "officer");
        let path = format!("/documents/{}", officer.post("/documents", letter).expect(201).id());
        attach(&officer, &path, &format!("Nội dung {at}\n"));
        person("SNGV", "leader").step(&path, json!({ "action": "sign" })).expect(200);
        person("SNGV", "clerk").step(&path, json!({ "action": "issue" })).expect(200);
    }
    let union = person("LHHN", "leader");
    let regime = union.get("/reporting-regimes").expect(200).items()[0]["id"].clone();
    let period = union.post("/reporting-periods", json!({ "regime_id": regime, "period": "2021" })).expect(201).id();
    let agency = house.organization("BDI", "STC").id;
    let duty = union.get(&format!("/reporting-obligations?period_id={period}&sender_id={agency}")).expect(200).items()[0]["id"].clone();
    let draft = json!({ "obligation_id": duty, "narratives": [{ "section": "ket_qua", "text": "Đã quán triệt." }], "figures": [{ "indicator": "delegations_in", "value": "2" }] });
    let report = format!("/report-submissions/{}", person("STC", "officer").post("/report-submissions", draft).expect(201).id());
    person("STC", "leader").step(&report, json!({ "action": "submit" })).expect(200);
    union.step(&report, json!({ "action": "accept" })).expect(200);
    let total = person("LHHN", "officer").post("/consolidated-reports", json!({ "period_id": period, "step": 2 })).expect(201).id();
    union.step(&format!("/consolidated-reports/{total}"), json!({ "action": "issue" })).expect(200);
    while house.db.write_now(|conn| sequencer::sequence(conn, 500)).expect("a batch") > 0 {}
}

fn execute(db: &Db, sql: &str) {
    let done = db.write_now(|conn| {
        Ok(match conn {
            Conn::Postgres(c) => diesel::sql_query(sql).execute(c)?,
            Conn::Sqlite(c) => diesel::sql_query(sql).execute(c)?,
        })
    });
    assert!(done.expect(sql) > 0, "{sql} changed nothing");
}

/// The kinds with differences, each with the first of them.
fn wrong(db: &Db, data: &Path) -> Vec<(&'static str, String)> {
    let all: Vec<Finding> = verify::verify(db, data).expect("it looks");
    all.into_iter().filter_map(|f| Some((f.what, f.differences.into_iter().next()?))).collect()
}

#[test]
fn damage_of_each_kind_is_told() {
    each("2021-11-10T08:00", |house| {
        fill(house);
        let checked: HashMap<&str, u64> = verify::verify(&house.db, &house.data).expect("it looks").iter().map(|f| (f.what, f.checked)).collect();
        assert_eq!(wrong(&house.db, &house.data), []);
        // Two letters with two files, one report, one total of it; the numbers of two letters and of the total.
        for (what, count) in [("report submissions", 1), ("consolidated reports", 1), ("attachments", 2), ("stored files", 2), ("document numbers", 3)] {
            assert_eq!(checked[what], count, "{what}");
        }
        assert!(checked["journal"] > 10 && checked["access"] > 10, "{checked:?}");

        let told = |kinds: &[&str]| {
            let found = wrong(&house.db, &house.data);
            assert_eq!(found.iter().map(|(what, _)| *what).collect::<Vec<_>>(), kinds, "{found:?}");
            found.into_iter().next().map(|(_, line)| line).unwrap_or_default()
        };
        let mend = |sql: &str| {
            execute(&house.db, sql);
            assert_eq!(wrong(&house.db, &house.data), []);
        };
        execute(&house.db, "UPDATE journal SET action = 'other' || action WHERE seq = 7");
        assert!(told(&["journal"]).contains("entry 7"));
        mend("UPDATE journal SET action = substr(action, 6) WHERE seq = 7");
        execute(&house.db, "UPDATE journal SET seq = -9 WHERE seq = 9");
        assert!(told(&["journal"]).contains("entry 9"));
        mend("UPDATE journal SET seq = 9 WHERE seq = -9");

        // The stored text, and the record beside it; a total rests on the text.
        execute(&house.db, "UPDATE report_submissions SET snapshot = snapshot || ' '");
        assert!(told(&["report submissions", "consolidated reports"]).contains("snapshot"));
        mend("UPDATE report_submissions SET snapshot = substr(snapshot, 1, length(snapshot) - 1)");
        execute(&house.db, "UPDATE report_submissions SET correction_reason = 'khác'");
        assert!(told(&["report submissions"]).contains("record"));
        mend("UPDATE report_submissions SET correction_reason = NULL");
        execute(&house.db, "UPDATE consolidated_lineage SET value = '3' WHERE indicator = 'delegations_in'");
        assert!(told(&["consolidated reports"]).contains("lineage delegations_in"));
        mend("UPDATE consolidated_lineage SET value = '2' WHERE indicator = 'delegations_in'");
        execute(&house.db, "UPDATE consolidated_reports SET title = title || '!'");
        assert!(told(&["consolidated reports"]).contains("content"));
        mend("UPDATE consolidated_reports SET title = substr(title, 1, length(title) - 1)");

        execute(&house.db, "UPDATE document_numbers SET number = 3 WHERE number = 2");
        assert!(told(&["document numbers"]).contains("3 follows 1"));
        mend("UPDATE document_numbers SET number = 2 WHERE number = 3");
        execute(&house.db, "UPDATE access SET relations = relations - 1 WHERE kind = 'report_submission' AND relations % 2 = 1");
        assert!(told(&["access"]).contains("no right"));
        mend(
            "UPDATE access SET relations = relations + 1 WHERE kind = 'report_submission' AND relations % 2 = 0 AND organization_id = (SELECT author_id FROM report_submissions)",
        );
        execute(&house.db, "UPDATE access SET kind = 'recommendation' WHERE kind = 'report_submission' AND relations % 2 = 0");
        assert!(told(&["access"]).contains("without its record"));
        mend("UPDATE access SET kind = 'report_submission' WHERE kind = 'recommendation'");

        // A file changed where it lies; a file gone.
        let name = archive::stored_files(&house.data).expect("files").pop().expect("a file");
        let path = house.data.join("files").join(&name);
        let bytes = std::fs::read(&path).expect("the file");
        std::fs::write(&path, b"other").expect("written");
        assert!(told(&["attachments", "stored files"]).contains(&name));
        std::fs::remove_file(&path).expect("gone");
        assert!(told(&["attachments"]).contains("missing"));
        std::fs::write(&path, bytes).expect("written");
        assert_eq!(wrong(&house.db, &house.data), []);
    });
}

fn settings(data: &Path, url: &Url) -> Settings {
    let mut given = HashMap::from([("NHIPCAU_DATA".to_owned(), data.to_string_lossy().into_owned())]);
    if let Url::Postgres(url) = url {
        given.insert("DATABASE_URL".to_owned(), url.clone());
        given.insert("NHIPCAU_SECRET".to_owned(), "bi mat chi dung cho kiem thu, du dai".to_owned());
    }
    Settings::from(&given).expect("settings")
}

#[test]
fn what_is_backed_up_comes_back() {
    each("2021-11-10T08:00", |house| {
        fill(house);
        let own = settings(&house.data, &house.url);
        let file = house.data.join("sao-luu.zip");
        let tally = archive::backup(&own, &file, house.now()).expect("an archive");
        assert_eq!(tally.files, 2);
        assert_eq!(std::fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o600);
        let said = |e: nhipcau::Error| e.to_string();
        assert!(said(archive::backup(&own, &file, house.now()).expect_err("not twice")).contains("exists already"));
        // Nothing else is left behind.
        let hidden =
            std::fs::read_dir(&house.data).expect("a folder").filter(|e| e.as_ref().is_ok_and(|e| e.file_name().to_string_lossy().starts_with(".nhipcau")));
        assert_eq!(hidden.count(), 0);
        // The installation itself is not empty.
        assert!(said(archive::restore(&own, &file).expect_err("refused")).contains("not empty"));

        let empty = house.data.join("khac");
        std::fs::create_dir_all(&empty).expect("a folder");
        let url = match &house.url {
            Url::Sqlite(_) => Url::Sqlite(empty.join("nhipcau.db").to_string_lossy().into_owned()),
            Url::Postgres(url) => {
                let server = std::env::var("NHIPCAU_TEST_POSTGRES_URL").expect("set");
                let name = format!("{}_khac", url.rsplit('/').next().expect("a name"));
                let mut conn = PgConnection::establish(&server).expect("PostgreSQL answers");
                diesel::sql_query(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).execute(&mut conn).expect("dropped");
                diesel::sql_query(format!("CREATE DATABASE {name}")).execute(&mut conn).expect("created");
                Url::Postgres(format!("{}/{name}", url.rsplit_once('/').expect("a name").0))
            }
        };
        let other = settings(&empty, &url);
        // A byte changed on the way is noticed before anything is put in its place.
        let mut bytes = std::fs::read(&file).expect("the archive");
        let at = bytes.windows(9).position(|w| w == "Nội dun".as_bytes()).expect("a file's content");
        bytes[at] ^= 1;
        let bad = house.data.join("hong.zip");
        std::fs::write(&bad, bytes).expect("written");
        assert!(said(archive::restore(&other, &bad).expect_err("refused")).contains("not restored"));
        assert!(archive::stored_files(&empty).expect("a look").is_empty() && nhipcau::db::is_untouched(&url).expect("a look"));

        assert_eq!(archive::restore(&other, &file).expect("restored"), tally);
        let db = Db::open(&url, 1).expect("it opens");
        assert!(db.read_now(nhipcau::db::is_migrated).expect("a look"));
        assert_eq!(wrong(&db, &empty), []);
        let head = |db: &Db| db.read_now(sequencer::head).expect("a look");
        assert_eq!(head(&db), head(&house.db));
        if !house.postgres {
            let keys = |data: &Path| std::fs::read(data.join("signing-keys.json")).expect("keys");
            assert_eq!(keys(&empty), keys(&house.data));
        }
        assert!(said(archive::restore(&other, &file).expect_err("refused")).contains("not empty"));
        drop(db);
        if let Url::Postgres(url) = url {
            let name = url.rsplit('/').next().expect("a name");
            let mut conn = PgConnection::establish(&std::env::var("NHIPCAU_TEST_POSTGRES_URL").expect("set")).expect("PostgreSQL answers");
            diesel::sql_query(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).execute(&mut conn).expect("dropped");
        }
    });
}

#[test]
fn verify_at_the_terminal_ends_with_1_where_anything_differs() {
    let house = House::start("2021-11-10T08:00", false);
    fill(&house);
    let run = || {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_nhipcau"));
        let output = program.arg("verify").env_clear().env("NHIPCAU_DATA", &house.data).output().expect("the program runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, printed) = run();
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("report submissions: 1 checked, ok") && printed.contains("document numbers: 3 checked, ok"), "{printed}");
    execute(&house.db, "UPDATE journal SET action = 'other' WHERE seq = 3");
    let (code, printed) = run();
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains("journal: 2 checked, 1 DIFFER\n  the chain breaks at entry 3"), "{printed}");
}

#[test]
fn ready_says_when_files_cannot_be_kept() {
    let house = House::start("2021-11-10T08:00", false);
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let ready = || {
        let mut answer = agent.get(format!("{}/readyz", house.admin)).call().expect("an answer");
        (answer.status().as_u16(), answer.body_mut().read_to_string().expect("a text"))
    };
    assert_eq!(ready().0, 200);
    // A file where the directory should be: nobody can write into it, not even root.
    std::fs::remove_dir_all(house.data.join("files")).expect("gone");
    std::fs::write(house.data.join("files"), b"").expect("written");
    assert_eq!(ready(), (503, "the files directory cannot be written\n".to_owned()));
    std::fs::remove_file(house.data.join("files")).expect("gone");
    assert_eq!(ready().0, 200);
}

#[test]
fn a_process_that_does_not_share_the_files_is_not_ready() {
    let house = House::start("2021-11-10T08:00", false);
    fill(&house);
    let ready = || ureq::get(format!("{}/readyz", house.admin)).call().map(|answer| answer.status().as_u16());
    assert_eq!(ready().expect("an answer"), 200);
    let (here, elsewhere) = (house.data.join("files"), house.data.join("elsewhere"));
    std::fs::rename(&here, &elsewhere).expect("moved");
    assert!(matches!(ready(), Err(ureq::Error::StatusCode(503))));
    std::fs::remove_dir_all(&here).expect("gone");
    std::fs::rename(&elsewhere, &here).expect("moved");
    assert_eq!(ready().expect("an answer"), 200);
}
