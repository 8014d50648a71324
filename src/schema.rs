//! The tables, as both databases have them (a test compares).

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    provinces (id) {
        id -> Uid, code -> Text, name -> Text, short_name -> Text, kind -> Text, state -> Text,
        valid_from -> Nullable<Date>, valid_to -> Nullable<Date>, successor_id -> Nullable<Uid>, seed_key -> Nullable<Text>,
        version -> Integer, created_at -> Moment, updated_at -> Moment,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    organizations (id) {
        id -> Uid, province_id -> Uid, parent_id -> Nullable<Uid>, code -> Text, electronic_identifier -> Nullable<Text>,
        name -> Text, name_en -> Nullable<Text>, short_name -> Nullable<Text>, name_fold -> Text, kind -> Text, level -> Text,
        has_users -> Bool, state -> Text, valid_from -> Nullable<Date>, valid_to -> Nullable<Date>, archived_at -> Nullable<Moment>,
        seed_key -> Nullable<Text>, version -> Integer, created_at -> Moment, created_by -> Nullable<Uid>,
        updated_at -> Moment, updated_by -> Nullable<Uid>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::Uid;
    organization_aliases (id) { id -> Uid, organization_id -> Uid, alias -> Text, alias_fold -> Text, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::Uid;
    organization_successions (id) { id -> Uid, predecessor_id -> Uid, successor_id -> Uid, effective_on -> Date, kind -> Text, basis -> Nullable<Text>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    organization_groups (id) {
        id -> Uid, province_id -> Uid, code -> Text, name -> Text, name_fold -> Text, aliases -> Text, named -> Bool,
        resolution -> Text, version -> Integer, created_at -> Moment, updated_at -> Moment,
    }
}
table! {
    use crate::db::Uid;
    organization_group_members (group_id, organization_id) { group_id -> Uid, organization_id -> Uid, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    organization_functions (id) {
        id -> Uid, organization_id -> Uid, province_id -> Uid, function -> Text, plan_id -> Nullable<Uid>, regime_id -> Nullable<Uid>,
        basis -> Nullable<Text>, valid_from -> Nullable<Date>, valid_to -> Nullable<Date>, version -> Integer,
        created_at -> Moment, updated_at -> Moment, followed -> Bool,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    users (id) {
        id -> Uid, username -> Text, full_name -> Text, full_name_fold -> Text, email -> Nullable<Text>, language -> Text,
        password_hash -> Text, must_change_password -> Bool, is_system_admin -> Bool, failed_logins -> Integer,
        locked_until -> Nullable<Moment>, disabled_at -> Nullable<Moment>, last_login_at -> Nullable<Moment>,
        version -> Integer, created_at -> Moment, created_by -> Nullable<Uid>, updated_at -> Moment, updated_by -> Nullable<Uid>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    posts (id) {
        id -> Uid, user_id -> Uid, organization_id -> Uid, position -> Text, is_default -> Bool,
        valid_from -> Nullable<Date>, valid_to -> Nullable<Date>, created_at -> Moment,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    sessions (id) {
        id -> Uid, user_id -> Uid, post_id -> Nullable<Uid>, created_at -> Moment, last_used_at -> Moment, expires_at -> Moment,
        revoked_at -> Nullable<Moment>, revoked_why -> Nullable<Text>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    refresh_tokens (id) {
        id -> Uid, session_id -> Uid, token_hash -> Text, created_at -> Moment, expires_at -> Moment, rotated_at -> Nullable<Moment>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::Moment;
    signing_keys (kid) { kid -> Text, public_key -> Text, sealed_secret -> Text, created_at -> Moment, retired_at -> Nullable<Moment>, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    service_accounts (id) {
        id -> Uid, organization_id -> Uid, name -> Text, description -> Nullable<Text>, scopes -> Document, expires_on -> Date,
        revoked_at -> Nullable<Moment>, version -> Integer, created_at -> Moment, created_by -> Nullable<Uid>, updated_at -> Moment,
        updated_by -> Nullable<Uid>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    service_keys (id) {
        id -> Uid, account_id -> Uid, hash -> Text, created_at -> Moment, ends_at -> Nullable<Moment>, last_used_at -> Nullable<Moment>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::Uid;
    access (organization_id, kind, record_id) {
        organization_id -> Uid, kind -> Text, record_id -> Uid, relations -> Integer, state -> Nullable<Text>, due_sort -> Nullable<Date>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    journal (id) {
        id -> Uid, act_id -> Uid, seq -> Nullable<BigInt>, hash -> Nullable<Text>, at -> Moment, user_id -> Nullable<Uid>,
        organization_id -> Nullable<Uid>, province_id -> Nullable<Uid>, owner_organization_id -> Nullable<Uid>, kind -> Text,
        record_id -> Uid, record_version -> Nullable<Integer>, action -> Text, reason -> Nullable<Text>,
        before -> Nullable<Document>, after -> Nullable<Document>, request_id -> Text, address -> Nullable<Text>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    changes (ordinal) {
        ordinal -> BigInt, seq -> Nullable<BigInt>, what -> Text, kind -> Text, record_id -> Uid, organization_id -> Nullable<Uid>,
        province_id -> Nullable<Uid>, audience -> Nullable<Integer>, entry_id -> Nullable<Uid>, tx -> BigInt, told_at -> Nullable<Moment>,
    }
}
table! {
    use diesel::sql_types::*;
    feed_secret (name) { name -> Text, secret -> Text, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    calendar_feeds (id) {
        id -> Uid, hash -> Text, kind -> Text, name -> Text, user_id -> Uid, organization_id -> Uid, revoked_at -> Nullable<Moment>,
        version -> Integer, created_at -> Moment, updated_at -> Moment,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    access_log (id) {
        id -> Uid, at -> Moment, user_id -> Nullable<Uid>, organization_id -> Nullable<Uid>, province_id -> Nullable<Uid>,
        kind -> Text, record_id -> Nullable<Uid>, what -> Text, request_id -> Text, address -> Nullable<Text>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::Moment;
    idempotency (caller, key) {
        caller -> Text, key -> Text, fingerprint -> Text, status -> Integer, etag -> Nullable<Text>, location -> Nullable<Text>,
        body -> Text, created_at -> Moment,
    }
}
table! {
    use diesel::sql_types::*;
    counters (scope) { scope -> Text, value -> BigInt, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment};
    calendars (version) {
        version -> Text, first_year -> Integer, last_year -> Integer, unconfirmed -> Bool, data -> Document, is_current -> Bool, created_at -> Moment,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    mergers (id) {
        id -> Uid,
        province_id -> Uid,
        effective_on -> Date,
        basis -> Text,
        predecessors -> Document,
        organizations -> Document,
        moved -> Document,
        version -> Integer,
        created_at -> Moment,
        created_by -> Uid,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    notice_marks (user_id, notice_key) { user_id -> Uid, notice_key -> Text, read_at -> Moment, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    documents (id) {
        id -> Uid, province_id -> Uid, audience -> Integer, code -> Text, kind -> Text, notation -> Text, state -> Text,
        issuer_id -> Nullable<Uid>, issuer_text -> Nullable<Text>, receiver_id -> Nullable<Uid>, original_id -> Nullable<Uid>,
        number -> Nullable<Text>, symbol -> Nullable<Text>, notation_key -> Nullable<Text>, identity -> Nullable<Text>,
        issued_on -> Nullable<Date>, date_precision -> Text, year -> Nullable<Integer>, sorted_on -> Date, place -> Nullable<Text>,
        summary -> Nullable<Text>, search_fold -> Text, urgency -> Text, field -> Nullable<Text>, is_limited -> Bool,
        details -> Document, seed_key -> Nullable<Text>, version -> Integer, created_at -> Moment, created_by -> Nullable<Uid>,
        updated_at -> Moment, updated_by -> Nullable<Uid>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::Uid;
    document_texts (document_id) { document_id -> Uid, text -> Text, }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Uid};
    document_relations (id) {
        id -> Uid, document_id -> Uid, position -> Integer, kind -> Text, target_id -> Nullable<Uid>, citation -> Nullable<Document>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Uid};
    document_recipients (id) {
        id -> Uid, document_id -> Uid, position -> Integer, organization_id -> Nullable<Uid>, group_id -> Nullable<Uid>,
        text -> Nullable<Text>, purpose -> Text, details -> Document, resolved_on -> Nullable<Date>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    document_numbers (id) {
        id -> Uid, organization_id -> Uid, series -> Text, period -> Integer, number -> Integer, kind -> Text, state -> Text,
        document_id -> Nullable<Uid>, reason -> Nullable<Text>, version -> Integer, created_at -> Moment, updated_at -> Moment,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    deliveries (id) {
        id -> Uid, province_id -> Uid, audience -> Integer, document_id -> Uid, parent_id -> Nullable<Uid>, sender_id -> Nullable<Uid>,
        receiver_id -> Uid, purpose -> Text, state -> Text, sent_on -> Date, delivered_on -> Nullable<Date>,
        acknowledged_on -> Nullable<Date>, disseminated_on -> Nullable<Date>, dissemination -> Nullable<Document>,
        by_document_id -> Nullable<Uid>, instruction -> Nullable<Text>, entered_by_id -> Nullable<Uid>,
        evidence_document_id -> Nullable<Uid>, version -> Integer, created_at -> Moment, updated_at -> Moment,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    arrivals (id) {
        id -> Uid, province_id -> Uid, audience -> Integer, receiver_id -> Uid, register -> Text, year -> Integer, number -> Integer,
        arrived_on -> Date, document_id -> Nullable<Uid>, delivery_id -> Nullable<Uid>, issuer_id -> Nullable<Uid>,
        issuer_text -> Nullable<Text>, handling_unit_id -> Nullable<Uid>, handling_text -> Nullable<Text>, officer_id -> Nullable<Uid>,
        instruction -> Nullable<Text>, due_on -> Nullable<Date>, assigned_by -> Nullable<Uid>, assigned_at -> Nullable<Moment>,
        version -> Integer, created_at -> Moment, created_by -> Nullable<Uid>, updated_at -> Moment,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    attachments (id) {
        id -> Uid, document_id -> Uid, file_name -> Text, media_type -> Text, size -> BigInt, sha256 -> Text, text_layer -> Text,
        version -> Integer, created_at -> Moment, created_by -> Nullable<Uid>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    plans (id) {
        id -> Uid, province_id -> Uid, audience -> Integer, code -> Text, title -> Text, title_fold -> Text, document_id -> Nullable<Uid>,
        owner_id -> Uid, issuer_id -> Uid, owner_basis -> Nullable<Text>, tracked_from -> Nullable<Date>, state -> Text,
        activated_on -> Nullable<Date>, ended_on -> Nullable<Date>, superseded_by -> Nullable<Uid>, source -> Nullable<Document>,
        seed_key -> Nullable<Text>, version -> Integer, created_at -> Moment, created_by -> Nullable<Uid>, updated_at -> Moment,
        updated_by -> Nullable<Uid>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    tasks (id) {
        id -> Uid, province_id -> Uid, audience -> Integer, plan_id -> Uid, parent_id -> Nullable<Uid>, owner_id -> Uid, code -> Text,
        place -> Nullable<Text>, reference -> Nullable<Text>, content -> Text, content_fold -> Text, source_text -> Nullable<Text>, form -> Text,
        role_word -> Nullable<Text>, product -> Nullable<Text>, approver_id -> Nullable<Uid>, through_id -> Nullable<Uid>,
        cadence -> Nullable<Text>, due_rule -> Nullable<Document>, assignees -> Document, source -> Nullable<Document>, state -> Nullable<Text>,
        occurrence_id -> Nullable<Uid>, due_on -> Nullable<Date>, due_sort -> Date, opens_on -> Nullable<Date>, seed_key -> Nullable<Text>,
        version -> Integer, created_at -> Moment, created_by -> Nullable<Uid>, updated_at -> Moment, updated_by -> Nullable<Uid>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    task_occurrences (id) {
        id -> Uid, task_id -> Uid, plan_id -> Uid, province_id -> Uid, period -> Nullable<Text>, title -> Nullable<Text>, opened_on -> Date,
        state -> Text, due_on -> Nullable<Date>, due_sort -> Date, due_history -> Document, calendar_version -> Text,
        percent -> Nullable<Integer>, proposed_on -> Nullable<Date>, proposal_reason -> Nullable<Text>, lays -> Document,
        ended_on -> Nullable<Date>, on_time -> Nullable<Bool>, decision -> Nullable<Document>, reason -> Nullable<Text>, version -> Integer,
        created_at -> Moment, created_by -> Nullable<Uid>, updated_at -> Moment, updated_by -> Nullable<Uid>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    task_parts (id) {
        id -> Uid, task_id -> Uid, occurrence_id -> Uid, plan_id -> Uid, province_id -> Uid, organization_id -> Uid, group_id -> Nullable<Uid>,
        role -> Text, required -> Bool, form -> Text, state -> Text, due_on -> Nullable<Date>, due_sort -> Date, due_history -> Document,
        result -> Nullable<Text>, links -> Document, done_on -> Nullable<Date>, on_time -> Nullable<Bool>, lays -> Document,
        entered_by -> Nullable<Uid>, document_id -> Nullable<Uid>, confirmed_at -> Nullable<Moment>, unit_id -> Nullable<Uid>,
        officer_id -> Nullable<Uid>, instruction -> Nullable<Text>, reason -> Nullable<Text>, version -> Integer, created_at -> Moment,
        updated_at -> Moment, updated_by -> Nullable<Uid>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    task_progress (id) {
        id -> Uid, task_id -> Uid, occurrence_id -> Uid, organization_id -> Uid, percent -> Nullable<Integer>, text -> Text,
        evidence -> Document, links -> Document, entered_by -> Nullable<Uid>, document_id -> Nullable<Uid>, created_at -> Moment,
        created_by -> Uid,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    extensions (id) {
        id -> Uid, province_id -> Uid, task_id -> Uid, occurrence_id -> Uid, part_id -> Nullable<Uid>, organization_id -> Uid, reason -> Text,
        asked_on -> Date, due_before -> Date, due_asked -> Date, due_granted -> Nullable<Date>, state -> Text, answer -> Nullable<Text>,
        decided_on -> Nullable<Date>, version -> Integer, created_at -> Moment, created_by -> Nullable<Uid>, updated_at -> Moment,
        updated_by -> Nullable<Uid>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    urgings (id) {
        id -> Uid, province_id -> Uid, audience -> Integer, number -> BigInt, counted_in -> Text, target_kind -> Text, target_id -> Uid,
        plan_id -> Nullable<Uid>, organization_id -> Uid, sender_id -> Uid, level -> Text, basis -> Nullable<Text>, text -> Text,
        document_id -> Nullable<Uid>, due_on -> Nullable<Date>, respond_by -> Nullable<Date>, state -> Text, sent_on -> Date,
        acknowledged_at -> Nullable<Moment>, answered_at -> Nullable<Moment>, answer -> Nullable<Text>, entered_by -> Nullable<Uid>,
        answer_document_id -> Nullable<Uid>, version -> Integer, created_at -> Moment, created_by -> Nullable<Uid>, updated_at -> Moment,
        updated_by -> Nullable<Uid>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    reporting_regimes (id) {
        id -> Uid, province_id -> Uid, audience -> Integer, plan_id -> Nullable<Uid>, code -> Text, name -> Text, name_en -> Nullable<Text>,
        name_fold -> Text, legal_basis -> Nullable<Text>, legal_clause -> Nullable<Text>, focal_point_id -> Nullable<Uid>, frequency -> Text,
        cadence_words -> Nullable<Text>, embedded_in -> Nullable<Text>, final_recipient_id -> Nullable<Uid>, copy_to -> Document,
        cut_off -> Nullable<Document>, reminders -> Document, open_days_before -> Integer, tracked_from -> Date, sections -> Document,
        checks -> Document, state -> Text, seed_key -> Nullable<Text>, version -> Integer, created_at -> Moment, created_by -> Nullable<Uid>,
        updated_at -> Moment, updated_by -> Nullable<Uid>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Uid};
    reporting_steps (id) {
        id -> Uid, regime_id -> Uid, step_no -> Integer, senders -> Document, receiver_id -> Nullable<Uid>, receiver_words -> Nullable<Text>,
        consolidates -> Bool, appraiser_id -> Nullable<Uid>, due_rule -> Nullable<Document>, embedded_in -> Nullable<Text>, report_of -> Text,
        resolution -> Text, applies_to -> Nullable<Document>, parallel -> Bool, same_report_as -> Nullable<Integer>, note -> Nullable<Text>,
        remark -> Nullable<Text>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::Uid;
    reporting_indicators (id) {
        id -> Uid, regime_id -> Uid, place -> Integer, code -> Text, name -> Text, name_en -> Nullable<Text>, unit -> Nullable<Text>,
        value_type -> Text, across_agencies -> Text, numerator -> Nullable<Text>, denominator -> Nullable<Text>, over_time -> Text,
        source -> Text, named_query -> Nullable<Text>, in_text -> Bool,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    reporting_periods (id) {
        id -> Uid, province_id -> Uid, audience -> Integer, regime_id -> Uid, code -> Text, period -> Nullable<Text>, title -> Nullable<Text>,
        title_fold -> Text, state -> Text, first_day -> Nullable<Date>, last_day -> Nullable<Date>, sort_day -> Date, data_from -> Nullable<Date>,
        data_to -> Nullable<Date>, opens_on -> Date, asked_due_on -> Nullable<Date>, opened_on -> Nullable<Date>, opened_by -> Nullable<Uid>,
        closed_on -> Nullable<Date>, chain -> Document, unresolved -> Document, version -> Integer, created_at -> Moment,
        created_by -> Nullable<Uid>, updated_at -> Moment, updated_by -> Nullable<Uid>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    reporting_obligations (id) {
        id -> Uid, province_id -> Uid, audience -> Integer, period_id -> Uid, regime_id -> Uid, step_no -> Integer, sender_id -> Uid,
        also_for -> Document, receiver_id -> Nullable<Uid>, receiver_words -> Nullable<Text>, appraiser_id -> Nullable<Uid>,
        consolidates -> Bool, parallel -> Bool, sender_words -> Nullable<Text>, group_id -> Nullable<Uid>, due_on -> Nullable<Date>,
        effective_due_on -> Nullable<Date>, due_sort -> Date, due_rule -> Nullable<Document>, calendar_version -> Nullable<Text>, state -> Text,
        fulfilled_on -> Nullable<Date>, fulfilled_by_kind -> Nullable<Text>, fulfilled_by_id -> Nullable<Uid>, on_time -> Nullable<Bool>,
        judgement -> Nullable<Document>, handling_unit_id -> Nullable<Uid>, handling_user_id -> Nullable<Uid>,
        handling_instruction -> Nullable<Text>, version -> Integer, created_at -> Moment, updated_at -> Moment,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    reporting_extensions (id) {
        id -> Uid, obligation_id -> Uid, state -> Text, reason -> Text, old_due_on -> Date, asked_due_on -> Date, granted_due_on -> Nullable<Date>,
        asked_on -> Date, asked_by -> Uid, decided_on -> Nullable<Date>, decided_by -> Nullable<Uid>, decision_reason -> Nullable<Text>,
        version -> Integer, created_at -> Moment, updated_at -> Moment,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    report_submissions (id) {
        id -> Uid, province_id -> Uid, audience -> Integer, obligation_id -> Uid, period_id -> Uid, author_id -> Uid, receiver_id -> Nullable<Uid>,
        version_no -> Integer, state -> Text, narratives -> Document, figures -> Document, attachments -> Document,
        correction_reason -> Nullable<Text>, paper -> Nullable<Document>, submitted_at -> Nullable<Moment>, submitted_by -> Nullable<Uid>,
        submitted_on -> Nullable<Date>, snapshot -> Nullable<Text>, sha256 -> Nullable<Text>, decided_at -> Nullable<Moment>,
        decided_by -> Nullable<Uid>, decided_on -> Nullable<Date>, decision_reason -> Nullable<Text>, on_time -> Nullable<Bool>,
        judgement -> Nullable<Document>, seed_key -> Nullable<Text>, version -> Integer, created_at -> Moment, created_by -> Nullable<Uid>,
        updated_at -> Moment, updated_by -> Nullable<Uid>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    recommendations (id) {
        id -> Uid, province_id -> Uid, audience -> Integer, code -> Text, kind -> Text, title -> Text, content -> Text,
        search_fold -> Text, state -> Text, raiser_id -> Uid, plan_id -> Nullable<Uid>, task_id -> Nullable<Uid>,
        period_id -> Nullable<Uid>, focal_id -> Nullable<Uid>, addressed_id -> Nullable<Uid>, respond_by -> Nullable<Date>,
        raised_on -> Nullable<Date>, forwarded_on -> Nullable<Date>, forward_note -> Nullable<Text>, answered_on -> Nullable<Date>,
        closed_on -> Nullable<Date>, version -> Integer, created_at -> Moment, created_by -> Uid, updated_at -> Moment, updated_by -> Uid,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Moment, Uid};
    recommendation_answers (id) {
        id -> Uid, recommendation_id -> Uid, organization_id -> Uid, answered_by -> Uid, answered_at -> Moment, text -> Text,
        document_id -> Nullable<Uid>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    consolidated_reports (id) {
        id -> Uid, province_id -> Uid, audience -> Integer, code -> Text, title -> Text, search_fold -> Text, regime_id -> Uid,
        period_id -> Uid, obligation_id -> Uid, step_no -> Integer, consolidator_id -> Uid, receiver_id -> Nullable<Uid>,
        appraiser_id -> Nullable<Uid>, version_no -> Integer, state -> Text, expected -> Integer, reporting -> Integer,
        gathered_at -> Moment, appraisals -> Document, correction_reason -> Nullable<Text>, document_id -> Nullable<Uid>,
        sha256 -> Nullable<Text>, issued_on -> Nullable<Date>, issued_by -> Nullable<Uid>, version -> Integer,
        created_at -> Moment, created_by -> Uid, updated_at -> Moment, updated_by -> Uid,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Uid};
    consolidated_contents (report_id) {
        report_id -> Uid, frame -> Document, figures -> Document, texts -> Document, contributions -> Document, missing -> Document,
        late -> Document, snapshot -> Nullable<Text>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::Uid;
    consolidated_sources (report_id, obligation_id) {
        report_id -> Uid, obligation_id -> Uid, organization_id -> Uid, kind -> Text, source_id -> Uid, version_no -> Integer,
        sha256 -> Text, left_out_reason -> Nullable<Text>,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::Uid;
    consolidated_lineage (report_id, indicator, obligation_id) {
        report_id -> Uid, indicator -> Text, obligation_id -> Uid, value -> Nullable<Text>, estimated -> Bool,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    report_jobs (id) {
        id -> Uid, province_id -> Uid, audience -> Integer, owner_id -> Uid, title -> Text, report -> Text, filter -> Document,
        report_window -> Nullable<Text>, format -> Text, schedule -> Nullable<Document>, whole_province -> Bool, state -> Text,
        next_run_at -> Nullable<Moment>, waiting -> Bool, version -> Integer, created_at -> Moment, created_by -> Uid, updated_at -> Moment,
        updated_by -> Uid,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    report_runs (id) {
        id -> Uid, province_id -> Uid, job_id -> Uid, owner_id -> Uid, report -> Text, filter -> Document, format -> Text, state -> Text,
        planned_for -> Nullable<Moment>, asked_by -> Nullable<Uid>, progress -> Integer, started_at -> Nullable<Moment>,
        finished_at -> Nullable<Moment>, snapshot -> Nullable<Text>, pin -> Nullable<Document>, sha256 -> Nullable<Text>,
        size -> Nullable<BigInt>, failure -> Nullable<Document>, version -> Integer, created_at -> Moment, updated_at -> Moment,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    readings (id) {
        id -> Uid, province_id -> Uid, audience -> Integer, owner_id -> Uid, title -> Text, title_fold -> Text, file_name -> Text,
        media_type -> Text, size -> BigInt, sha256 -> Text, text_layer -> Text, characters -> Integer, content -> Document, state -> Text,
        reason -> Nullable<Text>, version -> Integer, created_at -> Moment, created_by -> Uid, updated_at -> Moment, updated_by -> Uid,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::Uid;
    reading_texts (reading_id) {
        reading_id -> Uid, text -> Text,
    }
}
table! {
    use diesel::sql_types::*;
    use crate::db::{Document, Moment, Uid};
    reading_proposals (id) {
        id -> Uid, reading_id -> Uid, place -> Integer, document -> Integer, kind -> Text, value -> Document, value_as_read -> Document,
        spans -> Document, confidence -> Text, doubtful -> Document, rule -> Text, state -> Text, made -> Document, version -> Integer,
        updated_at -> Moment, updated_by -> Uid,
    }
}

joinable!(organization_aliases -> organizations (organization_id));
joinable!(organization_group_members -> organization_groups (group_id));
joinable!(organization_functions -> organizations (organization_id));
joinable!(posts -> users (user_id));
joinable!(posts -> organizations (organization_id));
joinable!(refresh_tokens -> sessions (session_id));
joinable!(service_accounts -> organizations (organization_id));
joinable!(service_keys -> service_accounts (account_id));
joinable!(notice_marks -> users (user_id));
joinable!(document_texts -> documents (document_id));
joinable!(document_relations -> documents (document_id));
joinable!(document_recipients -> documents (document_id));
joinable!(attachments -> documents (document_id));
joinable!(tasks -> plans (plan_id));
joinable!(task_occurrences -> tasks (task_id));
joinable!(task_parts -> task_occurrences (occurrence_id));
joinable!(task_parts -> tasks (task_id));
joinable!(task_progress -> tasks (task_id));
joinable!(extensions -> tasks (task_id));
joinable!(reporting_steps -> reporting_regimes (regime_id));
joinable!(reporting_indicators -> reporting_regimes (regime_id));
joinable!(reporting_periods -> reporting_regimes (regime_id));
joinable!(reporting_obligations -> reporting_periods (period_id));
joinable!(reporting_extensions -> reporting_obligations (obligation_id));
joinable!(report_submissions -> reporting_obligations (obligation_id));
joinable!(recommendation_answers -> recommendations (recommendation_id));
joinable!(consolidated_reports -> reporting_periods (period_id));
joinable!(consolidated_reports -> reporting_regimes (regime_id));
joinable!(consolidated_contents -> consolidated_reports (report_id));
joinable!(consolidated_sources -> consolidated_reports (report_id));

allow_tables_to_appear_in_same_query!(
    access,
    provinces,
    organizations,
    organization_aliases,
    organization_successions,
    organization_groups,
    organization_group_members,
    organization_functions,
    users,
    posts,
    sessions,
    refresh_tokens,
    service_accounts,
    service_keys,
    journal,
);
allow_tables_to_appear_in_same_query!(documents, document_texts, document_relations, document_recipients, document_numbers, deliveries, arrivals, attachments,);
allow_tables_to_appear_in_same_query!(plans, tasks, task_occurrences, task_parts, task_progress, extensions, urgings, access);
allow_tables_to_appear_in_same_query!(
    reporting_regimes,
    reporting_steps,
    reporting_indicators,
    reporting_periods,
    reporting_obligations,
    reporting_extensions,
    report_submissions,
    access,
);
allow_tables_to_appear_in_same_query!(consolidated_reports, consolidated_contents, consolidated_sources, consolidated_lineage, access);
allow_tables_to_appear_in_same_query!(recommendations, recommendation_answers, access);
allow_tables_to_appear_in_same_query!(urgings, reporting_obligations);
allow_tables_to_appear_in_same_query!(report_jobs, access);
allow_tables_to_appear_in_same_query!(report_jobs, report_runs);
allow_tables_to_appear_in_same_query!(readings, access);
allow_tables_to_appear_in_same_query!(access, documents);
allow_tables_to_appear_in_same_query!(access, changes);
allow_tables_to_appear_in_same_query!(changes, journal);
allow_tables_to_appear_in_same_query!(changes, task_parts);
allow_tables_to_appear_in_same_query!(changes, extensions);
allow_tables_to_appear_in_same_query!(access, deliveries);
allow_tables_to_appear_in_same_query!(access, arrivals);
allow_tables_to_appear_in_same_query!(organizations, documents);
allow_tables_to_appear_in_same_query!(organizations, deliveries);
allow_tables_to_appear_in_same_query!(organizations, arrivals);
allow_tables_to_appear_in_same_query!(consolidated_reports, reporting_periods);
allow_tables_to_appear_in_same_query!(consolidated_reports, reporting_regimes);
allow_tables_to_appear_in_same_query!(consolidated_contents, reporting_periods);
allow_tables_to_appear_in_same_query!(consolidated_contents, reporting_regimes);
