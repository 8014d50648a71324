//! Merge patches (RFC 7396, RULES 24): what is left out stays, null clears where there is something to clear and is 422
//! elsewhere, objects are merged.

use crate::harness::{Person, Reply, each};
use nhipcau::http::Contract;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What may be cleared, of every body of a PATCH. Whoever adds a member decides here whether it is one of them.
const CLEARED: &[(&str, &[&str])] = &[
    ("ArrivalPatch", &["due_on", "handling_text", "handling_unit_id", "instruction", "officer_id"]),
    ("ConsolidatedReportPatch", &[]),
    ("DocumentPatch", &["effective_on", "field", "place", "signer", "summary", "symbol", "text"]),
    ("GrantPatch", &["valid_to"]),
    ("GroupPatch", &[]),
    ("HandlingPatch", &["handling_instruction", "handling_unit_id", "handling_user_id"]),
    ("OrganizationPatch", &["electronic_identifier", "name_en", "parent_id", "short_name"]),
    ("PlanPatch", &["document_id", "owner_basis", "tracked_from"]),
    ("ProvincePatch", &[]),
    ("ReadingProposalPatch", &[]),
    ("RecommendationPatch", &["period_id", "plan_id", "respond_by", "task_id"]),
    ("RegimePatch", &["cadence_words", "cut_off", "embedded_in", "final_recipient_id", "legal_basis", "legal_clause", "name_en", "plan_id"]),
    ("ReportJobPatch", &["filter", "schedule", "window"]),
    ("ServiceAccountPatch", &["description"]),
    ("SubmissionPatch", &["correction_reason"]),
    ("TaskPatch", &["approver_id", "cadence", "due_rule", "parent_id", "place", "product", "ref", "role_word", "source_text", "through_id"]),
    ("UserPatch", &["email"]),
];

/// Every PATCH of the document: the id of the operation, the name of its body, the members.
fn bodies(document: &Value) -> Vec<(&str, &str, &Map<String, Value>)> {
    let operations = document["paths"].as_object().expect("paths").values().filter_map(|item| item.get("patch"));
    let read = operations.map(|operation| {
        let contents = operation["requestBody"]["content"].as_object().expect("a body");
        assert!(contents.keys().eq(["application/merge-patch+json"]), "{}", operation["operationId"]);
        let schema = contents["application/merge-patch+json"]["schema"]["$ref"].as_str();
        let name = schema.and_then(|r| r.rsplit('/').next()).expect("a schema of its own");
        let members = document["components"]["schemas"][name]["properties"].as_object().expect("members");
        (operation["operationId"].as_str().expect("an id"), name, members)
    });
    read.collect()
}

#[test]
fn null_is_documented_exactly_where_it_clears() {
    each("2021-06-01T08:00", |house| {
        let document = house.send("GET", "/api/v1/openapi.json", &[], None).expect(200).json;
        let is_null = |schema: &Value| schema["type"] == "null";
        let takes = |schema: &Value| {
            schema["type"].as_array().is_some_and(|all| all.iter().any(|t| t == "null"))
                || schema["oneOf"].as_array().is_some_and(|all| all.iter().any(is_null))
        };
        let mut said: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (_, name, members) in bodies(&document) {
            said.insert(name, members.iter().filter(|(_, schema)| takes(schema)).map(|(member, _)| member.as_str()).collect());
        }
        let expected: BTreeMap<&str, Vec<&str>> = CLEARED.iter().map(|(name, members)| (*name, members.to_vec())).collect();
        assert_eq!(said, expected);
    });
}

/// What every request is checked against says the same, member by member.
#[test]
fn null_is_refused_at_its_member_where_it_clears_nothing() {
    let document = nhipcau::document().expect("a document");
    let contract = Contract::read(&document).expect("a contract");
    for (id, name, members) in bodies(&document) {
        let cleared = CLEARED.iter().find(|(body, _)| *body == name).map_or(&[] as &[&str], |(_, members)| *members);
        for member in members.keys() {
            let faults = contract.operation(id).expect("an operation").body_faults(&json!({ member: null }));
            let (clears, here) = (cleared.contains(&member.as_str()), faults.iter().all(|f| f.pointer == format!("/{member}")));
            assert!(here && faults.is_empty() == clears, "{id} {member}: {faults:?}");
        }
    }
}

