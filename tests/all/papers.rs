//! A consolidated report on paper: what the sheet says, before and after it is issued, for both layouts.

use crate::{
    harness::{House, each},
    lives::statistics::{Year, plan, read},
};
use serde_json::{Value, json};
use std::io::{Cursor, Read};

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// The texts of the paragraphs, in order.
fn lines(file: &[u8]) -> Vec<String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).expect("an archive");
    let mut document = String::new();
    archive.by_name("word/document.xml").expect("a document").read_to_string(&mut document).expect("text");
    let paragraph = |p: &str| p.split("<w:t xml:space=\"preserve\">").skip(1).filter_map(|t| t.split("</w:t>").next()).collect::<Vec<_>>().join("|");
    document.split("<w:p>").skip(1).map(paragraph).filter(|t| !t.is_empty()).collect()
}

/// The cells of each table with a head, row by row.
fn tables(file: &[u8]) -> Vec<Vec<Vec<String>>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).expect("an archive");
    let mut document = String::new();
    archive.by_name("word/document.xml").expect("a document").read_to_string(&mut document).expect("text");
    let texts =
        |xml: &str| xml.split("<w:t xml:space=\"preserve\">").skip(1).filter_map(|t| t.split("</w:t>").next()).collect::<String>().replace("&amp;", "&");
    let row = |xml: &str| xml.split("<w:tc>").skip(1).map(texts).collect::<Vec<String>>();
    let all = document.split("<w:tbl>").skip(1).filter_map(|t| t.split("</w:tbl>").next());
    all.filter(|t| t.contains("<w:tblHeader/>")).map(|t| t.split("<w:tr>").skip(1).map(row).collect()).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

/// Sở Tài chính reports 1,234 visitors, nobody any delegation abroad; Sở Du lịch's report lies with the receiver.
fn year(house: &House) -> String {
    house.load("binh_dinh");
    let person = |code: &str, position: &str| house.person("BDI", code, position);
    let union = person("LHHN", "leader");
    let regime = union.get("/reporting-regimes").expect(200).items()[0]["id"].clone();
    let period = union.post("/reporting-periods", json!({ "regime_id": regime, "period": "2021" })).expect(201).id();
    for (code, visitors) in [("STC", "1234"), ("SDL", "9")] {
        let agency = house.organization("BDI", code).id;
        let duty = union.get(&format!("/reporting-obligations?period_id={period}&sender_id={agency}")).expect(200).items()[0]["id"].clone();
        let draft = json!({ "obligation_id": duty, "narratives": [{ "section": "ket_qua", "text": "Đã quán triệt & triển khai." }], "figures": [{ "indicator": "visitors", "value": visitors }, { "indicator": "delegations_in", "value": "0" }] });
        let path = format!("/report-submissions/{}", person(code, "officer").post("/report-submissions", draft).expect(201).id());
        person(code, "leader").step(&path, json!({ "action": "submit" })).expect(200);
        if code == "STC" {
            union.step(&path, json!({ "action": "accept" })).expect(200);
        }
    }
    let report = person("LHHN", "officer").post("/consolidated-reports", json!({ "period_id": period, "step": 2 })).expect(201);
    let path = format!("/consolidated-reports/{}", report.id());
    let says = json!({ "narratives": [{ "section": "kho_khan", "text": "Kinh phí còn hạn hẹp." }] });
    person("LHHN", "officer").patch(&path, &report, says).expect(200);
    path
}

