use super::super::paper::{Block, Column, Layout, Paper, Signature, Table, value};
use super::*;
use std::io::{Cursor, Read};

fn text_of(file: &[u8], part: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).expect("an archive");
    let mut text = String::new();
    archive.by_name(part).expect(part).read_to_string(&mut text).expect("text");
    text
}

/// The texts of the paragraphs, in order, those of tables too.
fn paragraphs(document: &str) -> Vec<String> {
    let paragraph =
        |p: &str| -> String { p.split("<w:t xml:space=\"preserve\">").skip(1).filter_map(|t| t.split("</w:t>").next()).collect::<Vec<_>>().join("|") };
    document.split("<w:p>").skip(1).map(paragraph).filter(|t| !t.is_empty()).collect()
}

fn paper() -> Paper {
    Paper {
        layout: Layout::State,
        superior: Some("Ủy ban nhân dân tỉnh Bà Rịa - Vũng Tàu".into()),
        agency: "Sở Ngoại vụ".into(),
        number: Some("5".into()),
        symbol: Some("BC-SNGV".into()),
        place: Some("Bà Rịa - Vũng Tàu".into()),
        day: Some("2019-02-05".parse().expect("a day")),
        year: 2019,
        kind: "Báo cáo".into(),
        summary: "Công tác đối ngoại nhân dân & hữu nghị".into(),
        addressees: vec![],
        body: vec![
            Block::Heading(1, "Kết quả".into()),
            Block::Heading(2, "Đoàn vào".into()),
            Block::Text("Một <đoạn>.\n\nHai.".into()),
            Block::Heading(2, "Đoàn ra".into()),
            Block::Heading(3, "Một".into()),
            Block::Heading(3, "Hai".into()),
            Block::Heading(1, "Số liệu".into()),
            Block::Heading(2, "Chung".into()),
            Block::Table(Table {
                columns: vec![Column::left("Chỉ tiêu", 60), Column::right("Kết quả", 40), Column::centre("Số cơ quan", 30)],
                rows: vec![
                    vec!["Đoàn ra".into(), value(Some("1234.5"), true), "3/4".into()],
                    vec!["Đoàn vào".into(), value(None, false), "0/4".into()],
                    vec!["Khách".into(), value(Some("0"), false), "4/4".into()],
                ],
            }),
            Block::Item(Some("Sở Y tế".into()), "Ba.\nBốn.".into()),
        ],
        signature: Signature {
            authority: vec!["KT. Giám đốc".into()], position: Some("Phó Giám đốc".into()), name: Some("Trần Văn Tuấn".into())
        },
        recipients: vec!["UBND tỉnh (b/c)".into(), "Lưu: VT, K12".into()],
        is_compact: false,
        as_of: "2019-02-05".parse().expect("a day"),
    }
}

