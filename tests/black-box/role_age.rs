//! A role that wants a code which is not too old: how a person gets there from a cached MFA session,
//! and what `--fresh` does with a code that is given.

use local_aws::Account;

use crate::harness::{SERIAL, World, finish, has};

const STORY: &str = include_str!("../local-aws/src/story.toml");
const ROLE: &str = "arn:aws:iam::123456789012:role/deployer";

/// A world whose role wants a code of the last minute, and a session that is two minutes old.
fn world(profile: &str) -> World {
    let world = World::new();
    let (before, after) = STORY.split_once("[roles.deployer]").unwrap();
    let present = r#""Bool": {"aws:MultiFactorAuthPresent": "true"}"#;
    let recent = r#""NumericLessThan": {"aws:MultiFactorAuthAge": "60"}"#;
    let story = format!(
        "{before}[roles.deployer]{}",
        after.replacen(present, recent, 1)
    );
    let changed = Account::from_toml(&story).unwrap();
    world.aws.edit(|account| *account = changed.clone());
    world.write_config(&format!(
        "[profile testuser]\nregion = eu-central-1\nmfa_serial = {SERIAL}\n{profile}"
    ));
    world.sign_in(&[]);
    world.aws.move_clock(120);
    world
}

#[test]
fn a_denied_role_names_the_age_of_a_cached_session_and_the_line_that_renews_it() {
    let profile = format!("[profile recent]\nrole_arn = {ROLE}\nsource_profile = testuser\n");
    let world = world(&profile);
    for options in [
        &["-p", "recent"][..],
        &["-p", "testuser", "--role-arn", ROLE],
    ] {
        let mut command = world.mfaexec(options);
        let error = finish(command.args(["--no-input", "--", "true"])).fails(125);
        has(
            &error,
            &[
                &format!("role {ROLE} cannot be assumed"),
                "check the role's trust policy",
                "aws:MultiFactorAuthAge",
                "old: if that is too old",
                "get a new one: mfaexec login -p testuser --fresh",
            ],
        );
    }
    // The line works as it is written.
    let code = world.code();
    let mut login = world.mfaexec(&["login", "-p", "testuser", "--fresh"]);
    finish(login.env("MFAEXEC_CODE", code)).succeeds();
    world
        .run(&["-p", "recent", "--no-input", "--", "true"])
        .succeeds();
}

/// Nothing is cached, so nothing is too old.
#[test]
fn a_role_that_is_denied_to_a_new_session_offers_no_newer_one() {
    let profile = "[profile recent]\nrole_arn = arn:aws:iam::123456789012:role/nosuch\n\
                   source_profile = testuser\n";
    let world = world(profile);
    for more in [&["--fresh"][..], &["--cache", "none"]] {
        let code = world.code();
        let mut command = world.mfaexec(&["-p", "recent", "-c", &code]);
        let error = finish(command.args(more).args(["--", "true"])).fails(125);
        has(
            &error,
            &["cannot be assumed", "check the role's trust policy"],
        );
        for useless in ["--fresh", "login", "clear"] {
            assert!(!error.contains(useless), "{error}");
        }
    }
}

/// A code that is given is meant to be used: with it, `--fresh` renews what the code is for.
#[test]
fn with_a_code_fresh_renews_the_mfa_session_too() {
    let profile = format!("[profile recent]\nrole_arn = {ROLE}\nsource_profile = testuser\n");
    let world = world(&profile);
    let code = world.code();
    world
        .run(&["-p", "recent", "--fresh", "-c", &code, "--", "true"])
        .succeeds();
    assert_eq!(world.code_calls().len(), 2);
    // Without one it is the session of the command alone.
    world
        .run(&["-p", "recent", "--fresh", "--no-input", "--", "true"])
        .succeeds();
    assert_eq!(world.code_calls().len(), 2);
    // explain tells the same.
    let explained = |more: &[&str]| {
        let mut command = world.mfaexec(&["explain", "-p", "recent", "--fresh"]);
        finish(command.args(more)).succeeds()
    };
    has(&explained(&["-c", "123456"]), &["GetSessionToken"]);
    assert!(!explained(&["--no-input"]).contains("GetSessionToken"));
}

#[test]
fn a_role_of_the_profiles_own_key_is_renewed_with_a_code() {
    let keys = "[profile own]\nrole_arn = arn:aws:iam::123456789012:role/deployer\n\
                source_profile = own\n";
    let world = world(&format!(
        "{keys}mfa_serial = {SERIAL}\nregion = eu-central-1\n"
    ));
    let mut credentials = std::fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    let account = Account::story();
    let user = account.user("testuser");
    credentials.push_str(&format!(
        "[own]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        user.access_key_id(),
        user.secret_access_key()
    ));
    world.write_credentials(&credentials);
    let error = world
        .run(&["-p", "own", "--no-input", "--", "true"])
        .fails(125);
    has(
        &error,
        &["get a new one: mfaexec login -p own --fresh --code 123456"],
    );
    let code = world.code();
    world
        .run(&["login", "-p", "own", "--fresh", "--code", &code])
        .succeeds();
    world
        .run(&["-p", "own", "--no-input", "--", "true"])
        .succeeds();
}

/// A session that AWS says is over is got anew by a line that does it.
#[test]
fn a_cached_session_that_aws_calls_over_is_got_anew_by_the_line_that_is_shown() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nregion = eu-central-1\nmfa_serial = {SERIAL}\n\
         [profile deploy]\nrole_arn = {ROLE}\nsource_profile = testuser\n"
    ));
    world.sign_in(&["-d", "15m"]);
    world.aws.end_sessions();
    let error = world
        .run(&["-p", "deploy", "--no-input", "--", "true"])
        .fails(125);
    has(
        &error,
        &["get a new one: mfaexec login -p testuser --fresh"],
    );
}
