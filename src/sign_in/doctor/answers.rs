//! What the answers of AWS mean for key, clock, region, device and session.

use std::time::{Duration, Instant};

use crate::edge::aws::thread::{Aws, Pending};
use crate::edge::aws::validate::Identity;
use crate::edge::clock::now;
use crate::edge::output::Ui;
use crate::edge::system::machine;
use crate::error::Error;
use crate::model::arn::user_name;
use crate::model::doctor::check::{Check, option};
use crate::model::doctor::device;
use crate::model::doctor::key::{self, unknown};
use crate::model::failure::Meaning;
use crate::model::listed_key::LastUse;
use crate::model::mfa_device::serials;
use crate::model::settings::Settings;
use crate::model::source::key::LongTermKey;
use crate::model::time::{Timestamp, in_words};
use crate::sign_in::ask::progress::tell_slow;
use crate::sign_in::doctor::failed::Failed;
use crate::sign_in::doctor::sessions::Sessions;

/// How long all answers are waited for together. A person waits.
pub(super) const ANSWERS_TIME: Duration = Duration::from_secs(10);

/// What it takes to judge an answer.
pub(super) struct Answers<'a> {
    pub(super) settings: &'a Settings,
    pub(super) sessions: &'a Sessions,
    pub(super) until: Instant,
    pub(super) ui: Ui,
    pub(super) aws: &'a Aws,
}

