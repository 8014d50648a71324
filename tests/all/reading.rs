//! The reader of texts, measured: no field may fall below the floor in `tests/reading/floor.json`, which only rises.

use nhipcau::{
    reading::{Agencies, Reader, Refused, files, model::Span},
    seed, terminal,
};
use serde_json::Value;
use std::{fs, path::Path};

fn holds_the_floor(folder: &str) {
    let floor: Value = serde_json::from_str(&fs::read_to_string("tests/reading/floor.json").expect("the floor")).expect("JSON");
    // The floor stands beside the facts and is no fact file: it has no documents with a file.
    let score = terminal::score_folder(&Path::new("tests").join(folder), None).expect("a score");
    for (field, least) in floor[folder].as_object().expect("the fields") {
        let count = score.fields.get(field).expect("the field is scored");
        assert!(count.f1() >= least.as_f64().expect("a share"), "{folder} {field} has fallen:\n{}", score.print());
    }
}

#[test]
fn the_five_texts_are_read_as_well_as_ever() {
    holds_the_floor("plans");
}

#[test]
fn texts_of_other_provinces_and_forms_are_read_as_well_as_ever() {
    holds_the_floor("reading");
}

#[test]
fn spans_stand_where_the_value_stands() {
    let text = fs::read_to_string("tests/plans/ba_ria_vung_tau_2019.txt").expect("a text");
    let agencies = seed::agencies("BRV").expect("a file").expect("the province");
    let reading = Reader::new(&agencies).read(&text).expect("a reading");
    let chars: Vec<char> = text.chars().collect();
    let header = &reading.documents[0].header;
    let number = header.number.as_ref().expect("a number");
    let span = number.spans[0];
    let there: String = chars[span.start as usize..span.end as usize].iter().collect();
    assert_eq!((number.value.as_str(), there.as_str()), ("164", "164"));
    let cited = reading.documents[0].legal_basis.iter().find(|b| b.value.number.as_deref() == Some("04-CT/TW")).expect("the citation");
    assert_eq!(cited.value.number_in_text.as_deref(), Some("04/CT-TW"), "a misspelt symbol is recognised and shown as it stands");
    assert!(reading.documents[0].warnings.iter().any(|w| w.code == "misspelt_symbol"));
}

#[test]
fn a_secret_text_is_refused_and_an_empty_one_gives_nothing() {
    let reader = Reader::new(&Agencies::default());
    assert_eq!(reader.read("Số: 1/KH-UBND\nTUYỆT MẬT\nKẾ HOẠCH\n").err(), Some(Refused::Secret));
    let reading = reader.read("").expect("a reading");
    assert!(reading.documents.is_empty());
    let reading = reader.read("Một câu chuyện không phải văn bản hành chính.").expect("a reading");
    let document = &reading.documents[0];
    assert!(document.header.number.is_none() && document.header.issuer.is_none() && document.assignments.is_empty() && document.legal_basis.is_empty());
}

/// A fixed row of numbers: the same texts break in the same way each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % below.max(1)
    }
}

/// Cuts, doubles, swaps and mixes the characters of a text with those of another.
fn broken(text: &[char], other: &[char], chance: &mut Chance) -> Vec<char> {
    let mut broken = text.to_vec();
    for _ in 0..12 {
        let at = chance.below(broken.len());
        match chance.below(7) {
            0 => drop(broken.drain(at..(at + chance.below(200)).min(broken.len()))),
            1 => broken.insert(at, ['\n', '|', '(', ')', '*', '-', ';', 'ọ', '\u{301}', '<', '&', '/'][chance.below(12)]),
            2 => broken.truncate(at.max(20)),
            3 => {
                let piece = broken[at..(at + 80).min(broken.len())].to_vec();
                broken.splice(at..at, piece);
            }
            4 => {
                let from = chance.below(other.len());
                broken.splice(at..at, other[from..(from + 300).min(other.len())].iter().copied());
            }
            5 => broken[at] = char::from_u32(u32::try_from(chance.below(0x1_1000)).unwrap_or(0)).unwrap_or('\u{fffd}'),
            _ => {
                let to = chance.below(broken.len());
                broken.swap(at, to);
            }
        }
        if broken.is_empty() {
            broken.push('a');
        }
    }
    broken
}