#[test]
fn a_null_that_clears_nothing_is_422_and_leaves_no_trace() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let (admin, leader) = (house.administrator(), house.person("BDI", "UBND", "leader"));
        let id = house.organization("BDI", "SDL").id;
        let path = format!("/organizations/{id}");
        let was = admin.get(&path).expect(200);
        for member in ["name", "aliases"] {
            let refused = admin.patch(&path, &was, json!({ member: null })).expect(422);
            assert_eq!(refused.fault(&format!("/{member}")), Some("wrong_type"), "{}", refused.json);
        }
        assert_eq!(admin.get(&path).expect(200).etag(), was.etag());
        assert_eq!(leader.get(&format!("/audit-events?record_id={id}&action=edit&count=exact")).expect(200)["total"], 0);
        // What is left out stays, what may be cleared is cleared.
        let cleared = admin.patch(&path, &was, json!({ "short_name": null })).expect(200);
        assert_eq!((&cleared["short_name"], &cleared["name"], &cleared["version"]), (&Value::Null, &was["name"], &json!(2)));

        // A number that is there is not cleared, and nothing is looked up in the register for it.
        let clerk = house.person("BDI", "UBND", "clerk");
        let issued = clerk.post("/documents", draft(json!({ "number": "7", "issued_on": "2021-05-20" }))).expect(201);
        let path = format!("/documents/{}", issued.id());
        for member in ["number", "issued_on"] {
            let refused = clerk.patch(&path, &issued, json!({ member: null })).expect(422);
            assert_eq!(refused.fault(&format!("/{member}")), Some("wrong_type"), "{}", refused.json);
        }
        assert_eq!(clerk.get(&path).expect(200)["version"], issued["version"]);
    });
}

fn draft(more: Value) -> Value {
    let signer = json!({ "name": "Nguyễn Thí Dụ", "position": "Chủ tịch", "authority_lines": ["TM. ỦY BAN NHÂN DÂN"], "note": "Theo bản ký" });
    let mut body = json!({ "kind": "plan", "symbol": "KH-UBND", "summary": "Triển khai thực hiện Chỉ thị số 38-CT/TW", "signer": signer });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    body
}

/// Changes the version that there is now.
fn change(person: &Person<'_>, path: &str, body: Value) -> Reply {
    person.patch(path, &person.get(path).expect(200), body)
}

#[test]
fn a_signer_is_merged_and_cleared() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let officer = house.person("BDI", "UBND", "officer");
        let path = format!("/documents/{}", officer.post("/documents", draft(json!({}))).expect(201).id());
        let signer = change(&officer, &path, json!({ "signer": { "position": "Giám đốc", "note": null } })).expect(200)["signer"].clone();
        assert_eq!((&signer["name"], &signer["position"], &signer["note"]), (&json!("Nguyễn Thí Dụ"), &json!("Giám đốc"), &Value::Null));
        // Lists are replaced whole, and there is always one.
        assert_eq!(signer["authority_lines"], json!(["TM. ỦY BAN NHÂN DÂN"]));
        let lines = change(&officer, &path, json!({ "signer": { "authority_lines": ["KT. CHỦ TỊCH"] } })).expect(200);
        assert_eq!((&lines["signer"]["authority_lines"], &lines["signer"]["position"]), (&json!(["KT. CHỦ TỊCH"]), &json!("Giám đốc")));
        let refused = change(&officer, &path, json!({ "signer": { "authority_lines": null } })).expect(422);
        assert_eq!(refused.fault("/signer/authority_lines"), Some("wrong_type"), "{}", refused.json);
        assert_eq!(change(&officer, &path, json!({ "signer": { "note": "MẬT" } })).expect(422).code(), "state_secret");
        // A draft may lose both again; it cannot be signed without.
        let bare = change(&officer, &path, json!({ "summary": null, "signer": null })).expect(200);
        assert_eq!((&bare["summary"], &bare["signer"], &bare["symbol"]), (&Value::Null, &Value::Null, &json!("KH-UBND")));
        let unready = house.person("BDI", "UBND", "leader").step(&path, json!({ "action": "sign" })).expect(422);
        assert_eq!((unready.fault("/summary"), unready.fault("/signer")), (Some("required"), Some("required")));
        let anew = change(&officer, &path, json!({ "signer": { "position": "Phó Chủ tịch" } })).expect(200);
        assert_eq!((&anew["signer"]["position"], &anew["signer"]["name"]), (&json!("Phó Chủ tịch"), &Value::Null));
    });
}