impl Answers<'_> {
    /// The answer, or the error that a run would show.
    pub(super) fn wait<T>(&self, call: Pending<T>) -> std::result::Result<T, Failed> {
        let left = self.until.saturating_duration_since(Instant::now());
        match call.wait_within(left, || tell_slow(self.ui)) {
            Some(answer) => answer.map_err(|failure| Failed::of(&failure, self.settings)),
            None => Err(Failed {
                meaning: Meaning::Unreachable,
                clock_offset: None,
                error: Error::new(
                    "AWS gives no answer",
                    format!("none came within {} s", ANSWERS_TIME.as_secs()),
                    "check the network and the proxy variables, then try again",
                ),
            }),
        }
    }

    /// Network, key and clock, from one answer.
    pub(super) fn of_key(
        &self,
        key: &LongTermKey,
        identity: &std::result::Result<Identity, Failed>,
    ) -> Vec<Check> {
        let reached = Check::ok("network", format!("STS answers, {}", self.where_to()));
        let mut checks = match identity {
            Ok(identity) => vec![reached, self.owner(key, identity)],
            Err(failed) => {
                let network = match failed.is_of_network() {
                    true => Check::of_failure("network", &failed.error),
                    false => reached,
                };
                let is_of_key = matches!(failed.meaning, Meaning::DeadKey | Meaning::WrongSecret);
                let of_key = match is_of_key {
                    true => Check::of_failure("key", &failed.error),
                    false => {
                        failed.prevents("key", &format!("whether {} works", key.access_key_id))
                    }
                };
                vec![network, of_key]
            }
        };
        let of_failure = identity.as_ref().err();
        let offset = of_failure.and_then(|failed| failed.clock_offset);
        let how = machine().how_to_set_the_clock();
        match offset.or_else(|| self.aws.clock_offset()) {
            Some(offset) => checks.push(key::clock(offset, how)),
            None => {
                checks.extend(of_failure.map(|failed| {
                    failed.prevents("clock", "whether this machine's clock is AWS's")
                }))
            }
        }
        checks
    }

    fn owner(&self, key: &LongTermKey, identity: &Identity) -> Check {
        let profile = &self.settings.profile.value;
        let guards = &self.settings.guards;
        let is_own = self.settings.roles.is_empty();
        match guards.check_account(profile, Some(&identity.account)) {
            Err(error) if is_own => Check::of_failure("key", &error),
            _ => key::owner(&key.access_key_id, &key.place, &identity.arn),
        }
    }

    fn where_to(&self) -> String {
        let endpoints = &self.settings.endpoints;
        let region = endpoints.region_for(self.settings.partition_arn());
        match &endpoints.sts {
            Some(endpoint) => format!("at {} ({})", endpoint.value, endpoint.origin),
            None => format!("in {region}"),
        }
    }

    pub(super) fn region(&self, call: Pending<()>) -> Check {
        const NAME: &str = "sts_region";
        let endpoints = &self.settings.endpoints;
        let region = endpoints.region_for(self.settings.partition_arn());
        match self.wait(call) {
            Ok(()) => Check::ok(NAME, format!("STS gives sessions in {region}")),
            Err(failed) => match failed.meaning {
                Meaning::RegionOff | Meaning::Denied => Check::of_failure(NAME, &failed.error),
                _ => unknown(
                    NAME,
                    &format!("whether STS gives sessions in {region}"),
                    &failed.error,
                ),
            },
        }
    }

    /// What IAM knows of the user, with the session where there is one.
    pub(super) fn of_user(
        &mut self,
        key: &LongTermKey,
        identity: &Identity,
        last_use: Option<Pending<LastUse>>,
    ) -> Vec<Check> {
        // These calls could not begin before it was known whose key it is.
        self.until = self.until.max(Instant::now() + ANSWERS_TIME / 2);
        let user = user_name(&identity.arn);
        let mfa = self.sessions.mfa.as_ref();
        let keys = self.aws.access_keys(user, mfa);
        let devices = self.aws.devices_of(user, mfa);
        let profile = self.settings.chain.last().map(String::as_str);
        let id = &key.access_key_id;
        let now = self.time_of_aws();
        let mut checks = Vec::new();
        match self.wait(keys) {
            Ok(keys) => {
                let own = keys.iter().find(|listed| listed.id == *id);
                checks.extend(own.map(|own| key::age(own, now, profile)));
                let others = key::others(&keys, id, &identity.arn, profile);
                let is_one_of_two = others.is_some();
                checks.extend(others);
                let other = keys.iter().find(|other| other.active && other.id != *id);
                if let Some(other) = other.filter(|_| is_one_of_two) {
                    let used = self.wait(self.aws.last_use_of_key(&other.id, mfa));
                    checks.extend(
                        used.ok()
                            .map(|used| key::last_use(&other.id, &used, false, now)),
                    );
                }
            }
            Err(failed) => {
                checks.push(self.needs_session("key_age", "the age of the key", &failed))
            }
        }
        checks.extend(last_use.map(|call| match self.wait(call) {
            Ok(last) => key::last_use(id, &last, true, now),
            Err(failed) => {
                self.needs_session("key_last_use", "when the key was used last", &failed)
            }
        }));
        if self.settings.mfa_of_key().is_used() {
            checks.push(match self.wait(devices) {
                Ok(devices) => device::judge(self.settings, serials(devices), &identity.arn),
                Err(failed) => {
                    self.needs_session(device::NAME, "whether the device is the user's", &failed)
                }
            });
        }
        checks
    }

    /// A call that was refused to the key may be allowed to a session with MFA.
    fn needs_session(&self, name: &'static str, what: &str, failed: &Failed) -> Check {
        let is_denied = matches!(failed.meaning, Meaning::Denied | Meaning::DeadKey);
        let error = match is_denied && self.sessions.mfa.is_none() {
            true => failed.error.clone().with_remedy(&format!(
                "with MFA it may be allowed: {}, then run doctor again",
                login(self.settings)
            )),
            false => failed.error.clone(),
        };
        unknown(name, what, &error)
    }

    fn time_of_aws(&self) -> Timestamp {
        let offset = self.aws.clock_offset().unwrap_or_default();
        Timestamp(now().0.saturating_add_signed(offset))
    }

    pub(super) fn session(&self, call: Option<Pending<Identity>>) -> Option<Check> {
        const NAME: &str = "session";
        let (Some(session), Some(call)) = (&self.sessions.last, call) else {
            return Some(Check::not_checked(
                NAME,
                "no session is cached",
                "the first run asks for a code and gets one",
                login(self.settings),
            ));
        };
        let left = in_words(session.left(now()));
        Some(match self.wait(call) {
            Ok(identity) => Check::ok(
                NAME,
                format!("cached, {left} left, and works as {}", identity.arn),
            ),
            Err(failed) if failed.is_of_network() => {
                unknown(NAME, &format!("cached, {left} left"), &failed.error)
            }
            Err(failed) => Check::failed(
                NAME,
                "the cached session does not work",
                failed.error.cause(),
                format!("{} --fresh", login(self.settings)),
            ),
        })
    }
}

/// The command that gets a session.
pub(super) fn login(settings: &Settings) -> String {
    let selected = settings.chain.first().map(String::as_str);
    format!("mfaexec login{}", option(selected))
}

pub(super) fn no_key(settings: &Settings) -> Check {
    let selected = settings.chain.first().map(String::as_str);
    let (cause, remedy) = match settings.program() {
        Some(_) => (
            "a program gives them, and doctor runs none: it might ask for something",
            format!(
                "mfaexec regions{} runs it, and tries its key",
                option(selected)
            ),
        ),
        None => (
            "they are temporary: there is no long-term key, and no code is needed",
            "nothing to do: their provider says how long they last".to_owned(),
        ),
    };
    Check::not_checked("key", "the keys of the profile", cause, remedy)
}