#[test]
fn the_unions_report_is_a_paper_of_decree_30() {
    each("2021-11-10T08:00", |house| {
        let path = year(house);
        let union = house.person("BDI", "LHHN", "leader");
        let draft = union.get(&format!("{path}?format=docx")).expect(200);
        assert_eq!(draft.headers["content-type"], DOCX);
        assert!(draft.headers["content-disposition"].contains("BCTH-BDI-2021-0001%201.docx"), "{}", draft.headers["content-disposition"]);
        let said = lines(&draft.bytes);
        assert_eq!(
            said[..8],
            [
                "LIÊN HIỆP CÁC TỔ CHỨC HỮU NGHỊ|TỈNH BÌNH ĐỊNH",
                "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                "Độc lập - Tự do - Hạnh phúc",
                "Số:       /BC-LHHN",
                "Bình Định, ngày       tháng       năm 2021",
                "BÁO CÁO",
                "Hằng năm kết quả thực hiện Kế hoạch triển khai Chỉ thị 38-CT/TW (2021)",
                // The Decree closes the year's books on 14/12; 1 of 18 agencies is in the sums.
                "Thực hiện chế độ báo cáo “Báo cáo hằng năm kết quả thực hiện Kế hoạch triển khai Chỉ thị 38-CT/TW”, kỳ báo cáo năm 2021 (số liệu từ ngày 15/12/2020 đến ngày 14/12/2021), Liên hiệp các tổ chức hữu nghị tỉnh Bình Định tổng hợp báo cáo của 1/18 cơ quan, báo cáo Ủy ban nhân dân tỉnh Bình Định như sau:",
            ]
        );
        let after = |line: &str, n: usize| {
            let at = said.iter().position(|l| l == line).unwrap_or_else(|| panic!("no {line}: {said:#?}"));
            said[at + 1..=at + n].to_vec()
        };
        assert_eq!(after("I. KẾT QUẢ THỰC HIỆN", 1), ["- Sở Tài chính: |Đã quán triệt &amp; triển khai."]);
        assert_eq!(after("II. KHÓ KHĂN, VƯỚNG MẮC VÀ NGUYÊN NHÂN", 1), ["Kinh phí còn hạn hẹp."]);
        assert_eq!(after("III. KIẾN NGHỊ, ĐỀ XUẤT", 1), ["Chưa có nội dung."]);
        // Before the books close every figure is an estimate; nought is a figure, a blank is none.
        assert_eq!(after("Số lượt khách nước ngoài được đón tiếp", 3), ["lượt người", "1.234 (ước)", "1/18"]);
        assert_eq!(after("Số đoàn vào", 3), ["đoàn", "0 (ước)", "1/18"]);
        assert_eq!(after("Số đoàn ra", 3), ["đoàn", "…", "0/18"]);
        assert!(said.contains(&"Đến ngày 10/11/2021, 1/18 cơ quan báo cáo.".to_owned()));
        // "Trước 20/11" leaves 19/11; what lies with the receiver is not in the sums.
        assert_eq!(after("Sở Du lịch", 2), ["19/11/2021", "Đã nộp, chưa được nhận"]);
        assert_eq!(said.iter().filter(|l| *l == "Chưa nộp").count(), 16);
        let end = said.len();
        assert_eq!(said[end - 6..end - 2], ["Nơi nhận:", "- Ủy ban nhân dân tỉnh Bình Định (b/c);", "- Các cơ quan có báo cáo được tổng hợp;", "- Lưu: VT."]);

        house.at("2021-11-15T08:00");
        union.step(&path, json!({ "action": "issue" })).expect(200);
        let reader = house.person("BDI", "UBND", "viewer");
        let issued = reader.send("GET", &path, &[("accept", DOCX)], None).expect(200);
        let said = lines(&issued.bytes);
        assert_eq!(said[3..5], ["Số: 01/BC-LHHN", "Bình Định, ngày 15 tháng 11 năm 2021"]);
        let end = said.len();
        let foot = ["Nơi nhận:", "- Ủy ban nhân dân tỉnh Bình Định (b/c);", "- Sở Tài chính;", "- Lưu: VT."];
        assert_eq!(said[end - 6..end - 2], foot);
        assert_eq!(said[end - 1], "Người Thí Dụ leader");
        // The same again is the same file, for whoever may read it, a year later too.
        house.at("2022-12-01T08:00");
        assert_eq!(union.get(&format!("{path}?format=docx")).expect(200).bytes, issued.bytes);
        // Who may not read the report may not have the paper.
        house.person("BDI", "SVHTT", "viewer").get(&format!("{path}?format=docx")).expect(404);
        assert_eq!(text(&union.get(&path).expect(200)["state"]), "issued");
    });
}

#[test]
fn the_party_committees_report_has_the_partys_head() {
    each("2021-12-01T08:00", |house| {
        house.load("gia_lai");
        let leader = house.person("GLA", "BCSD", "leader");
        let regime = leader.get("/reporting-regimes").expect(200).items()[0]["id"].clone();
        let period = leader.post("/reporting-periods", json!({ "regime_id": regime, "period": "2021" })).expect(201).id();
        let report = leader.post("/consolidated-reports", json!({ "period_id": period, "step": 1 })).expect(201).id();
        let path = format!("/consolidated-reports/{report}");
        let said = lines(&leader.get(&format!("{path}?format=docx")).expect(200).bytes);
        assert_eq!(
            said[..6],
            [
                "TỈNH ỦY GIA LAI",
                "BAN CÁN SỰ ĐẢNG ỦY BAN NHÂN DÂN TỈNH",
                "*",
                "ĐẢNG CỘNG SẢN VIỆT NAM",
                "Số       -BC/BCSD",
                "Gia Lai, ngày       tháng       năm 2021"
            ]
            .map(|l| l.replace("ĐẢNG ỦY BAN", "ĐẢNG|ỦY BAN"))
        );
        assert!(said.contains(&"T/M BAN CÁN SỰ ĐẢNG".to_owned()) && !said.iter().any(|l| l.contains("CỘNG HÒA")), "{said:#?}");
    });
}

