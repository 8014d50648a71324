//! Searching the large registers: what is found beforehand by trigrams is what the list's own words find.

use crate::harness::{House, each};
use nhipcau::{
    db::{self, Register},
    text,
};
use serde_json::{Value, json};

fn found(house: &House, q: &str) -> Vec<String> {
    let encoded: String = q.bytes().map(|b| format!("%{b:02X}")).collect();
    let page = house.person("BDI", "UBND", "viewer").get(&format!("/documents?q={encoded}&limit=200")).expect(200);
    let mut all: Vec<String> = page.items().iter().map(|d| d["summary"].as_str().unwrap_or_default().to_owned()).collect();
    all.sort();
    all
}

/// A letter of Sở Ngoại vụ that UBND sees once it is issued.
fn letter(house: &House, summary: &str) -> String {
    let path = draft(house, summary);
    house.person("BDI", "SNGV", "leader").step(&path, json!({ "action": "sign" })).expect(200);
    house.person("BDI", "SNGV", "clerk").step(&path, json!({ "action": "issue" })).expect(200);
    path
}

fn draft(house: &House, summary: &str) -> String {
    let body = json!({ "kind": "official_letter", "symbol": "SNGV-VP", "summary": summary, "signer": { "name": "Nguyễn Thí Dụ", "position": "Giám đốc" } });
    format!("/documents/{}", house.person("BDI", "SNGV", "officer").post("/documents", body).expect(201).id())
}

/// How many records the index names, where it names any.
fn named(house: &House, register: Register, q: &str, most: usize) -> Option<usize> {
    house.db.read_now(|conn| db::candidates(conn, register, Some(q), most)).expect("a look").map(|ids| ids.len())
}

#[test]
fn words_are_found_without_marks_and_in_any_order() {
    each("2021-11-10T08:00", |house| {
        house.load_agencies("binh_dinh");
        let (exchange, visit, percent) = ("Giao lưu hữu nghị với tỉnh Champasak", "Đón đoàn nghị sĩ Nhật Bản", "Giải ngân 100% vốn viện trợ_đợt 1");
        for summary in [exchange, visit, percent] {
            letter(house, summary);
        }
        assert_eq!(found(house, "huu nghi"), [exchange]);
        assert_eq!(found(house, "HỮU nghị"), [exchange]);
        assert_eq!(found(house, "champasak giao"), [exchange], "all of several terms, in any order");
        assert_eq!(found(house, "nghi"), [exchange, visit]);
        assert_eq!(found(house, "nghị champa"), [exchange], "the beginning of the last word");
        assert_eq!(found(house, "don doan"), [visit]);
        assert!(found(house, "champasak nhật").is_empty());
        // Signs are no part of any query language.
        for hostile in ["\"champasak", "champasak*", "champasak' --", "(champasak)", "champasak)", "champasak\\", "fold:champasak", "-champasak"] {
            let expected: &[&str] = if hostile.starts_with("fold") { &[] } else { &[exchange] };
            assert_eq!(found(house, hostile), expected, "{hostile}");
        }
        assert_eq!(found(house, "100%"), [percent]);
        assert!(found(house, "NEAR(champasak nghi)").is_empty() && found(house, "champasak OR nhat").is_empty());
        assert_eq!(found(house, "%").len(), 3, "no word at all asks for nothing");
        // Two letters are looked for, too.
        assert_eq!(found(house, "si"), [visit]);
    });
}

#[test]
fn the_index_follows_what_is_written() {
    each("2021-11-10T08:00", |house| {
        house.load_agencies("binh_dinh");
        let path = draft(house, "Kế hoạch hội thảo Xiengkhouang");
        let count = |q: &str| named(house, Register::Documents, q, 10);
        assert_eq!((count("xiengkhouang"), count("savannakhet")), (Some(1), Some(0)));
        let officer = house.person("BDI", "SNGV", "officer");
        let now = officer.get(&path).expect(200);
        let now = officer.patch(&path, &now, json!({ "summary": "Kế hoạch hội thảo Savannakhet" })).expect(200);
        assert_eq!((count("xiengkhouang"), count("savannakhet")), (Some(0), Some(1)));
        officer.delete(&path, &now).expect(204);
        assert_eq!((count("xiengkhouang"), count("savannakhet")), (Some(0), Some(0)));
        // More than asked for, or nothing long enough to ask by: the list's own words decide alone.
        for at in 1..=3 {
            draft(house, &format!("Công văn Attapeu số {at}"));
        }
        assert_eq!((count("attapeu"), named(house, Register::Documents, "attapeu", 2), count("at")), (Some(3), None, None));
        assert_eq!(named(house, Register::Documents, "attapeu", 3), Some(3));
    });
}

/// Every word of the plan's own tasks, looked for through HTTP and by hand.
#[test]
fn tasks_are_found_by_every_word_that_they_hold() {
    each("2021-11-10T08:00", |house| {
        house.load("binh_dinh");
        let reader = house.person("BDI", "UBND", "viewer");
        let all = reader.get("/tasks?limit=200").expect(200);
        let contents: Vec<String> = all.items().iter().map(|t| t["content"].as_str().expect("content").to_owned()).collect();
        assert_eq!(contents.len(), 17);
        for q in ["doi ngoai", "hữu nghị", "vien tro", "tuyen truyen", "phi chinh phu", "ngoai vu", "khong-he-co"] {
            let encoded: String = q.bytes().map(|b| format!("%{b:02X}")).collect();
            let got: Vec<Value> = reader.get(&format!("/tasks?limit=200&q={encoded}")).expect(200).items().iter().map(|t| t["content"].clone()).collect();
            let least = contents.iter().filter(|c| text::search_terms(q).iter().all(|term| text::fold(c).contains(term.as_str()))).count();
            assert!(got.len() >= least, "{q}: {} of {least}", got.len());
            // What is named beforehand holds all that is found, and more where a term of two letters could not be asked for.
            let before = named(house, Register::Tasks, q, 500).expect("few");
            assert!(got.len() <= before, "{q}: {} of {before}", got.len());
        }
    });
}
