//! The text of a config file, as the AWS CLI reads it, made into the text that the SDK's parser
//! reads. What is taken here the parser takes as well, and every place that is named is the right
//! one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mfaexec::error::Error;
use mfaexec::model::config_text::{ConfigFile, FileKind, SectionKind, normalise};
use mfaexec::model::profile::Profiles;

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
    let normalised = match normalise(file) {
        Ok(normalised) => normalised,
        Err(error) => return is_about(file, &error),
    };
    let text = std::str::from_utf8(&file.bytes).expect("it was taken");
    let lines: Vec<&str> = text.split('\n').collect();
    assert_eq!(normalised.text.matches('\n').count(), lines.len());
    assert!(!normalised.text.contains('\0'));

    let profiles = Profiles::parse(vec![file.clone()]).expect("it was taken");
    for name in profiles.names() {
        let profile = profiles.get(name).expect("the SDK's parser takes it");
        let profile = profile.unwrap_or_else(|| panic!("the parser has lost {name:?}"));
        let sections = normalised.sections.iter();
        let own = sections.filter(|s| s.kind == SectionKind::Profile && s.name == name);
        for (key, line) in own.flat_map(|section| normalised.keys(section)) {
            assert!(
                lines[line - 1].contains(key),
                "{key:?} is not on line {line}"
            );
            let key = key.to_ascii_lowercase();
            if profile.get(&key).is_some() {
                let place = profile.place(&key).expect("what was read was written");
                assert!(place.starts_with("/the/file, line "), "{place}");
            }
        }
        profile.service_endpoints().expect("services, if any");
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
