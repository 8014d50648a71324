//! The words of readings and their proposals.

use crate::{flow::Worded, words};

words! {
    /// Where a reading stands.
    ReadingState {
        Open = "open", "Đang xem xét", "Under review";
        Applied = "applied", "Đã lập hồ sơ", "Records made";
        Discarded = "discarded", "Đã bỏ", "Discarded";
    }
}
words! {
    /// What can be done with a reading.
    ReadingAction {
        View = "view", "Xem", "View";
        Create = "create", "Đưa văn bản vào đọc", "Have a text read";
        Accept = "accept", "Chấp nhận các đề xuất", "Accept proposals";
        Reject = "reject", "Bác các đề xuất", "Reject proposals";
        Apply = "apply", "Lập hồ sơ", "Make the records";
        Discard = "discard", "Bỏ", "Discard";
        Delete = "delete", "Xóa", "Delete";
    }
}
words! {
    /// Where a proposal stands.
    ReadingProposalState {
        Proposed = "proposed", "Chờ xem", "Proposed";
        Accepted = "accepted", "Chấp nhận", "Accepted";
        Edited = "edited", "Đã sửa", "Edited and accepted";
        Rejected = "rejected", "Bác", "Rejected";
    }
}
words! {
    /// What can be done with a proposal.
    ReadingProposalAction {
        View = "view", "Xem", "View";
        Edit = "edit", "Sửa", "Edit";
        Accept = "accept", "Chấp nhận", "Accept";
        Reject = "reject", "Bác", "Reject";
        Reopen = "reopen", "Xem lại từ đầu", "Put back as it was read";
    }
}
words! {
    /// How much a proposal may be relied on.
    ReadingConfidence {
        Sure = "sure", "Văn bản ghi rõ", "The text says so";
        Check = "check", "Cần xem lại", "Rests on a judgement";
    }
}
words! {
    /// What a proposal is about.
    ReadingProposalKind {
        Issuer = "issuer", "Cơ quan ban hành", "Issuer";
        Parent = "parent", "Cơ quan chủ quản", "Body above the issuer";
        Number = "number", "Số", "Number";
        Symbol = "symbol", "Ký hiệu", "Symbol";
        Place = "place", "Địa danh", "Place";
        Date = "date", "Ngày ban hành", "Date";
        DocumentKind = "document_kind", "Loại văn bản", "Kind of document";
        Summary = "summary", "Trích yếu", "Summary";
        Urgency = "urgency", "Độ khẩn", "Urgency";
        Signer = "signer", "Người ký", "Signer";
        SignerPosition = "signer_position", "Chức vụ người ký", "Position of the signer";
        AuthorityLine = "authority_line", "Quyền hạn ký", "Line of authority";
        Addressee = "addressee", "Kính gửi", "Addressee";
        Recipient = "recipient", "Nơi nhận", "Recipient";
        ArrivalStamp = "arrival_stamp", "Dấu đến", "Arrival stamp";
        Agency = "agency", "Cơ quan chưa biết", "Agency not known yet";
        LegalBasis = "legal_basis", "Căn cứ, văn bản liên quan", "Legal basis or related document";
        Duty = "duty", "Nhiệm vụ", "Duty";
        GeneralTask = "general_task", "Nhiệm vụ chung", "Task for nobody in particular";
        ReportingCadence = "reporting_cadence", "Kỳ báo cáo", "How often is reported";
        Consolidator = "consolidator", "Cơ quan tổng hợp", "Consolidator";
        Appraiser = "appraiser", "Cơ quan thẩm định", "Appraiser";
        FinalRecipient = "final_recipient", "Cơ quan nhận cuối", "Final recipient";
        EmbeddedIn = "embedded_in", "Lồng ghép trong", "Embedded in";
        ReportingLine = "reporting_line", "Tuyến báo cáo", "Reporting line";
        IssueChannel = "issue_channel", "Kênh phản ánh vướng mắc", "Channel of obstacles";
    }
}

impl Worded for ReadingState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for ReadingAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for ReadingProposalState {
    fn worded(self) -> &'static str {
        self.word()
    }
}
impl Worded for ReadingProposalAction {
    fn worded(self) -> &'static str {
        self.word()
    }
}

impl ReadingProposalState {
    /// Whether it is to be applied.
    pub fn holds(self) -> bool {
        matches!(self, Self::Accepted | Self::Edited)
    }
}
