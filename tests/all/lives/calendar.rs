//! Counting working days, and installing next year's holidays.

use crate::harness::each;
use serde_json::json;

#[test]
fn the_last_days_of_april_2021_are_counted_as_they_were_worked() {
    each("2021-04-28T09:00", |house| {
        house.load("binh_dinh");
        let clerk = house.person("BDI", "VPUBND", "clerk");
        // Friday 30/4 and Saturday 1/5 are holidays, Monday 3/5 is off in lieu: 29/4, 4/5 and 5/5 are worked.
        let counted = clerk.get("/calendar/working-days?from=2021-04-28&to=2021-05-05").expect(200);
        assert_eq!(counted["working_days"], 3);
        assert_eq!(counted["calendar_version"], "vn-2019-2026/1");
        assert_eq!(clerk.get("/calendar/working-days?from=2021-05-05&to=2021-04-28").expect(200)["working_days"], 0);
        assert_eq!(clerk.get("/calendar/deadline?from=2021-04-28&days=2").expect(200)["last_day"], "2021-05-04");
        // Two plain days end on 30/4, which is not worked: on to 4/5, or left as it is.
        assert_eq!(clerk.get("/calendar/deadline?from=2021-04-28&days=2&working=false").expect(200)["last_day"], "2021-05-04");
        assert_eq!(clerk.get("/calendar/deadline?from=2021-04-28&days=2&working=false&roll=none").expect(200)["last_day"], "2021-04-30");
        let year = clerk.get("/calendar?year=2021").expect(200);
        assert!(year["days_off"].as_array().expect("days").iter().all(|d| d["date"].as_str().expect("a day").starts_with("2021")));
        assert_eq!(year["unconfirmed"], true);
        assert_eq!(year["installed_at"], json!(null));
        assert_eq!(year["allowed_actions"], json!([]));
    });
}

#[test]
fn what_the_calendar_does_not_know_is_refused_until_it_is_installed() {
    each("2026-12-01T09:00", |house| {
        house.load("binh_dinh");
        let (admin, officer) = (house.administrator(), house.person("BDI", "SNGV", "officer"));
        let refused = officer.get("/calendar/working-days?from=2026-12-31&to=2027-01-05").expect(422);
        assert_eq!(refused.fault("to"), Some("year_not_loaded"));
        let day = |date: &str, kind: &str| json!({ "date": date, "kind": kind, "name_vi": "Nghỉ", "name_en": "Off", "unconfirmed": false });
        let new = json!({
            "calendar_version": "vn-2026-2027/1", "years": [2027, 2026],
            "days_off": [day("2027-01-01", "public_holiday"), day("2026-01-01", "public_holiday")], "extra_working_days": [day("2027-01-09", "swapped_working")]
        });
        officer.post("/calendars", new.clone()).expect(403);
        let mut bad = new.clone();
        bad["days_off"] = json!([day("2028-01-01", "public_holiday"), day("2027-01-01", "swapped_working"), day("2026-01-01", "public_holiday")]);
        bad["extra_working_days"] = json!([day("2027-01-08", "swapped_working")]);
        let faults = admin.post("/calendars", bad).expect(422);
        assert_eq!(faults.fault("/days_off/0/date"), Some("outside_years"));
        assert_eq!(faults.fault("/days_off/1/kind"), Some("wrong_kind"));
        assert_eq!(faults.fault("/extra_working_days/0/date"), Some("not_weekend"));
        let made = admin.post("/calendars", new.clone()).expect(201);
        assert_eq!(made["years"], json!([2026, 2027]));
        assert_eq!(made["unconfirmed"], false);
        // Friday 1/1 is off, Saturday 9/1 is worked in exchange: 4–8/1 and 9/1.
        let counted = officer.get("/calendar/working-days?from=2026-12-31&to=2027-01-10").expect(200);
        assert_eq!(counted["working_days"], 6);
        assert_eq!(counted["calendar_version"], "vn-2026-2027/1");
        // The very same again changes nothing; other content under its name is refused.
        admin.post("/calendars", new.clone()).expect(201);
        let mut other = new;
        other["days_off"] = json!([]);
        assert_eq!(admin.post("/calendars", other).expect(409).code(), "version_exists");
        let trail = admin.get("/audit-events?kind=calendar").expect(200);
        assert_eq!(trail.items().len(), 1);
        assert_eq!(trail.items()[0]["action"], "install");
    });
}
