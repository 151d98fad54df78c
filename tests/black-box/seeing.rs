//! What people see of their sessions: the table, what was cleared, why a code is asked for again.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::harness::{SERIAL, World, finish, has};

pub(crate) const DEPLOYER: &str = "arn:aws:iam::123456789012:role/deployer";

/// A world with a session of the story's user, and one of a role, in plain files.
pub(crate) fn signed_in() -> World {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\n\
         [profile deploy]\nrole_arn = {DEPLOYER}\nsource_profile = testuser\n"
    ));
    let code = world.code();
    let login = ["login", "-p", "deploy", "--cache", "plain", "-c", &code];
    world.run(&login).succeeds();
    world
}

/// Puts the end of every session that many seconds from now.
fn end_in(world: &World, seconds: i64) {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let end = i64::try_from(now).unwrap() + seconds;
    for entry in fs::read_dir(world.cache()).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "session")
        {
            let content = fs::read(&path).unwrap();
            let (magic, json) = content.split_at(5);
            let mut record: serde_json::Value = serde_json::from_slice(json).unwrap();
            record["obtained_at"] = (end - record["duration"].as_i64().unwrap()).into();
            record["expires_at"] = end.into();
            let json = serde_json::to_vec(&record).unwrap();
            fs::write(&path, [magic, &json].concat()).unwrap();
        }
    }
}

#[test]
fn the_table_says_whose_what_and_until_when() {
    let world = signed_in();
    let table = world.run(&["status"]).succeeds();
    let lines: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        lines[0],
        ["PROFILE", "ACCOUNT", "KIND", "ROLE", "LEFT", "UNTIL"]
    );
    assert_eq!(
        lines[1][..5],
        ["deploy", "123456789012", "role", "deployer", "[##########]"]
    );
    // A second later it is less than an hour.
    assert!(["1h", "59m"].contains(&lines[1][5]), "{table}");
    assert_eq!(
        lines[2][..6],
        [
            "testuser",
            "123456789012",
            "MFA",
            "session",
            "-",
            "[##########]"
        ]
    );
    // Half of its life is over, in the time of another place.
    end_in(&world, 1800);
    let status = |zone: &str| finish(world.mfaexec(&["status"]).env("TZ", zone)).succeeds();
    has(&status("UTC"), &["[#####.....]"]);
    let end = |zone: &str| {
        let table = status(zone);
        let line = table.lines().find(|line| line.contains(" role ")).unwrap();
        line.split_whitespace().last().unwrap().to_owned()
    };
    assert_ne!(end("UTC"), end("Etc/GMT-5"));
    assert_eq!(end("UTC")[2..], end("Etc/GMT-5")[2..], "hours apart");
}

#[test]
fn what_ends_soon_is_yellow_on_a_terminal_only() {
    let world = signed_in();
    let yellow = |world: &World, no_color: &str| {
        let mut command = world.mfaexec(&["status"]);
        command.env("NO_COLOR", no_color);
        let mut terminal = crate::harness::terminal(command);
        terminal.exp_eof().unwrap().contains("\u{1b}[33m")
    };
    assert!(!yellow(&world, ""), "an hour is long");
    end_in(&world, 300);
    assert!(yellow(&world, ""));
    assert!(!yellow(&world, "1"));
    assert!(!world.run(&["status"]).succeeds().contains('\u{1b}'));
}

#[test]
fn clear_says_what_it_cleared() {
    let world = signed_in();
    let said = world.run(&["clear"]).stderr;
    // A second may have passed.
    let said = said.replace("59m 59s", "1h");
    has(
        &said,
        &[
            "cleared the session of deploy (role deployer, 1h left)",
            "cleared the session of testuser (MFA session, 4h left)",
        ],
    );
}

#[test]
fn the_first_line_says_when_the_last_session_ended() {
    let world = signed_in();
    end_in(&world, -3600);
    let run = |world: &World, profile: &str| {
        let mut terminal = world.at_terminal(&["-p", profile, "--cache", "plain", "--", "true"]);
        let before = terminal.exp_string("MFA code: ").unwrap();
        terminal.send_control('c').unwrap();
        before
    };
    let before = run(&world, "deploy");
    has(
        &before,
        &["mfaexec: the session of deploy ended at ", "1h ago"],
    );
    // What the code is for is there in any case.
    let heading = |seen: &str| seen.ends_with("run true. ") && seen.trim().lines().count() == 1;
    let (_, rest) = before.split_once("1h ago").unwrap();
    assert!(heading(rest), "{before}");
    // What ended before yesterday is no news, nor is a session that never was.
    end_in(&world, -90_000);
    for (world, profile) in [(&world, "deploy"), (&World::new(), "testuser")] {
        let before = run(world, profile);
        assert!(heading(&before), "{before}");
    }
}

