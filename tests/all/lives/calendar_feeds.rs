//! Calendars behind a secret address: what falls due, for programs that cannot sign in.

use crate::{harness::each, policy::world::World};
use serde_json::{Value, json};

/// The lines of a calendar as they were before folding; each physical line is short enough and ends as it must.
fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
    assert!(text.ends_with("END:VCALENDAR\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']));
    assert!(text.split("\r\n").all(|line| line.len() <= 75));
    text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
}

#[test]
fn due_dates_are_a_calendar_behind_a_secret_address_until_it_is_revoked() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        let officer = world.at("SYT", "officer");
        let wanted = json!({ "kind": "person", "name": "Hạn của tôi; sở, ban" });
        let made = officer.send("POST", "/calendar-feeds", &[("idempotency-key", "lich-1")], Some(&wanted)).expect(201);
        let again = officer.send("POST", "/calendar-feeds", &[("idempotency-key", "lich-1")], Some(&wanted)).expect(201);
        assert_eq!((again.id(), &again["address"]), (made.id(), &Value::Null));
        let address = made["address"].as_str().expect("an address").to_owned();
        let path = format!("/calendar-feeds/{}", made.id());
        assert!(officer.get(&path).expect(200)["address"].is_null());
        let read = |address: &str| house.send("GET", address, &[], None);

        let calendar = read(&address).expect(200);
        assert_eq!(calendar.headers["content-type"], "text/calendar; charset=utf-8");
        let text = lines(&calendar.bytes);
        assert!(text.contains(&"X-WR-CALNAME:Hạn của tôi\\; sở\\, ban".to_owned()));
        // Sở Y tế leads a task that ends with the year, far beyond what its inbox shows today.
        let uid = format!("UID:task_part-{}@nhipcau", world.record("part:lead").id);
        let at = text.iter().position(|l| *l == uid).expect("its part of the task");
        let event = &text[at..at + text[at..].iter().position(|l| l == "END:VEVENT").expect("an end")];
        for line in ["DTSTART;VALUE=DATE:20211231", "DTEND;VALUE=DATE:20220101", "BEGIN:VALARM", "TRIGGER:-PT16H"] {
            assert!(event.iter().any(|l| l == line), "{line}: {event:?}");
        }
        assert!(event.iter().any(|l| l.starts_with("SUMMARY;LANGUAGE=vi:Nhiệm vụ sắp đến hạn")));
        assert!(event.iter().any(|l| l.starts_with("URL:http://") && l.ends_with(&format!("/api/v1/task-parts/{}", world.record("part:lead").id))));
        assert!(event.iter().any(|l| l.starts_with("SEQUENCE:")) && event.iter().any(|l| l.starts_with("LAST-MODIFIED:2021")));
        // Asked again, the copy is current.
        house.send("GET", &address, &[("if-none-match", &calendar.etag())], None).expect(304);
        // What has changed is told, of the same event.
        let (owner, task) = (world.at("SDL", "officer"), format!("/tasks/{}", world.record("task:shared").id));
        owner.patch(&task, &owner.get(&task).expect(200), json!({ "content": "Việc nói lại cho rõ" })).expect(200);
        let changed = house.send("GET", &address, &[("if-none-match", &calendar.etag())], None).expect(200);
        let newer = lines(&changed.bytes);
        let at = newer.iter().position(|l| *l == uid).expect("the same event");
        assert!(newer[at..].iter().take(12).any(|l| l.starts_with("SUMMARY") && l.contains("Việc nói lại cho rõ")), "{newer:?}");

        // The organisation's calendar is the same for whoever of it has made it; another's holds other matters.
        let ours = world.at("SYT", "viewer").post("/calendar-feeds", json!({ "kind": "organization" })).expect(201);
        assert!(lines(&read(ours["address"].as_str().expect("an address")).expect(200).bytes).contains(&uid));
        let theirs = world.at("SDL", "officer").post("/calendar-feeds", json!({ "kind": "person" })).expect(201);
        let theirs = lines(&read(theirs["address"].as_str().expect("an address")).expect(200).bytes);
        assert!(!theirs.contains(&uid));
        // Sở Du lịch owes a report before 20/11: the last day is the 19th.
        assert!(theirs.contains(&"DTSTART;VALUE=DATE:20211119".to_owned()), "{theirs:?}");

        // Nobody else sees that there is one; nobody finds one by guessing; the secret is told back to nobody.
        world.at("SYT", "leader").get(&path).expect(404);
        assert!(world.at("SYT", "leader").get("/calendar-feeds").expect(200).items().is_empty());
        let guessed = read(&format!("/api/v1/calendar-feeds/nhipcau_cal_{}.ics", "0".repeat(64))).expect(404);
        assert_eq!(guessed["instance"], "/api/v1/calendar-feeds/-.ics");

        // A new address ends the old one.
        let rotated = officer.take(&path, &made, json!({ "action": "rotate" })).expect(200);
        let next = rotated["address"].as_str().expect("an address").to_owned();
        read(&address).expect(404);
        read(&next).expect(200);
        // Who may no longer sign in has lost the calendar, and has it again with the account.
        let keeper = world.at("SYT", "org_admin");
        let user = format!("/users/{}", made["user_id"].as_str().expect("a user"));
        keeper.step(&user, json!({ "action": "disable" })).expect(200);
        read(&next).expect(410);
        keeper.step(&user, json!({ "action": "enable" })).expect(200);
        read(&next).expect(200);
        house.wait(601);
        let revoked = officer.take(&path, &rotated, json!({ "action": "revoke" })).expect(200);
        assert_eq!(revoked["state"], "revoked");
        assert_eq!(read(&next).expect(410).code(), "gone");
        officer.take(&path, &revoked, json!({ "action": "rotate" })).expect(409);
    });
}

