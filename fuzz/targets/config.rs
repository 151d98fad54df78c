//! The text of a config file, as the AWS CLI reads it, made into the text that the SDK's parser
//! reads. What is taken here the parser takes as well, and every place that is named is the right
//! one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mfaexec::error::Error;
use mfaexec::model::config_text::{ConfigFile, FileKind, SectionKind};
use mfaexec::model::environment::Environment;
use mfaexec::model::normalise::normalise;
use mfaexec::model::origin::{Origin, Sourced};
use mfaexec::model::plan::code_source::CodeSource;
use mfaexec::model::plan::explanation::Explanation;
use mfaexec::model::plan::plan;
use mfaexec::model::profile::Profiles;
use mfaexec::model::settings::selection::Chosen;
use mfaexec::model::settings::{Settings, Wishes};
use mfaexec::model::time::Timestamp;
use secrecy::ExposeSecret;

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
        let profile = match profiles.get(name) {
            Ok(profile) => profile,
            Err(error) => {
                tells_no_secret(&error.to_string(), text);
                continue;
            }
        };
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
    let chosen = Chosen::Profile(Sourced::new(name.to_owned(), Origin::Default));
    let env = Environment::default();
    let settings = match Settings::new(&Wishes::default(), chosen, &env, profiles) {
        Ok(settings) => settings,
        Err(error) => {
            assert_eq!(error.to_string().split('\n').count(), 3, "{error:?}");
            tells_no_secret(&error.to_string(), text);
            return;
        }
    };
    let now = Timestamp(1_700_000_000);
    let plan = plan(&settings, false, now, |_| Ok(None)).expect("nothing is looked for");
    assert!(!plan.missing().is_empty());
    let roles = plan.steps.iter().filter(|step| step.role().is_some());
    assert_eq!(roles.count(), settings.roles.len());
    let told = Explanation::new(&settings, &plan, CodeSource::Terminal, &env, now).to_text();
    if let Some(key) = settings.key() {
        let secret = key.secret_access_key.expose_secret();
        // What stands at another place of the file as well may be shown from there.
        let secret_alone = secret.len() >= 20 && text.matches(secret).count() == 1;
        assert!(!secret_alone || !told.contains(secret), "{told}");
    }
}

/// The value of no secret is in what is told, unless it is in another place of the file as well.
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