#[test]
fn a_profile_has_the_sessions_on_its_way_to_the_key() {
    let world = signed_in();
    let kinds = |profile: &str| {
        let json = world.run(&["status", "-p", profile, "--json"]).succeeds();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let sessions = json["sessions"].as_array().unwrap().iter();
        let mut kinds: Vec<_> = sessions
            .map(|s| s["kind"].as_str().unwrap().to_owned())
            .collect();
        kinds.sort();
        kinds
    };
    assert_eq!(kinds("testuser"), ["mfa_session"]);
    assert_eq!(kinds("deploy"), ["mfa_session", "role"]);
    // What other roles share stays.
    world.run(&["clear", "-p", "deploy"]).succeeds();
    assert_eq!(kinds("deploy"), ["mfa_session"]);
    world.run(&["clear", "-p", "testuser"]).succeeds();
    assert!(kinds("testuser").is_empty());
}

#[test]
fn login_says_until_when_and_status_what_is_there() {
    let world = World::new();
    let code = world.code();
    let mut command = world.mfaexec(&["login", "-p", "testuser", "-c", &code]);
    let login = finish(command.env("TZ", "America/New_York")).succeeds();
    let (_, until) = login.split_once("testuser: signed in until ").unwrap();
    let (time, left) = until.split_once(" (").unwrap();
    assert_eq!(left, "4h left)\n");
    // The time of this place, as in status and in shells.
    let mut command = world.mfaexec(&["status"]);
    let status = finish(command.env("TZ", "America/New_York")).succeeds();
    has(&status, &[time]);
    // Again: nothing to do, the same answer.
    has(
        &world
            .run(&["login", "-p", "testuser", "--no-input"])
            .succeeds(),
        &["signed in until"],
    );
    assert_eq!(world.code_calls().len(), 1);

    let status = world.run(&["status"]).succeeds();
    has(
        &status,
        &["PROFILE", "KIND", "LEFT", "testuser", "MFA session"],
    );
    let json: serde_json::Value =
        serde_json::from_str(&world.run(&["status", "--json"]).succeeds()).unwrap();
    let session = &json["sessions"][0];
    assert_eq!(session["profile"], "testuser");
    assert_eq!(session["kind"], "mfa_session");
    assert_eq!(session["account"], "123456789012");
    assert_eq!(session["mfa_serial"], SERIAL);
    let left = session["seconds_left"].as_u64().unwrap();
    assert!((14_300..=14_400).contains(&left), "{left}");
}

#[test]
fn clear_forgets_all_or_one() {
    let world = World::new();
    world.sign_in(&[]);
    let code = world.code_of("otheruser");
    world
        .run(&["login", "-p", "otheruser", "-c", &code])
        .succeeds();
    has(
        &world.run(&["clear", "-p", "otheruser"]).stderr,
        &["cleared the session of otheruser"],
    );
    let status = world.run(&["status"]).succeeds();
    assert!(
        status.contains("testuser") && !status.contains("otheruser"),
        "{status}"
    );
    has(
        &world.run(&["clear"]).stderr,
        &["cleared the session of testuser"],
    );
    has(&world.run(&["status"]).succeeds(), &["no cached sessions"]);
    let json = world.run(&["status", "--json"]).succeeds();
    assert_eq!(
        json.split_whitespace().collect::<String>(),
        r#"{"sessions":[]}"#
    );
}

#[test]
fn status_and_clear_of_a_profile_know_the_sessions_that_it_shares() {
    let world = World::new();
    let keys = std::fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    let pair: Vec<&str> = keys.lines().skip(1).take(2).collect();
    world.write_credentials(&format!("{keys}[twin]\n{}\n", pair.join("\n")));
    world.sign_in(&[]);
    has(
        &world.run(&["status", "-p", "twin"]).succeeds(),
        &["\ntwin "],
    );
    has(
        &world.run(&["clear", "-p", "twin"]).stderr,
        &["cleared the session of twin (MFA session, 4h left), also that of testuser"],
    );
    world
        .run(&["-p", "testuser", "--no-input", "--", "true"])
        .fails(125);
    has(
        &world.run(&["clear", "-p", "testusr"]).fails(1),
        &["there is no profile testusr"],
    );
    has(
        &world.run(&["status", "-p", "testusr"]).fails(1),
        &["did you mean testuser"],
    );
}

/// Two profiles with one role differ in the name of the session: each has a session of its own.
#[test]
fn what_another_profile_has_of_the_same_role_stays() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\n\
         [profile one]\nrole_arn = {DEPLOYER}\nsource_profile = testuser\n\
         role_session_name = first\n\
         [profile two]\nrole_arn = {DEPLOYER}\nsource_profile = testuser\n\
         role_session_name = second\n"
    ));
    let code = world.code();
    world.run(&["login", "-p", "one", "-c", &code]).succeeds();
    world.run(&["login", "-p", "two"]).succeeds();
    let status = world.run(&["status", "-p", "one"]).succeeds();
    assert_eq!(
        status.lines().count(),
        3,
        "its role's and the user's: {status}"
    );
    let said = world.run(&["clear", "-p", "one"]);
    assert!(!said.stderr.contains("two"), "{}", said.stderr);
    said.succeeds();
    let status = world.run(&["status"]).succeeds();
    assert!(
        status.contains("two") && !status.contains("one"),
        "{status}"
    );
}
