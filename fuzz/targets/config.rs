//! Config files of any content. They lead to an error that names a line, or to profiles whose
//! settings are on the lines that they name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mfaexec::internals::{
    CodeSource, ConfigFile, Environment, Error, Explanation, FileKind, Fresh, Origin, Profiles,
    Selection, SessionOptions, Settings, Sourced, Timestamp, plan,
};
use secrecy::ExposeSecret;

/// Settings of each kind: read as they are, and with comments; of keys, groups and lists.
const SETTINGS: [&str; 12] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "credential_process",
    "include_profile",
    "mfa_process",
    "mfa_serial",
    "region",
    "role_arn",
    "role_session_policy",
    "s3",
    "session_tags",
    "source_profile",
];

fuzz_target!(|data: &[u8]| {
    for kind in [FileKind::Config, FileKind::Credentials] {
        check(&ConfigFile {
            kind,
            path: "/the/file".into(),
            bytes: data.to_vec(),
        });
    }
});

fn check(file: &ConfigFile) {
    let profiles = match Profiles::parse(vec![file.clone()]) {
        Ok(profiles) => profiles,
        Err(error) => return is_about(file, &error),
    };
    let text = std::str::from_utf8(&file.bytes).expect("it was read");
    let lines: Vec<&str> = text.split('\n').collect();
    for name in profiles.names() {
        let profile = match profiles.get(name) {
            Ok(profile) => profile.unwrap_or_else(|| panic!("{name:?} is lost")),
            Err(error) => {
                tells_no_secret(&error.to_string(), text);
                continue;
            }
        };
        for key in SETTINGS {
            let (value, place) = (profile.get(key), profile.place(key));
            assert_eq!(value.is_some(), place.is_some(), "{key}");
            let (Some(value), Some(place)) = (value, place) else {
                continue;
            };
            let line = place.strip_prefix("/the/file, line ").expect(&place);
            let line: usize = line.parse().expect(&place);
            let written = lines[line - 1];
            assert!(written.to_ascii_lowercase().contains(key), "{key}: {place}");
            assert!(!value.is_empty() && value == value.trim(), "{key}");
            let mut below = lines[line - 1..].iter();
            let is_there = value
                .lines()
                .all(|part| below.any(|line| line.contains(part)));
            assert!(is_there, "{key} = {value:?} is not at {place}");
        }
        for error in [
            profile.service_endpoints().err(),
            profile.sso_session().err(),
        ] {
            tells_no_secret(
                &error.map_or(String::new(), |error| error.to_string()),
                text,
            );
        }
        for notice in profile.notices() {
            assert!(notice.contains("/the/file"), "{notice}");
            tells_no_secret(&notice, text);
        }
        leads_somewhere(&profiles, name, text);
    }
}

/// Every profile leads to a session or to an error in three lines; never round and round, and
/// never to a secret on the screen.
fn leads_somewhere(profiles: &Profiles, name: &str, text: &str) {
    let chosen = Selection::Profile(Sourced::new(name.to_owned(), Origin::Default));
    let env = Environment::default();
    let settings = match Settings::new(&SessionOptions::default(), chosen, &env, profiles) {
        Ok(settings) => settings,
        Err(error) => {
            assert_eq!(error.to_string().split('\n').count(), 3, "{error:?}");
            tells_no_secret(&error.to_string(), text);
            return;
        }
    };
    let now = Timestamp(1_700_000_000);
    let plan = plan(&settings, Fresh::Nothing, now, |_| Ok(None)).expect("nothing is looked for");
    assert!(!plan.missing().is_empty());
    let roles = plan.steps.iter().filter(|step| step.role().is_some());
    assert_eq!(roles.count(), settings.roles.len());
    let told = Explanation::new(&settings, &plan, CodeSource::Terminal, &env, now).to_text();
    if let Some(key) = settings.key() {
        // A stored key has none yet.
        let secret = key.secret_access_key.as_ref();
        let secret = secret.map_or("", ExposeSecret::expose_secret);
        // What is also at another place of the file may be shown from there.
        let secret_alone = secret.len() >= 20 && text.matches(secret).count() == 1;
        assert!(!secret_alone || !told.contains(secret), "{told}");
    }
}

/// The value of no secret is in what is told, unless it is in another place of the file, too.
fn tells_no_secret(told: &str, text: &str) {
    let secrets = text.lines().filter_map(|line| {
        let (key, value) = line.split_once('=')?;
        let secret = ["aws_secret_access_key", "aws_session_token"].contains(&key.trim());
        secret.then_some(value.trim())
    });
    for secret in secrets {
        let alone = secret.len() >= 20 && text.matches(secret).count() == 1;
        assert!(!alone || !told.contains(secret), "{told}");
    }
}

/// An error names the file and a line of it.
fn is_about(file: &ConfigFile, error: &Error) {
    let error = error.to_string();
    assert_eq!(error.split('\n').count(), 3, "{error:?}");
    assert!(error.contains("cannot read /the/file"), "{error}");
    let (_, line) = error.split_once("line ").expect("a line is named");
    let digits = line.split(|c: char| !c.is_ascii_digit()).next();
    let line: usize = digits.and_then(|d| d.parse().ok()).expect("a number");
    let lines = file.bytes.split(|b| *b == b'\n').count();
    assert!((1..=lines).contains(&line), "{error}");
}