/// What a cell says of a value: figures and days as Vietnamese writes them, texts from their beginning, three dots for none.
fn cell(value: &Value, shown: &str) -> String {
    match value {
        Value::Null => "…".to_owned(),
        Value::String(text) if text.parse::<chrono::NaiveDate>().is_ok() => text.split('-').rev().collect::<Vec<_>>().join("/"),
        Value::String(text) if text.parse::<f64>().is_ok() => text.replace('.', ","),
        // A title that is too long for its line is cut after a word, an agency's goes without the province's name.
        Value::String(text) if text.starts_with(&shown.trim_end_matches('…').replace("UBND", "Ủy ban nhân dân")) && shown.chars().count() > 5 => {
            shown.to_owned()
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// One sheet, every figure on it as in the JSON of the same snapshot.
#[test]
fn the_leaders_brief_is_a_paper_of_one_page() {
    each("2021-10-01T08:00", |house| {
        let year = Year::live(house);
        plan(house);
        let person = year.person("UBND", "leader");
        let brief = read(&person, "/reports/leaders-brief");
        let paper = person.get("/reports/leaders-brief?format=docx").expect(200);
        assert_eq!((&paper.headers["content-type"], &json!(paper.headers["x-snapshot"])), (&DOCX.to_owned(), &brief["snapshot"]));
        assert!(paper.headers["content-disposition"].contains("2021-12-01.docx"), "{}", paper.headers["content-disposition"]);
        let said = lines(&paper.bytes);
        assert_eq!(
            said[..7],
            [
                "ỦY BAN NHÂN DÂN TỈNH BÌNH ĐỊNH",
                "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                "Độc lập - Tự do - Hạnh phúc",
                "Số:       /BC-UBND",
                "Bình Định, ngày       tháng       năm 2021",
                "BÁO CÁO",
                "Tình hình nhiệm vụ và chế độ báo cáo đến ngày 01/12/2021",
            ]
        );
        assert_eq!(said[7], "Số liệu của tỉnh Bình Định đến hết ngày 01/12/2021; tỷ lệ đúng hạn tính trong năm 2021.");
        let end = said.len();
        let foot = ["Nơi nhận:", "- Lãnh đạo Ủy ban nhân dân tỉnh Bình Định (b/c);", "- Lưu: VT.", "TM. ỦY BAN NHÂN DÂN"];
        assert_eq!(said[end - 6..end - 2], foot);
        // SDL and SYT are under 80 %, a completion waits: what they leave of the fifteen lines the two other lists share.
        let count = |member: &str| brief[member].as_array().map_or(0, Vec::len);
        assert_eq!((count("overdue"), count("below_target"), count("decisions")), (20, 2, 1));
        let shown: Vec<Vec<Vec<String>>> = tables(&paper.bytes);
        let columns: [(&str, &[&str]); 4] = [
            ("overdue", &["code", "title", "organization_name", "due_on", "working_days_late"]),
            ("below_target", &["organization_name", "tasks_on_time", "tasks_late", "tasks_rate", "reports_on_time", "reports_late", "reports_rate", "urged"]),
            ("upcoming", &["code", "title", "organization_name", "due_on", "days_left"]),
            ("decisions", &["kind", "code", "title", "since", "days_waiting"]),
        ];
        assert_eq!(shown.len(), 4);
        assert_eq!(shown.iter().map(|t| t.len() - 1).sum::<usize>(), 15, "{shown:#?}");
        for ((list, members), table) in columns.iter().zip(&shown) {
            for (row, of) in table[1..].iter().zip(brief[*list].as_array().expect("a list")) {
                let expected: Vec<String> = members.iter().zip(row).map(|(m, shown)| if *m == "kind" { shown.clone() } else { cell(&of[*m], shown) }).collect();
                assert_eq!(row, &expected, "{list}");
            }
        }
        assert_eq!(shown[1][1], ["Sở Du lịch", "0", "0", "…", "0", "1", "0,0", "0"]);
        assert_eq!(shown[1][2], ["Sở Y tế", "1", "1", "50,0", "1", "0", "100,0", "2"]);
        assert_eq!(shown[3][1][..1], ["Nhận hoàn thành"]);
        let overdue = shown[0].len() - 1;
        assert!(said.contains(&format!("1. Quá hạn: {} ({overdue} việc quá hạn lâu nhất)", brief["overdue_count"])), "{said:#?}");
        // The same again is the same file.
        assert_eq!(person.get("/reports/leaders-brief?format=docx").expect(200).bytes, paper.bytes);
        // An agency's sheet says whose figures they are; where a list is empty it says so.
        let own = lines(&year.person("SYT", "leader").get("/reports/leaders-brief?format=docx").expect(200).bytes);
        let whose = "Số liệu của Sở Y tế tỉnh Bình Định, đơn vị trực thuộc và kế hoạch, chế độ báo cáo do cơ quan theo dõi đến hết ngày 01/12/2021;";
        assert!(own.iter().any(|l| l.starts_with(whose)), "{own:#?}");
        assert!(own.contains(&"- Không có.".to_owned()) && own.contains(&"SỞ Y TẾ".to_owned()), "{own:#?}");
        // What is narrowed says to what; a plan that the caller may not see stays without a name.
        let other = house.person("BDI", "UBND", "leader").post("/plans", json!({ "title": "Việc kín" })).expect(201);
        let narrow = lines(&year.person("SYT", "leader").get(&format!("/reports/leaders-brief?format=docx&plan_id={}", other.id())).expect(200).bytes);
        assert!(narrow.iter().any(|l| l.ends_with("chỉ tính kế hoạch được chọn.")), "{narrow:#?}");
    });
}
