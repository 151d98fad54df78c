//! `mfaexec profiles`: every profile, without a call.

use serde_json::Value;

use crate::harness::{MFAEXEC, SERIAL, World, finish, has};
use crate::screen::Screen;
use crate::skipping::needs;

const ROLE: &str = "arn:aws:iam::123456789012:role/deployer";

/// A world with a profile of each kind, some of which cannot be used.
fn world() -> World {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nregion = eu-central-1\nmfa_serial = {SERIAL}\n\
         [profile deploy]\nsource_profile = testuser\nrole_arn = {ROLE}\nregion = us-east-1\n\
         [profile sso]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-central-1\n\
         sso_account_id = 210987654321\nsso_role_name = Admin\n\
         [profile process]\ncredential_process = /bin/false\n\
         [profile web]\nweb_identity_token_file = /nonexistent\nrole_arn = {ROLE}\n\
         [profile ec2]\ncredential_source = Ec2InstanceMetadata\nrole_arn = {ROLE}\n\
         [profile login]\nlogin_session = arn:aws:iam::123456789012:user/me\n\
         [profile included]\ninclude_profile = testuser\nregion = sa-east-1\n\
         [profile broken]\nsource_profile = nowhere\nrole_arn = {ROLE}\n\
         [profile half]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n\
         [forgotten]\nsource_profile = testuser\nrole_arn = {ROLE}\n"
    ));
    world
}

fn json(world: &World) -> Vec<Value> {
    let said = world.run(&["profiles", "--json"]).succeeds();
    let json: Value = serde_json::from_str(&said).unwrap();
    json["profiles"].as_array().unwrap().clone()
}

#[track_caller]
fn named<'a>(profiles: &'a [Value], name: &str) -> &'a Value {
    let mut found = profiles.iter().filter(|profile| profile["profile"] == name);
    let profile = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(found.next().is_none(), "{name} is there twice");
    profile
}

#[test]
fn each_kind_of_profile_is_told() {
    let world = world();
    world.sign_in(&[]);
    world
        .run(&["-p", "deploy", "--no-input", "--", "true"])
        .succeeds();
    let calls = world.aws.journal().len();
    let profiles = json(&world);
    for (name, source) in [
        ("testuser", "long_term_key"),
        ("deploy", "long_term_key"),
        ("sso", "sso"),
        ("process", "credential_process"),
        ("web", "web_identity"),
        ("ec2", "ec2"),
        ("login", "login"),
    ] {
        let profile = named(&profiles, name);
        assert_eq!(profile["source"], source, "{profile:#}");
        assert!(profile["error"].is_null(), "{profile:#}");
    }
    let own = named(&profiles, "testuser");
    assert_eq!(own["account"], "123456789012");
    assert_eq!(own["mfa_serial"], SERIAL);
    assert_eq!(own["duration_seconds"], 4 * 3600);
    assert!((14_300..=14_400).contains(&own["seconds_left"].as_u64().unwrap()));
    let role = named(&profiles, "deploy");
    assert_eq!(role["role"], "deployer");
    assert_eq!(role["region"], "us-east-1");
    assert_eq!(role["chain"], serde_json::json!(["deploy", "testuser"]));
    assert_eq!(role["duration_seconds"], 3600);
    assert!((3_500..=3_600).contains(&role["seconds_left"].as_u64().unwrap()));
    let sso = named(&profiles, "sso");
    assert_eq!(
        (&sso["account"], &sso["role"]),
        (&"210987654321".into(), &"Admin".into())
    );

    for (name, place, cause) in [
        ("broken", "config, line ", "there is no profile nowhere"),
        ("half", "config, line ", "half"),
        ("forgotten", "config, line ", "does not count"),
    ] {
        let error = &named(&profiles, name)["error"];
        has(error["place"].as_str().unwrap(), &[place]);
        has(&error.to_string(), &[cause]);
    }
    assert_eq!(world.aws.journal().len(), calls, "AWS was asked");
}

#[test]
fn people_see_a_table_and_what_is_wrong_below() {
    let world = world();
    world.sign_in(&[]);
    let said = world.run(&["profiles"]);
    let lines: Vec<&str> = said.stdout.lines().collect();
    has(
        lines[0],
        &[
            "PROFILE", "ACCOUNT", "ROLE", "SOURCE", "DEVICE", "REGION", "LEFT",
        ],
    );
    let line = |name: &str| lines.iter().find(|line| line.starts_with(name)).unwrap();
    has(
        line("testuser"),
        &["123456789012", "key", "testuser", "eu-central-1", "4h"],
    );
    has(line("deploy"), &["deployer", "us-east-1", "1h"]);
    has(line("broken: "), &["/.aws/config, line "]);
    has(&said.stdout, &["there is no profile nowhere"]);
    has(
        &said.stderr,
        &["profiles cannot be used", "mfaexec explain -p "],
    );
    assert_eq!(said.code, Some(0));
    let quiet = world.run(&["profiles", "-q"]);
    assert_eq!((quiet.stderr.as_str(), quiet.stdout), ("", said.stdout));

    let empty = World::new();
    empty.write_config("");
    empty.write_credentials("");
    let none = empty.run(&["profiles"]);
    assert_eq!(none.stdout, "no profiles\n");
    has(&none.stderr, &["aws configure --profile NAME"]);
}

#[test]
fn a_narrow_terminal_has_lines_that_fit() {
    needs!("tmux");
    let world = world();
    for columns in [40, 80] {
        let line = format!("{MFAEXEC} profiles; sleep 300");
        let mut shell = world.program("sh");
        shell.args(["-c", &line]);
        let screen = Screen::sized(&world, &shell, columns);
        screen.shows("forgotten");
        let text = screen.text();
        has(&text, &["testuser", "eu-central-1"]);
    }
}

/// A broken profile costs no more than another, and each is found at once.
#[test]
fn thousands_of_profiles_are_listed() {
    let world = World::new();
    let profile = |number: u32| {
        format!(
            "[profile p{number}]\nsource_profile = {}\nrole_arn = {ROLE}\n",
            if number.is_multiple_of(2) {
                "testuser"
            } else {
                "nowhere"
            }
        )
    };
    let many: String = (0..5000).map(profile).collect();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\n{many}"
    ));
    let said = finish(&mut world.mfaexec(&["profiles"])).succeeds();
    assert_eq!(
        said.lines()
            .filter(|line| line.contains("deployer"))
            .count(),
        2500
    );
    assert_eq!(
        said.lines()
            .filter(|line| line.contains("there is no profile nowhere"))
            .count(),
        2500
    );
}