/// Whatever comes, the reader answers, and its spans lie in the text. NHIPCAU_BROKEN_TEXTS says how many texts are tried.
#[test]
fn broken_texts_never_stop_the_reader() {
    let reader = Reader::new(&Agencies::default());
    let mut paths: Vec<_> = ["tests/plans", "tests/reading"]
        .iter()
        .flat_map(|folder| fs::read_dir(folder).expect("the texts").map(|entry| entry.expect("a text").path()))
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    paths.sort();
    let texts: Vec<Vec<char>> = paths.iter().map(|path| fs::read_to_string(path).expect("a text").chars().collect()).collect();
    let rounds = std::env::var("NHIPCAU_BROKEN_TEXTS").map_or(500, |n| n.parse().expect("a number"));
    let mut chance = Chance(0x9e37_79b9);
    for round in 0..rounds {
        let other = chance.below(texts.len());
        let mut text = texts[round % texts.len()].as_slice();
        // Most are excerpts: they begin and end anywhere.
        if !round.is_multiple_of(4) {
            let from = chance.below(text.len());
            text = &text[from..(from + 100 + chance.below(3_000)).min(text.len())];
        }
        let text: String = broken(text, &texts[other], &mut chance).into_iter().collect();
        let Ok(reading) = reader.read(&text) else { continue };
        let inside = |spans: &[Span]| spans.iter().all(|s| s.start < s.end && s.end <= reading.characters);
        for document in &reading.documents {
            assert!(document.assignments.iter().all(|d| inside(&d.spans)), "round {round}: a duty outside of the text");
            assert!(document.legal_basis.iter().all(|b| inside(&b.spans)), "round {round}: a citation outside of the text");
        }
    }
}

#[test]
fn a_text_that_ends_within_a_name_is_read() {
    let text = "KẾ HOẠCH\nThực hiện công tác\n\nThực hiện NGHỊ QUYẾT SỐ 36-NQ/TW CỦA BỘ CHÍNH TRỊ KHÓA";
    let reading = Reader::new(&Agencies::default()).read(text).expect("a reading");
    assert_eq!(reading.documents[0].legal_basis[0].value.number.as_deref(), Some("36-NQ/TW"));
}

/// Names in names, brackets and rows without an end: deep or long, they neither exhaust the stack nor take long.
#[test]
fn endless_constructions_are_read() {
    let reader = Reader::new(&Agencies::default());
    for unit in
        ["Sở ", "Ban Thường vụ Đảng ủy ", "Chủ tịch, Phó Chủ tịch, ", "(", "[x](", "1. ", "- a\n", "trước ngày ", "| a | b | c |\n", "UBND các xã Lóng Sập, "]
    {
        let reading = reader.read(&unit.repeat(20_000 / unit.len())).expect("a reading");
        assert!(reading.documents.len() <= 1, "{unit}");
    }
}

#[test]
fn files_that_are_no_texts_say_so() {
    assert_eq!(files::text(vec![1, 0, 2]), Err(files::NoText::Unreadable));
    assert_eq!(files::text(b"PK\x03\x04 and no archive".to_vec()), Err(files::NoText::Unreadable));
    assert_eq!(files::text(b"%PDF-1.4\nnothing".to_vec()), Err(files::NoText::Unreadable));
    assert_eq!(files::text(b"  \n".to_vec()), Err(files::NoText::Empty));
    assert_eq!(files::text("Kế hoạch".into()), Ok("Kế hoạch".to_owned()));
}

