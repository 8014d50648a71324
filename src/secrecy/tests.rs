use super::*;
use unicode_normalization::UnicodeNormalization;

/// As written, in capitals, in lower case, in NFD, and with Windows line ends.
fn forms(text: &str) -> [String; 3] {
    [text.to_owned(), text.nfd().collect(), text.replace('\n', "\r\n")]
}

#[test]
fn the_five_texts_pass_without_a_word() {
    for text in [
        include_str!("../../tests/plans/ba_ria_vung_tau_2019.txt"),
        include_str!("../../tests/plans/binh_dinh_2021.txt"),
        include_str!("../../tests/plans/can_tho_2022.txt"),
        include_str!("../../tests/plans/dong_nai_2020.txt"),
        include_str!("../../tests/plans/gia_lai_2019.txt"),
    ] {
        for form in forms(text) {
            assert!(!scan_text(&form));
            assert_eq!(scan_summary(&form), [""; 0]);
        }
        // The same with every line broken after each word, and in capitals.
        assert!(!scan_text(&text.replace(' ', "\n")));
        assert!(!scan_text(&text.to_uppercase()));
        assert!(!scan_text(&text.to_uppercase().replace(' ', "\n")));
    }
}

#[test]
fn marks_are_refused() {
    for mark in [
        "MẬT",
        "TỐI MẬT",
        "TUYỆT MẬT",
        "Mật",
        "mật",
        "Tối mật",
        "tuyệt mật",
        "MẬT.",
        "**TUYỆT MẬT**",
        "__Tối mật__!",
        "[MẬT]",
        "| MẬT |",
        "│ MẬT │",
        "(MẬT)",
        "{ TỐI MẬT }",
        "« MẬT »",
        "- MẬT -",
        "<MẬT>",
        "T U Y Ệ T   M Ậ T",
        "M Ậ T",
        "T Ố I M Ậ T",
        "M\u{200b}ẬT",
        "TUYỆT\u{a0}MẬT",
        "<b>MẬT</b>",
        "<td>Tối mật</td>",
        "| Độ mật | Mật |",
        "Số: 12\tMẬT",
        "TUYỆT\nMẬT",
        "TUYET MAT",
        "VĂN BẢN MẬT",
        "TÀI LIỆU TỐI MẬT",
        "Dấu: MẬT",
        "MẬT - HỎA TỐC",
        "TUYỆT MẬT - Bản số 03",
        "Tối mật - Bản số 01",
        "TUYỆT MẬT Chỉ người có tên mới được bóc bì",
        "MẬT, KHẨN",
        "Kế hoạch công tác [Tối mật] năm 2026",
        "Kế hoạch công tác (MẬT) năm 2026",
        "Số: 12/BC-UBND MẬT",
        "MẬT CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "UBND TỈNH        MẬT",
        "Độ mật: Mật",
        "ĐỘ MẬT: TỐI MẬT",
        "Độ mật : **Tuyệt mật**",
        "Độ mật:Tối mật; độ khẩn: thường",
        "Độ mật = mật",
        "Độ mật TỐI MẬT",
        "Độ mật Tối mật",
        "Mức độ bảo mật: Mật",
        "Độ mật: A",
        "Mức độ: Tối mật",
        "Ký hiệu 5; độ mật: tài liệu Mật",
        "Độ mật: T Ố I M Ậ T",
        "MẬT\nBÁO CÁO",
        "Nguyễn Thị Hoa\nMẬT",
        "MẬT\nĐộ khẩn: Thường",
    ] {
        for form in forms(mark) {
            assert!(scan_text(&form), "{form:?}");
            assert!(scan_text(&format!("KẾ HOẠCH\n\n{form}\n\nCăn cứ")), "{form:?} in a text");
        }
    }
}

#[test]
fn harmless_words_are_no_marks() {
    for text in [
        "giữ gìn bí mật quốc gia",
        "BẢO VỆ BÍ MẬT NHÀ NƯỚC",
        "BÍ MẬT",
        "B Í   M Ậ T",
        "bảo mật",
        "Mật độ",
        "MẬT ĐỘ",
        "MẬT ĐỘ DÂN SỐ",
        "Mật độ: 1.200 người/km2",
        "quan hệ mật thiết",
        "giữ gìn bí\nmật.",
        "giữ gìn bí\n\nmật.",
        "giữ gìn bí  mật",
        "BẢO VỆ BÍ\nMẬT",
        "Mật\nđộ dân số",
        "bí <b>mật</b>",
        "quan hệ\nmật\nthiết",
        "ĐỘ MẬT",
        "| Số | ĐỘ MẬT |",
        "Độ mật: Thường",
        "Độ mật: không",
        "Độ mật:",
        "Độ mật: bình thường",
        "Độ mật: Không mật",
        "Độ mật: thường / mật / tối mật",
        "Mức độ: C",
        "",
        "Độ mật: Thường\nĐộ khẩn: Hỏa tốc",
        "Mức độ: thân mật",
        "Danh mục bí mật nhà nước độ Tối mật trong lĩnh vực",
        "QUYẾT ĐỊNH VỀ DANH MỤC BÍ MẬT NHÀ NƯỚC ĐỘ TUYỆT MẬT, ĐỘ TỐI MẬT",
        "mất",
        "MẶT",
        "mặt trận",
        "Mắt",
        "tài liệu mật phải quản lý riêng",
        "chiều dài (m)",
        "MẬT ONG",
        "nhiệt độ mật ong: 20",
    ] {
        for form in forms(text) {
            assert!(!scan_text(&form), "{form:?}");
        }
    }
}

