//! The token of `aws sso login`: renewed where it is over and its refresh token is not, also where it
//! cannot be written down, and read in the dates of all versions of the AWS CLI.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use crate::harness::{World, finish, has};
use crate::provided::{Keys, NOWHERE, StandIn};
use crate::skipping::namespaces_wanted;
use crate::trouble::names;

const START: &str = "https://d-0123456789.awsapps.com/start";
const OVER: &str = "2020-01-01T00:00:00Z";
const LASTS: &str = "2999-01-01T00:00:00Z";

/// An Identity Center, and two profiles for it.
struct Center {
    world: World,
    keys: Keys,
    portal: StandIn,
    tokens: StandIn,
}

impl Center {
    /// Its portal gives keys for the token `renewed-token`. `answer` is what it answers to who wants a
    /// token renewed.
    fn new(answer: impl Fn(&str) -> (u16, String) + Send + Sync + 'static) -> Self {
        let world = World::new();
        let keys = Keys::without_mfa(&world);
        world.write_config(&format!(
            "[profile new]\nregion = eu-central-1\nsso_session = work\n\
             sso_account_id = 123456789012\nsso_role_name = Developer\n\
             [sso-session work]\nsso_region = eu-west-1\nsso_start_url = {START}\n\
             [profile old]\nregion = eu-central-1\nsso_start_url = {START}\n\
             sso_region = eu-west-1\nsso_account_id = 123456789012\nsso_role_name = Developer\n"
        ));
        let body = format!(
            r#"{{"roleCredentials": {{"accessKeyId": "{}", "secretAccessKey": "{}", "sessionToken": "{}", "expiration": {}}}}}"#,
            keys.id,
            keys.secret,
            keys.token,
            keys.expiration_millis()
        );
        let refused = r#"{"__type": "UnauthorizedException", "message": "Session token not found or invalid"}"#;
        let portal = StandIn::start(&world, move |request| {
            Some(match request.contains("_bearer_token: renewed-token\r\n") {
                true => (200, body.clone()),
                false => (401, refused.to_owned()),
            })
        });
        let tokens = StandIn::start(&world, move |request| Some(answer(request)));
        Self {
            world,
            keys,
            portal,
            tokens,
        }
    }

    /// One that renews for the refresh token `refresh-me`.
    fn renewing() -> Self {
        Self::new(|request| {
            has(
                request,
                &[
                    "POST /token ",
                    r#""grantType":"refresh_token""#,
                    r#""clientId":"client""#,
                    r#""clientSecret":"client-canary""#,
                ],
            );
            match request.contains(r#""refreshToken":"refresh-me""#) {
                true => (
                    200,
                    r#"{"accessToken": "renewed-token", "tokenType": "Bearer", "expiresIn": 3600, "refreshToken": "next-refresh"}"#.to_owned(),
                ),
                false => (400, invalid_grant()),
            }
        })
    }

    fn file(&self, name: &str) -> PathBuf {
        let hashed = hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, name.as_bytes()));
        let path = format!(".aws/sso/cache/{hashed}.json");
        self.world.home().join(path)
    }

    fn write_token(&self, name: &str, token: &str, ends: &str, registration_ends: &str) {
        let text = format!(
            r#"{{"startUrl": "{START}", "region": "eu-west-1", "accessToken": "{token}", "expiresAt": "{ends}", "clientId": "client", "clientSecret": "client-canary", "registrationExpiresAt": "{registration_ends}", "refreshToken": "refresh-me", "more": [1]}}"#
        );
        self.world.write(self.file(name).to_str().unwrap(), text);
    }

    fn lead<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env_remove("NO_PROXY")
            .env("AWS_ENDPOINT_URL_SSO", self.portal.url())
            .env("AWS_ENDPOINT_URL_SSO_OIDC", self.tokens.url())
    }

    fn run(&self, profile: &str, more: &[&str]) -> Command {
        let words = [&["-p", profile], more, &["--", "env"]].concat();
        let mut command = self.world.mfaexec(&words);
        self.lead(&mut command);
        command
    }
}

fn invalid_grant() -> String {
    r#"{"__type": "InvalidGrantException", "error": "invalid_grant", "error_description": "Invalid refresh token provided"}"#.to_owned()
}

