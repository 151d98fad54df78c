//! What AWS says of the account: the calls are made at once and then waited for together; none of them
//! takes a code, needs a permission that a run would not, or changes anything.

use std::time::Instant;

use crate::edge::aws::thread::{Aws, Pending};
use crate::edge::aws::validate::Identity;
use crate::edge::output::Ui;
use crate::edge::store::cache::Cache;
use crate::error::Result;
use crate::model::config::Profiles;
use crate::model::doctor::check::Check;
use crate::model::environment::Environment;
use crate::model::listed_key::LastUse;
use crate::model::settings::Settings;
use crate::sign_in::doctor::answers::{ANSWERS_TIME, Answers, login, no_key};
use crate::sign_in::doctor::policy::PolicyProbes;
use crate::sign_in::doctor::sessions::Sessions;

/// Calls under way.
pub(crate) struct AccountChecks {
    settings: Settings,
    sessions: Sessions,
    begun: Instant,
    aws: Result<(Aws, Calls)>,
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
        let key = settings.key_that_signs();
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
                last_use: key.map(|key| aws.last_use_of_key(&key.access_key_id, mfa)),
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

    /// The checks, in the order in which one depends on the other. `unread` is why a stored key cannot be
    /// asked with.
    pub(crate) fn wait(self, unread: Option<Check>, ui: Ui) -> Vec<Check> {
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
            until: begun + ANSWERS_TIME,
            ui,
            aws: &aws,
        };
        let mut checks = Vec::new();
        let Some((key, by_key)) = settings.key().zip(calls.by_key) else {
            checks.push(unread.unwrap_or_else(|| no_key(&settings)));
            checks.extend(answers.session(calls.by_session));
            return checks;
        };
        let identity = answers.wait(by_key);
        checks.extend(answers.of_key(key, &identity));
        match &identity {
            Ok(identity) => {
                checks.extend(calls.region.map(|call| answers.region(call)));
                checks.extend(answers.of_user(key, identity, calls.last_use));
                if let Some(probes) = calls.policy {
                    let has_session = sessions.mfa.is_some();
                    checks.extend(probes.judge(answers.until, has_session, &login(&settings)));
                }
            }
            Err(failed) => checks.extend(failed.what_depends_on_it()),
        }
        checks.extend(answers.session(calls.by_session));
        checks
    }
}
