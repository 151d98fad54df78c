//! The command's environment, made from any environment and any settings of a profile. The input
//! is lines for the profile, a line `--`, and entries that end with a NUL.
#![no_main]

use std::collections::HashSet;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use libfuzzer_sys::fuzz_target;
use mfaexec::internals::{
    AwsClock, ConfigFile, Environment, FileKind, Origin, Profiles, Selection, Session, SessionKind,
    SessionOptions, Settings, Sourced, Timestamp, child_environment, without_exports,
};

/// What would lead some SDK to other credentials, written down a second time: the one who shortens the
/// list has to do so twice.
const NEVER: [&str; 24] = [
    "MFAEXEC_SHELL",
    "MFAEXEC_RESTORE",
    "MFAEXEC_SOURCE_KEY",
    "MFAEXEC_PROCESS_OF",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_EB_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AMAZON_ACCESS_KEY_ID",
    "AMAZON_SECRET_ACCESS_KEY",
    "AMAZON_SESSION_TOKEN",
    "SECRET_ACCESS_KEY",
    "AWS_CREDENTIAL_FILE",
    "AWS_CREDENTIAL_SCOPE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "MFAEXEC_CODE",
];

/// And each that begins like this: the service is behind it.
const NEVER_BEGINS: &[u8] = b"AWS_BEARER_TOKEN_";

/// What a shell of mfaexec's has for prompts.
const OF_SHELLS: [&str; 2] = ["AWSU_PROFILE", "AWS_SESSION_EXPIRATION"];

/// What is mfaexec's to decide, beside what it takes over from the profile.
const SET: [&str; 9] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_ACCOUNT_ID",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "MFAEXEC_PROFILE",
    "MFAEXEC_EXPORTED",
];

fn session() -> Session {
    Session {
        kind: SessionKind::Mfa,
        access_key_id: "ASIAFUZZ".to_owned(),
        secret_access_key: "fuzz-secret".into(),
        session_token: "fuzz-token".into(),
        expires_at: Timestamp(1_800_000_000),
        obtained_at: Timestamp(1_790_000_000),
        clock: AwsClock::default(),
        aws_is_ahead: 0,
        duration: 3600,
        account: Some("123456789012".to_owned()),
        serial: Some("GAHT12345678".to_owned()),
        source_key_id: Some("AKIAFUZZFUZZFUZZFUZZ".to_owned()),
        role_arn: None,
        profile: "p".to_owned(),
    }
}

const KEY: &str = "[profile p]\naws_access_key_id = AKIAFUZZFUZZFUZZFUZZ\n\
    aws_secret_access_key = long-term\nmfa_serial = GAHT12345678\n";

fn name_of(entry: &OsString) -> Option<&[u8]> {
    let bytes = entry.as_bytes();
    bytes.iter().position(|b| *b == b'=').map(|at| &bytes[..at])
}

fuzz_target!(|data: &[u8]| {
    let at = data.windows(4).position(|part| part == b"\n--\n");
    let (lines, entries) = at.map_or((&b""[..], data), |at| (&data[..at], &data[at + 4..]));
    let entries = entries.split(|b| *b == 0).filter(|entry| !entry.is_empty());
    let entries: Vec<OsString> = entries.map(|e| OsString::from_vec(e.to_vec())).collect();
    let parent = Environment::new(entries.clone());
    let file = ConfigFile {
        kind: FileKind::Config,
        path: "/the/file".into(),
        bytes: [KEY.as_bytes(), lines, b"\n"].concat(),
    };
    let name = Sourced::new("p".to_owned(), Origin::Default);
    let Ok(profiles) = Profiles::parse(vec![file]) else {
        return;
    };
    let Ok(settings) = Settings::new(
        &SessionOptions::default(),
        Selection::Profile(name),
        &parent,
        &profiles,
    ) else {
        return;
    };
    let child = child_environment(&parent, &session(), &settings);

    let ours: HashSet<&[u8]> = settings
        .exports
        .iter()
        .map(|(name, _)| name.as_bytes())
        .chain(SET.iter().map(|name| name.as_bytes()))
        .collect();
    let mut never: HashSet<&[u8]> = NEVER.iter().map(|name| name.as_bytes()).collect();
    // A run in a shell of mfaexec's is not that shell.
    if parent.get("MFAEXEC_SHELL").is_some() {
        never.extend(OF_SHELLS.map(str::as_bytes));
    }
    assert!(ours.is_disjoint(&never), "{ours:?}");
    let is_never = |name: &[u8]| never.contains(name) || name.starts_with(NEVER_BEGINS);
    // Everything that is neither is there as it was, in its order, duplicates and all.
    let kept = |entry: &&OsString| {
        name_of(entry).is_none_or(|name| !ours.contains(name) && !is_never(name))
    };
    let region = settings.endpoints.region.is_some();
    let untouched =
        |name: &[u8]| !region && (name == b"AWS_REGION" || name == b"AWS_DEFAULT_REGION");
    let before: Vec<_> = entries.iter().filter(kept).collect();
    let after: Vec<_> = child.entries().iter().filter(kept).collect();
    assert_eq!(before, after);
    let mut seen = HashSet::new();
    for entry in child.entries() {
        assert!(
            !entry.as_bytes().contains(&0),
            "{entry:?} cannot be handed over"
        );
        let Some(name) = name_of(entry) else { continue };
        assert!(!is_never(name), "{entry:?}");
        let once = !ours.contains(name) || untouched(name) || seen.insert(name);
        assert!(once, "{entry:?} is there twice");
    }
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "ASIAFUZZ"),
        ("AWS_SECRET_ACCESS_KEY", "fuzz-secret"),
        ("AWS_SESSION_TOKEN", "fuzz-token"),
        ("MFAEXEC_PROFILE", "p"),
    ] {
        assert_eq!(child.text(name).as_deref(), Some(value));
    }
    // What was taken over from this profile goes again for another one.
    let other = without_exports(&child);
    for (name, value) in &settings.exports {
        assert_ne!(other.text(name).as_ref(), Some(value), "{name}");
        assert_eq!(
            child.get(name).map(OsStrExt::as_bytes),
            Some(value.as_bytes())
        );
    }
});
