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
