//! What the options of a command line can have as values: what the config files know, and values that
//! people use.

use std::collections::BTreeMap;

use clap::Command;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use super::profiles::{self, Value};
use crate::edge::config_files;
use crate::escape::printable;
use crate::model::arn::account_of_arn;
use crate::model::child::shell::Shell;
use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::prompt::method;
use crate::model::settings::regions::with_known_regions;

/// Where the values of an option come from.
#[derive(Clone, Copy)]
enum ValueSource {
    Profiles,
    /// Those of the config files.
    Known(fn(&Profiles) -> Vec<Value>),
    Usual(&'static [(&'static str, &'static str)]),
}

const DURATIONS: &[(&str, &str)] = &[
    ("15m", "the shortest"),
    ("1h", "the usual one of a role"),
    ("4h", "the usual one of an MFA session"),
    ("8h", "a working day"),
    ("12h", "the longest of a role"),
    ("36h", "the longest"),
];
const MIN_TTLS: &[(&str, &str)] = &[
    ("1m", "the usual one"),
    ("5m", ""),
    ("15m", ""),
    ("30m", ""),
    ("1h", ""),
    ("2h", ""),
];
const MAX_AGES: &[(&str, &str)] = &[("15m", ""), ("1h", ""), ("4h", ""), ("8h", ""), ("12h", "")];
const DELETE_AFTER: &[(&str, &str)] = &[
    ("0", "at once"),
    ("30s", ""),
    ("5m", ""),
    ("1h", "the longest"),
];
const ACTIONS: &[(&str, &str)] = &[
    ("ec2:DescribeRegions", "an example that changes nothing"),
    ("ec2:*", ""),
    ("iam:*", ""),
    ("s3:*", ""),
    ("s3:Get*", ""),
    ("sts:AssumeRole", ""),
];
/// Managed policies that restrict a session (docs.aws.amazon.com/aws-managed-policy).
const MANAGED: &[(&str, &str)] = &[
    ("arn:aws:iam::aws:policy/ReadOnlyAccess", "read everything"),
    (
        "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
        "list everything",
    ),
    (
        "arn:aws:iam::aws:policy/SecurityAudit",
        "read how security is configured",
    ),
    (
        "arn:aws:iam::aws:policy/PowerUserAccess",
        "everything except users and roles",
    ),
    (
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "everything that the role may do",
    ),
];
const SERVICES: &[(&str, &str)] = &[
    ("billing", ""),
    ("cloudformation", ""),
    ("cloudfront", ""),
    ("cloudtrail", ""),
    ("cloudwatch", ""),
    ("dynamodb", ""),
    ("ec2", ""),
    ("ecs", ""),
    ("eks", ""),
    ("iam", ""),
    ("kms", ""),
    ("lambda", ""),
    ("rds", ""),
    ("route53", ""),
    ("s3", ""),
    ("secretsmanager", ""),
    ("sns", ""),
    ("sqs", ""),
    ("systems-manager", ""),
    ("vpc", ""),
];

/// The values of an option or of a word, by its name in the definitions; none if clap knows them, or if
/// there is nothing to offer, as for a code.
fn values_of(id: &str) -> Option<ValueSource> {
    Some(match id {
        "profile" => ValueSource::Profiles,
        "role_arn" => ValueSource::Known(|profiles| named_by(profiles, &["role_arn"])),
        "role_session_name" => {
            ValueSource::Known(|profiles| named_by(profiles, &["role_session_name"]))
        }
        "mfa_serial" | "device" => {
            ValueSource::Known(|profiles| named_by(profiles, &["mfa_serial", "aws_mfa_device"]))
        }
        "region" => ValueSource::Known(regions),
        "principal" => ValueSource::Known(accounts),
        // The option `--as` of setup.
        "name" => ValueSource::Known(|profiles| {
            let names = profiles.names().into_iter();
            let names = names.map(|name| (format!("{name}-mfa"), format!("of {name}")));
            names.collect()
        }),
        "shell" => ValueSource::Known(|_| {
            let names = Shell::PROGRAMS.map(|(name, _)| (name.to_owned(), String::new()));
            names.into()
        }),
        "prompt" => ValueSource::Known(|_| {
            let names = method::names().map(|name| (name.to_owned(), String::new()));
            names.collect()
        }),
        "duration" => ValueSource::Usual(DURATIONS),
        "min_ttl" => ValueSource::Usual(MIN_TTLS),
        "max_age" => ValueSource::Usual(MAX_AGES),
        "delete_after" => ValueSource::Usual(DELETE_AFTER),
        "action" => ValueSource::Usual(ACTIONS),
        "resource" => ValueSource::Usual(&[("*", "every resource")]),
        "policy_arn" => ValueSource::Usual(MANAGED),
        "service" => ValueSource::Usual(SERVICES),
        _ => return None,
    })
}

/// The definitions of the command line, with the values of each option.
pub(super) fn with_values(mut definitions: Command, env: &Environment) -> Command {
    definitions.build();
    add_to(definitions, env)
}

fn add_to(command: Command, env: &Environment) -> Command {
    command
        .mut_args(|arg| {
            // The word of `completions` is one of few, which clap knows.
            let values = values_of(arg.get_id().as_str()).filter(|_| !arg.is_positional());
            let Some(values) = values else { return arg };
            let env = env.clone();
            arg.add(ArgValueCompleter::new(move |typed: &std::ffi::OsStr| {
                typed
                    .to_str()
                    .map_or_else(Vec::new, |typed| candidates(values, typed, &env))
            }))
        })
        .mut_subcommands(|subcommand| add_to(subcommand, env))
}

/// Nothing if the files cannot be read, because a question in the middle of a line is no place for an
/// error.
fn candidates(values: ValueSource, typed: &str, env: &Environment) -> Vec<CompletionCandidate> {
    let profiles = || config_files::read(env).and_then(Profiles::parse).ok();
    let values = match values {
        ValueSource::Usual(usual) => {
            let owned = |(value, meaning): &(&str, &str)| (value.to_string(), meaning.to_string());
            usual.iter().map(owned).collect()
        }
        ValueSource::Known(known) => profiles().as_ref().map(known).unwrap_or_default(),
        ValueSource::Profiles => {
            profiles().map_or_else(Vec::new, |all| profiles::values(&all, typed, env))
        }
    };
    values
        .into_iter()
        .filter(|(value, _)| value.starts_with(typed))
        .map(|(value, meaning)| {
            let meaning = Some(printable(&meaning)).filter(|meaning| !meaning.is_empty());
            CompletionCandidate::new(value).help(meaning.map(Into::into))
        })
        .collect()
}

/// The values that profiles have for these settings, with the profiles that have them.
fn named_by(profiles: &Profiles, settings: &[&str]) -> Vec<Value> {
    let mut values = BTreeMap::<String, Vec<&str>>::new();
    for (value, names) in settings.iter().flat_map(|setting| profiles.values(setting)) {
        values.entry(value).or_default().extend(names);
    }
    let with_meaning = |(value, names): (String, Vec<&str>)| {
        let meaning = match &names[..] {
            [] => String::new(),
            [one] => format!("of {one}"),
            [one, other] => format!("of {one} and {other}"),
            [one, others @ ..] => format!("of {one} and {} more", others.len()),
        };
        (value, meaning)
    };
    values.into_iter().map(with_meaning).collect()
}

fn regions(profiles: &Profiles) -> Vec<Value> {
    let named = named_by(profiles, &["region"]);
    let all = with_known_regions(named.iter().map(|(region, _)| region.clone()).collect());
    let with_meaning = |region: String| {
        let mut named = named.iter();
        let found = named.find(|(known, _)| *known == region);
        found.cloned().unwrap_or((region, String::new()))
    };
    all.into_iter().map(with_meaning).collect()
}

/// The accounts of roles and devices.
fn accounts(profiles: &Profiles) -> Vec<Value> {
    let arns = named_by(profiles, &["role_arn", "mfa_serial"]).into_iter();
    let accounts =
        arns.filter_map(|(arn, meaning)| Some((account_of_arn(&arn)?.to_owned(), meaning)));
    let mut accounts: Vec<Value> = accounts.collect();
    accounts.sort();
    accounts.dedup_by(|a, b| a.0 == b.0);
    accounts
}
