//! What people see where there is much of it, or little room for it.

use crate::harness::{SERIAL, World, has};
use crate::pages_screens::person_at;
use crate::seeing::DEPLOYER;
use crate::skipping::needs;

/// Names of 64 profiles with the story's key, and a session for each role in some of them.
fn many(world: &World) -> Vec<String> {
    let names: Vec<String> = (0..64)
        .map(|n| format!("team-{n:02}-production-eu-central-administrators"))
        .collect();
    let mut config = format!("[profile testuser]\nmfa_serial = {SERIAL}\n");
    for (number, name) in names.iter().enumerate() {
        config.push_str(&format!(
            "[profile {name}]\nsource_profile = testuser\nrole_arn = arn:aws:iam::123456789012:role/deployer\nrole_session_name = s{number}\n"
        ));
    }
    world.write_config(&config);
    names
}

#[test]
fn errors_name_eight_profiles_of_many() {
    let world = World::new();
    many(&world);
    for args in [&["-p", "nosuch", "--", "true"][..], &["--", "true"]] {
        let error = world.run(args).fails(125);
        let (listed, _) = error.split_once(" and 66 more\n").unwrap();
        let (_, listed) = listed.rsplit_once(": ").unwrap();
        assert_eq!(listed.split(", ").count(), 8, "{error}");
    }
    // The most similar ones, where one is meant.
    let error = world
        .run(&["-p", "team-55-production", "--", "true"])
        .fails(125);
    has(
        &error,
        &[
            "credentials: team-55-production-eu",
            "did you mean team-55-",
        ],
    );
}

#[test]
fn clear_tells_eight_sessions_and_counts_the_others() {
    let world = World::new();
    let names = many(&world);
    world.sign_in(&[]);
    for name in names.iter().rev().take(12) {
        world.run(&["login", "-p", name]).succeeds();
    }
    let said = world.run(&["clear"]).stderr;
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 9, "{said}");
    let told: Vec<&str> = lines[..8]
        .iter()
        .map(|line| line.split("session of ").nth(1).unwrap())
        .collect();
    assert!(told.is_sorted(), "{said}");
    has(lines[8], &["cleared 5 more sessions"]);
}

#[test]
fn status_can_be_read_on_a_narrow_terminal() {
    needs!("tmux", "bash");
    let world = World::new();
    let names = many(&world);
    world.sign_in(&[]);
    world.run(&["login", "-p", &names[7]]).succeeds();
    let screen = person_at(&world, 40);
    screen.line("clear; mfaexec status");
    screen.ends_with("$");
    let text = screen.text();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let role = lines
        .iter()
        .position(|line| line.starts_with("team-07-"))
        .unwrap();
    assert!(lines[role].ends_with("administrators"), "{text}");
    assert_eq!(lines[role + 1], "  role deployer, 123456789012");
    assert!(lines[role + 2].contains(" left, until "), "{text}");
    has(
        &text,
        &["\ntestuser\n  MFA session, 123456789012\n  4h left, until "],
    );
    // A little wider, it is a table without the bar.
    let world = World::new();
    world.sign_in(&[]);
    let screen = person_at(&world, 60);
    screen.line("clear; mfaexec status");
    screen.ends_with("$");
    has(&screen.text(), &["PROFILE", "LEFT", "UNTIL"]);
    assert!(!screen.text().contains('['), "{}", screen.text());
}

#[test]
fn rows_are_named_after_the_profile_that_was_asked_for() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\n\
         [profile deploy]\nsource_profile = testuser\nrole_arn = {DEPLOYER}\n"
    ));
    world.sign_in(&["--role-arn", DEPLOYER]);
    world
        .run(&["-p", "deploy", "--no-input", "--", "true"])
        .succeeds();
    let status = world.run(&["status", "-p", "deploy"]).succeeds();
    assert_eq!(status.matches("\ndeploy ").count(), 2, "{status}");
    assert!(!status.contains("testuser"), "{status}");
    let json = world.run(&["status", "-p", "deploy", "--json"]).succeeds();
    assert_eq!(json.matches("\"profile\": \"deploy\"").count(), 2, "{json}");
}

#[test]
fn a_roles_session_is_forgotten_alone() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\n\
         [profile deploy]\nsource_profile = testuser\nrole_arn = {DEPLOYER}\n"
    ));
    world.sign_in(&[]);
    world
        .run(&["login", "-p", "deploy", "--no-input"])
        .succeeds();
    let said = world.run(&["clear", "-p", "deploy"]).stderr;
    has(
        &said,
        &["cleared the session of deploy (role deployer, 1h left)"],
    );
    has(
        &said,
        &[
            "stays: MFA session of testuser",
            "mfaexec clear -p testuser",
        ],
    );
    assert_eq!(said.lines().count(), 2, "{said}");
    // No code is needed for the next one.
    world
        .run(&["-p", "deploy", "--no-input", "--", "true"])
        .succeeds();
    let said = world.run(&["clear", "-p", "testuser"]).stderr;
    has(
        &said,
        &[
            "cleared the session of testuser (MFA session",
            "stays: role deployer",
            "too: mfaexec clear",
        ],
    );
    world
        .run(&["-p", "testuser", "--no-input", "--", "true"])
        .fails(125);
    world
        .run(&["-p", "deploy", "--no-input", "--", "true"])
        .succeeds();
    let said = world.run(&["clear", "-p", "deploy"]).stderr;
    assert_eq!(said.lines().count(), 1, "{said}");
    has(
        &world.run(&["clear", "-p", "deploy"]).stderr,
        &["nothing to clear"],
    );
}
