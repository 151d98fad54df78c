//! What gives the keys or the codes and is on this machine: a token, a file, a program. No program is run,
//! as it might ask for something.

use std::path::Path;

use crate::edge::aws::providers::sso::token_end;
use crate::edge::clock::now;
use crate::edge::file_facts::is_readable;
use crate::edge::process::lookup;
use crate::escape::shell_word;
use crate::model::doctor::check::Check;
use crate::model::environment::Environment;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::settings::Settings;
use crate::model::source::Source;
use crate::model::source::provider::{Provider, ProviderKind, Sso};
use crate::model::time::in_words;

pub(crate) fn check(settings: &Settings, env: &Environment) -> Vec<Check> {
    let provider = match &settings.source {
        Source::Key(_) => None,
        Source::Provider(provider)
        | Source::KeyOfProgram {
            program: provider, ..
        } => Some(provider),
    };
    let of_keys = provider.and_then(|provider| check_provider(settings, provider));
    of_keys
        .into_iter()
        .chain(mfa_process(settings, env))
        .collect()
}

fn check_provider(settings: &Settings, provider: &Provider) -> Option<Check> {
    match &provider.kind {
        ProviderKind::Sso(sso) => Some(sso_token(settings, provider, sso)),
        ProviderKind::WebIdentity { token_file, .. } => Some(match is_readable(token_file) {
            true => Check::ok("token_file", format!("{token_file} can be read")),
            false => Check::failed(
                "token_file",
                format!("the token of the web identity is missing: {token_file}"),
                format!("it is no readable file ({})", provider.place),
                "let what issues tokens write it, or correct web_identity_token_file",
            ),
        }),
        ProviderKind::Process { command } => {
            let words = shlex::split(command).unwrap_or_default();
            // What else is in front of a line for a shell is for the shell to find.
            let program = words.first().filter(|word| Path::new(word).is_absolute())?;
            Some(program_check(
                "credential_process",
                program,
                &provider.place,
                is_readable(program),
            ))
        }
        ProviderKind::Login { .. }
        | ProviderKind::Environment { .. }
        | ProviderKind::Ec2 { .. }
        | ProviderKind::Ecs { .. } => None,
    }
}

fn sso_token(settings: &Settings, provider: &Provider, sso: &Sso) -> Check {
    const NAME: &str = "sso_token";
    let login = format!("aws sso login --profile {}", shell_word(&provider.profile));
    match token_end(sso) {
        Err(failure) => {
            Check::of_failure(NAME, &diagnose(&failure, &Asked::by_key(settings, None)))
        }
        Ok((end, can_be_renewed)) if end > now() || can_be_renewed => {
            let left = in_words(now().until(end));
            let more = if can_be_renewed {
                ", and can be renewed"
            } else {
                ""
            };
            Check::ok(
                NAME,
                format!("the token of aws sso login lasts {left}{more}"),
            )
        }
        Ok((end, _)) => Check::failed(
            NAME,
            "the token of aws sso login is over",
            format!("it ended {} ago", in_words(end.until(now()))),
            login,
        ),
    }
}

/// The program that prints codes.
fn mfa_process(settings: &Settings, env: &Environment) -> Option<Check> {
    let process = settings.mfa_process.as_ref()?;
    let words = shlex::split(&process.value).unwrap_or_default();
    let program = words.first().map_or("", String::as_str);
    let found = lookup::find(program, env);
    let is_there = found.is_ok_and(|path| is_readable(&path.display().to_string()));
    let place = process.origin.to_string();
    Some(program_check("mfa_process", program, &place, is_there))
}

fn program_check(name: &'static str, program: &str, place: &str, is_there: bool) -> Check {
    match is_there {
        true => Check::ok(name, format!("{program} is there; it was not run")),
        false => Check::failed(
            name,
            format!("there is no program {program}"),
            format!("{place} names it"),
            format!("install it, or correct {place}"),
        ),
    }
}
