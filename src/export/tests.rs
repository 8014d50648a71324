use super::*;
use crate::time::Stamp;
use calamine::{Data, Reader, Xlsx};
use serde::Serialize;
use std::io::Cursor;

#[derive(Serialize, ToSchema)]
struct Money {
    amount: String,
    currency: String,
}

#[derive(Serialize, ToSchema)]
struct Place {
    city: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rooms: Option<i32>,
}

#[derive(Serialize, ToSchema)]
struct Visit {
    code: String,
    title: Option<String>,
    guests: i64,
    abroad: bool,
    #[schema(value_type = String, format = Date)]
    day: String,
    #[schema(value_type = String, format = DateTime)]
    at: String,
    cost: Option<Money>,
    place: Place,
    hosts: Vec<String>,
    stops: Vec<Place>,
}

fn visits() -> Vec<Visit> {
    let place = |city: &str, rooms| Place { city: city.into(), rooms };
    vec![
        Visit {
            code: "A-1".into(),
            title: Some("Đoàn Lào, \"hữu nghị\"".into()),
            guests: 12,
            abroad: false,
            day: "2026-11-20".into(),
            at: "2026-11-20T06:00:00Z".into(),
            cost: Some(Money { amount: "-12500.50".into(), currency: "USD".into() }),
            place: place("Quy Nhơn", Some(3)),
            hosts: vec!["LHHN".into(), "SNgV".into()],
            stops: vec![place("Huế", None)],
        },
        Visit {
            code: "=1+1".into(),
            title: None,
            guests: 0,
            abroad: true,
            day: "2026-01-01".into(),
            at: "2026-01-01T00:00:00.500Z".into(),
            cost: None,
            place: place("+84", None),
            hosts: vec![],
            stops: vec![],
        },
    ]
}

fn style(format: Format) -> Style {
    let dated: chrono::DateTime<chrono::Utc> = "2026-11-22T00:00:00Z".parse().expect("a moment");
    Style { format, fields: None, bom: false, title: "Đoàn: vào/ra".into(), dated: Stamp::from(dated), scratch: std::env::temp_dir() }
}

fn made(style: Style) -> Vec<u8> {
    let mut table = Table::begin::<Visit>(style, Vec::new()).expect("a table");
    for visit in visits() {
        table.add(&visit).expect("a row");
    }
    table.finish().expect("the end")
}

#[test]
fn csv_has_a_column_for_every_member_and_computes_nothing() {
    let expected = "code,title,guests,abroad,day,at,cost.amount,cost.currency,place.city,place.rooms,hosts,stops\r\n\
        A-1,\"Đoàn Lào, \"\"hữu nghị\"\"\",12,false,2026-11-20,2026-11-20T06:00:00Z,-12500.50,USD,Quy Nhơn,3,LHHN; SNgV,\"[{\"\"city\"\":\"\"Huế\"\"}]\"\r\n\
        '=1+1,,0,true,2026-01-01,2026-01-01T00:00:00.500Z,,,'+84,,,[]\r\n";
    assert_eq!(String::from_utf8(made(style(Format::Csv))).expect("UTF-8"), expected);
    let narrow = Style { fields: Some(vec!["cost".into(), "code".into()]), bom: true, ..style(Format::Csv) };
    let expected = "\u{feff}code,cost.amount,cost.currency\r\nA-1,-12500.50,USD\r\n'=1+1,,\r\n";
    assert_eq!(String::from_utf8(made(narrow)).expect("UTF-8"), expected);
}

#[test]
fn every_formula_character_is_disarmed_and_nothing_else() {
    for (given, written) in
        [("=A1", "'=A1"), ("+1", "'+1"), ("-x", "'-x"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "'\rx"), ("a=1", "a=1"), ("", ""), ("'=1", "'=1")]
    {
        assert_eq!(super::csv::disarmed(given), written);
    }
    // A number stays one; what only looks like one does not.
    for (given, number) in [("-12.5", true), ("0", true), ("-", false), ("-1+2", false), ("--1", false), ("", false)] {
        assert_eq!(super::csv::is_decimal(given), number, "{given}");
    }
}

