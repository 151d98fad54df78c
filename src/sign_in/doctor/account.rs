//! What AWS says of the key, the clock, the region and the device. The calls are made at once and then
//! waited for together; none of them takes a code, needs a permission that a run would not, or changes
//! anything.

use std::time::{Duration, Instant};

use crate::edge::aws::thread::{Aws, Pending};
use crate::edge::aws::validate::Identity;
use crate::edge::clock::now;
use crate::edge::machine::machine;
use crate::edge::output::Ui;
use crate::edge::store::cache::Cache;
use crate::error::{Error, Result};
use crate::model::arn::user_name;
use crate::model::config::Profiles;
use crate::model::doctor::check::{Check, Outcome, option};
use crate::model::doctor::device;
use crate::model::doctor::key::{self, LastUse, unknown};
use crate::model::environment::Environment;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::failure::{CallFailure, Meaning};
use crate::model::plan::Fresh;
use crate::model::plan::program_key::plan_either;
use crate::model::plan::step::steps;
use crate::model::session::{Session, SessionKind};
use crate::model::settings::Settings;
use crate::model::source::key::LongTermKey;
use crate::model::time::{Timestamp, in_words};
use crate::sign_in::cached::cached;
use crate::sign_in::doctor::policy::PolicyProbes;
use crate::sign_in::progress::tell_slow;

/// How long all answers are waited for together. A person waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// Calls under way.
pub(crate) struct AccountChecks {
    settings: Settings,
    sessions: Sessions,
    begun: Instant,
    aws: Result<(Aws, Calls)>,
}

/// The cached sessions of the profile.
struct Sessions {
    /// The one that a command would get.
    last: Option<Session>,
    /// The one with MFA that it begins with.
    mfa: Option<Session>,
}

struct Calls {
    by_key: Option<Pending<Identity>>,
    by_session: Option<Pending<Identity>>,
    region: Option<Pending<()>>,
    last_use: Option<Pending<LastUse>>,
    policy: Option<PolicyProbes>,
}

impl AccountChecks {
    pub(crate) fn ask(
        settings: &Settings,
        profiles: &Profiles,
        env: &Environment,
        cache: Option<&Cache>,
    ) -> Self {
        let sessions = Sessions::find(settings, cache);
        let arn = settings.partition_arn();
        let key = settings.key();
        let mfa = sessions.mfa.as_ref();
        let aws = Aws::start(settings, arn).map(|aws| {
            let region = settings.endpoints.region_for(arn);
            let calls = Calls {
                by_key: key.map(|_| aws.caller_identity(None, None)),
                by_session: sessions
                    .last
                    .as_ref()
                    .map(|session| aws.caller_identity(Some(session), None)),
                region: key.map(|_| aws.try_region(settings.endpoints.sts_region(&region))),
                last_use: key.map(|key| aws.last_use(&key.access_key_id, mfa)),
                policy: key
                    .filter(|_| settings.mfa().is_used())
                    .map(|key| PolicyProbes::start(&aws, settings, profiles, env, (key, mfa))),
            };
            (aws, calls)
        });
        Self {
            settings: settings.clone(),
            sessions,
            begun: Instant::now(),
            aws,
        }
    }

    /// The checks, in the order in which one depends on the other.
    pub(crate) fn wait(self, ui: Ui) -> Vec<Check> {
        let Self {
            settings,
            sessions,
            begun,
            aws,
        } = self;
        let (aws, calls) = match aws {
            Ok(started) => started,
            Err(error) => return vec![Check::of_failure("network", &error)],
        };
        let mut answers = Answers {
            settings: &settings,
            sessions: &sessions,
            until: begun + PATIENCE,
            ui,
            aws: &aws,
        };
        let mut checks = Vec::new();
        let Some(key) = settings.key() else {
            checks.push(no_key(&settings));
            checks.extend(answers.session(calls.by_session));
            return checks;
        };
        let identity = calls.by_key.map(|call| answers.wait(call));
        checks.extend(answers.of_key(key, identity.as_ref()));
        checks.extend(calls.region.map(|call| answers.region(call)));
        if let Some(Ok(identity)) = &identity {
            checks.extend(answers.of_user(key, identity, calls.last_use));
        }
        if let Some(probes) = calls.policy {
            let has_session = sessions.mfa.is_some();
            checks.extend(probes.judge(answers.until, has_session, &login(&settings)));
        }
        checks.extend(answers.session(calls.by_session));
        checks
    }
}

impl Sessions {
    fn find(settings: &Settings, cache: Option<&Cache>) -> Self {
        let nothing = Self {
            last: None,
            mfa: None,
        };
        let Some(cache) = cache else {
            return nothing;
        };
        // A session that cannot be read is none: the cache has a check of its own.
        let look = |step: &_| Ok(cached(cache, step).unwrap_or_default());
        let plan = plan_either(settings.clone(), Fresh::Nothing, now(), look);
        let Ok((settings, plan)) = plan else {
            return nothing;
        };
        let lasts = |session: &Session| session.left(now()) > 0;
        let steps = steps(&settings);
        let mut of_mfa = steps.iter().filter(|step| step.kind == SessionKind::Mfa);
        let mfa = of_mfa.find_map(|step| look(step).ok().flatten());
        Self {
            last: plan.into_session().ok(),
            mfa: mfa.filter(lasts),
        }
    }
}

