//! Bases that are no long-term key: the Identity Center. What all have in common: their keys are the
//! command's or assume its role, without GetSessionToken.

use std::time::{Duration, Instant};

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use crate::harness::{World, finish, has};
use crate::provided::{DEPLOYER, Keys, NOWHERE, StandIn, at, calls, once, role, variable};

const SSO: &str = "IAM Identity Center";

/// The name of a token's file.
fn hashed(name: &str) -> String {
    hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, name.as_bytes()))
}

/// A token of `aws sso login`, kept under this name.
fn sso_token(world: &World, name: &str, token: &str, ends: &str) {
    let file = hashed(name);
    let text = format!(r#"{{"accessToken": "{token}", "expiresAt": "{ends}"}}"#);
    world.write(&format!(".aws/sso/cache/{file}.json"), text);
}

/// The Identity Center's portal, which gives these keys for the token `portal-token`.
fn portal(world: &World, keys: &Keys) -> StandIn {
    let millis = keys.expiration_millis();
    let body = format!(
        r#"{{"roleCredentials": {{"accessKeyId": "{}", "secretAccessKey": "{}", "sessionToken": "{}", "expiration": {millis}}}}}"#,
        keys.id, keys.secret, keys.token
    );
    StandIn::start(world, move |request| {
        let allowed = request.contains("x-amz-sso_bearer_token: portal-token\r\n")
            && request.starts_with("GET /federation/credentials?")
            && request.contains("role_name=Developer")
            && request.contains("account_id=123456789012");
        let refused = r#"{"__type": "UnauthorizedException", "message": "Session token not found or invalid"}"#;
        Some(match allowed {
            true => (200, body.clone()),
            false => (401, refused.to_owned()),
        })
    })
}

const SESSION: &str = "our sso, of 'work'";
const START: &str = "https://d-0123456789.awsapps.com/start";

/// Both forms of a profile, and a role that begins with each.
fn sso_config(world: &World) {
    world.write_config(&format!(
        "[profile new]\nregion = eu-central-1\nsso_session = {SESSION}\n\
         sso_account_id = 123456789012\nsso_role_name = Developer\n\
         [sso-session \"{SESSION}\"]\nsso_region = eu-west-1\nsso_start_url = {START}\n\
         [profile old]\nregion = eu-central-1\nsso_start_url = {START}\nsso_region = eu-west-1\n\
         sso_account_id = 123456789012\nsso_role_name = Developer\n\
         [profile deploy]\nrole_arn = {DEPLOYER}\nsource_profile = new\n"
    ));
}

#[test]
fn both_forms_of_the_identity_center() {
    let world = World::new();
    let keys = Keys::with_mfa(&world);
    let portal = portal(&world, &keys);
    sso_config(&world);
    sso_token(&world, SESSION, "portal-token", "2999-01-01T00:00:00Z");
    sso_token(&world, START, "portal-token", "2999-01-01T00:00:00Z");
    let before = calls(&world, 0).len();
    for profile in ["new", "old"] {
        let shown = once(&keys, profile, SSO, || {
            let mut command = world.mfaexec(&["-p", profile, "--", "env"]);
            finish(at(&mut command, "SSO", &portal.url()))
        });
        assert_eq!(variable(&shown, "AWS_ACCOUNT_ID").unwrap(), "123456789012");
        assert_eq!(portal.requests().len(), 1, "{profile}");
    }
    assert!(calls(&world, before).is_empty());
    role(&world, true, |args| {
        let mut command = world.mfaexec(args);
        command.env("AWS_ENDPOINT_URL_SSO", NOWHERE);
        command
    });
    has(
        &world.run(&["status"]).succeeds(),
        &["new", "old", "deploy", "temporary keys"],
    );
}

#[test]
fn what_stands_in_the_way_of_the_identity_center() {
    let world = World::new();
    let keys = Keys::without_mfa(&world);
    let portal = portal(&world, &keys);
    sso_config(&world);
    let fails = |profile: &str, url: &str| {
        let begun = Instant::now();
        let mut command = world.mfaexec(&["-p", profile, "--", "true"]);
        let error = finish(at(&mut command, "SSO", url)).fails(125);
        assert!(
            begun.elapsed() < Duration::from_secs(15),
            "{:?}",
            begun.elapsed()
        );
        error
    };
    for (profile, name) in [("new", SESSION), ("old", START)] {
        let login = format!("remedy: sign in there: aws sso login --profile {profile}");
        let what = format!("IAM Identity Center gives no keys for profile {profile} (");
        // The token: not there, over, refused.
        let error = fails(profile, &portal.url());
        has(&error, &[&what, &login, "failed to"]);
        if profile == "old" {
            let file = hashed(name);
            has(&error, &[&file, "No such file"]);
        }
        sso_token(&world, name, "ended-token", "2020-01-01T00:00:00Z");
        let error = fails(profile, &portal.url());
        has(&error, &[&what, &login]);
        sso_token(&world, name, "portal-token", "2999-01-01T00:00:00Z");
        let refusing = StandIn::start(&world, |_| {
            let body = r#"{"__type": "ForbiddenException", "message": "No access"}"#;
            Some((403, body.to_owned()))
        });
        let error = fails(profile, &refusing.url());
        has(
            &error,
            &[&what, "No access", "check sso_account_id and sso_role_name"],
        );
        let error = fails(profile, NOWHERE);
        has(&error, &[&what, "Connection refused"]);
        // The token does not leave this machine unencrypted.
        let error = fails(profile, "http://192.0.2.1");
        has(&error, &[&what, "plain http"]);
    }
    // A role: the same, named by the profile that signs in.
    std::fs::remove_dir_all(world.home().join(".aws/sso")).unwrap();
    has(&fails("deploy", NOWHERE), &["aws sso login --profile new"]);
    // Settings that are missing.
    world.write_config(&format!(
        "[profile half]\nsso_start_url = {START}\nsso_region = eu-west-1\n\
         [profile lost]\nsso_session = lost\nsso_account_id = 123456789012\nsso_role_name = D\n"
    ));
    let error = fails("half", NOWHERE);
    has(
        &error,
        &[
            "profile half has no sso_account_id",
            "aws configure sso --profile half",
        ],
    );
    let error = fails("lost", NOWHERE);
    has(
        &error,
        &["[sso-session lost] has no sso_region", "config, line 5"],
    );
}

#[test]
fn a_role_that_asks_for_mfa_tells_that_the_base_has_none_to_show() {
    let world = World::new();
    let keys = Keys::without_mfa(&world);
    let portal = portal(&world, &keys);
    sso_config(&world);
    sso_token(&world, SESSION, "portal-token", "2999-01-01T00:00:00Z");
    let mut command = world.mfaexec(&["-p", "deploy", "--", "echo", "ran"]);
    let error = finish(at(&mut command, "SSO", &portal.url())).fails(125);
    let proof = "the keys of IAM Identity Center cannot prove any";
    has(
        &error,
        &[DEPLOYER, "is not authorized", "asks for MFA", proof],
    );
    // The keys are good for all else.
    let mut command = world.mfaexec(&["-p", "new", "--", "env"]);
    keys.are_in(&finish(at(&mut command, "SSO", NOWHERE)).succeeds());
}