#[test]
fn a_saved_reports_filter_is_merged_and_its_schedule_replaced() {
    each("2021-06-01T08:00", |house| {
        house.load("binh_dinh");
        let officer = house.person("BDI", "VPUBND", "officer");
        let health = house.organization("BDI", "SYT").id.to_string();
        let filter = json!({ "from": "2021-01-01", "to": "2021-12-31" });
        let schedule = json!({ "kind": "weekly", "weekday": 3, "roll": "next", "at": "07:30" });
        let new = json!({ "title": "Tỷ lệ báo cáo", "report": "reporting_rates", "filter": filter, "format": "json", "schedule": schedule });
        let path = format!("/report-jobs/{}", officer.post("/report-jobs", new).expect(201).id());
        for (given, kept) in [
            (json!({ "organization_id": health }), json!({ "from": "2021-01-01", "to": "2021-12-31", "organization_id": health })),
            (json!({ "to": "2021-06-30" }), json!({ "from": "2021-01-01", "to": "2021-06-30", "organization_id": health })),
            (json!({ "from": null, "to": null, "period": "2021" }), json!({ "period": "2021", "organization_id": health })),
        ] {
            assert_eq!(change(&officer, &path, json!({ "filter": given })).expect(200)["filter"], kept);
        }
        // What is merged has to fit as a whole.
        let torn = change(&officer, &path, json!({ "filter": { "from": "2021-01-01" } })).expect(422);
        assert!(torn.fault("/filter/period").is_some(), "{}", torn.json);
        assert_eq!(change(&officer, &path, json!({ "filter": null })).expect(200)["filter"], json!({}));
        // Which members a schedule has depends on its kind: it is replaced whole.
        let daily = json!({ "kind": "working_day", "at": "08:00" });
        assert_eq!(change(&officer, &path, json!({ "schedule": daily })).expect(200)["schedule"], daily);
        assert_eq!(change(&officer, &path, json!({ "schedule": { "at": "09:00" } })).expect(422).fault("/schedule/kind"), Some("required"));
        assert_eq!(change(&officer, &path, json!({ "schedule": null })).expect(200)["schedule"], Value::Null);
    });
}

#[test]
fn a_regimes_reminders_are_merged() {
    each("2021-10-20T08:00", |house| {
        house.load("binh_dinh");
        let officer = house.person("BDI", "UBND", "officer");
        let id = officer.get("/reporting-regimes").expect(200).items()[0]["id"].as_str().expect("an id").to_owned();
        let path = format!("/reporting-regimes/{id}");
        let regime = officer.get(&path).expect(200);
        let changed = change(&officer, &path, json!({ "reminders": { "before": [3] } })).expect(200);
        assert_eq!((&changed["reminders"]["before"], &changed["reminders"]["after"]), (&json!([3]), &regime["reminders"]["after"]));
        for (body, fault) in [(json!({ "reminders": null }), "/reminders"), (json!({ "reminders": { "after": null } }), "/reminders/after")] {
            assert!(change(&officer, &path, body).expect(422).fault(fault).is_some(), "{fault}");
        }
    });
}
