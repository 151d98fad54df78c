//! Roles: what reaches STS, what is kept, how many codes it takes.

use local_aws::Entry;

use crate::harness::{SERIAL, World, finish, has};

const DEPLOYER: &str = "arn:aws:iam::123456789012:role/deployer";
const PARTNER: &str = "arn:aws:iam::123456789012:role/partner";
const CHAINED: &str = "arn:aws:iam::123456789012:role/chained";

/// A world with a role for the story's user, one that asks for an external id, and one behind that.
pub(crate) fn world() -> World {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nregion = eu-central-1\nmfa_serial = {SERIAL}\n\
         [profile deploy]\nrole_arn = {DEPLOYER}\nsource_profile = testuser\n\
         [profile partner]\nrole_arn = {PARTNER}\nsource_profile = testuser\n\
         external_id = partner-42\n\
         [profile chained]\nrole_arn = {CHAINED}\nsource_profile = partner\n"
    ));
    world
}

fn actions(world: &World) -> Vec<String> {
    let journal = world.aws.journal();
    journal.into_iter().map(|entry| entry.action).collect()
}

/// The last call of that name that reached the stand-in for AWS.
pub(crate) fn last(world: &World, action: &str) -> Entry {
    let journal = world.aws.journal();
    let found = journal.into_iter().rev().find(|e| e.action == action);
    found.unwrap_or_else(|| panic!("no {action}"))
}

/// Who the command is, as AWS sees it.
fn caller(world: &World, args: &[&str]) -> String {
    let mut command = world.mfaexec(args);
    let client = crate::harness::aws_client();
    finish(command.args(["--", client, "sts", "get-caller-identity"])).succeeds()
}

#[test]
fn all_roles_behind_one_device_share_one_code() {
    let world = world();
    let code = world.code();
    let who = caller(&world, &["-p", "deploy", "-c", &code]);
    has(&who, &["assumed-role/deployer/testuser"]);
    assert_eq!(
        actions(&world),
        [
            "GetSessionToken",
            "GetCallerIdentity",
            "AssumeRole",
            "GetCallerIdentity"
        ]
    );
    let who = caller(&world, &["-p", "partner", "--no-input"]);
    has(&who, &["assumed-role/partner/testuser"]);
    let who = caller(&world, &["-p", "chained", "--no-input"]);
    has(&who, &["assumed-role/chained/testuser"]);
    // Each session is kept, also the one in the middle, and the one below them all.
    let before = world.aws.journal().len();
    for profile in ["deploy", "partner", "chained", "testuser"] {
        world
            .run(&["-p", profile, "--no-input", "--", "true"])
            .succeeds();
    }
    assert_eq!(world.aws.journal().len(), before);
    assert_eq!(world.code_calls().len(), 1);
    let status = world.run(&["status"]).succeeds();
    has(
        &status,
        &["deploy", "role", "deployer", "chained", "MFA session"],
    );
}

#[test]
fn more_than_an_hour_takes_the_code_to_the_role_itself() {
    let world = world();
    let code = world.code();
    world
        .run(&["-p", "deploy", "-d", "8h", "-c", &code, "--", "true"])
        .succeeds();
    let asked = ["GetCallerIdentity", "AssumeRole"];
    assert_eq!(actions(&world), asked);
    let call = last(&world, "AssumeRole");
    assert_eq!(call.duration_seconds, Some(8 * 3600));
    assert!(call.had_token_code && !call.had_session_token);
    assert_eq!(call.serial_number.as_deref(), Some(SERIAL));
    // It is enough for a user who wants less, and for one who says nothing.
    world
        .run(&["-p", "deploy", "--no-input", "--", "true"])
        .succeeds();
    world
        .run(&["-p", "deploy", "-d", "2h", "--no-input", "--", "true"])
        .succeeds();
    assert_eq!(actions(&world), asked);
    // More than the role allows is an error that names it.
    let config = format!(
        "[profile p]\nrole_arn = {PARTNER}\nsource_profile = testuser\nexternal_id = partner-42\n\
         duration_seconds = 7200\nmfa_serial = {SERIAL}\n"
    );
    world.write_config(&config);
    let code = world.code();
    let error = world
        .run(&["-p", "p", "-c", &code, "--", "true"])
        .fails(125);
    has(
        &error,
        &[PARTNER, "7200 s", "config, line 5", "MaxSessionDuration"],
    );
}

#[test]
fn in_a_chain_an_hour_is_all_and_that_is_said() {
    let world = world();
    let code = world.code();
    let said = world.run(&["-p", "chained", "-d", "4h", "-c", &code, "--", "true"]);
    has(
        &said.stderr,
        &["role chained lasts 1h, not the 4h of --duration"],
    );
    said.succeeds();
    assert_eq!(last(&world, "AssumeRole").duration_seconds, Some(3600));
    let quiet = world.run(&["-p", "chained", "-d", "4h", "--no-input", "--", "true"]);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn everything_that_a_profile_says_about_a_role_reaches_sts() {
    let world = world();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\n\
         [profile p]\nrole_arn = {DEPLOYER}\nsource_profile = testuser\n\
         role_session_name = me@work\nexternal_id = x-1\nduration_seconds = 1800\n\
         session_tags = team=ops, cost=7\ntransitive_session_tags = team\n\
         source_identity = me\nrole_session_policy = {{}}\n\
         role_session_policy_arns = arn:aws:iam::aws:policy/ReadOnlyAccess\n"
    ));
    let code = world.code();
    world
        .run(&["-p", "p", "-c", &code, "--", "true"])
        .succeeds();
    let call = last(&world, "AssumeRole");
    assert_eq!(call.role_session_name.as_deref(), Some("me@work"));
    assert_eq!(call.duration_seconds, Some(1800));
    let expected = [
        ("ExternalId", "x-1"),
        ("Policy", "{}"),
        (
            "PolicyArns.member.1.arn",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
        ),
        ("SourceIdentity", "me"),
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "ops"),
        ("Tags.member.2.Key", "cost"),
        ("Tags.member.2.Value", "7"),
        ("TransitiveTagKeys.member.1", "team"),
    ];
    let sent: Vec<_> = call
        .parameters
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    assert_eq!(sent, expected);
}

