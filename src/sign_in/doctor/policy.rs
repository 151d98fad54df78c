//! Tries what the key alone may do, and the session: with calls that only read, most of them dry runs.
//!
//! SimulatePrincipalPolicy would tell of every action. But few users may call it, and it does not see
//! what the policies of an organization forbid, so its answer is not AWS's.

use std::time::Instant;

use crate::edge::aws::calls::try_action::{Service, ServiceCall, Signer};
use crate::edge::aws::thread::{Aws, Pending};
use crate::edge::aws::validate::TemporaryKeys;
use crate::model::config::Profiles;
use crate::model::doctor::check::Check;
use crate::model::doctor::policy::{Permission, Tried, judge, judge_role};
use crate::model::environment::Environment;
use crate::model::failure::Meaning;
use crate::model::session::{MIN_DURATION, Session};
use crate::model::settings::Settings;
use crate::model::settings::endpoint::url_of_service;
use crate::model::settings::regions::{GLOBAL, always_on};
use crate::model::source::key::LongTermKey;

/// Calls of services that no run asks: each with its name in a policy. The story's is the first one.
const ATTEMPTS: [(Service, &str, &str); 3] = [
    (Service::Ec2, "DescribeRegions", "ec2:DescribeRegions"),
    (Service::Ec2, "DescribeInstances", "ec2:DescribeInstances"),
    (Service::S3, "ListBuckets", "s3:ListAllMyBuckets"),
];

/// Calls under way.
pub(crate) struct PolicyProbes {
    probes: Vec<Probe>,
    /// The first role, and whether the key alone gets a session of it. As in `mfaexec regions`, what
    /// comes back is dropped at once.
    role: Option<(String, Pending<TemporaryKeys>)>,
}

struct Probe {
    action: &'static str,
    by_key: Pending<Permission>,
    by_session: Option<Pending<Permission>>,
}

impl PolicyProbes {
    /// `who` is the key, and the session with MFA if one is cached.
    pub(crate) fn start(
        aws: &Aws,
        settings: &Settings,
        profiles: &Profiles,
        env: &Environment,
        who: (&LongTermKey, Option<&Session>),
    ) -> Self {
        let (key, session) = who;
        let attempts = ATTEMPTS
            .into_iter()
            .filter_map(|(service, operation, action)| {
                let (url, region) = find_service(service, settings, profiles, env)?;
                let attempt = ServiceCall {
                    service,
                    operation,
                    url,
                    region,
                };
                Some(Probe {
                    action,
                    by_key: aws.try_action(attempt.clone(), Signer::Key(key)),
                    by_session: session
                        .map(|session| aws.try_action(attempt, Signer::Session(session))),
                })
            });
        let users = Probe {
            action: "iam:ListUsers",
            by_key: aws.may_list_users(None),
            by_session: session.map(|session| aws.may_list_users(Some(session))),
        };
        let probes = attempts.chain([users]).collect();
        let role = settings.roles.first().map(|role| {
            let name = settings.name_of(&settings.session_name(role));
            let call = aws.assume_role(None, None, role, &name, MIN_DURATION);
            (role.arn.value.clone(), call)
        });
        Self { probes, role }
    }

    pub(crate) fn judge(self, until: Instant, has_session: bool, sign_in: &str) -> Vec<Check> {
        let left = || until.saturating_duration_since(Instant::now());
        let answer = |call: Pending<Permission>| {
            let answer = call.wait_within(left(), || ());
            answer.and_then(Result::ok)
        };
        let tried = self.probes.into_iter().map(|probe| Tried {
            action: probe.action,
            by_key: answer(probe.by_key),
            by_session: probe.by_session.and_then(answer),
        });
        let mut checks = vec![judge(&tried.collect::<Vec<_>>(), has_session, sign_in)];
        if let Some((role, call)) = self.role {
            let permission = match call.wait_within(left(), || ()) {
                Some(Ok(_)) => Some(Permission::Allowed),
                Some(Err(failure)) if failure.meaning() == Meaning::Denied => {
                    Some(Permission::Refused)
                }
                // Another failure has a check of its own.
                Some(Err(_)) | None => None,
            };
            checks.extend(permission.map(|by_key| judge_role(&role, by_key, sign_in)));
        }
        checks
    }
}

/// The URL of a service, and its region.
fn find_service(
    service: Service,
    settings: &Settings,
    profiles: &Profiles,
    env: &Environment,
) -> Option<(String, String)> {
    let name = settings.chain.first().map_or("default", String::as_str);
    let profile = profiles.get(name).ok()?;
    let profile = profile.unwrap_or_else(|| profiles.empty(name));
    let endpoints = &settings.endpoints;
    let region = endpoints.region_for(settings.partition_arn());
    let region = match region.as_str() {
        GLOBAL => always_on(GLOBAL).to_owned(),
        _ => region,
    };
    let url = url_of_service(service.name(), endpoints, &region, env, &profile).ok()?;
    Some((url, region))
}