/// The events of a calendar: the UID of each with its day.
fn events(bytes: &[u8]) -> Vec<(String, String)> {
    let text = lines(bytes);
    let of = |head: &str| text.iter().filter_map(|line| line.strip_prefix(head).map(str::to_owned)).collect::<Vec<_>>();
    of("UID:").into_iter().zip(of("DTSTART;VALUE=DATE:")).collect()
}

#[test]
fn a_calendar_holds_what_falls_due_long_before_anybody_is_reminded() {
    each("2021-10-01T08:00", |house| {
        house.load("binh_dinh");
        let org = |code: &str| json!(house.organization("BDI", code).id);
        let sender = |code: &str| json!({ "organization_id": org(code), "resolution": "text" });
        let regime = json!({
            "name": "Báo cáo năm", "frequency": "year", "focal_point_id": org("LHHN"), "tracked_from": "2021-01-01",
            "steps": [{ "step_no": 1, "senders": [sender("SYT")], "receiver_id": org("LHHN"), "report_of": "consolidator", "resolution": "text",
                "due_rule": { "kind": "yearly", "month": 11, "day": 20, "inclusive": false, "roll": "none" } }],
            "sections": [{ "key": "ket_qua", "title": "Kết quả", "in_text": false }], "indicators": []
        });
        let regime = house.person("BDI", "UBND", "officer").post("/reporting-regimes", regime).expect(201);
        house.at("2021-10-20T08:00");
        let period = house.person("BDI", "LHHN", "leader").post("/reporting-periods", json!({ "regime_id": regime.id(), "period": "2021" })).expect(201);
        let officer = house.person("BDI", "SYT", "officer");
        let owed = officer.get(&format!("/reporting-obligations?period_id={}", period.id())).expect(200);
        let uid = format!("reporting_obligation-{}@nhipcau", owed.items()[0]["id"].as_str().expect("an id"));
        // "Trước 20/11": the last day is the 19th, 22 days from the 28th of October; the first reminder goes out 21 days before.
        house.at("2021-10-28T08:00");
        let inbox = || officer.get("/notifications?limit=200").expect(200);
        let is_reminded = || inbox().items().iter().any(|n| uid.contains(n["record_id"].as_str().expect("an id")));
        assert!(!is_reminded());
        for kind in ["person", "organization"] {
            let made = officer.post("/calendar-feeds", json!({ "kind": kind })).expect(201);
            let read = house.send("GET", made["address"].as_str().expect("an address"), &[], None).expect(200);
            assert!(events(&read.bytes).contains(&(uid.clone(), "20211119".to_owned())), "{kind}");
        }
        house.at("2021-10-29T08:00");
        assert!(is_reminded());
    });
}

#[test]
fn an_organisations_calendar_is_the_same_for_all_of_it_and_holds_urgings_and_recommendations() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        let calendar = |code: &str, position: &str, kind: &str| {
            let made = world.at(code, position).post("/calendar-feeds", json!({ "kind": kind })).expect(201);
            events(&house.send("GET", made["address"].as_str().expect("an address"), &[], None).expect(200).bytes)
        };
        // Sở Du lịch urges Sở Y tế to answer by the 22nd, and asks the union for a reply by the 24th.
        let task = &world.record("task:shared").id;
        let syt = json!(house.organization("BDI", "SYT").id);
        let urging = json!({ "target_kind": "task", "target_id": task, "organization_id": syt, "level": "urging", "text": "Đôn đốc lần hai", "respond_by": "2021-11-22" });
        let urging = world.at("SDL", "leader").post("/urgings", urging).expect(201);
        let urged = (format!("urging-{}@nhipcau", urging.id()), "20211122".to_owned());
        let question = json!({ "kind": "obstacle", "title": "Thiếu kinh phí", "content": "Chờ", "respond_by": "2021-11-24", "send": true });
        let question = world.at("SDL", "leader").post("/recommendations", question).expect(201);
        let asked = (format!("recommendation-{}@nhipcau", question.id()), "20211124".to_owned());
        // An arrival is given to one officer, to be handled by the 26th.
        let arrival = json!({
            "document": { "kind": "official_letter", "issuer_text": "Bộ Thí dụ", "symbol": "BTD-VP", "summary": "Mời họp" }, "arrived_on": "2021-11-10",
            "assignment": { "officer_id": world.record("user").id, "due_on": "2021-11-26" }
        });
        let arrival = world.at("SYT", "clerk").post("/arrivals", arrival).expect(201);
        let given = (format!("arrival-{}@nhipcau", arrival.id()), "20211126".to_owned());

        let own = calendar("SYT", "officer", "person");
        assert!(own.contains(&urged) && own.contains(&given), "{own:?}");
        let ours = calendar("SYT", "officer", "organization");
        assert!(ours.contains(&urged) && !ours.contains(&given), "{ours:?}");
        for position in ["viewer", "leader", "clerk"] {
            assert_eq!(calendar("SYT", position, "organization"), ours, "{position}");
        }
        // A reader's own calendar is that of the position: nobody waits for it to answer.
        assert!(!calendar("SYT", "viewer", "person").contains(&urged));
        let union = calendar("LHHN", "viewer", "organization");
        assert!(union.contains(&asked) && !union.contains(&urged), "{union:?}");
        assert!(!calendar("SDL", "viewer", "organization").contains(&asked));
    });
}
