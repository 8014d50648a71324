//! The kinds of official documents and the letters by which their numbers name them.

use crate::{export::paper::Layout, words};

words! {
    /// Which hand a document is written in: Decree 30/2020 or the Party's own rules.
    Notation {
        State = "state", "Nhà nước (217/KH-UBND)", "State (217/KH-UBND)";
        Party = "party", "Đảng (38-CT/TU)", "Party (38-CT/TU)";
    }
}

words! {
    /// Kind of document: the 29 of Decree 30/2020 Art. 7, legal normative documents, and those of the Party alone.
    DocumentKind {
        Resolution = "resolution", "Nghị quyết", "Resolution";
        Decision = "decision", "Quyết định", "Decision";
        Directive = "directive", "Chỉ thị", "Directive";
        Statute = "statute", "Quy chế", "Statute";
        Regulation = "regulation", "Quy định", "Regulation";
        Communique = "communique", "Thông cáo", "Communiqué";
        Announcement = "announcement", "Thông báo", "Announcement";
        Guideline = "guideline", "Hướng dẫn", "Guideline";
        Programme = "programme", "Chương trình", "Programme";
        Plan = "plan", "Kế hoạch", "Plan";
        Scheme = "scheme", "Phương án", "Scheme";
        Proposal = "proposal", "Đề án", "Proposal";
        Project = "project", "Dự án", "Project";
        Report = "report", "Báo cáo", "Report";
        Minutes = "minutes", "Biên bản", "Minutes";
        Submission = "submission", "Tờ trình", "Submission";
        Contract = "contract", "Hợp đồng", "Contract";
        OfficialLetter = "official_letter", "Công văn", "Official letter";
        OfficialTelegram = "official_telegram", "Công điện", "Official telegram";
        Memorandum = "memorandum", "Bản ghi nhớ", "Memorandum";
        Agreement = "agreement", "Bản thỏa thuận", "Agreement";
        PowerOfAttorney = "power_of_attorney", "Giấy ủy quyền", "Power of attorney";
        Invitation = "invitation", "Giấy mời", "Invitation";
        Introduction = "introduction", "Giấy giới thiệu", "Letter of introduction";
        LeavePermit = "leave_permit", "Giấy nghỉ phép", "Leave permit";
        DispatchSlip = "dispatch_slip", "Phiếu gửi", "Dispatch slip";
        TransferSlip = "transfer_slip", "Phiếu chuyển", "Transfer slip";
        NoticeSlip = "notice_slip", "Phiếu báo", "Notice slip";
        PublicLetter = "public_letter", "Thư công", "Public letter";
        Constitution = "constitution", "Hiến pháp", "Constitution";
        Law = "law", "Luật, bộ luật", "Law, code";
        Ordinance = "ordinance", "Pháp lệnh", "Ordinance";
        Order = "order", "Lệnh", "Order";
        Decree = "decree", "Nghị định", "Decree";
        Circular = "circular", "Thông tư", "Circular";
        JointCircular = "joint_circular", "Thông tư liên tịch", "Joint circular";
        LegalResolution = "legal_resolution", "Nghị quyết quy phạm pháp luật", "Normative resolution";
        LegalDecision = "legal_decision", "Quyết định quy phạm pháp luật", "Normative decision";
        Conclusion = "conclusion", "Kết luận", "Conclusion";
        PartyCircular = "party_circular", "Thông tri", "Party circular";
        Declaration = "declaration", "Tuyên bố", "Declaration";
        Appeal = "appeal", "Lời kêu gọi", "Appeal";
        Strategy = "strategy", "Chiến lược", "Strategy";
        MasterPlan = "master_plan", "Quy hoạch", "Master plan";
        Other = "other", "Khác", "Other";
    }
}

use DocumentKind as K;

/// Letters of the kinds (Decree 30/2020, Annex III). Official and public letters have none. HD is not HĐ, CT not CTr.
const LETTERS: &[(DocumentKind, &str)] = &[
    (K::Resolution, "NQ"),
    (K::Decision, "QĐ"),
    (K::Directive, "CT"),
    (K::Statute, "QC"),
    (K::Regulation, "QyĐ"),
    (K::Communique, "TC"),
    (K::Announcement, "TB"),
    (K::Guideline, "HD"),
    (K::Programme, "CTr"),
    (K::Plan, "KH"),
    (K::Scheme, "PA"),
    (K::Proposal, "ĐA"),
    (K::Project, "DA"),
    (K::Report, "BC"),
    (K::Minutes, "BB"),
    (K::Submission, "TTr"),
    (K::Contract, "HĐ"),
    (K::OfficialTelegram, "CĐ"),
    (K::Memorandum, "BGN"),
    (K::Agreement, "BTT"),
    (K::PowerOfAttorney, "GUQ"),
    (K::Invitation, "GM"),
    (K::Introduction, "GGT"),
    (K::LeavePermit, "GNP"),
    (K::DispatchSlip, "PG"),
    (K::TransferSlip, "PC"),
    (K::NoticeSlip, "PB"),
    (K::Order, "L"),
    (K::Decree, "NĐ"),
    (K::Circular, "TT"),
    (K::JointCircular, "TTLT"),
    (K::LegalResolution, "NQ"),
    (K::LegalDecision, "QĐ"),
    (K::Conclusion, "KL"),
];

