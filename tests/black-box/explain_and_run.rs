//! A run sends what `explain` tells, whatever the profile, the options and the cache are.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::explain::{ROLES, explained};
use crate::harness::{SERIAL, World};

/// A world and a call that are made up.
#[derive(Debug, Clone)]
struct Case {
    roles: Vec<&'static str>,
    with_serial: bool,
    seconds: Option<u32>,
    option: Option<&'static str>,
    own: Option<&'static str>,
    guarded: bool,
    before: bool,
    fresh: bool,
    without_mfa: bool,
    user: &'static str,
}

fn cases() -> impl Strategy<Value = Case> {
    let roles = prop_oneof![
        Just(vec![]),
        Just(vec!["deployer"]),
        Just(vec!["partner"]),
        Just(vec!["partner", "chained"]),
        Just(vec!["chained"]),
        Just(vec!["foreign"]),
    ];
    let first = (
        roles,
        any::<bool>(),
        prop_oneof![Just(None), Just(Some(900)), Just(Some(7200))],
    );
    let option = prop_oneof![Just(None), Just(Some("20m")), Just(Some("3h"))];
    let own = prop_oneof![Just(None), Just(Some("2h"))];
    let flags = (
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.2),
    );
    let user = prop_oneof![3 => Just("testuser"), 1 => Just("hardware")];
    (first, option, own, flags, user).prop_map(|(first, option, own, flags, user)| Case {
        roles: first.0,
        with_serial: first.1,
        seconds: first.2,
        option,
        own,
        guarded: flags.0,
        before: flags.1,
        fresh: flags.2,
        without_mfa: flags.3,
        user,
    })
}

impl Case {
    fn config(&self) -> String {
        let mut text = format!("[profile {}]\n", self.user);
        if self.with_serial {
            let serial = if self.user == "hardware" {
                "GAHT12345678"
            } else {
                SERIAL
            };
            text.push_str(&format!("mfa_serial = {serial}\n"));
        }
        let mut source = self.user;
        for role in &self.roles {
            text.push_str(&format!(
                "[profile {role}]\nrole_arn = {ROLES}{role}\nsource_profile = {source}\n\
                 external_id = partner-42\n"
            ));
            if let Some(seconds) = self.seconds {
                text.push_str(&format!("duration_seconds = {seconds}\n"));
            }
            source = role;
        }
        if let Some(own) = self.own {
            text.push_str(&format!("mfaexec_duration = {own}\n"));
        }
        if self.guarded {
            text.push_str("mfaexec_expected_account = 123456789012\n");
        }
        text
    }

    fn profile(&self) -> &'static str {
        self.roles.last().copied().unwrap_or(self.user)
    }

    fn options(&self) -> Vec<&'static str> {
        let mut options = vec!["-p", self.profile()];
        options.extend(self.option.into_iter().flat_map(|option| ["-d", option]));
        options.extend(self.fresh.then_some("--fresh"));
        options.extend(self.without_mfa.then_some("--without-mfa"));
        options
    }
}

/// What `explain` tells, and what the run then sends: the same, or as far as STS let it come.
fn agree(case: &Case) -> Result<(), TestCaseError> {
    let world = World::new();
    world.write_config(&case.config());
    if case.before {
        let code = world.code_of(case.user);
        world.run(&["login", "-p", case.user, "-c", &code]);
    }
    let code = world.code_of(case.user);
    let mut options = case.options();
    if !case.without_mfa {
        options.extend(["-c", code.as_str()]);
    }
    let told = explained(&world, &options);
    let told: Vec<_> = told["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|request| {
            let text = |name: &str| request[name].as_str().map(str::to_owned);
            (
                text("action").unwrap(),
                text("role_arn"),
                request["duration_seconds"].as_u64(),
                request["with_code"].as_bool().unwrap(),
            )
        })
        .collect();
    let before = world.aws.journal().len();
    let said = world.run(&[&options[..], &["--", "true"]].concat());
    let sent: Vec<_> = world
        .aws
        .journal()
        .into_iter()
        .skip(before)
        .map(|entry| {
            let seconds = entry.duration_seconds.map(u64::from);
            (entry.action, entry.role_arn, seconds, entry.had_token_code)
        })
        .collect();
    let whole = sent == told;
    let part = said.code == Some(125) && told.starts_with(&sent);
    prop_assert!(whole || part, "told {told:#?}\nsent {sent:#?}\n{said:?}");
    Ok(())
}

#[test]
fn a_run_sends_what_explain_tells() {
    let config = Config {
        cases: 96,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&cases(), |case| agree(&case))
        .unwrap();
}