/// Some page wraps and cuts of letterheads and headings, in invented texts.
#[test]
fn a_decision_without_its_title_line_keeps_summary_and_grounds_apart() {
    let text = "ỦY BAN NHÂN DÂN | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM |\nSố: 7/2031/QĐ-UBND | Cà Mau, ngày 21 tháng 03 năm 2031 |\n\
        BAN HÀNH QUY CHẾ TIẾP NHẬN VIỆN TRỢ PHI CHÍNH PHỦ CỦA VIỆT NAM\nỦY BAN NHÂN DÂN TỈNH CÀ MAU\n\
        Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2030;\nQUYẾT ĐỊNH:\n\
        Điều 1. Ban hành kèm theo Quyết định này Quy chế tiếp nhận viện trợ.\n\
        Điều 2. Giám đốc Sở Ngoại vụ và các cơ quan, tổ chức có liên quan đến hoạt động viện trợ chịu trách nhiệm thi hành Quyết định này./.\n";
    let reading = Reader::new(&Agencies::default()).read(text).expect("a reading");
    let document = &reading.documents[0];
    let header = &document.header;
    assert_eq!(header.issuer.as_ref().map(|p| p.value.as_str()), Some("Ủy ban nhân dân tỉnh Cà Mau"));
    assert!(header.parent.is_none(), "the summary names nobody above the issuer");
    assert_eq!(header.summary.as_ref().map(|p| p.value.as_str()), Some("Ban hành quy chế tiếp nhận viện trợ phi chính phủ của Việt Nam"));
    assert_eq!(document.legal_basis[0].value.relation, "căn cứ");
    let names: Vec<&str> = document.assignments[0].value.agencies.iter().map(|a| a.name.as_str()).collect();
    assert_eq!((document.assignments[0].value.place.as_str(), names.len(), names[0]), ("Đ2", 2, "Giám đốc Sở Ngoại vụ"));
    // A letterhead cut within the name, completed by the authority.
    let text = text
        .replace("ỦY BAN NHÂN DÂN |", "BỘ KHOA HỌC VÀ |")
        .replace("QĐ-UBND", "QĐ-BKHCN")
        .replace("ỦY BAN NHÂN DÂN TỈNH CÀ MAU", "BỘ TRƯỞNG BỘ KHOA HỌC VÀ CÔNG NGHỆ");
    let reading = Reader::new(&Agencies::default()).read(&text).expect("a reading");
    let header = &reading.documents[0].header;
    assert_eq!((header.issuer.as_ref().map(|p| p.value.as_str()), header.parent.is_none()), (Some("Bộ Khoa học và Công nghệ"), true));
}

#[test]
fn headings_end_where_the_agency_ends() {
    let text = "ỦY BAN NHÂN DÂN\nTỈNH CÀ MAU\nSố: 8/KH-UBND\nCà Mau, ngày 2 tháng 3 năm 2031\n\nKẾ HOẠCH\nCải cách hành chính năm 2031\n\n\
        I. TỔ CHỨC THỰC HIỆN\n1. Thủ trưởng các sở, ngành; Chủ tịch\nỦy ban nhân dân các huyện\na) Xây dựng chương trình công tác năm 2031.\n\
        b) Định kỳ hàng quý báo cáo kết quả, gửi Sở Nội vụ tổng hợp, báo cáo Ủy ban nhân dân tỉnh.\n\
        2. Hiệp hội Du lịch tỉnh\nVận động hội viên tham gia.\n3. Công an tỉnh và UBND thành phố Hội An phối hợp, hỗ trợ Sở Ngoại vụ.\n";
    let reading = Reader::new(&Agencies::default()).read(text).expect("a reading");
    let document = &reading.documents[0];
    let who = |place: &str| -> Vec<&str> {
        let duty = document.assignments.iter().find(|d| d.value.place == place).expect("a duty");
        duty.value.agencies.iter().map(|a| a.name.as_str()).collect()
    };
    assert_eq!(who("I.1.a"), ["Thủ trưởng các sở, ngành", "Chủ tịch Ủy ban nhân dân các huyện"]);
    assert_eq!(who("I.2"), ["Hiệp hội Du lịch tỉnh"]);
    assert_eq!(who("I.3"), ["Công an tỉnh", "UBND thành phố Hội An"]);
    let product = document.assignments[0].value.product.as_ref().map(|p| p.value.as_str());
    assert!(product.is_some_and(|p| p.starts_with("chương trình công tác")), "{product:?}");
    let report = &document.reporting;
    assert_eq!(report.consolidator.as_ref().map(|p| p.value.name.as_str()), Some("Sở Nội vụ"));
    assert_eq!(report.final_recipient.as_ref().map(|p| p.value.name.as_str()), Some("Ủy ban nhân dân tỉnh"));
}

#[test]
fn a_law_that_speaks_of_itself_is_no_law_by_that_name() {
    let text = "ỦY BAN NHÂN DÂN TỈNH X\nSố: 12/QĐ-UBND\nX, ngày 02 tháng 3 năm 2020\nQUYẾT ĐỊNH\nVề việc thử\n\
                Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;\n\
                Căn cứ Luật sửa đổi, bổ sung một số điều của Luật này năm 2019;\nĐiều 1. Giao Sở Nội vụ chủ trì thực hiện.\n";
    let reading = Reader::new(&Agencies::default()).read(text).expect("a reading");
    let names: Vec<Option<&str>> = reading.documents[0].legal_basis.iter().map(|b| b.value.name.as_deref()).collect();
    assert_eq!(names, [Some("Luật Tổ chức chính quyền địa phương")]);
}