#[test]
fn a_state_paper_says_what_the_decree_wants() {
    let file = render(&paper()).expect("a file");
    let document = text_of(&file, "word/document.xml");
    assert_eq!(
        paragraphs(&document),
        [
            "ỦY BAN NHÂN DÂN|TỈNH BÀ RỊA - VŨNG TÀU",
            "SỞ NGOẠI VỤ",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "Số: 05/BC-SNGV",
            "Bà Rịa - Vũng Tàu, ngày 05 tháng 02 năm 2019",
            "BÁO CÁO",
            "Công tác đối ngoại nhân dân &amp; hữu nghị",
            "I. KẾT QUẢ",
            "1. Đoàn vào",
            "Một &lt;đoạn&gt;.",
            "Hai.",
            "2. Đoàn ra",
            "a) Một",
            "b) Hai",
            "II. SỐ LIỆU",
            "1. Chung",
            "Chỉ tiêu",
            "Kết quả",
            "Số cơ quan",
            "Đoàn ra",
            "1.234,5 (ước)",
            "3/4",
            "Đoàn vào",
            "…",
            "0/4",
            "Khách",
            "0",
            "4/4",
            "- Sở Y tế: |Ba.",
            "Bốn.",
            "Nơi nhận:",
            "- UBND tỉnh (b/c);",
            "- Lưu: VT, K12.",
            "KT. GIÁM ĐỐC",
            "PHÓ GIÁM ĐỐC",
            "Trần Văn Tuấn",
        ]
    );
    // A4; 20 mm = 1134, 30 mm = 1701, 15 mm = 850 twips (56.693 a millimetre); no number on the first page.
    assert!(document.contains(r#"<w:pgSz w:w="11906" w:h="16838"/>"#));
    assert!(document.contains(r#"<w:pgMar w:top="1134" w:right="850" w:bottom="1134" w:left="1701""#), "margins");
    assert!(document.contains("<w:titlePg/>"));
    assert!(text_of(&file, "word/header1.xml").contains(" PAGE ") && text_of(&file, "word/header1.xml").contains(r#"<w:jc w:val="center"/>"#));
    assert!(text_of(&file, "word/styles.xml").contains(r#"w:ascii="Times New Roman""#));
    // The head of the table, and no other row, stands on every page.
    assert_eq!(document.matches("<w:tblHeader/>").count(), 1);
    // In half points: 13 to 14 points for what is read, 12 to 13 for the national title, 13 to 14 for the motto.
    let size = |text: &str| -> u32 {
        let before = document.split(&format!("preserve\">{text}")).next().filter(|before| before.len() < document.len()).expect(text);
        let (_, after) = before.rsplit_once("<w:sz w:val=\"").expect("a size");
        after.split('"').next().and_then(|n| n.parse().ok()).expect("a number")
    };
    for text in ["BÁO CÁO", "Công tác đối ngoại", "I. KẾT QUẢ", "1. Đoàn vào", "a) Một", "Một &lt;đoạn", "- Sở Y tế: ", "KT. GIÁM", "PHÓ GIÁM", "Trần Văn Tuấn"]
    {
        assert_eq!(size(text), 28, "{text}");
    }
    assert!((24..=26).contains(&size("CỘNG HÒA")) && (26..=28).contains(&size("Độc lập")));
    // "Nơi nhận:" 12 points bold italic, the list 11.
    let list = r#"<w:sz w:val="22"/><w:szCs w:val="22"/></w:rPr><w:t xml:space="preserve">- UBND tỉnh (b/c);"#;
    assert!(document.contains(list), "list");
    let title = r#"<w:b/><w:bCs/><w:i/><w:iCs/><w:sz w:val="24"/><w:szCs w:val="24"/></w:rPr><w:t xml:space="preserve">Nơi nhận:"#;
    assert!(document.contains(title), "title");
    // Place and date in italics of 13 points.
    let date = r#"<w:i/><w:iCs/><w:sz w:val="26"/><w:szCs w:val="26"/></w:rPr><w:t xml:space="preserve">Bà Rịa"#;
    assert!(document.contains(date), "date");
}

#[test]
fn before_numbering_number_and_day_stay_open() {
    let draft = Paper { number: None, day: None, signature: Signature::default(), ..paper() };
    let lines = paragraphs(&text_of(&render(&draft).expect("a file"), "word/document.xml"));
    assert_eq!(lines[4..6], ["Số:       /BC-SNGV", "Bà Rịa - Vũng Tàu, ngày       tháng       năm 2019"]);
    assert!(!lines.iter().any(|l| l.contains("Trần Văn Tuấn") || l.contains("GIÁM ĐỐC")));
}

#[test]
fn a_party_paper_has_the_partys_head() {
    let party = Paper {
        layout: Layout::Party,
        superior: Some("Tỉnh ủy Gia Lai".into()),
        agency: "Ban cán sự đảng Ủy ban nhân dân tỉnh".into(),
        number: Some("38".into()),
        symbol: Some("BC/BCSĐ".into()),
        place: Some("Gia Lai".into()),
        day: Some("2019-12-09".parse().expect("a day")),
        signature: Signature { authority: vec!["T/M Ban cán sự đảng".into()], position: Some("Bí thư".into()), name: None },
        recipients: vec!["Ban Thường vụ Tỉnh ủy (b/c)".into(), "Lưu Văn phòng".into()],
        body: vec![],
        ..paper()
    };
    let lines = paragraphs(&text_of(&render(&party).expect("a file"), "word/document.xml"));
    let expected = [
        "TỈNH ỦY GIA LAI",
        "BAN CÁN SỰ ĐẢNG|ỦY BAN NHÂN DÂN TỈNH",
        "*",
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        "Số 38-BC/BCSĐ",
        "Gia Lai, ngày 09 tháng 12 năm 2019",
        "BÁO CÁO",
        "Công tác đối ngoại nhân dân &amp; hữu nghị",
        "-----",
        "Nơi nhận:",
        "- Ban Thường vụ Tỉnh ủy (b/c),",
        "- Lưu Văn phòng.",
        "T/M BAN CÁN SỰ ĐẢNG",
        "BÍ THƯ",
        "…………………………",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn equal_papers_have_equal_bytes_dated_by_the_snapshot() {
    let file = render(&paper()).expect("a file");
    assert_eq!(file, render(&paper()).expect("a file"));
    let mut archive = zip::ZipArchive::new(Cursor::new(&file)).expect("an archive");
    assert_eq!(archive.len(), 8);
    for at in 0..archive.len() {
        let time = archive.by_index(at).expect("a part").last_modified().expect("a time");
        assert_eq!((time.year(), time.month(), time.day(), time.hour(), time.minute()), (2019, 2, 5, 0, 0));
    }
    let core = text_of(&file, "docProps/core.xml");
    assert_eq!(core.matches("2019-02-05T00:00:00Z").count(), 2);
    assert!(core.contains("<dc:title>Công tác đối ngoại nhân dân &amp; hữu nghị</dc:title>"));
    let later = Paper { as_of: "2019-02-06".parse().expect("a day"), ..paper() };
    assert_ne!(file, render(&later).expect("a file"));
}

#[test]
fn headings_count_as_vietnamese_does() {
    let mut counts = [0; 3];
    let marks: Vec<String> = [1, 3, 3, 3, 3, 3, 3, 2, 3, 1, 2, 1, 1].iter().map(|level| mark(&mut counts, *level)).collect();
    assert_eq!(marks, ["I.", "a)", "b)", "c)", "d)", "đ)", "e)", "1.", "a)", "II.", "1.", "III.", "IV."]);
    assert_eq!((roman(9), roman(14), roman(49)), ("IX".into(), "XIV".into(), "XLIX".into()));
}

#[test]
fn what_xml_cannot_hold_is_left_out() {
    let odd = Paper { summary: "a\u{b}b\u{ffff}c\td".into(), ..paper() };
    let lines = paragraphs(&text_of(&render(&odd).expect("a file"), "word/document.xml"));
    assert!(lines.contains(&"abc d".to_owned()), "{lines:?}");
}