/// What it takes to judge an answer.
struct Answers<'a> {
    settings: &'a Settings,
    sessions: &'a Sessions,
    until: Instant,
    ui: Ui,
    aws: &'a Aws,
}

impl Answers<'_> {
    /// The answer, or the error that a run would show.
    fn wait<T>(&self, call: Pending<T>) -> std::result::Result<T, Failed> {
        let left = self.until.saturating_duration_since(Instant::now());
        match call.wait_within(left, || tell_slow(self.ui)) {
            Some(answer) => answer.map_err(|failure| Failed::of(&failure, self.settings)),
            None => Err(Failed {
                meaning: Meaning::Unreachable,
                clock_offset: None,
                error: Error::new(
                    "AWS gives no answer",
                    format!("none came within {} s", PATIENCE.as_secs()),
                    "check the network and the proxy variables, then try again",
                ),
            }),
        }
    }

    /// Network, key and clock, from one answer.
    fn of_key(
        &self,
        key: &LongTermKey,
        identity: Option<&std::result::Result<Identity, Failed>>,
    ) -> Vec<Check> {
        let where_to = self.where_to();
        let reached = || Check::ok("network", format!("STS answers, {where_to}"));
        let id = &key.access_key_id;
        let mut checks = match identity {
            None => return Vec::new(),
            Some(Ok(identity)) => vec![reached(), self.owner(key, identity)],
            Some(Err(failed)) if failed.is_of_network() => vec![
                Check::of_failure("network", &failed.error),
                Check::not_checked(
                    "key",
                    format!("whether {id} works"),
                    "AWS cannot be reached",
                    "go online, then run doctor again",
                ),
            ],
            Some(Err(failed)) if failed.meaning == Meaning::Clock => vec![
                reached(),
                Check::not_checked(
                    "key",
                    format!("whether {id} works"),
                    "AWS refuses the time of the request",
                    "set the clock, then run doctor again",
                ),
            ],
            Some(Err(failed)) => {
                let outcome = match failed.meaning {
                    Meaning::DeadKey | Meaning::WrongSecret => Outcome::Failed,
                    _ => Outcome::NotChecked,
                };
                vec![reached(), Check::of_error("key", outcome, &failed.error)]
            }
        };
        let of_failure = identity.and_then(|answer| answer.as_ref().err());
        let offset = of_failure.and_then(|failed| failed.clock_offset);
        let how = machine().how_to_set_the_clock();
        match offset.or_else(|| self.aws.clock_offset()) {
            Some(offset) => checks.push(key::clock(offset, how)),
            None => checks.push(Check::not_checked(
                "clock",
                "whether this machine's clock is AWS's",
                "AWS cannot be reached",
                "go online, then run doctor again",
            )),
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

    fn region(&self, call: Pending<()>) -> Check {
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
    fn of_user(
        &mut self,
        key: &LongTermKey,
        identity: &Identity,
        last_use: Option<Pending<LastUse>>,
    ) -> Vec<Check> {
        // These calls could not begin before it was known whose key it is.
        self.until = self.until.max(Instant::now() + PATIENCE / 2);
        let user = user_name(&identity.arn);
        let mfa = self.sessions.mfa.as_ref();
        let keys = self.aws.access_keys(user, mfa);
        let devices = self.aws.mfa_devices(user, mfa);
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
                    let used = self.wait(self.aws.last_use(&other.id, mfa));
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
                Ok(serials) => device::judge(self.settings, serials, &identity.arn),
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

    fn session(&self, call: Option<Pending<Identity>>) -> Option<Check> {
        const NAME: &str = "session";
        let (Some(session), Some(call)) = (&self.sessions.last, call) else {
            return Some(Check::not_checked(
                NAME,
                "no session is cached",
                "a session is asked for by the first run",
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

/// A call without a result, with the error that a run would show of it.
struct Failed {
    meaning: Meaning,
    clock_offset: Option<i64>,
    error: Error,
}

impl Failed {
    fn of(failure: &CallFailure, settings: &Settings) -> Self {
        Self {
            meaning: failure.meaning(),
            clock_offset: failure.clock_offset,
            error: diagnose(failure, &Asked::by_key(settings, None)),
        }
    }

    fn is_of_network(&self) -> bool {
        matches!(
            self.meaning,
            Meaning::Unreachable | Meaning::NotAws | Meaning::Unknown
        )
    }
}

/// The command that gets a session.
fn login(settings: &Settings) -> String {
    let selected = settings.chain.first().map(String::as_str);
    format!("mfaexec login{}", option(selected))
}

fn no_key(settings: &Settings) -> Check {
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