#[test]
fn a_role_of_the_command_line_and_its_policies() {
    let world = world();
    let policy = world.write(
        "policy.json",
        "{\"Version\": \"2012-10-17\", \"Statement\": []}",
    );
    let code = world.code();
    let who = caller(
        &world,
        &[
            "-p",
            "testuser",
            "--role-arn",
            DEPLOYER,
            "-c",
            &code,
            "--policy-file",
            policy.to_str().unwrap(),
            "--policy-arn",
            "arn:aws:iam::aws:policy/A",
            "--policy-arn",
            "arn:aws:iam::aws:policy/B",
        ],
    );
    has(&who, &["assumed-role/deployer/testuser"]);
    let call = last(&world, "AssumeRole");
    has(&call.parameters["Policy"], &["2012-10-17"]);
    assert_eq!(
        call.parameters["PolicyArns.member.2.arn"],
        "arn:aws:iam::aws:policy/B"
    );
    // Another policy is another session.
    world
        .run(&[
            "-p",
            "testuser",
            "--role-arn",
            DEPLOYER,
            "--no-input",
            "--",
            "true",
        ])
        .succeeds();
    assert_eq!(
        actions(&world)
            .iter()
            .filter(|a| *a == "AssumeRole")
            .count(),
        2
    );
    let error = world.run(&[
        "-p",
        "testuser",
        "--policy-arn",
        "arn:x",
        "--no-input",
        "--",
        "true",
    ]);
    has(
        &error.fails(125),
        &["a session policy needs a role", "--role-arn"],
    );
    let error = world.run(&[
        "-p",
        "testuser",
        "--policy-file",
        "none.json",
        "--no-input",
        "--",
        "true",
    ]);
    has(
        &error.fails(125),
        &["cannot use the policy none.json", "No such file"],
    );
    world.write("broken.json", "{");
    let error = world.run(&[
        "-p",
        "testuser",
        "--policy-file",
        "broken.json",
        "--no-input",
        "--",
        "true",
    ]);
    has(&error.fails(125), &["it is not JSON"]);
}

#[test]
fn a_role_that_refuses_says_what_to_look_at_and_the_mfa_session_is_kept() {
    let world = world();
    let code = world.code();
    let foreign = "arn:aws:iam::123456789012:role/foreign";
    let error = world
        .run(&[
            "-p",
            "testuser",
            "--role-arn",
            foreign,
            "-c",
            &code,
            "--",
            "echo",
            "ran",
        ])
        .fails(125);
    has(
        &error,
        &[
            foreign,
            "--role-arn",
            "is not authorized to perform: sts:AssumeRole",
            "trust policy",
        ],
    );
    world
        .run(&["-p", "testuser", "--no-input", "--", "true"])
        .succeeds();
}

#[test]
fn everything_that_a_role_is_told_makes_another_session() {
    let world = World::new();
    let role = |more: &str| {
        world.write_config(&format!(
            "[profile testuser]\nmfa_serial = {SERIAL}\n\
             [profile p]\nsource_profile = testuser\nrole_arn = {DEPLOYER}\n{more}\n"
        ));
    };
    role("");
    let code = world.code();
    world
        .run(&["-p", "p", "-c", &code, "--", "true"])
        .succeeds();
    let mut calls = 1;
    for more in [
        "external_id = x1",
        "external_id = x2",
        "role_session_name = other",
        "session_tags = a=b",
        "session_tags = a=c",
        "session_tags = a=b, c=d",
        "session_tags = a=b\ntransitive_session_tags = a",
        "source_identity = me",
        "role_session_policy = {}",
        "role_session_policy_arns = arn:aws:iam::aws:policy/A",
        "role_session_policy_arns = arn:aws:iam::aws:policy/A, arn:aws:iam::aws:policy/B",
    ] {
        role(more);
        for _ in 0..2 {
            world
                .run(&["-p", "p", "--no-input", "--", "true"])
                .succeeds();
        }
        calls += 1;
        let made = actions(&world)
            .iter()
            .filter(|a| *a == "AssumeRole")
            .count();
        assert_eq!(made, calls, "{more}");
    }
    // What does not change the session does not lose it.
    role("region = eu-west-1\nmfaexec_min_ttl = 5m\noutput = json");
    world
        .run(&["-p", "p", "--no-input", "--", "true"])
        .succeeds();
    assert_eq!(
        actions(&world)
            .iter()
            .filter(|a| *a == "AssumeRole")
            .count(),
        calls
    );
}