#[test]
fn a_token_that_is_over_is_renewed_and_written_down() {
    for (profile, name) in [("new", "work"), ("old", START)] {
        let center = Center::renewing();
        center.write_token(
            name,
            "ended-token",
            "2020-01-01T00:00:00UTC",
            "2999-01-01T00:00:00UTC",
        );
        center
            .keys
            .are_in(&finish(&mut center.run(profile, &[])).succeeds());
        assert_eq!(center.tokens.requests().len(), 1);
        let file = center.file(name);
        let text = std::fs::read_to_string(&file).unwrap();
        has(
            &text,
            &[
                "renewed-token",
                "next-refresh",
                "client-canary",
                START,
                r#""more":[1]"#,
            ],
        );
        assert!(
            !text.contains(OVER) && !text.contains("refresh-me"),
            "{text}"
        );
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(
            names(file.parent().unwrap()).len(),
            1,
            "nothing is left beside it"
        );
        // It lasts now, so the next keys cost no renewal.
        finish(&mut center.run(profile, &["--fresh"])).succeeds();
        assert!(center.tokens.requests().is_empty());
    }
}

#[test]
fn a_token_that_aws_refuses_is_renewed_too() {
    let center = Center::renewing();
    // It lasts by this machine's clock.
    center.write_token("work", "ended-token", LASTS, LASTS);
    center
        .keys
        .are_in(&finish(&mut center.run("new", &[])).succeeds());
    assert_eq!(center.tokens.requests().len(), 1);
}

#[test]
fn a_renewed_token_that_cannot_be_written_is_used_all_the_same() {
    if !namespaces_wanted("a_renewed_token_that_cannot_be_written_is_used_all_the_same") {
        return;
    }
    let center = Center::renewing();
    center.write_token("work", "ended-token", OVER, LASTS);
    let before = std::fs::read(center.file("work")).unwrap();
    let script = "mount --bind .aws .aws; mount -o remount,bind,ro .aws
                  exec mfaexec -v -p new -- env";
    let mut command = center.world.apart(&[], script);
    let said = finish(center.lead(&mut command));
    has(
        &said.stderr,
        &["the renewed token cannot be kept in ", "Read-only"],
    );
    center.keys.are_in(&said.succeeds());
    assert_eq!(std::fs::read(center.file("work")).unwrap(), before);
}

#[test]
fn dates_of_older_versions_are_read() {
    for ends in [
        "2999-01-01T00:00:00UTC",
        "2999-01-01T00:00:00Z",
        "2999-01-01T01:00:00+01:00",
    ] {
        let center = Center::renewing();
        center.write_token("work", "renewed-token", ends, LASTS);
        center
            .keys
            .are_in(&finish(&mut center.run("new", &[])).succeeds());
        assert!(center.tokens.requests().is_empty(), "{ends}");
    }
}

#[test]
fn what_stands_in_the_way_of_a_renewal() {
    let login = "aws sso login --profile new";
    let what = "IAM Identity Center gives no keys for profile new (";
    // The refresh token is over, too.
    let center = Center::new(|_| (400, invalid_grant()));
    center.write_token("work", "ended-token", OVER, LASTS);
    let error = finish(&mut center.run("new", &["-vv"])).fails(125);
    has(&error, &[what, "Invalid", login]);
    for secret in ["client-canary", "refresh-me", "ended-token"] {
        assert!(!error.contains(secret), "{error}");
    }
    // The registration is: no one is asked.
    center.tokens.requests();
    center.write_token("work", "ended-token", OVER, OVER);
    let error = finish(&mut center.run("new", &[])).fails(125);
    has(&error, &[what, "is over", login]);
    assert!(center.tokens.requests().is_empty());
    // The way there is broken, and what is named is where it was said.
    center.write_token("work", "ended-token", OVER, LASTS);
    let mut command = center.run("new", &[]);
    command.env("AWS_ENDPOINT_URL_SSO_OIDC", NOWHERE);
    let error = finish(&mut command).fails(125);
    has(
        &error,
        &[
            what,
            "refused",
            NOWHERE,
            "AWS_ENDPOINT_URL_SSO_OIDC",
            "check the network",
        ],
    );
    // What is no token at all.
    for (text, words) in [
        ("", "not the JSON"),
        ("{\"expiresAt\": \"x\"}", "no accessToken"),
        (
            "{\"accessToken\": \"a-canary\", \"expiresAt\": \"soon\"}",
            "its expiresAt is no time",
        ),
    ] {
        std::fs::write(center.file("work"), text).unwrap();
        let error = finish(&mut center.run("new", &[])).fails(125);
        has(&error, &[what, words, login]);
        assert!(!error.contains("a-canary"), "{error}");
    }
}
