//! Keys from a program of `credential_process`, run and read by mfaexec itself: the person has to see
//! what it says while it runs, and a long-term key is not what the SDK expects of one.

use secrecy::SecretString;

use crate::edge::aws::errors::{Called, PROVIDER, lost};
use crate::edge::aws::validate::{TemporaryKeys, validate_parts};
use crate::edge::process::helper::{self, News};
use crate::model::source::key::{LongTermKey, is_key_id, is_secret};
use crate::model::source::program_output::{Output, parse};
use crate::model::source::provider::Provider;
use crate::model::time::Timestamp;

/// What a program gives.
#[derive(Debug)]
pub(crate) enum Given {
    /// Temporary keys, which are the command's.
    Temporary(TemporaryKeys),
    LongTerm(LongTermKey),
}

/// Runs the program of a profile. `profiles` are those whose programs this is part of.
///
/// # Errors
/// It gives no keys that can be any.
pub(crate) fn keys_of_program(
    program: &Provider,
    profiles: &str,
    tell: impl FnMut(News<'_>),
) -> Called<Given> {
    let failed = |cause: String| lost(PROVIDER, &cause);
    let Some(line) = program.command() else {
        return Err(failed("the profile names no program".to_owned()));
    };
    let printed = helper::run_in_shell(line, profiles, tell).map_err(failed)?;
    let output = parse(&printed).map_err(failed)?;
    let Some(token) = &output.session_token else {
        return long_term(&output, program).map(Given::LongTerm);
    };
    let end = output.expires_at.unwrap_or(Timestamp::NEVER);
    let keys = validate_parts(
        &output.access_key_id,
        &output.secret_access_key,
        token,
        end,
        output.account.as_deref(),
    );
    keys.map(Given::Temporary)
}

fn long_term(output: &Output, program: &Provider) -> Called<LongTermKey> {
    let (id, secret) = (&**output.access_key_id, &**output.secret_access_key);
    if id.starts_with("ASIA") {
        return Err(lost(PROVIDER, "it gives a temporary key without its token"));
    }
    if !is_key_id(id) || secret.len() > 256 || !is_secret(secret) {
        return Err(lost(PROVIDER, "what it gives cannot be credentials"));
    }
    Ok(LongTermKey {
        access_key_id: id.to_owned(),
        secret_access_key: Some(SecretString::from(secret)),
        place: program.place.clone(),
    })
}