#[test]
fn a_line_of_ndjson_is_the_record_itself() {
    let text = String::from_utf8(made(Style { fields: Some(vec!["guests".into(), "place".into()]), ..style(Format::Ndjson) })).expect("UTF-8");
    assert_eq!(text, "{\"guests\":12,\"place\":{\"city\":\"Quy Nhơn\",\"rooms\":3}}\n{\"guests\":0,\"place\":{\"city\":\"+84\"}}\n");
    let whole = String::from_utf8(made(style(Format::Ndjson))).expect("UTF-8");
    let lines: Vec<serde_json::Value> = whole.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(lines, visits().iter().map(|v| serde_json::to_value(v).expect("JSON")).collect::<Vec<_>>());
}

#[test]
fn cells_of_a_workbook_have_types() {
    let bytes = made(style(Format::Xlsx));
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.clone())).expect("a workbook");
    assert_eq!(book.sheet_names(), ["Đoàn vàora"]);
    let sheet = book.worksheet_range("Đoàn vàora").expect("a sheet");
    let rows: Vec<&[Data]> = sheet.rows().collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0][6], Data::String("cost.amount".into()));
    let first = rows[1];
    assert_eq!((&first[2], &first[3], &first[6]), (&Data::Float(12.0), &Data::Bool(false), &Data::Float(-12500.5)));
    // 2026-11-20 is 46346 days after 1899-12-30; six in the morning is a quarter of a day.
    let serial = |cell: &Data| match cell {
        Data::DateTime(at) => at.as_f64(),
        other => panic!("{other:?} is no day"),
    };
    assert_eq!((serial(&first[4]), serial(&first[5])), (46346.0, 46346.25));
    assert_eq!((&rows[2][0], &rows[2][1], &rows[2][8]), (&Data::String("'=1+1".into()), &Data::Empty, &Data::String("'+84".into())));
    // The same rows of the same day are the same file.
    assert_eq!(bytes, made(style(Format::Xlsx)));
}

#[test]
fn a_full_sheet_is_followed_by_the_next() {
    assert_eq!(xlsx::ROWS, 1_048_575);
    let mut table = Table::begin::<Place>(style(Format::Xlsx), Vec::new()).expect("a table");
    table.at_most(2);
    for rooms in 0..5 {
        table.add(&Place { city: "Huế".into(), rooms: Some(rooms) }).expect("a row");
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(table.finish().expect("the end"))).expect("a workbook");
    let sheets: Vec<Vec<Data>> = book.worksheets().iter().map(|(_, range)| range.rows().map(|row| row[1].clone()).collect()).collect();
    let head = || Data::String("rooms".into());
    assert_eq!(sheets, [vec![head(), Data::Float(0.0), Data::Float(1.0)], vec![head(), Data::Float(2.0), Data::Float(3.0)], vec![head(), Data::Float(4.0)]]);
    assert_eq!(book.sheet_names(), ["Đoàn vàora", "Đoàn vàora 2", "Đoàn vàora 3"]);
}

#[test]
fn a_text_too_long_for_a_cell_is_cut() {
    let mut table = Table::begin::<Place>(style(Format::Xlsx), Vec::new()).expect("a table");
    table.add(&Place { city: "ế".repeat(40_000), rooms: None }).expect("a row");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(table.finish().expect("the end"))).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("cells");
    assert_eq!(sheet.get_value((1, 0)), Some(&Data::String("ế".repeat(32_767))));
}

#[test]
fn file_names_keep_their_diacritics() {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day");
    assert_eq!(
        disposition(&file_name("Nhiệm vụ", day, "csv")),
        "attachment; filename=\"nhiem vu 2026-11-22.csv\"; filename*=UTF-8''Nhi%E1%BB%87m%20v%E1%BB%A5%202026-11-22.csv"
    );
}
