//! Files of documents: who has taken another's away with them is known, and what nobody names any more goes.

use crate::harness::{House, Person, Reply, each};
use nhipcau::{documents::attachments::sweep, server};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

fn upload(person: &Person<'_>, document: &str, name: &str, bytes: &[u8]) -> Reply {
    let boundary = "----nhipcau";
    let mut body =
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/plain\r\n\r\n").into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let (bearer, media) = (format!("Bearer {}", person.token()), format!("multipart/form-data; boundary={boundary}"));
    let headers = [("authorization", bearer.as_str()), ("content-type", media.as_str())];
    person.house.send("POST", &format!("/api/v1/documents/{document}/attachments"), &headers, Some(&body))
}

pub fn sweep_before(house: &House, moment: SystemTime) -> usize {
    let (db, data) = (house.db.clone(), house.data.clone());
    actix_web::rt::System::new().block_on(async move { sweep::sweep(&db, &data, moment, server::names_file).await }).expect("a sweep")
}

fn kept(house: &House) -> usize {
    std::fs::read_dir(house.data.join("files")).map_or(0, |all| all.filter(|e| e.as_ref().is_ok_and(|e| e.path().is_file())).count())
}

#[test]
fn a_file_of_another_organisation_that_is_taken_away_is_in_the_access_log() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let office = |position: &str| house.person("BDI", "VPUBND", position);
        let letter = json!({ "kind": "official_letter", "symbol": "VPUBND-VX", "summary": "Gửi biểu mẫu", "signer": { "name": "Nguyễn Thí Dụ", "position": "Chánh Văn phòng" },
            "recipients": [{ "organization_id": house.organization("BDI", "SYT").id, "purpose": "carry_out" }] });
        let id = office("officer").post("/documents", letter).expect(201).id();
        let file = upload(&office("officer"), &id, "bieu-mau.txt", "Biểu mẫu báo cáo".as_bytes()).expect(201).id();
        let path = format!("/attachments/{file}/content");
        office("leader").step(&format!("/documents/{id}"), json!({ "action": "sign" })).expect(200);
        office("clerk").step(&format!("/documents/{id}"), json!({ "action": "issue" })).expect(200);
        let head = house.person("BDI", "UBND", "leader");
        let seen = || head.get(&format!("/access-events?record_id={file}")).expect(200).items().to_vec();
        // The own organisation's reading is no matter of note; nor is a look at what the file is.
        office("officer").get(&path).expect(200);
        let health = house.person("BDI", "SYT", "officer");
        health.get(&format!("/attachments/{file}")).expect(200);
        house.person("BDI", "STC", "officer").get(&path).expect(404);
        assert!(seen().is_empty());
        let got = health.send("GET", &path, &[("x-request-id", "tai-bieu-mau-ve")], None).expect(200);
        assert_eq!(got.bytes, "Biểu mẫu báo cáo".as_bytes());
        let log = seen();
        assert_eq!((log.len(), &log[0]["what"], &log[0]["request_id"]), (1, &json!("download"), &json!("tai-bieu-mau-ve")));
        assert_eq!((&log[0]["organization_id"], &log[0]["kind"]), (&json!(house.organization("BDI", "SYT").id), &json!("attachment")));
        // Who has it already is shown nothing.
        health.send("GET", &path, &[("if-none-match", &got.etag())], None).expect(304);
        assert_eq!(seen().len(), 1);
    });
}

#[test]
fn what_is_taken_off_and_named_nowhere_goes_and_nothing_else_does() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let officer = house.person("BDI", "SYT", "officer");
        let draft = |what: &str| officer.post("/documents", json!({ "kind": "plan", "summary": what })).expect(201).id();
        let (first, second) = (draft("Một"), draft("Hai"));
        let off = |id: &str| {
            let path = format!("/attachments/{id}");
            officer.delete(&path, &officer.get(&path).expect(200)).expect(204);
        };
        let gone = upload(&officer, &first, "a.txt", b"chi o mot noi").expect(201).id();
        let shared = upload(&officer, &first, "b.txt", b"o hai noi").expect(201).id();
        let stays = upload(&officer, &second, "b.txt", b"o hai noi").expect(201).id();
        off(&gone);
        off(&shared);
        assert_eq!(kept(house), 2);
        // Young files are left alone: somebody may be attaching the same one.
        let (long_ago, later) = (SystemTime::now() - Duration::from_secs(3600), SystemTime::now() + Duration::from_secs(3600));
        assert_eq!((sweep_before(house, long_ago), kept(house)), (0, 2));
        assert_eq!((sweep_before(house, later), kept(house)), (1, 1));
        assert_eq!(officer.get(&format!("/attachments/{stays}/content")).expect(200).bytes, b"o hai noi");
        assert_eq!(sweep_before(house, later), 0);
        let again: Value = upload(&officer, &first, "a.txt", b"chi o mot noi").expect(201).json;
        assert_eq!((kept(house), &again["size"]), (2, &json!(13)));
    });
}

/// Fifty mebibytes are taken whole; a byte more is refused, and nothing of it stays.
#[test]
fn a_file_has_fifty_mebibytes_at_most() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let officer = house.person("BDI", "SYT", "officer");
        let draft = officer.post("/documents", json!({ "kind": "plan", "symbol": "KH-SYT", "summary": "Kế hoạch" })).expect(201).id();
        // Bytes that are no text.
        let bytes = vec![0xff; (50 << 20) + 1];
        let waiting = || std::fs::read_dir(house.data.join("files/incoming")).map_or(0, Iterator::count);
        assert_eq!(upload(&officer, &draft, "anh.bin", &bytes).expect(413).code(), "too_large");
        assert_eq!((kept(house), waiting()), (0, 0));
        let largest = upload(&officer, &draft, "anh.bin", &bytes[1..]).expect(201);
        assert_eq!((largest["size"].as_u64(), kept(house), waiting()), (Some(50 << 20), 1, 0));
    });
}
