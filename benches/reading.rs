//! How fast texts are read, and that the time is linear in their length: `cargo bench --bench reading`.
//!
//! The five texts are repeated to 1 MiB; what could be dear (one endless line, brackets, tables, names in names …) to 256 KiB
//! and to 1 MiB, where a ratio near four is linear. Times are processor time of the thread where Linux tells it.

use nhipcau::reading::{Agencies, Reader};
use std::{fs, time::Instant};

const TEXTS: &[&str] = &["ba_ria_vung_tau_2019", "binh_dinh_2021", "can_tho_2022", "dong_nai_2020", "gia_lai_2019"];

const DEAR: &[(&str, &str)] = &[
    ("one endless word", "a"),
    ("white space", " "),
    ("empty lines", "\n"),
    ("gaps in a line", "a    b    "),
    ("numbers without text", "1. "),
    ("numbered lines", "1. a\n"),
    ("dashes", "- "),
    ("dashed lines", "- a\n"),
    ("prepositions of time", "trước ngày "),
    ("ranges", "từ ngày 1/1/2020 đến ngày "),
    ("open brackets", "("),
    ("pairs of brackets", "() "),
    ("links", "[x]("),
    ("tags", "<a "),
    ("signs for tags", "<"),
    ("entities", "&nbsp;"),
    ("breaks", "a<br>"),
    ("columns", "A\tB\t"),
    ("cells", "| a "),
    ("rows", "| a | b | c |\n"),
    ("rows of work", "| TT | Nội dung | Cơ quan chủ trì | Thời gian |\n"),
    ("commas", ","),
    ("semicolons", ";"),
    ("names in names", "Sở "),
    ("bodies of bodies", "Ban Thường vụ Đảng ủy "),
    ("positions", "Chủ tịch, Phó Chủ tịch, "),
    ("a list of agencies", "Sở Ngoại vụ, "),
    ("a list of groups", "các sở, "),
    ("documents in one line", "Quyết định số 12/QĐ-UBND ngày 1/1/2020 của UBND tỉnh, "),
    ("laws in one line", "Luật "),
    ("obstacles", "nếu có khó khăn, các sở báo cáo Sở Y tế; "),
    ("duties in one line", "Sở Y tế chủ trì, phối hợp với Sở Tài chính, báo cáo UBND tỉnh trước ngày 15/12 hằng năm, "),
    ("duties in lines", "1. Sở Y tế chủ trì, phối hợp với Sở Tài chính báo cáo UBND tỉnh trước ngày 15/12 hằng năm.\n"),
    ("labels", "- Đơn vị chủ trì: Sở Y tế\n"),
    ("heads", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSố: 1/KH-UBND\nKẾ HOẠCH\nNơi nhận:\n"),
    ("salutations", "Kính gửi: a;\n"),
    ("titles", "KẾ HOẠCH\n"),
    ("annexes", "PHỤ LỤC\n"),
    ("a deep tree", "I. A\n1. b\na) c\n- d\n+ e\n"),
];

fn main() {
    let reader = Reader::new(&Agencies::default());
    println!("{:<24} {:>12}", "text", "ms per MiB");
    for name in TEXTS {
        let text = fs::read_to_string(format!("tests/plans/{name}.txt")).expect("a text");
        println!("{name:<24} {:>12.1}", fastest(&reader, &repeated(&text, 1 << 20)));
    }
    println!("\n{:<24} {:>12} {:>12} {:>8}", "what could be dear", "256 KiB, ms", "1 MiB, ms", "ratio");
    for (name, unit) in DEAR {
        let small = fastest(&reader, &repeated(unit, 256 << 10));
        let large = fastest(&reader, &repeated(unit, 1 << 20));
        println!("{name:<24} {small:>12.1} {large:>12.1} {:>8.1}", large / small);
    }
}

fn repeated(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes / unit.len() + 1)
}

/// Milliseconds of the fastest of three.
fn fastest(reader: &Reader, text: &str) -> f64 {
    let once = || {
        let start = (processor(), Instant::now());
        drop(reader.read(text));
        match (start.0, processor()) {
            (Some(from), Some(to)) => (to - from) / 1e6,
            _ => start.1.elapsed().as_secs_f64() * 1e3,
        }
    };
    (0..3).map(|_| once()).fold(f64::INFINITY, f64::min)
}

/// Nanoseconds that this thread has run.
fn processor() -> Option<f64> {
    fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
}