#[test]
fn summaries() {
    for text in ["về quản lý tài liệu mật", "V/v xử lý văn bản Tối mật", "công tác TUYỆT MẬT", "độ Mật của tài liệu"] {
        for form in forms(text) {
            assert_eq!(scan_summary(&form), [LEVEL_WORD], "{form:?}");
        }
    }
    assert_eq!(scan_summary("Kế hoạch đón đoàn (M)"), [BRACKETED_LETTER]);
    assert_eq!(scan_summary("văn bản mật (M)"), [LEVEL_WORD, BRACKETED_LETTER]);
    for text in [
        "V/v bảo vệ bí mật nhà nước",
        "Tăng cường BẢO MẬT thông tin",
        "mật độ dân số",
        "gắn bó mật thiết",
        "gặp mặt thân mật các đoàn ngoại giao",
        "hỗ trợ phẫu thuật sỏi mật",
        "dự án nuôi ong lấy mật",
        "đổi mật khẩu",
        "cơ mật",
        "mất mát",
        "cầu dài 20 (m)",
        "đường mật, túi mật, mật ong",
        "",
    ] {
        for form in forms(text) {
            assert_eq!(scan_summary(&form), [""; 0], "{form:?}");
        }
    }
}

#[test]
fn symbols() {
    for symbol in ["462/BNG-CNV-m", "BNG-CNV-M", "12/BC-UBND - m ", "12/BC-UBND–m"] {
        assert_eq!(scan_symbol(symbol), [SYMBOL_SUFFIX], "{symbol}");
    }
    for symbol in ["12/BC-UBND(M)", "12/BC-UBND (m)", "12(TM)/BC-UBND"] {
        assert_eq!(scan_symbol(symbol), [BRACKETED_LETTER], "{symbol}");
    }
    assert_eq!(scan_symbol("12/BC-MẬT"), [LEVEL_WORD]);
    for symbol in
        ["217/KH-UBND", "38-CT/TU", "01-HD/BĐNTW", "/KH-UBND", "m", "M", "", "499/SNgV-LS&HTQT", "12/KH-HM", "2076 /SYT-VP", "12/TM-UBND", "207-QĐ/TU"]
    {
        assert_eq!(scan_symbol(symbol), [""; 0], "{symbol}");
    }
}

#[test]
fn one_judgement() {
    let body = "Kế hoạch\ngiữ gìn bí mật quốc gia";
    assert_eq!(assess("217/KH-UBND", "Kế hoạch năm 2022", [body]), Secrecy::Clear);
    let warned = Secrecy::Warned(vec![SYMBOL_SUFFIX, LEVEL_WORD]);
    assert_eq!(assess("462/BNG-CNV-m", "tài liệu mật", [body]), warned);
    assert_eq!(assess("462/BNG-CNV-m", "tài liệu mật", [body, "MẬT\nKế hoạch"]), Secrecy::Refused);
    assert_eq!(assess("12/BC-UBND", "[MẬT] Báo cáo", []), Secrecy::Refused);
}

#[test]
fn chosen_levels() {
    for clear in ["", " ", "thường", "Thường", "KHÔNG", "Không mật", "Bình thường", "none"] {
        assert!(!level_refused(clear), "{clear:?}");
    }
    for level in ["mật", "Tối mật", "TUYỆT MẬT", "M", "a", "secret", "khác"] {
        assert!(level_refused(level), "{level:?}");
    }
}

/// Half a megabyte of the least favourable text takes no noticeable time.
#[test]
fn long_texts_are_read_once() {
    for piece in ["độ mật: thường ", "<b ", "(mật ", "[Mậ ", "M Ậ ", "a\n", "mật độ |"] {
        assert!(!scan_text(&piece.repeat(50_000)), "{piece:?}");
    }
}