/// Letters that the Party uses otherwise: it writes official letters as CV, thông tri as TT.
const PARTY_LETTERS: &[(DocumentKind, &str)] = &[(K::OfficialLetter, "CV"), (K::PartyCircular, "TT"), (K::Regulation, "QĐ")];

/// The symbol of an organisation's report before it is numbered: `BC-LHHN`, Party `BC/BCSĐ`.
pub fn report_symbol(layout: Layout, code: &str) -> Option<String> {
    let (notation, between) = if layout == Layout::Party { (Notation::Party, '/') } else { (Notation::State, '-') };
    K::Report.letters(notation).map(|letters| format!("{letters}{between}{code}"))
}

impl DocumentKind {
    /// The letters that stand in the symbol; none for kinds that a symbol does not name.
    pub fn letters(self, notation: Notation) -> Option<&'static str> {
        let of = |all: &'static [(DocumentKind, &'static str)]| all.iter().find(|(kind, _)| *kind == self).map(|(_, letters)| *letters);
        match notation {
            Notation::Party => of(PARTY_LETTERS).or_else(|| of(LETTERS)),
            Notation::State => of(LETTERS),
        }
    }
    /// The kind that letters stand for; `CV` is what lists call an official letter, which has none in its symbol.
    pub fn of_letters(letters: &str, notation: Notation) -> Option<Self> {
        if letters == "CV" {
            return Some(K::OfficialLetter);
        }
        let find = |all: &[(DocumentKind, &str)]| all.iter().find(|(_, l)| *l == letters).map(|(kind, _)| *kind);
        // In Party symbols QĐ is first of all a decision, as everywhere.
        find(LETTERS).filter(|kind| !(notation == Notation::Party && *kind == K::Circular)).or_else(|| find(PARTY_LETTERS))
    }
    /// The kind that texts call so; a label may hold two names ("Luật, bộ luật").
    pub fn called(words: &str) -> Option<Self> {
        let low = words.trim().to_lowercase();
        Self::WORDS.iter().find(|w| w.vi.to_lowercase().split(", ").any(|name| name == low)).and_then(|w| Self::parse(w.value))
    }
    /// Whether one document may be called either: a normative decision is called a decision as well.
    pub fn may_be(self, other: Self) -> bool {
        let plain = |kind| match kind {
            K::LegalResolution => K::Resolution,
            K::LegalDecision => K::Decision,
            kind => kind,
        };
        self == K::Other || other == K::Other || plain(self) == plain(other)
    }
}

words! {
    /// How fast it has to be handled (Decree 30/2020).
    Urgency {
        Normal = "normal", "Thường", "Normal";
        Urgent = "urgent", "Khẩn", "Urgent";
        VeryUrgent = "very_urgent", "Thượng khẩn", "Very urgent";
        Express = "express", "Hỏa tốc", "Express";
    }
}

words! {
    /// Where a document stands.
    DocumentState {
        Draft = "draft", "Dự thảo", "Draft";
        Signed = "signed", "Đã ký, chờ cấp số", "Signed, not numbered yet";
        Issued = "issued", "Đã ban hành", "Issued";
        Recalled = "recalled", "Đã thu hồi", "Recalled";
        Superseded = "superseded", "Đã được thay thế", "Superseded";
    }
}

words! {
    /// What can be done with a document.
    DocumentAction {
        View = "view", "Xem", "View";
        Draft = "draft", "Soạn thảo", "Draft";
        Register = "register", "Đăng ký văn bản đã có", "Register an existing text";
        Edit = "edit", "Sửa", "Edit";
        FillIn = "fill_in", "Điền số, ngày còn trống", "Fill in a blank number or day";
        Attach = "attach", "Đính kèm tệp", "Attach a file";
        Delete = "delete", "Xóa", "Delete";
        Sign = "sign", "Ký", "Sign";
        Issue = "issue", "Cấp số, phát hành", "Number and send";
        Recall = "recall", "Thu hồi", "Recall";
        Supersede = "supersede", "Thay thế", "Supersede";
    }
}

words! {
    /// How exactly the source gives the date.
    DatePrecision {
        Day = "day", "Đủ ngày, tháng, năm", "Day";
        Month = "month", "Chỉ có tháng, năm", "Month";
        Year = "year", "Chỉ có năm", "Year";
        None = "none", "Không có", "None";
    }
}

words! {
    /// What a document has to do with another.
    RelationKind {
        LegalBasis = "legal_basis", "Căn cứ", "Legal basis";
        Implements = "implements", "Thực hiện", "Implements";
        Cites = "cites", "Viện dẫn", "Cites";
        Replaces = "replaces", "Thay thế", "Replaces";
        Amends = "amends", "Sửa đổi", "Amends";
        AttachedTo = "attached_to", "Đính kèm", "Attached to";
        Answers = "answers", "Trả lời", "Answers";
        Forwards = "forwards", "Chuyển tiếp", "Forwards";
        ProposedBy = "proposed_by", "Theo đề nghị", "Proposed by";
    }
}

words! {
    /// Why somebody receives a document.
    Purpose {
        CarryOut = "carry_out", "Để thực hiện", "To carry out";
        Report = "report", "Để báo cáo", "To report to";
        Coordinate = "coordinate", "Để phối hợp", "To coordinate";
        Inform = "inform", "Để biết", "To know";
        Archive = "archive", "Lưu", "Archive";
    }
}
