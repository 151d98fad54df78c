//! `mfaexec status --check`: whether a run would find its session in the cache. The answer is the exit code.

use crate::edge::clock::now;
use crate::edge::output::{self, Ui};
use crate::error::{EXIT_FAILED, EXIT_SUCCESS, EXIT_USAGE, Result};
use crate::model::environment::Environment;
use crate::model::plan::Fresh;
use crate::model::plan::program_key::plan_either;
use crate::model::settings::exports::without_exports;
use crate::model::time::in_words;
use crate::options::SignIn;
use crate::sign_in::cached::{cached, find_known_caller, find_known_device, open_cache};
use crate::sign_in::request::read_settings;

/// Whatever keeps it from knowing is no answer: it has the exit code of wrong usage, as in grep(1).
pub(crate) fn check(env: &Environment, sign_in: &SignIn, ui: Ui) -> u8 {
    match is_cached(env, sign_in, ui) {
        Ok(true) => EXIT_SUCCESS,
        Ok(false) => EXIT_FAILED,
        Err(error) => {
            output::error(&error);
            EXIT_USAGE
        }
    }
}

fn is_cached(env: &Environment, sign_in: &SignIn, ui: Ui) -> Result<bool> {
    let mut settings = read_settings(&without_exports(env), sign_in)?;
    let cache = open_cache(env, None)?;
    find_known_device(&mut settings, &cache)?;
    find_known_caller(&mut settings, &cache)?;
    let now = now();
    let (settings, plan) = plan_either(settings, Fresh::Nothing, now, |step| cached(&cache, step))?;
    let profile = &settings.profile.value;
    let (is_cached, text) = match plan.into_session() {
        Ok(session) => (
            true,
            format!("cached, {} left", in_words(session.left(now))),
        ),
        Err(plan) => {
            let reason = plan.reason.map(|reason| format!(": {reason}"));
            let reason = reason.unwrap_or_default();
            (
                false,
                format!("no session is cached that a run would use{reason}"),
            )
        }
    };
    if ui.is_verbose() {
        ui.notice(&format!("{profile}: {text}"));
    }
    Ok(is_cached)
}
