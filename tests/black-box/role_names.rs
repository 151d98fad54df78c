//! What sessions of roles are called, and what it costs to know.

use local_aws::Fault;
use serde_json::Value;

use crate::harness::{SERIAL, World, has};
use crate::roles::{last, world};

const NAMED: &str = "arn:aws:iam::123456789012:role/named";
const OLD_PHONE: &str = "arn:aws:iam::123456789012:mfa/old-phone";
const FOREIGN: &str = "arn:aws:iam::123456789012:role/foreign";

fn actions(world: &World) -> Vec<String> {
    let journal = world.aws.journal();
    journal.into_iter().map(|entry| entry.action).collect()
}

fn name(world: &World) -> String {
    last(world, "AssumeRole").role_session_name.unwrap()
}

/// A world with a role that wants the user's name, for a user whose device has another one.
fn world_of_phones() -> World {
    let world = World::new();
    world.write_config(&format!(
        "[profile twodevices]\nmfa_serial = {OLD_PHONE}\n\
         [profile named]\nrole_arn = {NAMED}\nsource_profile = twodevices\n"
    ));
    world
}

#[test]
fn a_session_is_called_like_its_user_and_not_like_the_device() {
    let world = world_of_phones();
    let code = world.code_of("twodevices");
    let run = ["-p", "named", "-c", &code, "--", "true"];
    world.run(&run).succeeds();
    assert_eq!(name(&world), "twodevices");
    let asked = ["GetSessionToken", "GetCallerIdentity", "AssumeRole"];
    assert_eq!(actions(&world), asked);
    // A cached session needs no call, and neither the name nor the file that has it.
    world.aws.clear_journal();
    for file in world.cache().read_dir().unwrap().flatten() {
        if file.file_name().to_string_lossy().ends_with(".caller") {
            std::fs::remove_file(file.path()).unwrap();
        }
    }
    let cached = ["-p", "named", "--no-input", "--", "true"];
    world.run(&cached).succeeds();
    assert!(world.aws.journal().is_empty());
}

#[test]
fn the_user_is_asked_for_once() {
    let world = world();
    let code = world.code();
    world
        .run(&["-p", "deploy", "-c", &code, "--", "true"])
        .succeeds();
    world.aws.clear_journal();
    for fresh in ["deploy", "partner", "chained"] {
        world
            .run(&["-p", fresh, "--fresh", "--no-input", "--", "true"])
            .succeeds();
        assert_eq!(name(&world), "testuser");
    }
    assert!(!actions(&world).contains(&"GetCallerIdentity".to_owned()));
    // It is the user of this key.
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\n[profile other]\nrole_arn = {FOREIGN}\nsource_profile = otheruser\n"
    ));
    world
        .run(&["-p", "other", "--without-mfa", "--", "true"])
        .fails(125);
    assert_eq!(name(&world), "otheruser");
    // Where nothing is kept, nothing is remembered.
    for _ in 0..2 {
        world.aws.clear_journal();
        let code = world.code();
        let run = [
            "-p",
            "testuser",
            "--role-arn",
            NAMED,
            "--cache",
            "none",
            "-c",
            &code,
        ];
        world.run(&[&run[..], &["--", "true"]].concat()).succeeds();
        let asked = ["GetSessionToken", "GetCallerIdentity", "AssumeRole"];
        assert_eq!(actions(&world), asked);
    }
}

#[test]
fn a_question_asks_for_the_user_meanwhile() {
    let cases: [(&[&str], &[&str]); 2] = [
        (&[], &["GetCallerIdentity", "GetSessionToken", "AssumeRole"]),
        (&["-d", "8h"], &["GetCallerIdentity", "AssumeRole"]),
    ];
    for (options, asked) in cases {
        let world = world_of_phones();
        let mut terminal =
            world.at_terminal(&[&["-p", "named"], options, &["--", "true"]].concat());
        terminal.exp_string("MFA code: ").unwrap();
        terminal.send_line(&world.code_of("twodevices")).unwrap();
        terminal.exp_eof().unwrap();
        assert_eq!(actions(&world), asked);
        assert_eq!(name(&world), "twodevices");
    }
}

#[test]
fn a_wrong_code_does_not_make_the_user_asked_for_twice() {
    let world = world_of_phones();
    let mut terminal = world.at_terminal(&["-p", "named", "-d", "8h", "--", "true"]);
    terminal.exp_string("MFA code: ").unwrap();
    terminal.send_line("000000").unwrap();
    terminal.exp_string("MFA code: ").unwrap();
    terminal.send_line(&world.code_of("twodevices")).unwrap();
    terminal.exp_eof().unwrap();
    assert_eq!(
        actions(&world),
        ["GetCallerIdentity", "AssumeRole", "AssumeRole"]
    );
}

#[test]
fn where_sts_does_not_tell_the_user_another_name_is_used() {
    let world = world();
    let code = world.code();
    world
        .aws
        .fault_on("GetCallerIdentity", Fault::ErrorBefore, 9);
    world
        .run(&["-p", "deploy", "-c", &code, "--", "true"])
        .succeeds();
    assert_eq!(name(&world), "testuser", "that of the device");
    world
        .run(&["-p", "deploy", "--no-input", "--", "true"])
        .succeeds();
    // It is asked for again when the next session is.
    world.aws.clear_faults();
    world
        .run(&["-p", "deploy", "--fresh", "--no-input", "--", "true"])
        .succeeds();
    assert!(actions(&world).ends_with(&["GetCallerIdentity".to_owned(), "AssumeRole".to_owned()]));
}

#[test]
fn explain_tells_the_name_and_who_says_it() {
    let world = world_of_phones();
    let row = |args: &[&str]| {
        let told = world.run(&[&["explain", "--json", "-p", "named"], args].concat());
        let told: Value = serde_json::from_str(&told.succeeds()).unwrap();
        let rows = told["settings"].as_array().unwrap().clone();
        rows.into_iter()
            .find(|row| row["name"] == "role_session_name")
            .map(|row| (row["value"].clone(), row["origin"].clone()))
            .unwrap()
    };
    let unknown = (Value::Null, Value::from("sts:GetCallerIdentity"));
    assert_eq!(row(&[]), unknown);
    let option = (Value::from("x-1"), Value::from("--role-session-name"));
    assert_eq!(row(&["--role-session-name", "x-1"]), option);
    let code = world.code_of("twodevices");
    world
        .run(&["-p", "named", "-c", &code, "--", "true"])
        .succeeds();
    let known = Value::from("twodevices");
    assert_eq!(row(&[]), (known, Value::from("sts:GetCallerIdentity")));
}

#[test]
fn a_refused_role_names_what_was_sent() {
    let world = world_of_phones();
    let code = world.code_of("twodevices");
    let run = [
        "-p",
        "named",
        "--role-session-name",
        "old-phone",
        "-c",
        &code,
    ];
    let error = world.run(&[&run[..], &["--", "true"]].concat()).fails(125);
    has(
        &error,
        &["the session name sent is old-phone: --role-session-name changes it"],
    );
}

#[test]
fn a_line_that_signs_in_has_the_name_too() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\n\
         [profile named]\nrole_arn = {NAMED}\nsource_profile = testuser\n"
    ));
    let run = ["-p", "named", "--role-session-name", "x-1", "--no-input"];
    let error = world.run(&[&run[..], &["--", "true"]].concat()).fails(125);
    has(&error, &["mfaexec login -p named --role-session-name x-1"]);
}
